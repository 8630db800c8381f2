"""Extras that become columns of the project's target class, and declared extras that get their default."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from tom_common.exceptions import TomError
from tom_targets import timeline
from tom_targets.extra_fields import ExtraField, custom_fields, extra_fields
from tom_targets.extras import as_bool, as_number, as_text, as_time
from tom_targets.models import BaseTarget, Target, TargetExtra

#: rows written in one statement
BATCH = 1000


class NoSuchField(TomError, LookupError):
    """A column or an extra of that name does not exist."""


@dataclass(frozen=True)
class Refused:
    """One extra that stays as it is, and why."""

    target: str
    value: str
    reason: str


@dataclass
class Converted:
    """What became of the extras of one key: so many converted, these refused."""

    count: int = 0
    refused: list[Refused] = field(default_factory=list)


def column_of(name: str) -> models.Field:
    """The column of the project's own target class. Raises NoSuchField with those that there are."""
    known = {column.name: column for column in custom_fields(hidden=True)}
    if name not in known:
        raise NoSuchField(
            f"{Target._meta.label} has no column of its own named {name!r}. Known: {', '.join(known) or 'none'}."
        )
    return known[name]


def keys_in_use() -> dict[str, int]:
    """The keys of extras and tags, with how many targets have them."""
    rows = TargetExtra.objects.order_by("key").values_list("key").annotate(models.Count("pk"))
    return dict(rows)


def convert_extras(key: str, column: models.Field, *, overwrite: bool = False, write: bool = False) -> Converted:
    """Move the extras of that key into the column, one by one; what does not fit stays an extra and is told.

    A column that holds something else already is left alone, unless it is to be overwritten. Nothing is stored unless
    `write`: then each thousand in a transaction.
    """
    done = Converted()
    extras = TargetExtra.objects.filter(key=key).order_by("pk")
    for some in _batches(extras):
        targets = Target.objects.in_bulk([extra.target_id for extra in some])
        fitting: list[tuple[TargetExtra, models.Model, Any]] = []
        for extra in some:
            target = targets.get(extra.target_id)
            reason, value = _judge(extra, target, column, overwrite)
            if reason:
                name = target.name if target is not None else f"target {extra.target_id}"
                done.refused.append(Refused(name, extra.value, reason))
            else:
                fitting.append((extra, target, value))
        if write and fitting:
            _store(fitting, column)
        done.count += len(fitting)
    return done


def _batches(extras: models.QuerySet) -> Iterator[list[TargetExtra]]:
    """By key, since what is converted goes away."""
    last = 0
    while some := list(extras.filter(pk__gt=last)[:BATCH]):
        last = some[-1].pk
        yield some


def _judge(extra: TargetExtra, target: Any, column: models.Field, overwrite: bool) -> tuple[str, Any]:
    """(why not, None) or ("", the value)."""
    if target is None:
        return f"its target is no {Target._meta.object_name}: there is no row to write to", None
    try:
        value = value_for(column, extra.value)
    except ValidationError as error:
        return " ".join(error.messages), None
    objection = _own_judgement(target, column, value)
    if objection:
        return objection, None
    held = getattr(target, column.attname)
    if held not in (None, "", column.get_default()) and held != value and not overwrite:
        return f"the column holds {held!s} already", None
    return "", value


def value_for(column: models.Field, text: str) -> Any:
    """What the text of an extra is in that column, read as extras are. Raises ValidationError."""
    text = as_text(text).strip()
    if not text:
        if column.null:
            return None
        if column.empty_strings_allowed and column.blank:
            return ""
        raise ValidationError("there is no value")
    read: Any = text
    if isinstance(column, models.BooleanField):
        read = as_bool(text)
    elif isinstance(column, models.DateTimeField):
        read = as_time(text)
    elif isinstance(column, models.DateField):
        moment = as_time(text)
        read = moment.date() if moment else None
    elif isinstance(column, (models.FloatField, models.IntegerField)):
        read = as_number(text)
        if isinstance(column, models.IntegerField) and read is not None:
            read = int(read) if read.is_integer() else None
    if read is None:
        raise ValidationError(f"{text!r} is no {_kind(column)}")
    return column.clean(read, None)


def _kind(column: models.Field) -> str:
    if isinstance(column, models.BooleanField):
        return "yes or no"
    if isinstance(column, models.DateField):
        return "date or time"
    return "whole number" if isinstance(column, models.IntegerField) else "number"


def _own_judgement(target: Any, column: models.Field, value: Any) -> str:
    """What the project's `clean` has to say about the column with that value; other columns are not the question."""
    held = getattr(target, column.attname)
    setattr(target, column.attname, value)
    try:
        target.clean()
    except ValidationError as error:
        return " ".join(error.message_dict.get(column.name, ())) if hasattr(error, "error_dict") else ""
    finally:
        setattr(target, column.attname, held)
    return ""


@transaction.atomic
def _store(fitting: list[tuple[TargetExtra, Any, Any]], column: models.Field) -> None:
    for _, target, value in fitting:
        before = getattr(target, column.attname)
        if before != value:
            timeline.record(target, timeline.FIELDS, changes={column.name: [before, value]})
            setattr(target, column.attname, value)
    targets = [target for _, target, _ in fitting]
    Target.objects.bulk_update(targets, [column.name], batch_size=BATCH)
    BaseTarget.objects.filter(pk__in=[target.pk for target in targets]).update(modified=timezone.now())
    TargetExtra.objects.filter(pk__in=[extra.pk for extra, _, _ in fitting]).delete()


def declared(name: str) -> ExtraField:
    """The entry of EXTRA_FIELDS of that name. Raises NoSuchField with those that there are."""
    known = {one.name: one for one in extra_fields(hidden=True)}
    if name not in known:
        raise NoSuchField(f"EXTRA_FIELDS has no {name!r}. Known: {', '.join(known) or 'none'}.")
    return known[name]


def set_default(entry: ExtraField) -> int:
    """Give the declared extra, with its default, to every target that has none; returns to how many.

    Raises NoSuchField when nothing is declared as its default.
    """
    if entry.default is None:
        raise NoSuchField(f"EXTRA_FIELDS declares no default for {entry.name!r}.")
    without = Target.objects.exclude(pk__in=TargetExtra.objects.filter(key=entry.name).values("target"))
    value, count = as_text(entry.default), 0
    while keys := list(without.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = [TargetExtra(target_id=key, key=entry.name, value=value) for key in keys]
            TargetExtra.objects.bulk_create(rows)
            timeline.record_for(keys, timeline.EXTRAS, changes={entry.name: [None, value]})
        count += len(keys)
    return count
