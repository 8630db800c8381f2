"""Sites at times, and the Sun and Moon over them."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_common.astro.earth import SPEED_OF_LIGHT_AU_DAY, Earth, Site, SitePlaces
from tom_common.astro.sky.sphere import dot, norm


class SunMoon(NamedTuple):
    """Sun and Moon over sites: altitudes and azimuths [site, time] in degrees (centre, without refraction).

    `moon_phase` is the illuminated fraction, of the shape of the times. The directions are apparent unit vectors
    [site, time, 3] along ICRS axes.
    """

    sun_altitude: NDArray
    sun_azimuth: NDArray
    moon_altitude: NDArray
    moon_azimuth: NDArray
    moon_phase: NDArray
    sun_direction: NDArray
    moon_direction: NDArray


class Frame:
    """Sites at times, [time] for all or [site, time] for each its own: what every altitude needs, computed once."""

    def __init__(self, times_mjd: ArrayLike, sites: Sequence[Site], earth: Earth | None = None):
        times = np.atleast_1d(np.asarray(times_mjd, float))
        if not sites:
            raise ValueError("At least one site is needed.")
        if times.ndim > 2 or (times.ndim == 2 and len(times) != len(sites)):
            raise ValueError(f"Times are [time] or [site, time]; found shape {times.shape} for {len(sites)} sites.")
        self.times, self.sites = times, list(sites)
        self.earth = earth or Earth(times)

    @cached_property
    def places(self) -> SitePlaces:
        """Directions and positions of the sites, [site, time, 3]."""
        return self.earth.places(self.sites, each_its_own=self.times.ndim == 2)

    @property
    def aberration(self) -> NDArray:
        """What to add to a unit vector as an observer moving with the Earth sees it, [time, 3] or [site, time, 3]."""
        return self.earth.velocity / SPEED_OF_LIGHT_AU_DAY

    def altitude(self, directions: NDArray) -> NDArray:
        """Degrees, of apparent directions [site, time, 3]."""
        return np.degrees(np.arcsin(np.clip(dot(directions, self.places.zenith), -1, 1)))

    def azimuth(self, directions: NDArray) -> NDArray:
        """Degrees from north through east."""
        return np.degrees(np.arctan2(dot(directions, self.places.east), dot(directions, self.places.north))) % 360

    @cached_property
    def sun_moon(self) -> SunMoon:
        sun = _unit(_unit(self.earth.sun - self.places.position) + self.aberration)
        # The Moon goes with the Earth around the Sun: its aberration and its light time cancel.
        moon = _unit(self.earth.moon - self.places.position)
        return SunMoon(
            self.altitude(sun), self.azimuth(sun), self.altitude(moon), self.azimuth(moon), self.earth.moon_phase,
            sun, moon,
        )


def sun_moon(times_mjd: ArrayLike, sites: Sequence[Site], *, earth: Earth | None = None) -> SunMoon:
    """Sun and Moon at the times from each of the sites, parallax and aberration included.

    Times [time], or [site, time] when each site has its own; `earth` spares computing it again for these times.
    """
    return Frame(times_mjd, sites, earth).sun_moon


def _unit(vectors: NDArray) -> NDArray:
    return vectors / norm(vectors)[..., None]
