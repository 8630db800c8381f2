"""The rows that belong to a target, whichever app they are of: found, moved to another target, given up, brought back.

What points at a target is found by its relations (those of third-party apps and the tables of many-to-many fields
included) and by generic foreign keys (comments, grants in guardian's own tables). An app whose rows need more than a
new target contributes a handler: see `merge_handlers` in `tom_common.integration`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, router, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils.module_loading import import_string

from tom_common.exceptions import TomError
from tom_common.integration import collect
from tom_targets.history import ExactEncoder
from tom_targets.models import BaseTarget, Target


class MergeRefused(TomError):
    """Why two targets cannot be merged, or a merge not be undone; in words for people."""


@dataclass
class Move:
    """What a handler answers: keys of the rows that `to` has already, and how the others are moved.

    `write` returns {key: {column: value before}} of what it changed beside the target itself.
    """

    drop: list[Any] = field(default_factory=list)
    write: Callable[[], dict[Any, dict[str, Any]]] = dict


@dataclass(frozen=True)
class Relation:
    """A column by which rows of a model point at a target. `content_type`: the column beside a generic key."""

    model: type[models.Model]
    column: models.Field
    content_type: str = ""

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.column.name}"

    @property
    def label(self) -> str:
        """What people call the rows."""
        name = self.model._meta.label_lower
        contributed = {str(one.entry["model"]).lower(): one.entry.get("label") for one in collect("merge_handlers")}
        return str(LABELS.get(name) or contributed.get(name) or self.model._meta.verbose_name_plural)

    @property
    def is_one_to_one(self) -> bool:
        return self.column.unique

    def value(self, target: models.Model) -> Any:
        """What the column holds for rows of this target."""
        if self.content_type:
            return self.column.to_python(str(target.pk))
        return getattr(target, self.column.target_field.attname)

    def rows(self, target: models.Model) -> models.QuerySet:
        """The rows of this target."""
        rows = self.model._base_manager.using(target._state.db).filter(**{self.column.attname: self.value(target)})
        if self.content_type:
            rows = rows.filter(**{f"{self.content_type}__in": _content_types()})
        return rows


LABELS = {
    "tom_targets.targetname": "aliases", "tom_targets.targetextra": "tags and further fields",
    "tom_targets.targetlist_targets": "memberships of groups", "tom_targets.targetevent": "events of the timeline",
    "tom_targets.targetuserobjectpermission": "rights of users",
    "tom_targets.targetgroupobjectpermission": "rights of groups", "tom_targets.mergerecord": "earlier merges",
}


def _content_types() -> list[ContentType]:
    classes = {BaseTarget, Target, Target._meta.concrete_model}
    return [ContentType.objects.get_for_model(one, for_concrete_model=False) for one in classes]


def relations() -> list[Relation]:
    """Every way in which rows point at a target."""
    found: dict[str, Relation] = {}
    for relation in Target._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
            continue
        if not relation.field.remote_field.parent_link and relation.related_model._meta.managed:
            one = Relation(relation.related_model, relation.field)
            found[one.name] = one
    for model in apps.get_models():
        for key in model._meta.private_fields:
            if isinstance(key, GenericForeignKey) and key.model is model:
                one = Relation(model, model._meta.get_field(key.fk_field), key.ct_field)
                if _holds_keys(one.column):
                    found[one.name] = one
    return list(found.values())


def _holds_keys(column: models.Field) -> bool:
    """Whether a generic key can hold that of a target, a whole number."""
    try:
        return column.to_python("1") is not None
    except ValidationError:
        return False


def tables(target: models.Model) -> Iterator[models.Model]:
    """The rows that a target is made of, the table of BaseTarget first; a project's own class adds one."""
    yield BaseTarget._base_manager.using(target._state.db).get(pk=target.pk)
    for relation in BaseTarget._meta.get_fields(include_hidden=True):
        child = relation.auto_created and relation.one_to_one and relation.field.remote_field.parent_link
        if child:
            row = relation.related_model._base_manager.using(target._state.db).filter(pk=target.pk).first()
            if row is not None:
                yield row


# Copies

def copies(rows: Iterable[models.Model]) -> list[dict]:
    """Rows as JSON, each with the columns of its own table."""
    found = []
    for row in rows:
        columns = [column.name for column in row._meta.local_fields]
        found += serializers.serialize("python", [row], fields=columns)
    return json.loads(json.dumps(found, cls=ExactEncoder))


def restore(rows: Iterable[dict], *, using: str) -> list[str]:
    """Store copied rows again under their old keys. Returns in words what could not come back."""
    lost = []
    for copy in serializers.deserialize("python", list(rows), using=using, ignorenonexistent=True):
        row, missing = copy.object, _mend(copy.object, using)
        if missing:
            lost.append(f"{row._meta.verbose_name} {row.pk}: its {missing} is no more")
            continue
        models.Model.save_base(row, raw=True, using=using, force_insert=True)
    return lost


def _mend(row: models.Model, using: str) -> str:
    """Let a row that points at something deleted meanwhile point nowhere; else say what it cannot do without."""
    for column in row._meta.local_fields:
        key = getattr(row, column.attname)
        if not column.remote_field or key is None or column.remote_field.parent_link:
            continue
        there = column.remote_field.model._base_manager.using(using).filter(**{column.target_field.attname: key})
        if not there.exists():
            if not column.null:
                return str(column.verbose_name)
            setattr(row, column.attname, None)
    return ""


# Giving up, moving

def give_up(rows: list[models.Model], *, using: str) -> list[dict]:
    """Delete rows, and what hangs on them; returns copies in the order in which `restore` needs them."""
    if not rows:
        return []
    # Receivers shall see that these go because a target goes, and not think of each as a change of its target.
    collector = Collector(using=using, origin=Target())
    try:
        collector.collect(rows)
    except (ProtectedError, RestrictedError) as error:
        raise MergeRefused(f"{rows[0]._meta.verbose_name} {rows[0]} cannot be given up: {error.args[0]}") from error
    collector.sort()
    copied = [copy for some in reversed(list(collector.data.values())) for copy in copies(some)]
    copied += [copy for some in collector.fast_deletes for copy in copies(some)]
    collector.delete()
    return copied


@dataclass
class Moved:
    """What became of the rows of one relation."""

    relation: Relation
    keys: list[Any]
    dropped: list[dict] = field(default_factory=list)
    dropped_keys: list[Any] = field(default_factory=list)
    changed: dict[Any, dict[str, Any]] = field(default_factory=dict)


def move(
    relation: Relation, *, source: models.Model, to: models.Model, keys: Iterable[Any] | None = None,
    but: Iterable[Any] = (),
) -> Moved:
    """Let rows of `source` (all, or those of `keys`) be rows of `to`; those of the keys `but` are given up.

    Of two rows that may not both be there (a unique constraint), that of `to` stays and the other is given up.
    """
    using = to._state.db or router.db_for_write(relation.model)
    rows = relation.rows(source) if keys is None else _of_keys(relation, source, keys)
    moved = Moved(relation, list(rows.order_by("pk").values_list("pk", flat=True)))
    if not moved.keys:
        return moved
    _drop(moved, list(but), using)
    handler = handlers().get(relation.model._meta.label_lower)
    plan = handler(rows, to=to) if handler and not relation.content_type else Move(_colliding(relation, rows, to))
    _drop(moved, plan.drop, using)
    if handler and not relation.content_type:
        moved.changed = plan.write()
        return moved
    value = {relation.column.attname: relation.value(to)}
    try:
        with transaction.atomic(using=using):
            _update(relation, rows, value)
    except IntegrityError:
        # A constraint that only the database knows; row by row it says which rows it means.
        _drop(moved, [key for key in moved.keys if not _moves(relation, key, value, using)], using)
    return moved


def _of_keys(relation: Relation, source: models.Model, keys: Iterable[Any]) -> models.QuerySet:
    keys, rows = list(keys), relation.rows(source)
    # One statement holds so many keys on every database; more are compared here.
    if len(keys) <= 900:
        return rows.filter(pk__in=keys)
    wanted = {str(key) for key in keys}
    others = [key for key in rows.values_list("pk", flat=True) if str(key) not in wanted]
    return rows.exclude(pk__in=others) if others else rows


def _update(relation: Relation, rows: models.QuerySet, value: dict[str, Any]) -> None:
    models.QuerySet.update(rows, **value)


def _moves(relation: Relation, key: Any, value: dict[str, Any], using: str) -> bool:
    try:
        with transaction.atomic(using=using):
            _update(relation, relation.model._base_manager.using(using).filter(pk=key), value)
    except IntegrityError:
        return False
    return True


def _drop(moved: Moved, keys: list[Any], using: str) -> None:
    if not keys:
        return
    dropped = set(keys)
    everything = moved.relation.model._base_manager.using(using)
    for start in range(0, len(keys), 500):
        moved.dropped += give_up(list(everything.filter(pk__in=keys[start:start + 500])), using=using)
    moved.dropped_keys += keys
    moved.keys = [key for key in moved.keys if key not in dropped]


def _colliding(relation: Relation, rows: models.QuerySet, to: models.Model) -> list[Any]:
    """Keys of rows for which `to` has one that a unique constraint lets be there only once. NULLs do not collide."""
    found: dict[Any, None] = {}
    for columns in _unique_with(relation):
        others = [column for column in columns if column not in (relation.column.name, relation.column.attname)]
        if not others:
            if relation.rows(to).exists():
                found.update(dict.fromkeys(rows.values_list("pk", flat=True)))
            continue
        there = set(relation.rows(to).values_list(*others))
        for key, *values in rows.values_list("pk", *others):
            if None not in values and tuple(values) in there:
                found[key] = None
    return list(found)


def _unique_with(relation: Relation) -> Iterator[tuple[str, ...]]:
    """The sets of columns, that of the relation among them, that are unique together without condition."""
    meta, column = relation.model._meta, relation.column
    if column.unique:
        yield (column.name,)
    constrained = [tuple(one.fields) for one in meta.total_unique_constraints]
    for columns in (*meta.unique_together, *constrained):
        if column.name in columns:
            yield tuple(columns)


def handlers() -> dict[str, Callable[..., Move]]:
    """{model label: handler} as the apps contribute them."""
    return {
        str(one.entry["model"]).lower(): import_string(one.entry["handler"]) for one in collect("merge_handlers")
    }
