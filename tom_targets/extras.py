"""What the text of an extra says, read as a number, a truth value or a time."""

import math
from datetime import UTC, datetime, time
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from tom_targets.derived import DerivedField

TRUE = frozenset({"true", "t", "yes", "y", "on", "1", "1.0"})
FALSE = frozenset({"false", "f", "no", "n", "off", "0", "0.0"})


def as_text(value: Any) -> str:
    """The value as it is stored; times in ISO format."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def as_number(value: Any) -> float | None:
    """A finite number, or None."""
    try:
        number = float(as_text(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def as_bool(value: Any) -> bool | None:
    """True or False for what people write for them, or None."""
    word = as_text(value).strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def as_time(value: Any) -> datetime | None:
    """An aware time (UTC where the text names no zone) for an ISO date or time, or None. Bare digits are no time."""
    text = as_text(value).strip()
    if not text or as_number(text) is not None:
        return None
    try:
        moment = parse_datetime(text)
        day = None if moment else parse_date(text)
    except ValueError:
        return None
    if day:
        moment = datetime.combine(day, time())
    if moment is None:
        return None
    return timezone.make_aware(moment, UTC) if timezone.is_naive(moment) else moment


class ExtraNumberField(DerivedField, models.FloatField):
    sources = ("value",)

    def derive(self, instance: models.Model) -> float | None:
        return as_number(instance.value)


class ExtraBoolField(DerivedField, models.BooleanField):
    sources = ("value",)

    def derive(self, instance: models.Model) -> bool | None:
        return as_bool(instance.value)


class ExtraTimeField(DerivedField, models.DateTimeField):
    sources = ("value",)

    def derive(self, instance: models.Model) -> datetime | None:
        return as_time(instance.value)
