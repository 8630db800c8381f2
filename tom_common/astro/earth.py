"""The Earth, Sun and Moon at given times, and places on the Earth: what ephemerides and visibility stand on.

Everything is computed offline by ERFA (Earth and Sun: VSOP2000 to 10 km; Moon: Meeus to some arcsec; IAU 2000B
nutation to 1 mas) with the Earth-orientation table that is installed beside astropy. After the end of that table its
last values hold, so that plans for years ahead are good to the seconds by which the Earth drifts; they never fail.
Times are MJD (UTC); vectors are along ICRS axes, in au and au/day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_common.astro.sky.sphere import dot, norm
from tom_common.astro.times import tai_minus_utc, utc_to_tt

AU_M = 149597870700.0
SPEED_OF_LIGHT_AU_DAY = 173.14463267424034
_EARTH_TURN_RAD_DAY = 2 * np.pi * 1.00273781191135448
_MJD_ZERO = 2400000.5
_ARCSEC = np.radians(1 / 3600)


@dataclass(frozen=True)
class Site:
    """A telescope's place on the Earth and what it can point at.

    `longitude` east and geodetic `latitude` in degrees, `elevation` in metres. `horizon` is the lowest altitude in
    degrees, or a skyline of (azimuth, altitude) points. `maximum_altitude` spares the zenith; `hour_angle_limit` is
    the largest distance from the meridian in hours.
    """

    name: str
    longitude: float
    latitude: float
    elevation: float = 0.0
    horizon: float | tuple[tuple[float, float], ...] = 0.0
    hour_angle_limit: float | None = None
    maximum_altitude: float | None = None

    def __post_init__(self):
        if not (-180 <= self.longitude <= 360 and -90 <= self.latitude <= 90 and abs(self.elevation) < 1e5):
            raise ValueError(
                f"Site {self.name!r}: longitude {self.longitude}, latitude {self.latitude} (degrees), "
                f"elevation {self.elevation} (metres) is no place on the Earth."
            )

    def horizon_at(self, azimuth: ArrayLike) -> NDArray | float:
        """The lowest altitude (degrees) in the direction `azimuth` (degrees from north through east)."""
        if np.ndim(self.horizon) == 0:
            return self.horizon
        skyline = np.array(sorted(self.horizon), float)
        return np.interp(azimuth, skyline[:, 0], skyline[:, 1], period=360)


class _Orientation(NamedTuple):
    """Daily values: MJD, UT1 - TAI (s; smooth, as UT1 - UTC is not), and the pole's x and y (arcsec)."""

    mjd: NDArray
    ut1_tai: NDArray
    x: NDArray
    y: NDArray


@lru_cache(maxsize=1)
def _orientation() -> _Orientation:
    """The installed IERS table. Read here because astropy's own reader takes 80 MB and half a second."""
    from astropy_iers_data import IERS_A_FILE

    # Columns of fixed width, cut by numpy: the file has 20,000 lines.
    lines = np.array(Path(IERS_A_FILE).read_bytes().splitlines())
    text = lines.view("S1").reshape(len(lines), lines.dtype.itemsize)

    def column(start: int, end: int) -> NDArray:
        """Numbers, NaN where the column is blank."""
        cut = np.ascontiguousarray(text[:, start:end])
        given = ((cut != b" ") & (cut != b"")).any(axis=1)
        values = np.full(len(lines), np.nan)
        values[given] = cut.view(f"S{end - start}")[given, 0].astype(float)
        return values

    # Bulletin B (final) where it is given, else Bulletin A; predictions end before the file does.
    mjd, (x, y, ut1_utc) = column(7, 15), (
        np.where(np.isnan(final), rapid, final) for final, rapid in (
            (column(134, 144), column(18, 27)), (column(144, 154), column(37, 46)), (column(154, 165), column(58, 68)),
        )
    )
    known = np.isfinite(ut1_utc) & np.isfinite(x) & np.isfinite(y)
    mjd, ut1_utc = mjd[known], ut1_utc[known]
    return _Orientation(mjd, ut1_utc - tai_minus_utc(mjd), x[known], y[known])


def orientation(mjd: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """UT1 - UTC (s) and the pole's x, y (rad). Outside the table UT1 - TAI and the pole keep their nearest value."""
    table = _orientation()
    mjd = np.asarray(mjd, float)
    ut1_utc = np.interp(mjd, table.mjd, table.ut1_tai) + tai_minus_utc(mjd)
    # Before the table (1973) and long after it, UTC itself is the better guess: it is kept within 0.9 s of UT1.
    ut1_utc = np.where(mjd < table.mjd[0], 0.0, np.clip(ut1_utc, -0.9, 0.9))
    return ut1_utc, np.interp(mjd, table.mjd, table.x) * _ARCSEC, np.interp(mjd, table.mjd, table.y) * _ARCSEC


class SitePlaces(NamedTuple):
    """Sites along ICRS axes, each [site, time, 3]: directions, position (au) and velocity (au/day) by the geocentre."""

    zenith: NDArray
    north: NDArray
    east: NDArray
    position: NDArray
    velocity: NDArray


class Earth:
    """The Earth at an array of times, each quantity computed when first asked for."""

    def __init__(self, mjd: ArrayLike):
        self.mjd = np.asarray(mjd, float)
        if not np.isfinite(self.mjd).all():
            raise ValueError("Times must be finite (MJD, UTC).")
        self.tt = utc_to_tt(self.mjd)

    @cached_property
    def _states(self):
        # The ufunc itself: erfa.epv00 would warn beyond 1900-2100, where it is still good to an arcsec.
        heliocentric, barycentric, _ = erfa.ufunc.epv00(_MJD_ZERO, self.tt)
        return heliocentric, barycentric

    @property
    def position(self) -> NDArray:
        """From the barycentre of the solar system, [time, 3]."""
        return self._states[1]["p"]

    @property
    def velocity(self) -> NDArray:
        return self._states[1]["v"]

    @property
    def sun_position(self) -> NDArray:
        """The Sun from the barycentre."""
        return self._states[1]["p"] - self._states[0]["p"]

    @property
    def sun_velocity(self) -> NDArray:
        return self._states[1]["v"] - self._states[0]["v"]

    @property
    def sun(self) -> NDArray:
        """From the geocentre to the Sun."""
        return -self._states[0]["p"]

    @cached_property
    def moon(self) -> NDArray:
        """From the geocentre to the Moon."""
        return erfa.moon98(_MJD_ZERO, self.tt)["p"]

    @cached_property
    def to_terrestrial(self) -> NDArray:
        """Rotation from ICRS to Earth-fixed axes, [time, 3, 3]."""
        ut1_utc, x, y = orientation(self.mjd)
        return erfa.c2t00b(_MJD_ZERO, self.tt, _MJD_ZERO, self.mjd + ut1_utc / 86400, x, y)

    @cached_property
    def moon_phase(self) -> NDArray:
        """Illuminated fraction of the Moon, 0 (new) to 1 (full), seen from the geocentre."""
        to_sun = self.sun - self.moon
        cos_phase = -dot(to_sun, self.moon) / (norm(to_sun) * norm(self.moon))
        return (1 + cos_phase) / 2

    def places(self, sites: Sequence[Site], *, each_its_own: bool = False) -> SitePlaces:
        """The sites at these times; `each_its_own`: the times are [site, time]."""
        longitude = np.radians([site.longitude for site in sites])
        latitude = np.radians([site.latitude for site in sites])
        fixed = erfa.gd2gc(erfa.WGS84, longitude, latitude, np.array([float(site.elevation) for site in sites])) / AU_M
        sin_lon, cos_lon, sin_lat, cos_lat = np.sin(longitude), np.cos(longitude), np.sin(latitude), np.cos(latitude)
        zenith = np.stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat], axis=-1)
        north = np.stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat], axis=-1)
        east = np.stack([-sin_lon, cos_lon, np.zeros_like(sin_lon)], axis=-1)
        moving = np.stack([-fixed[:, 1], fixed[:, 0], np.zeros(len(sites))], axis=-1) * _EARTH_TURN_RAD_DAY
        # Turning back to ICRS is by the transpose.
        turn = "sk,stkj->stj" if each_its_own else "sk,tkj->stj"
        return SitePlaces(*(
            np.einsum(turn, vectors, self.to_terrestrial) for vectors in (zenith, north, east, fixed, moving)
        ))
