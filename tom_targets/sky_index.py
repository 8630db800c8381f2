"""The column that makes the sky searchable: a position as one integer, the same on every database.

HEALPix NESTED of order 29 (cells of 0.4 milliarcseconds). What lies together on the sky lies together in the column, so
a cone, a polygon or a sky map is a few ranges of it.
"""

import math
from typing import Any

from django.db import models
from django.db.models import ExpressionWrapper, F, FloatField, Func, Q, Value
from django.db.models.functions import ASin, Degrees, Least, Sqrt
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from tom_targets.derived import DerivedField


class HealpixField(DerivedField, models.BigIntegerField):
    """HEALPix index of the row's `ra` and `dec` (degrees, ICRS); null without a position."""

    sources = ("ra", "dec")

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("null", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def derive(self, instance: models.Model) -> int | None:
        return sky_index(instance.ra, instance.dec)


@HealpixField.register_lookup
class InRanges(models.Lookup):
    """`healpix__in_ranges=[(low, high), …]`, both ends included: one index range each."""

    lookup_name = "in_ranges"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list]:
        column, column_params = self.process_lhs(compiler, connection)
        terms, params = [], []
        for low, high in self.rhs:
            terms.append(f"{column} BETWEEN %s AND %s")
            params += [*column_params, int(low), int(high)]
        return (f"({' OR '.join(terms)})", params) if terms else ("1 = 0", [])


#: added to a radius before it is compared in SQL: a microarcsecond, for what the formula rounds
RADIUS_SLACK_DEG = 3e-10


class Haversine(Func):
    """SQL for sin²(separation / 2) of a row's position from (ra, dec) in degrees: exact for small separations."""

    arity = 2
    output_field = FloatField()

    def __init__(self, ra: float, dec: float):
        super().__init__(F("ra"), F("dec"))
        self.extra["place"] = (float(ra), float(dec))

    def as_sql(self, compiler: Any, connection: Any, **extra_context: Any) -> tuple[str, list]:
        (ra, ra_params), (dec, dec_params) = map(compiler.compile, self.source_expressions)
        ra0, dec0 = self.extra["place"]
        half = math.pi / 360
        # Written as one piece: a tree of a dozen expressions costs more to compile than to run.
        sql = (
            f"(POWER(SIN(({dec} - %s) * %s), 2) + COS({dec} * %s) * %s * POWER(SIN(({ra} - %s) * %s), 2))"
        )
        dec_factor = math.cos(math.radians(dec0))
        return sql, [*dec_params, dec0, half, *dec_params, 2 * half, dec_factor, *ra_params, ra0, half]


def within(ra: float, dec: float, radius_deg: float) -> Q:
    """The condition that a row's position lies within a radius; both in degrees."""
    if radius_deg <= 90:
        edge = math.sin(math.radians(radius_deg + RADIUS_SLACK_DEG) / 2) ** 2
        return Q(LessThanOrEqual(Haversine(ra, dec), edge))
    # Far away sin² is flat and loses digits; the distance from the opposite point keeps them.
    edge = math.sin(math.radians(max(180 - radius_deg - RADIUS_SLACK_DEG, 0.0)) / 2) ** 2
    return Q(GreaterThanOrEqual(Haversine(ra + 180, -dec), edge))


def separation_from(ra: float, dec: float) -> ExpressionWrapper:
    """SQL for the great-circle distance in degrees of a row's position from (ra, dec)."""
    # Rounding may carry the antipode a hair above 1, where asin has no value.
    root = Least(Value(1.0), Sqrt(Haversine(ra, dec)))
    return ExpressionWrapper(Degrees(ASin(root)) * Value(2.0), output_field=FloatField())


def sky_index(ra: float | None, dec: float | None) -> int | None:
    """The index of a position in degrees, or None for what is no position."""
    try:
        position = float(ra), float(dec)
    except (TypeError, ValueError):
        return None
    from tom_common.astro.sky import healpix_index  # heavy: numpy

    return healpix_index(*position)


def is_number(value: Any) -> bool:
    """A finite number (zero is one)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def galactic_position(ra: float, dec: float) -> tuple[float, float]:
    """Galactic longitude and latitude of an ICRS position; degrees."""
    from tom_common.astro.sky import galactic  # heavy: numpy

    longitude, latitude = galactic(ra, dec)
    return float(longitude), float(latitude)
