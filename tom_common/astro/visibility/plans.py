"""Answers to an observer's questions: tonight's table, rise and set, the curve of a plot."""

from collections.abc import Sequence
from datetime import date as Date
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_common.astro.earth import Earth, Site
from tom_common.astro.orbits import OrbitalElements, sights
from tom_common.astro.sky.sphere import norm
from tom_common.astro.visibility.grid import Limits, RiseSetTransit, Summary, Visibility, visibility
from tom_common.astro.visibility.nights import Night, night, night_times
from tom_common.astro.visibility.sunmoon import Frame


class AirmassCurve(NamedTuple):
    """One target over one site; arrays [time], NaN in `airmass` where it is above the limit or the target is down."""

    mjd: NDArray
    airmass: NDArray
    altitude: NDArray
    moon_distance: NDArray
    sun_altitude: NDArray
    moon_altitude: NDArray
    night: Night


def airmass_curve(
    ra: float, dec: float, site: Site, date: Date | datetime | str | float, *, step_minutes: float = 5.0,
    airmass_limit: float | None = None, sun_altitude: float | None = -0.833,
) -> AirmassCurve:
    """One fixed target through one night (see :func:`night` for `date`), while the Sun is below `sun_altitude`."""
    evening = night(site, date)
    times = evening.times(step_minutes, sun_altitude)
    if not len(times):
        nothing = np.empty(0)
        return AirmassCurve(nothing, nothing, nothing, nothing, nothing, nothing, evening)
    seen = visibility(ra, dec, times, [site])
    airmass = np.where(seen.airmass[0, 0] <= (airmass_limit or np.finfo(float).max), seen.airmass[0, 0], np.nan)
    return AirmassCurve(
        times, airmass, seen.altitude[0, 0], seen.moon_distance[0, 0], seen.sun_altitude[0], seen.moon_altitude[0],
        evening,
    )


def rise_set_transit(
    ra: ArrayLike, dec: ArrayLike, site: Site, date: Date | datetime | str | float, *, altitude: float | None = None,
) -> RiseSetTransit:
    """Fixed targets at one site, from noon to noon; arrays [target], scalars for a scalar. See :class:`RiseSetTransit`.

    Geometric (no refraction), at `altitude` degrees or the site's horizon.
    """
    found = visibility(ra, dec, night_times([site], date), [site]).rise_set_transit(altitude)
    one = np.ndim(ra) == 0 and np.ndim(dec) == 0
    return RiseSetTransit(*(column[0, 0] if one else column[:, 0] for column in found))


def body_visibility(
    bodies: Sequence[OrbitalElements], times_mjd: ArrayLike, sites: Sequence[Site], *, limits: Limits | None = None,
    earth: Earth | None = None,
) -> Visibility:
    """As :func:`visibility`, for moving bodies by their elements, seen from where each site stands."""
    frame = Frame(times_mjd, sites, earth)
    vectors = sights(bodies, frame.times)
    if frame.times.ndim == 1:
        vectors = vectors[:, None]
    seen = vectors - frame.places.position
    return Visibility(frame, seen / norm(seen)[..., None], limits or Limits())


def tonight(
    ra: ArrayLike, dec: ArrayLike, sites: Sequence[Site], date: Date | datetime | str | float, *,
    limits: Limits | None = None, step_minutes: float = 10.0,
) -> Summary:
    """Tonight's table: many fixed targets over many sites, each through its own night, arrays [target, site]."""
    return visibility(ra, dec, night_times(sites, date, step_minutes), sites, limits=limits).summary()


def tonight_moving(
    bodies: Sequence[OrbitalElements], sites: Sequence[Site], date: Date | datetime | str | float, *,
    limits: Limits | None = None, step_minutes: float = 10.0,
) -> Summary:
    """The same for moving bodies."""
    return body_visibility(bodies, night_times(sites, date, step_minutes), sites, limits=limits).summary()
