"""The night at a site: sunset, twilights, Moon, also where the Sun does not set or rise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tom_common.astro.earth import Site
from tom_common.astro.times import to_mjd
from tom_common.astro.visibility.grid import first_crossing
from tom_common.astro.visibility.sunmoon import sun_moon

# The upper limb on the horizon, with the usual refraction: what almanacs call sunset.
SUNSET_ALTITUDE = -0.833
# The Moon's parallax is in its altitude already: radius and refraction alone.
MOONSET_ALTITUDE = -0.833
TWILIGHTS = {"civil": -6.0, "nautical": -12.0, "astronomical": -18.0}
_STEP_MINUTES = 10


@dataclass(frozen=True)
class Night:
    """From one local mean noon to the next; times MJD (UTC), None where it does not happen.

    `polar_day`: the Sun stays above -0.833 degrees; `polar_night`: below it. `moon_phase` is the illuminated fraction
    at local mean midnight.
    """

    site: Site
    start: float
    end: float
    sunset: float | None
    civil_dusk: float | None
    nautical_dusk: float | None
    astronomical_dusk: float | None
    astronomical_dawn: float | None
    nautical_dawn: float | None
    civil_dawn: float | None
    sunrise: float | None
    moonrise: float | None
    moonset: float | None
    moon_phase: float
    polar_day: bool
    polar_night: bool
    _times: NDArray = field(repr=False, compare=False)
    _sun_altitude: NDArray = field(repr=False, compare=False)

    @property
    def midnight(self) -> float:
        """Local mean midnight."""
        return (self.start + self.end) / 2

    def dark(self, sun_altitude: float = -18.0) -> tuple[float, float] | None:
        """From when to when the Sun is below `sun_altitude` (degrees); None when it never is."""
        below = self._sun_altitude < sun_altitude
        if not below.any():
            return None
        dusk, dawn = _dusk_and_dawn(self._times, self._sun_altitude - sun_altitude)
        return self.start if dusk is None else dusk, self.end if dawn is None else dawn

    def times(self, step_minutes: float = 10.0, sun_altitude: float | None = SUNSET_ALTITUDE) -> NDArray:
        """Evenly spaced times while the Sun is below `sun_altitude`; None: noon to noon. Empty when it never is."""
        span = (self.start, self.end) if sun_altitude is None else self.dark(sun_altitude)
        if span is None:
            return np.empty(0)
        count = math.floor((span[1] - span[0]) * 1440 / step_minutes + 1e-6) + 1
        return span[0] + np.arange(count) * step_minutes / 1440


def noon_before(site: Site, when: Date | datetime | str | float) -> float:
    """The local mean noon that starts a night: of the evening `when` (a date), or the last one before a time."""
    longitude = (site.longitude + 180) % 360 - 180
    if isinstance(when, str) and len(when.strip()) <= 10:
        when = Date.fromisoformat(when.strip())
    mjd = float(to_mjd(when))
    if isinstance(when, Date) and not isinstance(when, datetime):
        return mjd + 0.5 - longitude / 360
    return math.floor(mjd - 0.5 + longitude / 360) + 0.5 - longitude / 360


def night(site: Site, date: Date | datetime | str | float) -> Night:
    """The night that begins on the evening of the local `date`.

    A datetime or an MJD gives the night it falls in (noon to noon). Sunset and moonset are for a level horizon, with
    34' of refraction; twilights are the Sun's centre at -6, -12 and -18 degrees. Good to some seconds.
    """
    start = noon_before(site, date)
    times = start + np.arange(24 * 60 // _STEP_MINUTES + 1) * _STEP_MINUTES / 1440
    sky = sun_moon(times, [site])
    sun, moon = sky.sun_altitude[0], sky.moon_altitude[0] - MOONSET_ALTITUDE
    events = {}
    for name, level in {"sun": SUNSET_ALTITUDE, **TWILIGHTS}.items():
        dusk, dawn = _dusk_and_dawn(times, sun - level)
        events |= {"sunset": dusk, "sunrise": dawn} if name == "sun" else {f"{name}_dusk": dusk, f"{name}_dawn": dawn}
    return Night(
        site=site, start=start, end=start + 1.0, **events,
        moonrise=_known(first_crossing(times, moon, rising=True)),
        moonset=_known(first_crossing(times, moon, rising=False)),
        moon_phase=float(sky.moon_phase[len(times) // 2]),
        polar_day=bool((sun > SUNSET_ALTITUDE).all()), polar_night=bool((sun <= SUNSET_ALTITUDE).all()),
        _times=times, _sun_altitude=sun,
    )


def _dusk_and_dawn(times: NDArray, above: NDArray) -> tuple[float | None, float | None]:
    """When the Sun sinks through a level (`above` it, [time]) and when it comes back after that."""
    dusk = _known(first_crossing(times, above, rising=False))
    # Near the poles the window may begin in the dark: a dawn before the dusk belongs to the night before.
    after = 0 if dusk is None else int(np.searchsorted(times, dusk, "right"))
    late = slice(max(after - 1, 0), None)
    return dusk, _known(first_crossing(times[late], above[late], rising=True))


def _known(value: NDArray) -> float | None:
    return None if np.isnan(value) else float(value)


def night_times(sites: Sequence[Site], date: Date | datetime | str | float, step_minutes: float = 10.0) -> NDArray:
    """From each site's local noon of `date` to the next, [site, time]: the same local evening at all of them."""
    noons = np.array([noon_before(site, date) for site in sites])
    return noons[:, None] + np.arange(math.floor(1440 / step_minutes) + 1) * step_minutes / 1440
