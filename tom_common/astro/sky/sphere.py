"""Separation, direction and offset on the sphere. Degrees; arrays broadcast, scalars give floats."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def separation(ra1: ArrayLike, dec1: ArrayLike, ra2: ArrayLike, dec2: ArrayLike) -> NDArray | float:
    """Great-circle distance in degrees (Vincenty: exact from 0 to 180). Arrays broadcast; scalars give a float."""
    lon1, lat1, lon2, lat2 = (np.radians(angle) for angle in (ra1, dec1, ra2, dec2))
    delta = lon2 - lon1
    sin_delta, cos_delta = np.sin(delta), np.cos(delta)
    sin1, cos1, sin2, cos2 = np.sin(lat1), np.cos(lat1), np.sin(lat2), np.cos(lat2)
    across = np.hypot(cos2 * sin_delta, cos1 * sin2 - sin1 * cos2 * cos_delta)
    return scalar(np.degrees(np.arctan2(across, sin1 * sin2 + cos1 * cos2 * cos_delta)))


def position_angle(ra1: ArrayLike, dec1: ArrayLike, ra2: ArrayLike, dec2: ArrayLike) -> NDArray | float:
    """Direction from the first point to the second, degrees east of north, in [0, 360); 0 for the same point."""
    lon1, lat1, lon2, lat2 = (np.radians(angle) for angle in (ra1, dec1, ra2, dec2))
    delta = lon2 - lon1
    north = np.sin(lat2) * np.cos(lat1) - np.cos(lat2) * np.sin(lat1) * np.cos(delta)
    return scalar(np.degrees(np.arctan2(np.sin(delta) * np.cos(lat2), north)) % 360)


def offset_by(ra: ArrayLike, dec: ArrayLike, angle: ArrayLike, distance: ArrayLike) -> tuple:
    """The point `distance` degrees from (ra, dec) in the direction `angle`, degrees east of north."""
    direction = np.radians(angle)
    centre, east, north = triad(ra, dec)
    away = np.radians(distance)
    ahead = east * np.sin(direction)[..., None] + north * np.cos(direction)[..., None]
    return position_of(centre * np.cos(away)[..., None] + ahead * np.sin(away)[..., None])


def unit_vector(ra: ArrayLike, dec: ArrayLike) -> NDArray:
    """Cartesian unit vectors, shape (..., 3)."""
    lon, lat = np.broadcast_arrays(np.radians(ra), np.radians(dec))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def position_of(vector: NDArray) -> tuple:
    """(ra, dec) in degrees of cartesian vectors of any length, shape (..., 3)."""
    x, y, z = np.moveaxis(vector, -1, 0)
    ra = np.degrees(np.arctan2(y, x)) % 360
    # -1e-17 % 360 is 360.0
    return scalar(np.where(ra >= 360, 0.0, ra)), scalar(np.degrees(np.arctan2(z, np.hypot(x, y))))


def triad(ra: ArrayLike, dec: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Unit vectors to the point, to its east and to its north."""
    lon, lat = np.broadcast_arrays(np.radians(ra), np.radians(dec))
    zero = np.zeros_like(lon)
    east = np.stack([-np.sin(lon), np.cos(lon), zero], axis=-1)
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
    return unit_vector(ra, dec), east, north


def scalar(value: NDArray) -> NDArray | float:
    """A float instead of an array of no dimension."""
    return float(value) if np.ndim(value) == 0 else value


def dot(first: NDArray, second: NDArray) -> NDArray:
    """Of vectors along the last axis."""
    return np.einsum("...i,...i->...", first, second)


def norm(vector: NDArray) -> NDArray:
    """Length of vectors along the last axis."""
    return np.sqrt(dot(vector, vector))


def angle_between(first: NDArray, second: NDArray) -> NDArray:
    """Between vectors of any length, degrees; exact near 0 and 180 too."""
    return np.degrees(np.arctan2(norm(np.cross(first, second)), dot(first, second)))
