"""Polygons, MOCs and HEALPix sky maps as ranges of order-29 indices (low, high; both ends included)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_common.astro.sky.healpix import CELL_DEG, ORDER, PAD_DEG, Range, cell_ranges, limited
from tom_common.astro.sky.sphere import angle_between, position_of, unit_vector

if TYPE_CHECKING:
    from mocpy import MOC


def polygon_ranges(ra: Sequence[float], dec: Sequence[float], max_ranges: int | None = 256) -> list[Range]:
    """Ranges that surely hold a polygon of great-circle edges; :func:`in_polygon` then decides.

    Vertices in degrees, in either sense. Raises ValueError for fewer than three or beyond half the sky.
    """
    import astropy.units as u
    from astropy.coordinates import Latitude, Longitude
    from cdshealpix.nested import cone_search, healpix_to_lonlat

    lon, lat, centre = _polygon(ra, dec)
    corners = unit_vector(lon, lat)
    reach = float(angle_between(corners, centre).max()) + PAD_DEG
    order = min(max(math.ceil(math.log2(CELL_DEG * 8 / reach)), 0), ORDER - 3)
    centre_lon, centre_lat = position_of(centre)
    # cdshealpix's own polygon_search loses slivers of large and of tiny polygons; the cells of the cone around the
    # polygon are few, and each is kept that can touch it.
    cells, orders, _ = cone_search(
        Longitude(centre_lon, u.deg), Latitude(centre_lat, u.deg), reach * u.deg, order,
        depth_delta=2, flat=True,
    )
    places = healpix_to_lonlat(cells, order)
    # From a cell's centre to its corners is at most 0.83 of its size.
    cell_size = CELL_DEG / 2**order + PAD_DEG
    cell_lon, cell_lat = places[0].deg, places[1].deg
    kept = in_polygon(cell_lon, cell_lat, lon, lat) | (_edge_distance(cell_lon, cell_lat, corners) <= cell_size)
    return cell_ranges(cells[kept], orders[kept], max_ranges)


def _edge_distance(ra: NDArray, dec: NDArray, corners: NDArray) -> NDArray:
    """Degrees from each point to the nearest edge (great-circle arc) of a polygon."""
    points, nearest = unit_vector(ra, dec), np.full(len(ra), 180.0)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        normal = np.cross(start, end)
        length = np.linalg.norm(normal)
        to_ends = np.minimum(angle_between(points, start), angle_between(points, end))
        if length > 0:
            normal /= length
            beside = (points @ np.cross(normal, start) >= 0) & (points @ np.cross(end, normal) >= 0)
            to_arc = np.degrees(np.arcsin(np.clip(np.abs(points @ normal), 0, 1)))
            to_ends = np.where(beside, np.minimum(to_arc, to_ends), to_ends)
        nearest = np.minimum(nearest, to_ends)
    return nearest


def in_polygon(ra: ArrayLike, dec: ArrayLike, polygon_ra: Sequence[float], polygon_dec: Sequence[float]) -> NDArray:
    """Which points lie within the polygon (great-circle edges, even-odd rule)."""
    lon, lat, centre = _polygon(polygon_ra, polygon_dec)
    pole = np.array([0.0, 0.0, 1.0]) if abs(centre[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    first = np.cross(pole, centre)
    first /= np.linalg.norm(first)
    plane = np.stack([first, np.cross(centre, first)], axis=-1)
    corners = unit_vector(lon, lat)
    points = unit_vector(ra, dec)
    # Gnomonic: great circles become straight lines, so that the plane's even-odd rule holds.
    corners = corners @ plane / (corners @ centre)[:, None]
    ahead = points @ centre
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = np.moveaxis(points @ plane / ahead[..., None], -1, 0)
        inside = np.zeros(np.shape(ahead), bool)
        for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if y1 != y2:
                inside ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside & (ahead > 0)


def _polygon(ra: Sequence[float], dec: Sequence[float]) -> tuple[NDArray, NDArray, NDArray]:
    lon, lat = np.asarray(ra, float) % 360, np.asarray(dec, float)
    if lon.shape != lat.shape or lon.ndim != 1:
        raise ValueError("A polygon needs one RA and one Dec for each vertex.")
    if not (np.isfinite(lon).all() and (np.abs(lat) <= 90).all()):
        raise ValueError("A polygon's vertices are positions in degrees.")
    if len(lon) > 1 and lon[0] == lon[-1] and lat[0] == lat[-1]:
        lon, lat = lon[:-1], lat[:-1]
    if len(lon) < 3:
        raise ValueError(f"A polygon needs at least three vertices, found {len(lon)}.")
    vectors = unit_vector(lon, lat)
    centre = vectors.sum(axis=0)
    length = np.linalg.norm(centre)
    if length < 1e-9 or (vectors @ (centre / length)).min() < 0.01:
        raise ValueError("This polygon spans half the sky or more; its inside is not clear. Cut it into parts.")
    return lon, lat, centre / length


def moc_ranges(moc: MOC | str | PathLike | BinaryIO, max_ranges: int | None = None) -> list[Range]:
    """The ranges of a MOC: mocpy's, the text of one (``5/3-7 6/100`` or JSON), or a file (path or open, FITS or text).

    A str is always text, never a path, so that what a user pastes opens no file. Exact. Raises ValueError, with the
    reason, for what is no space MOC.
    """
    from mocpy import MOC

    if not isinstance(moc, MOC):
        moc = _read_moc(moc)
    return limited([(int(low), int(end) - 1) for low, end in moc.to_depth29_ranges], max_ranges)


def _read_moc(source: str | PathLike | BinaryIO) -> MOC:
    from mocpy import MOC

    try:
        if isinstance(source, str):
            content = source.encode()
        else:
            content = source.read() if hasattr(source, "read") else Path(source).read_bytes()
        if not content.startswith(b"SIMPLE"):
            text = content.decode("ascii").strip()
            return MOC.from_string(text, "json" if text.startswith("{") else "ascii")
        # mocpy reads FITS from a named file only
        with NamedTemporaryFile(suffix=".fits") as copy:
            copy.write(content)
            copy.flush()
            return MOC.load(copy.name, "fits")
    # mocpy's compiled part reports bad content by several unrelated types
    except Exception as error:
        reason = type(error).__name__ if isinstance(error, UnicodeError) else str(error).split("\n")[0]
        raise ValueError(f"This is no space MOC (FITS, JSON or text such as '5/3-7 6/100'): {reason}") from error


def skymap_ranges(
    path: str | PathLike | BinaryIO, percent: float, max_ranges: int | None = None,
) -> list[Range]:
    """The smallest region of a HEALPix probability sky map that holds `percent` of it.

    Reads multi-order FITS maps (UNIQ, PROBDENSITY) and flat ones (PROB or PROBABILITY; NESTED or RING), in equatorial
    coordinates. The cell that reaches the level is in the region. Raises ValueError, with the reason, for another file.
    """
    if not 0 < percent <= 100:
        raise ValueError(f"A credible region holds more than 0 and at most 100 percent, not {percent}.")
    cells, orders, probability, density = _read_skymap(path)
    total = probability.sum()
    if not (np.isfinite(total) and total > 0):
        raise ValueError("This sky map holds no probability.")
    by_density = np.argsort(-density, kind="stable")
    held = np.cumsum(probability[by_density]) / total
    count = int(np.searchsorted(held, percent / 100)) + 1
    chosen = by_density[:count]
    chosen = chosen[probability[chosen] > 0]
    return limited(_array_ranges(cells[chosen], orders[chosen]), max_ranges)


def _array_ranges(cells: NDArray, orders: NDArray) -> list[Range]:
    """As cell_ranges, for millions of cells."""
    shift = 2 * (ORDER - orders.astype(np.int64))
    low = cells.astype(np.int64) << shift
    order = np.argsort(low)
    low, end = low[order], (low + (np.int64(1) << shift))[order]
    if not len(low):
        return []
    fresh = np.flatnonzero(np.r_[True, low[1:] != end[:-1]])
    last = np.r_[fresh[1:] - 1, len(low) - 1]
    return list(zip(low[fresh].tolist(), (end[last] - 1).tolist(), strict=True))


def _read_skymap(path) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Cells, their orders, probability in each, and probability per area."""
    from astropy.io import fits

    try:
        with fits.open(path) as hdus:
            tables = [hdu for hdu in hdus if isinstance(hdu, fits.BinTableHDU)]
            if not tables:
                raise ValueError("it has no table")
            header, data = tables[0].header, tables[0].data
            if str(header.get("COORDSYS", "C")).strip().upper()[:1] not in ("C", "E", "I", ""):
                raise ValueError(f"its coordinates are {header['COORDSYS']}, not equatorial")
            return _skymap_columns(header, {name.upper(): np.asarray(data[name]) for name in data.names})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"This is no HEALPix sky map: {error}.") from error


def _skymap_columns(header, columns: dict[str, NDArray]) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    if "UNIQ" in columns and "PROBDENSITY" in columns:
        unique = columns["UNIQ"].astype(np.int64)
        if (unique < 4).any():
            raise ValueError("its UNIQ column holds numbers that are no cells")
        # Cells of order k are numbered from 4**(k+1); frexp is exact where log2 would round.
        orders = (np.frexp(unique.astype(float))[1] - 1) // 2 - 1
        orders = np.where(unique < np.int64(4) ** (orders + 1), orders - 1, orders)
        density = columns["PROBDENSITY"].astype(float)
        return unique - np.int64(4) ** (orders + 1), orders, density * 4 * math.pi / (12 * 4.0**orders), density
    name = next((name for name in ("PROB", "PROBABILITY", "PROBDENSITY") if name in columns), None)
    if name is None:
        raise ValueError(f"it has the columns {', '.join(columns)}, neither UNIQ and PROBDENSITY nor PROB")
    values = columns[name].astype(float).ravel()
    order = round(math.log(len(values) / 12, 4)) if len(values) else -1
    if order < 0 or 12 * 4**order != len(values):
        raise ValueError(f"its {len(values)} rows are no whole sky (12, 48, 192 …)")
    cells = np.arange(len(values))
    if str(header.get("ORDERING", "RING")).strip().upper() == "RING":
        from cdshealpix import from_ring

        cells = from_ring(cells.astype(np.uint64), order).astype(np.int64)
    return cells, np.full(len(values), order), values, values
