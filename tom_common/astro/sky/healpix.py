"""HEALPix (NESTED) indices of positions, and cones as ranges of them.

A range is (low, high), both ends included, of order-29 indices: what SQL's ``BETWEEN low AND high`` takes. The
astronomical libraries load with the first array or cone; the index of one position needs none of them.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

ORDER = 29
LAST_INDEX = 12 * 4**ORDER - 1

Range = tuple[int, int]

# One order-29 cell. Two ways to index a point on a cell's edge may differ by a cell; cones are this much wider, so
# that they find it either way.
PAD_DEG = 1.1e-7
# Square root of an order-0 cell's area; each order halves it.
CELL_DEG = math.degrees(math.sqrt(4 * math.pi / 12))


def healpix_index(ra, dec, order: int = ORDER):
    """NESTED index of a position: an int, or None without a position (None, NaN, beyond the poles).

    Sequences give a list of the same, ready for a database column; :func:`healpix_array` keeps numpy.
    """
    if ra is None or dec is None:
        return None
    if np.ndim(ra) == 0 and np.ndim(dec) == 0:
        return _index_of_one(float(ra), float(dec), order)
    numbers = (np.array([np.nan if v is None else v for v in np.atleast_1d(values)], float) for values in (ra, dec))
    return [None if index < 0 else index for index in healpix_array(*numbers, order).tolist()]


def healpix_array(ra: ArrayLike, dec: ArrayLike, order: int = ORDER) -> NDArray[np.int64]:
    """NESTED indices as int64, -1 where there is no position."""
    import astropy.units as u
    from astropy.coordinates import Latitude, Longitude
    from cdshealpix.nested import lonlat_to_healpix

    lon, lat = np.broadcast_arrays(np.asarray(ra, float), np.asarray(dec, float))
    indices = np.full(lon.shape, -1, np.int64)
    good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90)
    if good.any():
        indices[good] = lonlat_to_healpix(Longitude(lon[good] % 360, u.deg), Latitude(lat[good], u.deg), order)
    return indices


def _index_of_one(ra: float, dec: float, order: int) -> int | None:
    """As cdshealpix, for one position: fifty times faster than an array of one, and numpy's libraries stay unloaded."""
    if not (math.isfinite(ra) and -90 <= dec <= 90):
        return None
    nside = 1 << order
    z, quarter = math.sin(math.radians(dec)), (ra % 360.0) / 90.0 % 4.0
    if abs(z) <= 2 / 3:
        across, up = nside * (0.5 + quarter), nside * 0.75 * z
        # On an edge the cell to the north-west, as cdshealpix has it
        rising, falling = max(math.ceil(across - up) - 1, 0), int(across + up)
        face_rising, face_falling = rising >> order, falling >> order
        if face_rising == face_falling:
            face = (face_rising & 3) | 4
        else:
            face = face_rising if face_rising < face_falling else face_falling + 8
        x, y = falling & (nside - 1), nside - (rising & (nside - 1)) - 1
    else:
        face = min(int(quarter), 3)
        along = quarter - face
        # cos(dec) keeps its digits at the pole, where 1 - |z| has none left
        size = nside * math.cos(math.radians(dec)) / math.sqrt((1 + abs(z)) / 3)
        left, right = min(int(along * size), nside - 1), min(int((1 - along) * size), nside - 1)
        x, y = (nside - right - 1, nside - left - 1) if z >= 0 else (left, right)
        face = face if z >= 0 else face + 8
    return (face << (2 * order)) | _spread(x) | (_spread(y) << 1)


def _spread(bits: int) -> int:
    """The 32 lower bits, each followed by a zero."""
    bits = (bits | (bits << 16)) & 0x0000FFFF0000FFFF
    bits = (bits | (bits << 8)) & 0x00FF00FF00FF00FF
    bits = (bits | (bits << 4)) & 0x0F0F0F0F0F0F0F0F
    bits = (bits | (bits << 2)) & 0x3333333333333333
    return (bits | (bits << 1)) & 0x5555555555555555


class ConeBox(NamedTuple):
    """RA within `half_width` of `ra` (wrapped), Dec from `dec_min` to `dec_max`; degrees."""

    ra: float
    half_width: float
    dec_min: float
    dec_max: float


def cone_box(ra: float, dec: float, radius: float) -> ConeBox:
    """The box that surely holds a cone. All angles in degrees.

    RA widens as 1/cos(dec); a cone that reaches a pole takes in every RA.
    """
    if abs(dec) + radius >= 90:
        half_width = 180.0
    else:
        half_width = math.degrees(math.asin(math.sin(math.radians(radius)) / math.cos(math.radians(dec))))
    return ConeBox(ra, half_width, max(dec - radius, -90.0), min(dec + radius, 90.0))


def cone_ranges(ra: float, dec: float, radius_deg: float, max_ranges: int = 16) -> list[Range]:
    """At most `max_ranges` ranges that surely hold the cone, and little else: the separation of each then decides.

    Any radius from 0 (the point itself) to 180 degrees (everything). Raises ValueError for what is no cone.
    """
    import astropy.units as u
    from astropy.coordinates import Latitude, Longitude
    from cdshealpix.nested import cone_search

    if not (math.isfinite(ra) and math.isfinite(radius_deg) and -90 <= dec <= 90 and 0 <= radius_deg):
        raise ValueError(f"No cone: RA {ra}, Dec {dec}, radius {radius_deg} degrees.")
    radius = radius_deg + PAD_DEG
    # Beyond half the sky there is little left to rule out (and cdshealpix loses cells from 137 degrees on).
    if radius >= 90:
        return [(0, LAST_INDEX)]
    # Cells about as wide as the radius: some ten of them, whatever the radius.
    order = max(min(math.ceil(math.log2(CELL_DEG / radius)), ORDER), 0)
    cells, orders, _ = cone_search(
        Longitude(ra % 360, u.deg), Latitude(dec, u.deg), radius * u.deg, order, depth_delta=min(2, ORDER - order),
    )
    return cell_ranges(cells, orders, max_ranges)


def cell_ranges(cells: NDArray, orders: NDArray, max_ranges: int | None) -> list[Range]:
    """Cells of mixed orders as merged order-29 ranges."""
    shift = 2 * (ORDER - orders.astype(np.int64))
    low = cells.astype(np.int64) << shift
    high = low + (np.int64(1) << shift) - 1
    return limited(merged(zip(low.tolist(), high.tolist(), strict=True)), max_ranges)


def merged(ranges: Iterable[Range]) -> list[Range]:
    """The same indices in as few ranges as can be, in order."""
    result: list[Range] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return result


def limited(ranges: list[Range], max_ranges: int | None) -> list[Range]:
    """No more than `max_ranges`, by closing the narrowest gaps: holds the same and a little more."""
    if not max_ranges or len(ranges) <= max_ranges:
        return ranges
    gaps = sorted(range(1, len(ranges)), key=lambda i: ranges[i][0] - ranges[i - 1][1], reverse=True)
    starts = [0, *sorted(gaps[:max_ranges - 1])]
    ends = [*(start - 1 for start in starts[1:]), len(ranges) - 1]
    return [(ranges[start][0], ranges[end][1]) for start, end in zip(starts, ends, strict=True)]
