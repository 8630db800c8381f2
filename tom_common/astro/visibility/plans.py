"""Answers to an observer's questions: tonight's table, rise and set, the curve of a plot."""

from collections.abc import Sequence
from datetime import date as Date
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_common.astro.earth import Site
from tom_common.astro.visibility.grid import Limits, RiseSetTransit, Summary, visibility
from tom_common.astro.visibility.nights import Night, night, night_times


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


def tonight(
    ra: ArrayLike, dec: ArrayLike, sites: Sequence[Site], date: Date | datetime | str | float, *,
    limits: Limits | None = None, step_minutes: float = 10.0, distance_au: ArrayLike | None = None,
) -> Summary:
    """Tonight's table: many targets over many sites, each through its own night, arrays [target, site].

    Moving targets: positions [target, site, time] at ``night_times(sites, date, step_minutes)``.
    """
    times = night_times(sites, date, step_minutes)
    return visibility(ra, dec, times, sites, limits=limits, distance_au=distance_au).summary()
