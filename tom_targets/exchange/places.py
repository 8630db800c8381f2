"""Which stored targets lie near many positions, or bear many names: one query, whatever their number."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connections, models

from tom_targets.models import BaseTarget

#: ranges in one OR, on databases that cannot join a list
RANGES_AT_ONCE = 1500


class Neighbour(NamedTuple):
    """The target `pk` lies `separation_arcsec` from position `place` of the list."""

    place: int
    pk: int
    name: str
    separation_arcsec: float


def select_where_in(
    model: type[models.Model], columns: Sequence[str], wanted: str, values: Sequence[Any], *, using: str,
) -> list[tuple]:
    """`columns` of the rows in which `wanted` is one of the values. The list goes to the database as one parameter
    where that can be: thousands cost more to write into a statement than to look up.
    """
    if not values:
        return []
    connection = connections[using]
    quote, field = connection.ops.quote_name, model._meta.get_field
    names = ", ".join(quote(field(name).column) for name in columns)
    start = f"SELECT {names} FROM {quote(model._meta.db_table)} WHERE {quote(field(wanted).column)}"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"{start} IN (SELECT value FROM json_each(%s))", [json.dumps(values)])
        elif connection.vendor == "postgresql":
            cursor.execute(f"{start} = ANY(%s)", [list(values)])
        else:
            rows = model._base_manager.using(using).filter(**{f"{wanted}__in": list(values)})
            return list(rows.values_list(*(field(name).attname for name in columns)))
        return cursor.fetchall()


def neighbours_of(positions: Sequence[tuple[float, float]], radius_arcsec: float, *, using: str) -> list[Neighbour]:
    """Sidereal targets within `radius_arcsec` of each of the positions (RA, Dec, degrees), nearest first."""
    if not positions:
        return []
    import numpy as np  # heavy

    from tom_common.astro.sky import crossmatch

    ra, dec = (np.array(column, float) for column in zip(*positions, strict=True))
    found = _within(sky_ranges(ra, dec, radius_arcsec), using)
    if not found:
        return []
    pks, names, their_ra, their_dec = zip(*found, strict=True)
    matches = crossmatch(ra, dec, np.array(their_ra, float), np.array(their_dec, float), radius_arcsec)
    return [
        Neighbour(first, pks[second], names[second], distance)
        for first, second, distance in zip(*(column.tolist() for column in matches), strict=True)
    ]


def sky_ranges(ra: Any, dec: Any, radius_arcsec: float) -> tuple[list[int], list[int]]:
    """Ranges of the sky index that hold all within a (small) radius of the positions: their lows and highs."""
    import math

    import numpy as np  # heavy
    from cdshealpix.nested import neighbours

    from tom_common.astro.sky import ORDER, healpix_array
    from tom_common.astro.sky.healpix import CELL_DEG, PAD_DEG

    # Cells twice as wide as the radius: what is near shares a cell or is in the one next to it.
    order = max(min(math.floor(math.log2(CELL_DEG / (2 * (radius_arcsec / 3600 + PAD_DEG)))), ORDER), 0)
    own = healpix_array(ra, dec, order)
    around = neighbours(own[own >= 0].astype(np.uint64), order).astype(np.int64)
    cells = np.unique(around[around >= 0])
    if not len(cells):
        return [], []
    breaks = np.flatnonzero(np.diff(cells) > 1)
    first, last = cells[np.concatenate([[0], breaks + 1])], cells[np.concatenate([breaks, [len(cells) - 1]])]
    shift = 2 * (ORDER - order)
    return (first << shift).tolist(), (((last + 1) << shift) - 1).tolist()


def _within(ranges: tuple[list[int], list[int]], using: str) -> list[tuple]:
    """(pk, name, ra, dec) of the sidereal targets in the ranges."""
    connection = connections[using]
    meta = BaseTarget._meta
    quote = connection.ops.quote_name
    pk, name, ra, dec, healpix, kind = (
        f"t.{quote(meta.get_field(field).column)}" for field in ("id", "name", "ra", "dec", "healpix", "type")
    )
    wanted = f"SELECT {pk}, {name}, {ra}, {dec} FROM"
    table, moving = f"{quote(meta.db_table)} t", BaseTarget.NON_SIDEREAL
    low, high = ranges
    if connection.vendor == "sqlite":
        # CROSS JOIN keeps the order: each range is one look-up in the index.
        sql = (f"{wanted} json_each(%s) r CROSS JOIN {table} WHERE {healpix} BETWEEN json_extract(r.value, '$[0]') "
               f"AND json_extract(r.value, '$[1]') AND {kind} <> %s")
        params: list = [json.dumps(list(zip(low, high, strict=True))), moving]
    elif connection.vendor == "postgresql":
        sql = (f"{wanted} unnest(%s::bigint[], %s::bigint[]) AS r(low, high) JOIN {table} "
               f"ON {healpix} BETWEEN r.low AND r.high WHERE {kind} <> %s")
        params = [low, high, moving]
    else:
        return _within_by_or(low, high, using)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _within_by_or(low: list[int], high: list[int], using: str) -> list[tuple]:
    found = []
    pairs = list(zip(low, high, strict=True))
    rows = BaseTarget.objects.using(using).exclude(type=BaseTarget.NON_SIDEREAL)
    for start in range(0, len(pairs), RANGES_AT_ONCE):
        some = rows.in_ranges(pairs[start:start + RANGES_AT_ONCE])
        found += some.values_list("pk", "name", "ra", "dec")
    return found
