"""Other frames, constellations, and where a star has moved. Degrees; positions are ICRS unless a name says otherwise.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_common.astro.sky.sphere import position_of, scalar, triad

_MAS_RAD = np.radians(1 / 3.6e6)
_KM_S_PER_AU_YR = 4.740470463533349
_J2000_JD = 2451545.0
# Names that astropy 8 gives otherwise than the IAU.
_IAU_NAMES = {
    "Chamaleon": "Chamaeleon", "Crux ": "Crux", "Ophiucus": "Ophiuchus", "Pisces Austrinus": "Piscis Austrinus",
}


def galactic(ra: ArrayLike, dec: ArrayLike) -> tuple:
    """Galactic longitude and latitude (l, b), as Hipparcos ties it to the ICRS (astropy's differs by 0.025")."""
    import erfa

    return _degrees(*erfa.icrs2g(np.radians(ra), np.radians(dec)))


def from_galactic(longitude: ArrayLike, latitude: ArrayLike) -> tuple:
    """(ra, dec) of galactic longitude and latitude."""
    import erfa

    return _degrees(*erfa.g2icrs(np.radians(longitude), np.radians(latitude)))


def ecliptic(ra: ArrayLike, dec: ArrayLike) -> tuple:
    """Longitude and latitude on the mean ecliptic and equinox of J2000 (IAU 2006)."""
    import erfa

    return _degrees(*erfa.eqec06(_J2000_JD, 0.0, np.radians(ra), np.radians(dec)))


def from_ecliptic(longitude: ArrayLike, latitude: ArrayLike) -> tuple:
    """(ra, dec) of J2000 ecliptic longitude and latitude."""
    import erfa

    return _degrees(*erfa.eceq06(_J2000_JD, 0.0, np.radians(longitude), np.radians(latitude)))


def constellation(ra: ArrayLike, dec: ArrayLike, *, short: bool = False):
    """IAU constellation: 'Virgo', or 'Vir' when `short`. Arrays give arrays of names."""
    import astropy.units as u
    from astropy.coordinates import SkyCoord, get_constellation

    names = get_constellation(SkyCoord(ra, dec, unit=u.deg), short_name=short)
    if np.ndim(names) == 0:
        return _IAU_NAMES.get(str(names), str(names))
    return np.array([_IAU_NAMES.get(name, name) for name in np.asarray(names).tolist()])


def propagate(
    ra: ArrayLike, dec: ArrayLike, pm_ra: ArrayLike | None, pm_dec: ArrayLike | None, *,
    parallax: ArrayLike | None = None, radial_velocity: ArrayLike | None = None, epoch: ArrayLike, to: ArrayLike,
) -> tuple:
    """Position at Julian year `to` of a star seen at (ra, dec) in Julian year `epoch`.

    `pm_ra` is mu_alpha* (with the cosine of declination) and `pm_dec` mu_delta, mas/yr; None is no motion. The star
    moves on a straight line in space, so the poles and RA 0 need no care. With `parallax` (mas) and `radial_velocity`
    (km/s) the change of perspective is followed too. Parallactic motion itself is not added.
    """
    centre, east, north = triad(ra, dec)
    years = np.asarray(to, float) - np.asarray(epoch, float)
    along = np.asarray(0.0 if pm_ra is None else pm_ra, float) * _MAS_RAD * years
    up = np.asarray(0.0 if pm_dec is None else pm_dec, float) * _MAS_RAD * years
    away = np.zeros_like(years)
    if parallax is not None and radial_velocity is not None:
        away = np.asarray(radial_velocity) * np.asarray(parallax) / _KM_S_PER_AU_YR * _MAS_RAD * years
    moved = centre * (1 + away)[..., None] + east * along[..., None] + north * up[..., None]
    return position_of(moved)


def _degrees(longitude: NDArray, latitude: NDArray) -> tuple:
    degrees = np.degrees(longitude) % 360
    return scalar(np.where(degrees >= 360, 0.0, degrees)), scalar(np.degrees(latitude))
