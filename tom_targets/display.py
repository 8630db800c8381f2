"""What a target's page says of it: labelled values, ready to be placed by a template."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Field
from django.utils import timezone

from tom_targets.extra_fields import custom_fields, extra_fields

_MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)

#: field, unit, decimals (None: as it is stored)
_SIDEREAL_FIELDS = (
    ("epoch", "", None), ("parallax", "mas", None), ("pm_ra", "mas/yr", None), ("pm_dec", "mas/yr", None),
)
_DISTANCE_FIELDS = (("distance", "pc", None), ("distance_err", "pc", None))
_ELEMENT_FIELDS = (
    ("scheme", "", None), ("epoch_of_elements", "MJD", None), ("mean_anomaly", "°", None),
    ("arg_of_perihelion", "°", None), ("lng_asc_node", "°", None), ("inclination", "°", None),
    ("eccentricity", "", None), ("semimajor_axis", "au", None), ("perihdist", "au", None),
    ("epoch_of_perihelion", "MJD", None), ("mean_daily_motion", "°/d", None),
    ("abs_mag", "mag", None), ("slope", "", None),
)
_EPHEMERIS_FIELDS = (
    ("ephemeris_period", "d", None), ("ephemeris_period_err", "d", None), ("ephemeris_epoch", "d", None),
    ("ephemeris_epoch_err", "d", None),
)


@dataclass(frozen=True)
class Row:
    """A label and its value; `copy` is what the copy button puts into the clipboard, `note` stands small beside."""

    label: str
    value: str
    unit: str = ""
    copy: str = ""
    note: str = ""
    coordinate: bool = False


def number(value: float | None) -> str:
    """A stored number for people: no binary dust (0.30000000000000004), no needless decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def mjd_date(mjd: float | None) -> str:
    """The UTC calendar date of a modified Julian date; empty for what no calendar reaches."""
    try:
        return f"{_MJD_ZERO + timedelta(days=float(mjd)):%Y-%m-%d %H:%M}"
    except (TypeError, ValueError, OverflowError):
        return ""


def coordinate_rows(ra: float | None, dec: float | None) -> list[Row]:
    """One ICRS position (degrees) in every notation, with its constellation; nothing without a position."""
    if ra is None or dec is None:
        return []
    from tom_common.astro import angles, sky

    longitude, latitude = sky.galactic(ra, dec)
    ecliptic_longitude, ecliptic_latitude = sky.ecliptic(ra, dec)
    sexagesimal = angles.format_position(ra, dec)
    degrees = f"{ra:.6f} {dec:+.6f}"
    return [
        Row("RA, Dec", sexagesimal, copy=sexagesimal, coordinate=True),
        Row("", degrees, "° ICRS", copy=degrees, coordinate=True),
        Row("Constellation", sky.constellation(ra, dec)),
        Row("Galactic l, b", f"{longitude:.5f} {latitude:+.5f}", "°", copy=f"{longitude:.5f} {latitude:+.5f}",
            coordinate=True),
        Row("Ecliptic λ, β", f"{ecliptic_longitude:.5f} {ecliptic_latitude:+.5f}", "°",
            copy=f"{ecliptic_longitude:.5f} {ecliptic_latitude:+.5f}", coordinate=True),
    ]


def motion_rows(target: Any, now: datetime | None = None) -> list[Row]:
    """Where proper motion has brought a sidereal target by now; nothing when none is known."""
    if target.ra is None or target.dec is None or not (target.pm_ra or target.pm_dec):
        return []
    from tom_common.astro import angles, sky

    year = julian_year(now or timezone.now())
    epoch = target.epoch if target.epoch is not None else 2000.0
    ra, dec = sky.propagate(target.ra, target.dec, target.pm_ra, target.pm_dec, epoch=epoch, to=year)
    moved = sky.separation(target.ra, target.dec, ra, dec) * 3600
    text = angles.format_position(ra, dec)
    return [Row(
        "Position now", text, f"epoch {year:.2f}", copy=text, note=f"moved {moved:.2f}″ since {number(epoch)}",
        coordinate=True,
    )]


def julian_year(moment: datetime) -> float:
    return 2000.0 + (moment - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / (365.25 * 86400)


def value_rows(target: Any) -> list[Row]:
    """The stored values of the fields that belong to the target's type, those that are empty left out."""
    sidereal = target.type == type(target).SIDEREAL
    fields = (*_SIDEREAL_FIELDS, *_DISTANCE_FIELDS) if sidereal else _ELEMENT_FIELDS
    return list(_field_rows(target, (*fields, *_EPHEMERIS_FIELDS)))


def _field_rows(target: Any, fields: Iterable[tuple]) -> Iterator[Row]:
    for name, unit, _ in fields:
        value = getattr(target, name, None)
        if value is None or value == "":
            continue
        shown = getattr(target, f"get_{name}_display", lambda value=value: number(value))()
        note = mjd_date(value) if unit == "MJD" else ""
        yield Row(field_label(target, name), str(shown), unit, note=f"{note} UTC" if note else "")


def field_label(target: Any, name: str) -> str:
    """What a field is called: its verbose name with a capital, or the name itself."""
    label = str(target._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def custom_rows(target: Any) -> list[Row]:
    """The fields that a project's own target class adds, those marked `hidden` and the empty ones left out."""
    rows = []
    for field in custom_fields():
        value = None if field.is_relation else field.value_from_object(target)
        if value is not None and value != "":
            rows.append(Row(field_label(target, field.name), _custom_value(target, field, value)))
    return rows


def _custom_value(target: Any, field: Field, value: Any) -> str:
    if field.choices:
        return str(getattr(target, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return number(value)


def extra_rows(target: Any) -> tuple[list[Row], list[Row]]:
    """(declared extra fields, free tags) of a target from one query; hidden fields are left out."""
    declared = {field.name: field for field in extra_fields(hidden=True)}
    stored = {extra.key: extra for extra in target.targetextra_set.all()}
    fields = [
        Row(name, extra_value(stored[name], field.type))
        for name, field in declared.items()
        if name in stored and not field.hidden
    ]
    tags = [Row(key, extra.value) for key, extra in sorted(stored.items()) if key not in declared]
    return [row for row in fields if row.value], tags


def extra_value(extra: Any, kind: str) -> str:
    """The value of a declared extra field in the words of its type."""
    if kind == "number" and extra.float_value is not None:
        return number(extra.float_value)
    if kind == "boolean" and extra.bool_value is not None:
        return "yes" if extra.bool_value else "no"
    if kind == "datetime" and extra.time_value is not None:
        moment = extra.time_value
        if settings.USE_TZ:
            moment = timezone.localtime(moment) if timezone.is_aware(moment) else moment
        return f"{moment:%Y-%m-%d %H:%M}"
    return str(extra.value)
