"""Rows into the database by the thousand, with every derived column true.

Django's `bulk_create` cannot store classes that inherit their columns from another table, and on SQLite sends some
twenty rows a statement. This sends one statement a table, and writes no columns in which all rows have nothing.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import connections, models
from django.utils import timezone

from tom_common.permissions import ACTIONS, permission_codename
from tom_targets import timeline
from tom_targets.exchange.places import select_where_in
from tom_targets.exchange.rows import Row
from tom_targets.extras import as_bool, as_number, as_time
from tom_targets.models import (
    BaseTarget,
    Target,
    TargetEvent,
    TargetExtra,
    TargetGroupObjectPermission,
    TargetName,
    TargetUserObjectPermission,
)
from tom_targets.names import MAX_SIMPLIFIED, match_manager_class

#: databases whose way of taking many rows is known here
VENDORS = ("sqlite", "postgresql", "mysql")
#: field classes whose values go to the database as they are
_PLAIN = (
    models.FloatField, models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey,
    models.OneToOneField,
)

Columns = dict[models.Field, Sequence[Any]]


def insert(model: type[models.Model], columns: Columns, *, using: str) -> None:
    """Store rows given as columns, all of the same length, in one statement."""
    connection = connections[using]
    as_json = connection.vendor == "postgresql"
    kept: list[tuple[models.Field, Sequence[Any]]] = []
    for field, values in columns.items():
        if not isinstance(field, _PLAIN) and not (as_json and isinstance(field, models.JSONField)):
            values = _prepared(field, values, connection)
        if not field.null or any(value is not None for value in values):
            kept.append((field, values))
    rows = list(zip(*(values for _, values in kept), strict=True))
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field, _ in kept)
    into = f"INSERT INTO {quote(model._meta.db_table)} ({names})"
    places = f"({', '.join(['%s'] * len(kept))})"
    with connection.cursor() as cursor:
        if as_json:
            cursor.execute(*_from_json(into, [field for field, _ in kept], rows, connection))
        elif connection.vendor == "sqlite":
            cursor.executemany(f"{into} VALUES {places}", rows)
        else:
            cursor.execute(f"{into} VALUES {', '.join([places] * len(rows))}", [value for row in rows for value in row])


def _from_json(
    into: str, fields: Sequence[models.Field], rows: Sequence[tuple], connection: Any
) -> tuple[str, list[str]]:
    """The statement and its one parameter: to quote tens of thousands of values costs more than all else."""
    keys = [f"c{place}" for place in range(len(fields))]
    types = (
        f"{key} {'text' if isinstance(field, models.CharField) else field.db_type(connection)}"
        for key, field in zip(keys, fields, strict=True)
    )
    sql = f"{into} SELECT {', '.join(keys)} FROM json_to_recordset(%s::json) AS r({', '.join(types)})"
    return sql, [json.dumps([dict(zip(keys, row, strict=True)) for row in rows], default=str, allow_nan=False)]


def _prepared(field: models.Field, values: Sequence[Any], connection: Any) -> list[Any]:
    if isinstance(field, models.DateTimeField):
        # Times repeat over the rows
        known = {value: field.get_db_prep_save(value, connection) for value in set(values)}
        return [known[value] for value in values]
    return [field.get_db_prep_save(value, connection) for value in values]


def insert_targets(rows: Sequence[Row], *, using: str) -> list[int]:
    """Store the targets of the rows, without what belongs to them. Their keys, in the order of the rows."""
    now = timezone.now()
    _complete(rows)
    insert(BaseTarget, _base_columns(rows, now), using=using)
    names = [row.name for row in rows]
    keys = dict(select_where_in(BaseTarget, ("name", "id"), "name", names, using=using))
    pks = [keys[name] for name in names]
    for model in _classes_below():
        insert(model, _own_columns(model, rows, pks), using=using)
    return pks


def _complete(rows: Sequence[Row]) -> None:
    """Galactic coordinates where the table gave none."""
    due = [
        row.values for row in rows
        if row.values.get("ra") is not None and row.values.get("dec") is not None
        and (row.values.get("galactic_lng") is None or row.values.get("galactic_lat") is None)
    ]
    if not due:
        return
    import numpy as np  # heavy

    from tom_common.astro.sky import galactic

    longitudes, latitudes = galactic(
        np.array([values["ra"] for values in due]), np.array([values["dec"] for values in due])
    )
    for values, longitude, latitude in zip(due, longitudes.tolist(), latitudes.tolist(), strict=True):
        values["galactic_lng"], values["galactic_lat"] = longitude, latitude


def _base_columns(rows: Sequence[Row], now: datetime) -> Columns:
    from tom_common.astro.sky import healpix_index

    columns: Columns = {}
    all_values = [row.values for row in rows]
    for field in BaseTarget._meta.local_concrete_fields:
        name = field.name
        if field.primary_key:
            continue
        if name in ("created", "modified"):
            columns[field] = [now] * len(rows)
        elif name == "healpix":
            columns[field] = [healpix_index(values.get("ra"), values.get("dec")) for values in all_values]
        elif name == "name_simplified":
            columns[field] = simplified_all(row.name for row in rows)
        else:
            default = field.get_default()
            columns[field] = [values.get(name, default) for values in all_values]
    return columns


def _classes_below() -> list[type[models.Model]]:
    """The tables that a target has beside that of BaseTarget, the nearest first."""
    model = Target._meta.concrete_model
    chain = [model, *model._meta.get_parent_list()]
    return [one for one in reversed(chain) if one is not BaseTarget and issubclass(one, BaseTarget)]


def _own_columns(model: type[models.Model], rows: Sequence[Row], pks: Sequence[int]) -> Columns:
    columns: Columns = {}
    instances: list[models.Model] = []
    for field in model._meta.local_concrete_fields:
        if field.primary_key:
            columns[field] = pks
        elif type(field).pre_save is not models.Field.pre_save:
            # The field makes its value of the row: a time of change, a derived column.
            instances = instances or [Target(pk=pk, **row.values) for row, pk in zip(rows, pks, strict=True)]
            columns[field] = [field.pre_save(instance, True) for instance in instances]
        else:
            default = field.get_default()
            columns[field] = [row.values.get(field.name, default) for row in rows]
    return columns


def simplified_all(names: Iterable[str]) -> list[str]:
    """Names in the form in which this project compares them."""
    simplify = match_manager_class()().simplify_name
    return [str(simplify(name))[:MAX_SIMPLIFIED] for name in names]


def insert_names(rows: Sequence[Row], pks: Sequence[int], *, using: str) -> None:
    """Store the aliases of new targets."""
    pairs = [(pk, name) for row, pk in zip(rows, pks, strict=True) for name in row.aliases]
    if not pairs:
        return
    now, field = timezone.now(), TargetName._meta.get_field
    names = [name for _, name in pairs]
    insert(TargetName, {
        field("target"): [pk for pk, _ in pairs], field("name"): names, field("created"): [now] * len(pairs),
        field("modified"): [now] * len(pairs), field("name_simplified"): simplified_all(names),
    }, using=using)


def insert_extras(rows: Sequence[Row], pks: Sequence[int], *, using: str) -> None:
    """Store the extras of new targets, each with what its text says as a number, a truth value or a time."""
    triples = [(pk, key, value) for row, pk in zip(rows, pks, strict=True) for key, value in row.extras.items()]
    if not triples:
        return
    field = TargetExtra._meta.get_field
    keys, values = [key for _, key, _ in triples], [value for _, _, value in triples]
    insert(TargetExtra, {
        field("target"): [pk for pk, _, _ in triples], field("key"): keys, field("value"): values,
        field("float_value"): [as_number(value) for value in values],
        field("bool_value"): [as_bool(value) for value in values],
        field("time_value"): [as_time(value) for value in values],
    }, using=using)


def insert_grants(rows: Sequence[Row], pks: Sequence[int], *, user: Any, groups: Sequence[Any], using: str) -> None:
    """Give the maker and the groups (of all rows, and of each) every right on new targets, and write that down."""
    permissions = permission_keys()
    given: dict[Any, list[int]] = {}
    if user is not None and not user.is_superuser:
        given[user] = list(pks)
    for group in groups:
        given[group] = list(pks)
    for row, pk in zip(rows, pks, strict=True):
        for group in row.groups:
            if group not in groups:
                given.setdefault(group, []).append(pk)
    for model, name in ((TargetUserObjectPermission, "user"), (TargetGroupObjectPermission, "group")):
        pairs = [(pk, holder.pk) for holder, some in given.items() for pk in some
                 if (name == "group") == isinstance(holder, Group)]
        if pairs:
            field = model._meta.get_field
            insert(model, {
                field("content_object"): [pk for pk, _ in pairs for _ in permissions],
                field(name): [holder for _, holder in pairs for _ in permissions],
                field("permission"): [permission for _ in pairs for permission in permissions],
            }, using=using)
    for holder, some in given.items():
        timeline.record_for(
            some, timeline.ACCESS, actor=user, about=holder, given=True, name=str(holder), actions=list(ACTIONS),
        )


def insert_events(rows: Sequence[Row], pks: Sequence[int], *, user: Any, using: str) -> None:
    """Write down on the timeline of each new target that it was made, by whom and with what."""
    field = TargetEvent._meta.get_field
    told = []
    for row in rows:
        data: dict[str, Any] = {"name": row.name}
        if row.aliases:
            data["names"] = row.aliases
        if row.extras:
            data["extras"] = row.extras
        told.append(data)
    count = len(pks)
    insert(TargetEvent, {
        field("target"): pks, field("kind"): [timeline.CREATED] * count,
        field("actor"): [user.pk if user is not None else None] * count, field("time"): [timezone.now()] * count,
        field("about_model"): [""] * count, field("data"): told, field("text"): [""] * count,
    }, using=using)


def permission_keys() -> list[int]:
    """The keys of the permissions to view, change and delete targets."""
    from guardian.ctypes import get_content_type

    codenames = [permission_codename(Target, action) for action in ACTIONS]
    rows = Permission.objects.filter(content_type=get_content_type(Target), codename__in=codenames)
    return list(rows.order_by("pk").values_list("pk", flat=True))
