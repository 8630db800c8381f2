"""The column that makes the sky searchable: a position as one integer, the same on every database.

HEALPix NESTED of order 29 (cells of 0.4 milliarcseconds). What lies together on the sky lies together in the column, so
a cone, a polygon or a sky map is a few ranges of it.
"""

import math
from typing import Any

from django.db import models

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
