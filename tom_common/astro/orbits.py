"""Orbital elements to positions, rates and magnitudes. Two-body motion about the Sun, any eccentricity, offline.

Elements are heliocentric, ecliptic and equinox J2000 (obliquity 84381.448"), as the MPC and JPL give them: angles in
degrees, distances in au, epochs MJD (TT; TDB is taken as the same). Planets' pull is left out: main-belt elements stay
within 1' for a month or more around their epoch, close approaches to a planet do not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_common.astro.earth import SPEED_OF_LIGHT_AU_DAY, Earth, Site
from tom_common.astro.kepler import GAUSS, perifocal_state
from tom_common.astro.sky.sphere import angle_between, dot, norm, position_of, triad
from tom_common.astro.times import TimeError, check_mjd

MPC_MINOR_PLANET = "MPC_MINOR_PLANET"
MPC_COMET = "MPC_COMET"
JPL_MAJOR_PLANET = "JPL_MAJOR_PLANET"

_OBLIQUITY = math.radians(84381.448 / 3600)
_REQUIRED = {
    MPC_MINOR_PLANET: ("epoch_of_elements", "mean_anomaly", "semimajor_axis"),
    JPL_MAJOR_PLANET: ("epoch_of_elements", "mean_anomaly", "semimajor_axis"),
    MPC_COMET: ("epoch_of_perihelion", "perihdist"),
}
_ALWAYS_REQUIRED = ("eccentricity", "inclination", "lng_asc_node", "arg_of_perihelion")
_FIELDS = (
    "epoch_of_elements", "mean_anomaly", "arg_of_perihelion", "eccentricity", "lng_asc_node", "inclination",
    "mean_daily_motion", "semimajor_axis", "epoch_of_perihelion", "perihdist", "abs_mag", "slope",
)
DEFAULT_G = 0.15
DEFAULT_K1 = 10.0


class ElementsError(ValueError):
    """Elements that describe no orbit; `field` names the one at fault, the message says why."""

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class OrbitalElements:
    """Elements by scheme, under the names a target gives them.

    MPC_MINOR_PLANET: epoch, mean anomaly, semimajor axis (negative for a hyperbola). JPL_MAJOR_PLANET: the same, and a
    mean daily motion (degrees/day) that takes the planet's own mass in. MPC_COMET: epoch of perihelion and perihelion
    distance. `slope` is G of the H,G system, or k1 of a comet's total magnitude M1 + 5 log delta + k1 log r; a comet's
    slope below 1 can only be G and is taken so. Raises ElementsError for what is no orbit.
    """

    scheme: str
    eccentricity: float
    inclination: float
    lng_asc_node: float
    arg_of_perihelion: float
    epoch_of_elements: float | None = None
    mean_anomaly: float | None = None
    semimajor_axis: float | None = None
    mean_daily_motion: float | None = None
    epoch_of_perihelion: float | None = None
    perihdist: float | None = None
    abs_mag: float | None = None
    slope: float | None = None

    def __post_init__(self):
        if self.scheme not in _REQUIRED:
            raise ElementsError(f"No scheme is named {self.scheme!r}. Known: {', '.join(_REQUIRED)}.", "scheme")
        for name in (*_ALWAYS_REQUIRED, *_REQUIRED[self.scheme]):
            if getattr(self, name) is None:
                raise ElementsError(f"{_title(name)} is needed for the scheme {self.scheme}.", name)
        for name in _FIELDS:
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise ElementsError(f"{_title(name)} is a finite number, found {value}.", name)
        for name in ("epoch_of_elements", "epoch_of_perihelion"):
            if getattr(self, name) is not None:
                try:
                    check_mjd(getattr(self, name), _title(name))
                except TimeError as error:
                    raise ElementsError(str(error), name) from error
        self._check_shape()

    def _check_shape(self) -> None:
        if self.eccentricity < 0:
            raise ElementsError(f"Eccentricity is 0 or more, found {self.eccentricity}.", "eccentricity")
        if not 0 <= self.inclination <= 180:
            raise ElementsError(f"Inclination runs from 0 to 180 degrees, found {self.inclination}.", "inclination")
        if self.scheme == MPC_COMET:
            if self.perihdist <= 0:
                raise ElementsError(f"Perihelion distance is more than 0 au, found {self.perihdist}.", "perihdist")
            return
        if self.eccentricity == 1:
            raise ElementsError(f"A parabola has no semimajor axis; use the scheme {MPC_COMET}.", "eccentricity")
        if self.semimajor_axis == 0 or (self.eccentricity < 1 and self.semimajor_axis < 0):
            raise ElementsError(f"Semimajor axis is more than 0 au, found {self.semimajor_axis}.", "semimajor_axis")
        if self.mean_daily_motion is not None and self.scheme == JPL_MAJOR_PLANET:
            expected = math.degrees(self._gaussian_motion)
            if not 0.98 < self.mean_daily_motion / expected < 1.02:
                raise ElementsError(
                    f"Mean daily motion is {expected:.6g} degrees for this semimajor axis, found "
                    f"{self.mean_daily_motion}.", "mean_daily_motion",
                )

    @classmethod
    def from_target(cls, target) -> "OrbitalElements":
        """The elements of anything that has a target's attributes. Without a scheme, perihelion data make a comet."""
        values = {name: getattr(target, name, None) for name in _FIELDS}
        scheme = getattr(target, "scheme", None)
        if not scheme:
            comet = values["perihdist"] is not None and values["epoch_of_perihelion"] is not None
            scheme = MPC_COMET if comet and values["mean_anomaly"] is None else MPC_MINOR_PLANET
        for name, value in values.items():
            try:
                values[name] = None if value is None or value == "" else float(value)
            except (TypeError, ValueError):
                raise ElementsError(f"{_title(name)} is a number, found {value!r}.", name) from None
        missing = next((name for name in _ALWAYS_REQUIRED if values[name] is None), None)
        if missing:
            raise ElementsError(f"{_title(missing)} is needed for the scheme {scheme}.", missing)
        return cls(scheme=scheme, **values)

    @property
    def perihelion_distance(self) -> float:
        """au."""
        if self.scheme == MPC_COMET:
            return self.perihdist
        return abs(self.semimajor_axis) * abs(1 - self.eccentricity)

    @property
    def perihelion_mjd(self) -> float:
        """MJD (TT) of the perihelion passage that the elements describe."""
        if self.scheme == MPC_COMET:
            return self.epoch_of_perihelion
        anomaly = self.mean_anomaly
        if self.eccentricity < 1:
            anomaly = (anomaly + 180) % 360 - 180
        return self.epoch_of_elements - math.radians(anomaly) / (self._gaussian_motion * self.motion_factor)

    @property
    def motion_factor(self) -> float:
        """How much faster it moves than a massless body on the same orbit."""
        if self.scheme != JPL_MAJOR_PLANET or self.mean_daily_motion is None:
            return 1.0
        return math.radians(self.mean_daily_motion) / self._gaussian_motion

    @property
    def _gaussian_motion(self) -> float:
        return GAUSS / abs(self.semimajor_axis) ** 1.5

    @property
    def is_comet_law(self) -> bool:
        """Whether the magnitude is M1, k1 rather than H, G."""
        return self.scheme == MPC_COMET and (self.slope is None or self.slope >= 1)


def _title(name: str) -> str:
    return {
        "lng_asc_node": "Longitude of the ascending node", "perihdist": "Perihelion distance",
        "arg_of_perihelion": "Argument of perihelion", "abs_mag": "Absolute magnitude",
    }.get(name, name.replace("_", " ").capitalize())


@dataclass(frozen=True)
class Ephemeris:
    """Where bodies are seen, arrays [time] or [body, time]; what is not known is NaN.

    `ra`, `dec`: astrometric (light time taken off, no aberration), ICRS, degrees. `delta_au`, `r_au`: distance from
    the observer and the Sun. `phase_deg`: Sun - body - observer; `elongation_deg`: Sun - observer - body.
    `rate_ra_cosdec`, `rate_dec`: arcsec/minute. `magnitude`: V of H,G, or a comet's total magnitude. `mjd`: UTC.
    """

    mjd: NDArray
    ra: NDArray
    dec: NDArray
    delta_au: NDArray
    r_au: NDArray
    phase_deg: NDArray
    elongation_deg: NDArray
    rate_ra_cosdec: NDArray
    rate_dec: NDArray
    magnitude: NDArray

    @property
    def rate(self) -> NDArray:
        """Total motion, arcsec/minute."""
        return np.hypot(self.rate_ra_cosdec, self.rate_dec)

    @property
    def position_angle(self) -> NDArray:
        """Direction of motion, degrees east of north."""
        return np.degrees(np.arctan2(self.rate_ra_cosdec, self.rate_dec)) % 360


def ephemeris(elements: OrbitalElements, times_mjd: ArrayLike, *, site: Site | None = None) -> Ephemeris:
    """One body at times (MJD, UTC; scalar or array), from the geocentre or from a site."""
    times = np.asarray(times_mjd, float)
    many = ephemerides([elements], times.ravel(), site=site)
    arrays = {field.name: getattr(many, field.name) for field in fields(Ephemeris) if field.name != "mjd"}
    return Ephemeris(mjd=times, **{name: array[0].reshape(times.shape) for name, array in arrays.items()})


def ephemerides(
    bodies: Sequence[OrbitalElements], times_mjd: ArrayLike, *, site: Site | None = None, earth: Earth | None = None,
) -> Ephemeris:
    """Many bodies at the same times (MJD, UTC, one dimension), arrays [body, time].

    `earth` spares computing the Earth again when the caller has it for these times.
    """
    earth = earth or Earth(np.atleast_1d(np.asarray(times_mjd, float)))
    observer, velocity = earth.position, earth.velocity
    if site is not None:
        place = earth.places([site])
        observer, velocity = observer + place.position[0], velocity + place.velocity[0]
    observer = observer - earth.sun_position
    body, motion, sight = _seen(_Orbits.of(bodies), earth, observer)
    delta, r, phase = norm(sight), norm(body), angle_between(body, sight)
    direction = sight / delta[..., None]
    # By the observer's clock the body moves slower the faster its light's way grows.
    away = dot(motion - velocity, direction) / SPEED_OF_LIGHT_AU_DAY
    relative = motion * (1 - away)[..., None] - velocity
    ra, dec = position_of(direction)
    _, east, north = triad(ra, dec)
    arcsec_per_minute = np.degrees(3600 / 1440) / delta
    return Ephemeris(
        mjd=earth.mjd, ra=ra, dec=dec, delta_au=delta, r_au=r, phase_deg=phase,
        elongation_deg=angle_between(np.broadcast_to(-observer, sight.shape), sight),
        rate_ra_cosdec=dot(relative, east) * arcsec_per_minute, rate_dec=dot(relative, north) * arcsec_per_minute,
        magnitude=_magnitudes(bodies, r, delta, phase),
    )


def _seen(orbits: "_Orbits", earth: Earth, observer: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Bodies when the light set out: place from the Sun, velocity from the barycentre, and the line of sight."""
    delay = np.zeros((len(orbits.q), len(earth.mjd)))
    # Three rounds: each makes the light time better by v/c, 1e-4.
    for _ in range(3):
        body, motion = orbits.at(earth.tt - delay)
        # The Sun too was elsewhere then.
        sight = body - observer - earth.sun_velocity * delay[..., None]
        delay = norm(sight) / SPEED_OF_LIGHT_AU_DAY
    return body, motion + earth.sun_velocity, sight


def sights(bodies: Sequence[OrbitalElements], times_mjd: ArrayLike, *, step_hours: float = 2.0) -> NDArray:
    """From the geocentre to the bodies, light time taken off: au along ICRS axes, [body, …times, 3].

    Computed every `step_hours` and interpolated by cubics, so that thousands of bodies at a thousand times cost
    little; good to 0.1" for a body no nearer than 0.01 au.
    """
    times = np.asarray(times_mjd, float)
    step = step_hours / 24
    first = times.min() - step
    nodes = first + np.arange(math.ceil((times.max() - first) / step) + 2) * step
    if times.size <= len(nodes):
        nodes = times.ravel()
    earth = Earth(nodes)
    _, _, known = _seen(_Orbits.of(bodies), earth, earth.position - earth.sun_position)
    if len(nodes) == times.size:
        return known.reshape(len(bodies), *times.shape, 3)
    place = (times.ravel() - first) / step
    start = np.clip(np.floor(place).astype(int) - 1, 0, len(nodes) - 4)
    u = place - start
    # Lagrange's weights for samples at 0, 1, 2 and 3
    weights = np.zeros((len(u), len(nodes)))
    for node, scale in enumerate((-6, 2, -2, 6)):
        factors = [u - other for other in range(4) if other != node]
        weights[np.arange(len(u)), start + node] = factors[0] * factors[1] * factors[2] / scale
    return (weights @ known).reshape(len(bodies), *times.shape, 3)


class _Orbits(NamedTuple):
    """Elements of many bodies, ready for arrays [body, time]."""

    q: NDArray
    eccentricity: NDArray
    perihelion: NDArray
    factor: NDArray
    toward_perihelion: NDArray
    ahead: NDArray

    @classmethod
    def of(cls, bodies: Sequence[OrbitalElements]) -> "_Orbits":
        node, inclination, argument = (
            np.radians([getattr(body, name) for body in bodies])
            for name in ("lng_asc_node", "inclination", "arg_of_perihelion")
        )
        cos_node, sin_node, cos_arg, sin_arg = np.cos(node), np.sin(node), np.cos(argument), np.sin(argument)
        cos_inc, sin_inc = np.cos(inclination), np.sin(inclination)
        toward = np.stack([cos_node * cos_arg - sin_node * sin_arg * cos_inc,
                           sin_node * cos_arg + cos_node * sin_arg * cos_inc, sin_arg * sin_inc], axis=-1)
        ahead = np.stack([-cos_node * sin_arg - sin_node * cos_arg * cos_inc,
                          -sin_node * sin_arg + cos_node * cos_arg * cos_inc, cos_arg * sin_inc], axis=-1)
        cos_obl, sin_obl = math.cos(_OBLIQUITY), math.sin(_OBLIQUITY)
        to_equator = np.array([[1, 0, 0], [0, cos_obl, sin_obl], [0, -sin_obl, cos_obl]])
        numbers = (np.array([getattr(body, name) for body in bodies], float)[:, None] for name in (
            "perihelion_distance", "eccentricity", "perihelion_mjd", "motion_factor"))
        return cls(*numbers, toward @ to_equator, ahead @ to_equator)

    def at(self, tt: NDArray) -> tuple[NDArray, NDArray]:
        """Heliocentric position (au) and velocity (au/day), ICRS, [body, time, 3]."""
        x, y, vx, vy = perifocal_state(self.q, self.eccentricity, (tt - self.perihelion) * self.factor)
        toward, ahead = self.toward_perihelion[:, None, :], self.ahead[:, None, :]
        return (
            x[..., None] * toward + y[..., None] * ahead,
            (vx[..., None] * toward + vy[..., None] * ahead) * self.factor[..., None],
        )


def _magnitudes(bodies: Sequence[OrbitalElements], r: NDArray, delta: NDArray, phase: NDArray) -> NDArray:
    nan = math.nan
    absolute = np.array([nan if body.abs_mag is None else body.abs_mag for body in bodies])[:, None]
    comet = np.array([body.is_comet_law for body in bodies])[:, None]
    slope = np.array([
        (DEFAULT_K1 if body.is_comet_law else DEFAULT_G) if body.slope is None else body.slope for body in bodies
    ])[:, None]
    # The H,G system ends at 120 degrees by definition of its data; beyond it the formula is still the best guess.
    half = np.tan(np.radians(np.minimum(phase, 179.9)) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        bright = (1 - slope) * np.exp(-3.33 * half**0.63) + slope * np.exp(-1.87 * half**1.22)
        asteroid = 5 * np.log10(r * delta) - 2.5 * np.log10(bright)
    return absolute + np.where(comet, 5 * np.log10(delta) + slope * np.log10(r), asteroid)
