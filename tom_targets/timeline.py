"""The timeline of a target: every change, with who, when, and the value before. Events are added here and nowhere else.

    timeline.record(target, "observation", about=record, text="Submitted to LCO.", requests=3)
    timeline.record_for(Target.objects.filter(…), "access", text="The embargo ended.")

`actor` is whoever is at work (`tom_common.actors`) unless given. An event `about` another object is hidden from who may
not see that object. Whatever is written in `data` or `text` all who see the target can read.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, Model, QuerySet
from django.utils import timezone

from tom_common.actors import current_actor
from tom_targets.history import TargetEvent, target_class

CREATED, FIELDS, NAMES, EXTRAS = "created", "fields", "names", "extras"
GROUPING, ACCESS, COMMENT, MERGED, UNMERGED = "grouping", "access", "comment", "merged", "unmerged"

#: kind -> what the page calls it. Kinds of other apps are called as they are.
KINDS = {
    CREATED: "Made", FIELDS: "Fields", NAMES: "Names", EXTRAS: "Tags and further fields", GROUPING: "Groups",
    ACCESS: "Access", COMMENT: "Comments", MERGED: "Merged", UNMERGED: "Merge undone",
}
#: columns whose changes follow from others, or are bookkeeping
UNTOLD = {"id", "basetarget_ptr", "created", "modified", "healpix", "name_simplified"}
BATCH = 5000
_WHOEVER = object()


def record(
    target: Model, kind: str, *, actor: Any = _WHOEVER, about: Model | None = None, text: str = "", **data: Any
) -> TargetEvent:
    """Write down one event of one target."""
    event = _event(kind, actor, about, text, data)
    event.target_id = target.pk
    event.save(using=target._state.db)
    return event


def record_for(
    targets: QuerySet | Iterable[int], kind: str, *, actor: Any = _WHOEVER, about: Model | None = None, text: str = "",
    **data: Any,
) -> int:
    """Write down the same event for many targets (a queryset, or keys), in a statement; returns how many."""
    event = _event(kind, actor, about, text, data)
    if isinstance(targets, QuerySet):
        return _insert(targets, event)
    keys, written = iter(targets), 0
    while batch := list(islice(keys, BATCH)):
        written += _insert(target_class()._base_manager.filter(pk__in=batch), event)
    return written


def _event(kind: str, actor: Any, about: Model | None, text: str, data: Mapping[str, Any]) -> TargetEvent:
    actor = current_actor() if actor is _WHOEVER else actor
    if about is not None and not isinstance(about.pk, int):
        raise TypeError(f"An event can be about an object whose key is a number; that of {about!r} is {about.pk!r}.")
    return TargetEvent(
        kind=kind, actor_id=getattr(actor, "pk", None), text=text, data=plain(data), time=timezone.now(),
        about_model=about._meta.concrete_model._meta.label_lower if about is not None else "",
        about_pk=about.pk if about is not None else None,
    )


def _insert(targets: QuerySet, event: TargetEvent) -> int:
    """INSERT … SELECT: fifty thousand events take a fraction of a second."""
    connection = connections[targets.db]
    try:
        chosen = targets.order_by().annotate(event_target=F("pk")).values_list("event_target")
        inner, parameters = chosen.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    quote = connection.ops.quote_name
    fields = [field for field in TargetEvent._meta.concrete_fields if not field.primary_key and field.name != "target"]
    values = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in fields]
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    target_column = quote(TargetEvent._meta.get_field("target").column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(TargetEvent._meta.db_table)} ({target_column}, {columns}) "
            f"SELECT chosen.{quote('event_target')}, {places} FROM ({inner}) chosen",
            [*values, *parameters],
        )
        return max(cursor.rowcount, 0)


def record_save(
    target: Model, *, created: bool, changes: Mapping[str, tuple[Any, Any]] | None = None, names: Iterable[str] = (),
    extras: Mapping[str, tuple[Any, Any]] | None = None, using: str | None = None,
) -> None:
    """Write down what one `save` of a target did, in one statement."""
    names, extras = list(names), {key: list(pair) for key, pair in (extras or {}).items() if pair[0] != pair[1]}
    if created:
        told = {"name": target.name, "names": names, "extras": {key: after for key, (_before, after) in extras.items()}}
        events = [_event(CREATED, _WHOEVER, None, "", {key: value for key, value in told.items() if value})]
    else:
        changes = told_changes(changes or {})
        found = ((FIELDS, changes and {"changes": changes}), (NAMES, names and {"added": names}),
                 (EXTRAS, extras and {"changes": extras}))
        events = [_event(kind, _WHOEVER, None, "", data) for kind, data in found if data]
    for event in events:
        event.target_id = target.pk
    if events:
        TargetEvent.objects.using(using or target._state.db).bulk_create(events)


def told_changes(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, list]:
    """The changes that are told: not what follows from others, such as galactic coordinates from a position."""
    untold = UNTOLD | ({"galactic_lng", "galactic_lat"} if {"ra", "dec"} & set(changes) else set())
    return {name: list(pair) for name, pair in changes.items() if name not in untold}


def plain(value: Any) -> Any:
    """The value as JSON holds it."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        # JSON has no NaN
        return value if value - value == 0 else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(content) for key, content in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(content) for content in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def kind_label(kind: str) -> str:
    """What people call it."""
    return KINDS.get(kind) or kind.replace("_", " ").replace("-", " ").capitalize()
