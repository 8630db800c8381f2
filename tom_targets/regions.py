"""Regions of the sky, and the targets in them: polygons, MOCs, credible regions of sky maps.

A region is a list of (low, high) ranges of the sky index (HEALPix NESTED, order 29; both ends included). A polygon's
ranges hold a little more than the polygon; its vertices then decide.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.db import connections
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from tom_common.exceptions import TomError
from tom_targets.managers import TargetQuerySet

#: up to so many ranges stand in the query one by one; more are a table that the query is joined with
FEW_RANGES = 100
#: a region of more ranges than this is rounded up to so many
MAX_RANGES = 500_000
#: every target near a polygon is held against each of its edges
MAX_VERTICES = 1000

Range = tuple[int, int]

#: (SELECT of one column of each row, its numbers coming as one parameter) by database
_RANGE_JOINS = {
    "sqlite": (
        "SELECT t.{pk} FROM json_each(%s) r CROSS JOIN {table} t "
        "WHERE t.healpix BETWEEN json_extract(r.value, '$[0]') AND json_extract(r.value, '$[1]')"
    ),
    "postgresql": (
        "SELECT t.{pk} FROM json_array_elements(%s::json) r JOIN {table} t "
        "ON t.healpix BETWEEN (r.value->>0)::bigint AND (r.value->>1)::bigint"
    ),
    "mysql": (
        "SELECT t.{pk} FROM JSON_TABLE(%s, '$[*]' COLUMNS (low BIGINT PATH '$[0]', high BIGINT PATH '$[1]')) r "
        "STRAIGHT_JOIN {table} t ON t.healpix BETWEEN r.low AND r.high"
    ),
}
_KEY_LISTS = {
    "sqlite": "SELECT value FROM json_each(%s)",
    "postgresql": "SELECT value::text::bigint FROM json_array_elements(%s::json)",
    "mysql": "SELECT k FROM JSON_TABLE(%s, '$[*]' COLUMNS (k BIGINT PATH '$')) keys_given",
}


class RegionError(TomError, ValueError):
    """What was given is no region; the text says why."""


@dataclass(frozen=True)
class Region:
    """`ranges` of the sky index; `vertices` [(ra, dec), …] in degrees when it is a polygon."""

    ranges: list[Range]
    vertices: tuple[tuple[float, float], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"ranges": self.ranges, "vertices": self.vertices}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Region":
        return cls([tuple(pair) for pair in value["ranges"]], tuple(tuple(pair) for pair in value["vertices"]))

    @property
    def area(self) -> float:
        """Square degrees; of a polygon a little more than its own, since it is that of its ranges."""
        cells = sum(high - low + 1 for low, high in self.ranges)
        return cells / (12 * 4**29) * 41252.96125


def polygon(text: str) -> Region:
    """The polygon of these vertices, one position a line or apart by semicolons, in any notation. RegionError."""
    from tom_common.astro.angles import AngleError, parse_position  # heavy: numpy
    from tom_common.astro.sky import polygon_ranges

    vertices, lines = [], list(filter(None, map(str.strip, re.split(r"[\n;]", text))))
    if len(lines) > MAX_VERTICES:
        raise RegionError(f"A polygon has up to {MAX_VERTICES} vertices here, found {len(lines)}. Use a MOC instead.")
    for number, line in enumerate(lines, start=1):
        try:
            vertices.append(parse_position(line))
        except AngleError as error:
            raise RegionError(f"Vertex {number}: {error}") from error
    if not vertices:
        raise RegionError("Give the vertices of the polygon, one position a line.")
    ra, dec = zip(*vertices, strict=True)
    try:
        return Region(polygon_ranges(ra, dec), tuple(vertices))
    except ValueError as error:
        raise RegionError(str(error)) from error


def moc(content: bytes | str) -> Region:
    """A MOC, as text or the content of a file (FITS, JSON or text). Raises RegionError."""
    from tom_common.astro.sky import moc_ranges

    try:
        ranges = moc_ranges(content if isinstance(content, str) else BytesIO(content), MAX_RANGES)
    except ValueError as error:
        raise RegionError(str(error)) from error
    if not ranges:
        raise RegionError("This MOC is empty: it holds no part of the sky.")
    return Region(ranges)


def sky_map(content: bytes, percent: float) -> Region:
    """The smallest region that holds `percent` of a sky map's probability (HEALPix FITS). Raises RegionError."""
    from tom_common.astro.sky import skymap_ranges

    try:
        return Region(skymap_ranges(BytesIO(content), percent, MAX_RANGES))
    except ValueError as error:
        raise RegionError(str(error)) from error
    except Exception as error:
        # astropy reports damaged files by many unrelated types
        raise RegionError(f"This is no HEALPix sky map: {type(error).__name__}: {error}") from error


def targets_in(region: Region, targets: TargetQuerySet) -> TargetQuerySet:
    """Those of the targets that lie in the region. What moves has no place in it."""
    found = in_ranges(targets, region.ranges).exclude(type=targets.model.NON_SIDEREAL)
    if not region.vertices:
        return found
    return with_keys(targets, _in_polygon(region, found))


def _in_polygon(region: Region, candidates: QuerySet) -> list[int]:
    import numpy as np

    from tom_common.astro.sky import in_polygon

    keys: list[int] = []
    polygon_ra, polygon_dec = zip(*region.vertices, strict=True)
    for pk, ra, dec in columns_of(candidates):
        keys += pk[np.asarray(in_polygon(ra, dec, polygon_ra, polygon_dec), bool)].tolist()
    return keys


def in_ranges(targets: TargetQuerySet, ranges: Sequence[Range]) -> TargetQuerySet:
    """As `targets.in_ranges`, for any number of ranges: many are joined with the index instead of asked one by one."""
    if len(ranges) <= FEW_RANGES:
        return targets.in_ranges(ranges)
    template = _RANGE_JOINS.get(connections[targets.db].vendor)
    if template is None:
        return _in_parts(targets, ranges)
    base = _base_model(targets)
    quote = connections[targets.db].ops.quote_name
    sql = template.format(pk=quote(base._meta.pk.column), table=quote(base._meta.db_table))
    numbers = json.dumps([[int(low), int(high)] for low, high in ranges])
    return targets.filter(pk__in=RawSQL(sql, [numbers]))


def _in_parts(targets: TargetQuerySet, ranges: Sequence[Range]) -> TargetQuerySet:
    """For a database without JSON tables: the keys are looked up some ranges at a time."""
    keys: list[int] = []
    for start in range(0, len(ranges), FEW_RANGES):
        keys += targets.in_ranges(ranges[start:start + FEW_RANGES]).order_by().values_list("pk", flat=True)
    return with_keys(targets, keys)


def with_keys(rows: QuerySet, keys: Iterable[int]) -> QuerySet:
    """The rows of these keys, however many there are."""
    keys = [int(key) for key in keys]
    template = _KEY_LISTS.get(connections[rows.db].vendor)
    if template is not None:
        return rows.filter(pk__in=RawSQL(template, [json.dumps(keys)]))
    condition = Q(pk__in=[])
    for start in range(0, len(keys), 500):
        condition |= Q(pk__in=keys[start:start + 500])
    return rows.filter(condition)


def columns_of(targets: QuerySet, chunk: int = 200_000) -> Iterable[tuple[Any, Any, Any]]:
    """(keys, ra, dec) of the targets as arrays, some hundred thousand rows at a time. Degrees."""
    from itertools import islice

    import numpy as np

    rows = targets.order_by().values_list("pk", "ra", "dec").iterator(chunk_size=10_000)
    while part := list(islice(rows, chunk)):
        pk, ra, dec = zip(*part, strict=True)
        yield np.array(pk, np.int64), np.array(ra, float), np.array(dec, float)


def _base_model(targets: TargetQuerySet) -> type[Model]:
    """The model that has the sky index: BaseTarget, also of a target class of the project's own."""
    return targets.model._meta.get_field("healpix").model
