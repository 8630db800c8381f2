"""Aliases and extras of a target, many in a few queries."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import Model

from tom_targets import timeline
from tom_targets.extras import as_text


def store_extras(target: Model, extras: Mapping[str, Any], *, tell: bool = True) -> dict[str, tuple[str | None, str]]:
    """Write extras ({key: value}); a key that is there gets the new value. Returns {key: (value before, value)}.

    The timeline is told, unless the caller will `tell` it.
    """
    values = {str(key): as_text(value) for key, value in extras.items()}
    if not values:
        return {}
    rows = target.targetextra_set.model.objects.using(target._state.db)
    known = {extra.key: extra for extra in rows.filter(target_id=target.pk, key__in=values)}
    written = {key: (known[key].value if key in known else None, value) for key, value in values.items()}
    for key, extra in known.items():
        extra.value = values[key]
    if known:
        rows.bulk_update(known.values(), ["value"])
    rows.bulk_create(
        rows.model(target_id=target.pk, key=key, value=value) for key, value in values.items() if key not in known
    )
    if tell:
        timeline.record_save(target, created=False, extras=written)
    return written


def store_names(target: Model, names: Iterable[str], *, tell: bool = True) -> list[Model]:
    """Write aliases; those that the target already bears are passed over.

    Raises ValidationError, having written nothing, when one belongs to another target.
    """
    wanted = list(dict.fromkeys(text for name in names if (text := str(name).strip())))
    wanted = [name for name in wanted if name != target.name]
    rows = target.aliases.model.objects.using(target._state.db)
    targets = target.aliases.field.related_model.objects.using(target._state.db)
    if not wanted:
        return []
    too_long = [name for name in wanted if len(name) > rows.model._meta.get_field("name").max_length]
    if too_long:
        raise ValidationError(f"A name has at most 100 characters; too long: {', '.join(too_long)}.")
    # MySQL and MariaDB take names that differ in case for the same, and refuse the second.
    folded = connections[rows.db].vendor == "mysql"
    key = str.casefold if folded else str
    owners = {key(name): owner for name, owner in rows.filter(name__in=wanted).values_list("name", "target_id")}
    taken = {name for name in wanted if owners.get(key(name), target.pk) != target.pk}
    taken.update(targets.filter(name__in=wanted).exclude(pk=target.pk).values_list("name", flat=True))
    if taken:
        raise ValidationError(f"Already the name of another target: {', '.join(sorted(taken))}.", code="unique")
    fresh = {key(name): name for name in reversed(wanted) if key(name) not in owners and key(name) != key(target.name)}
    made = rows.bulk_create(rows.model(target_id=target.pk, name=name) for name in reversed(fresh.values()))
    if tell:
        timeline.record_save(target, created=False, names=[alias.name for alias in made])
    return made
