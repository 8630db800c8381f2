"""Targets over sites at times, in one vectorised call."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_common.astro.earth import Earth, Site
from tom_common.astro.sky.sphere import dot, norm, unit_vector
from tom_common.astro.visibility.sunmoon import Frame


@dataclass(frozen=True)
class Limits:
    """What counts as observable; None is no limit. A site's own horizon and hour-angle limit hold besides.

    `sun_altitude`: the Sun must be at or below it (-18: astronomical night). `moon_distance`: degrees, and
    `moon_phase`: the largest illuminated fraction; both asked for only while the Moon is up. `altitude`: degrees.
    `hour_angle`: hours from the meridian.
    """

    airmass: float | None = None
    altitude: float | None = None
    sun_altitude: float | None = -18.0
    moon_distance: float | None = None
    moon_phase: float | None = None
    hour_angle: float | None = None


class RiseSetTransit(NamedTuple):
    """Within the times asked about, arrays [target, site]: MJD (UTC), NaN where it does not happen.

    `max_altitude` in degrees is the highest on the way, not only at the transit.
    """

    rise: NDArray
    transit: NDArray
    set: NDArray
    max_altitude: NDArray
    always_up: NDArray
    never_up: NDArray


class Summary(NamedTuple):
    """A night in one row a target and site, arrays [target, site].

    Rise, transit and set as in RiseSetTransit; the rest speaks of the observable times only: the least airmass
    (infinite when never observable) and its time, hours in all, the Moon's distance (degrees) at the best time.
    """

    rise: NDArray
    transit: NDArray
    set: NDArray
    min_airmass: NDArray
    best_mjd: NDArray
    hours_observable: NDArray
    moon_distance: NDArray


class Visibility:
    """What :func:`visibility` found: arrays [target, site, time] unless said otherwise, each computed when asked for.

    Degrees; hours for `hour_angle`. A target without a position has NaN (infinite airmass) and is never observable.
    """

    def __init__(self, frame: Frame, directions: NDArray, limits: Limits):
        self._frame, self._directions, self.limits = frame, directions, limits
        self.sites, self.times = frame.sites, frame.times

    def _along(self, axes: NDArray) -> NDArray:
        """Cosine between the targets as seen and axes [site, time, 3]: (n + v).axis / |n + v|, v the aberration."""
        return (self._dot(axes) + dot(self._frame.aberration, axes)) / self._stretch

    def _dot(self, axes: NDArray) -> NDArray:
        if self._directions.ndim == 2:
            flat = self._directions @ axes.reshape(-1, 3).T
            return flat.reshape(len(self._directions), *axes.shape[:-1])
        return np.einsum("nsti,nsti->nst", *np.broadcast_arrays(self._directions, axes[None]))

    @cached_property
    def _stretch(self) -> NDArray:
        velocity = self._frame.aberration.reshape(-1, self._frame.times.shape[-1], 3)
        return np.sqrt(1 + 2 * self._dot(velocity) + dot(velocity, velocity))

    @cached_property
    def _up(self) -> NDArray:
        return self._along(self._frame.places.zenith)

    @cached_property
    def _east(self) -> NDArray:
        return self._along(self._frame.places.east)

    @cached_property
    def _north(self) -> NDArray:
        return self._along(self._frame.places.north)

    @cached_property
    def altitude(self) -> NDArray:
        return np.degrees(np.arcsin(np.clip(self._up, -1, 1)))

    @cached_property
    def azimuth(self) -> NDArray:
        """From north through east."""
        return np.degrees(np.arctan2(self._east, self._north)) % 360

    @cached_property
    def airmass(self) -> NDArray:
        """sec z; infinite at the horizon and below."""
        with np.errstate(divide="ignore"):
            return np.where(self._up > 0, 1 / self._up, np.inf)

    @cached_property
    def hour_angle(self) -> NDArray:
        """Hours west of the meridian, in [-12, 12)."""
        latitude = np.radians([site.latitude for site in self.sites])[:, None]
        # The equator's point on the meridian, seen from the site
        meridian = self._up * np.cos(latitude) - self._north * np.sin(latitude)
        hours = np.degrees(np.arctan2(-self._east, meridian)) / 15
        return np.where(hours >= 12, -12.0, hours)

    @property
    def sun_altitude(self) -> NDArray:
        """[site, time]."""
        return self._frame.sun_moon.sun_altitude

    @property
    def moon_altitude(self) -> NDArray:
        """[site, time]."""
        return self._frame.sun_moon.moon_altitude

    @property
    def moon_phase(self) -> NDArray:
        """Illuminated fraction, of the shape of the times."""
        return self._frame.sun_moon.moon_phase

    @cached_property
    def moon_distance(self) -> NDArray:
        return np.degrees(np.arccos(np.clip(self._along(self._frame.sun_moon.moon_direction), -1, 1)))

    @cached_property
    def observable(self) -> NDArray:
        """Which times are within the limits given and the sites' own."""
        return self.within(self.limits)

    def within(self, limits: Limits) -> NDArray:
        """The same under other limits; what was computed is used again."""
        mask = self._pointable()
        if limits.altitude is not None:
            mask &= self._up >= np.sin(np.radians(limits.altitude))
        if limits.airmass is not None:
            mask &= self._up * limits.airmass >= 1
        if limits.hour_angle is not None:
            mask &= np.abs(self.hour_angle) <= limits.hour_angle
        if limits.sun_altitude is not None:
            mask &= self.sun_altitude <= limits.sun_altitude
        if limits.moon_distance is not None:
            mask &= (self.moon_altitude < 0) | (self.moon_distance >= limits.moon_distance)
        if limits.moon_phase is not None:
            mask &= (self.moon_altitude < 0) | (self.moon_phase <= limits.moon_phase)
        return mask

    def _pointable(self) -> NDArray:
        """Above the horizon and within reach of each site's telescope."""
        mask = self._up > 0
        for row, site in enumerate(self.sites):
            if np.ndim(site.horizon):
                mask[:, row] &= self.altitude[:, row] >= site.horizon_at(self.azimuth[:, row])
            elif site.horizon:
                mask[:, row] &= self._up[:, row] >= np.sin(np.radians(site.horizon))
            if site.maximum_altitude is not None:
                mask[:, row] &= self._up[:, row] <= np.sin(np.radians(site.maximum_altitude))
            if site.hour_angle_limit is not None:
                mask[:, row] &= np.abs(self.hour_angle[:, row]) <= site.hour_angle_limit
        return mask

    def rise_set_transit(self, altitude: float | None = None) -> RiseSetTransit:
        """When targets cross `altitude` (degrees; None: each site's level horizon) and the meridian.

        Good to a second from times 10 minutes apart. Of several the first is given.
        """
        levels = [altitude if altitude is not None else site.horizon if np.ndim(site.horizon) == 0 else 0.0
                  for site in self.sites]
        height = self._up - np.sin(np.radians(levels))[:, None]
        # East of the meridian is negative; at the anti-meridian the sign falls, so only the transit rises through 0.
        across = -self._east
        rise, set_, transit = (np.full(height.shape[:2], np.nan) for _ in range(3))
        for row in range(len(self.sites)):
            times = self.times if self.times.ndim == 1 else self.times[row]
            rise[:, row] = first_crossing(times, height[:, row], rising=True)
            set_[:, row] = first_crossing(times, height[:, row], rising=False)
            transit[:, row] = first_crossing(times, across[:, row], rising=True)
        highest = np.degrees(np.arcsin(np.clip(_peak(self._up), -1, 1)))
        return RiseSetTransit(rise, transit, set_, highest, (height > 0).all(axis=-1), ~(height > 0).any(axis=-1))

    def summary(self) -> Summary:
        """The observable times of the night in one row a target and site. Times must be evenly spaced."""
        mask, events = self.observable, self.rise_set_transit()
        airmass = np.where(mask, self.airmass, np.inf)
        best = airmass.argmin(axis=-1)[..., None]
        least = np.take_along_axis(airmass, best, -1)[..., 0]
        never = ~np.isfinite(least)
        times = np.broadcast_to(self.times, airmass.shape)
        best_mjd = np.where(never, np.nan, np.take_along_axis(times, best, -1)[..., 0])
        distance = np.where(never, np.nan, np.take_along_axis(self.moon_distance, best, -1)[..., 0])
        step_h = np.diff(self.times[..., :2], axis=-1)[..., 0] * 24 if self.times.shape[-1] > 1 else 0.0
        return Summary(events.rise, events.transit, events.set, least, best_mjd, mask.sum(axis=-1) * step_h, distance)


def visibility(
    ra: ArrayLike, dec: ArrayLike, times_mjd: ArrayLike, sites: Sequence[Site], *, limits: Limits | None = None,
    distance_au: ArrayLike | None = None, earth: Earth | None = None,
) -> Visibility:
    """Targets over sites at times.

    `ra`, `dec` (ICRS, degrees): [target] for fixed ones; [target, time] or [target, site, time] for moving ones,
    whose geocentric `distance_au`, of the same shape, lets each site see them from where it stands. A scalar is one
    target. Times [time] for all sites, or [site, time]. `earth` spares computing it again for these times.
    """
    frame = Frame(times_mjd, sites, earth)
    ra, dec = np.broadcast_arrays(np.atleast_1d(np.asarray(ra, float)), np.atleast_1d(np.asarray(dec, float)))
    directions = unit_vector(ra, dec)
    if ra.ndim == 2:
        directions = directions[:, None]
    if ra.ndim > 3 or (ra.ndim > 1 and directions.shape[2] != frame.times.shape[-1]):
        raise ValueError(f"Positions have shape {ra.shape}, which does not end on the {frame.times.shape[-1]} times.")
    if distance_au is not None:
        if ra.ndim == 1:
            directions = directions[:, None, None]
        distance = np.broadcast_to(np.asarray(distance_au, float), ra.shape).reshape(*directions.shape[:-1], 1)
        sight = directions * distance - frame.places.position
        directions = sight / norm(sight)[..., None]
    return Visibility(frame, directions, limits or Limits())


def _peak(values: NDArray) -> NDArray:
    """The highest of each row [..., time], between evenly spaced samples too."""
    count = values.shape[-1]
    top = values.argmax(axis=-1)
    best = np.take_along_axis(values, top[..., None], -1)[..., 0]
    if count < 3:
        return best
    middle = np.clip(top, 1, count - 2)
    a, b, c = (np.take_along_axis(values, (middle + k)[..., None], -1)[..., 0] for k in (-1, 0, 1))
    bend = a - 2 * b + c
    with np.errstate(divide="ignore", invalid="ignore"):
        vertex = b - (c - a) ** 2 / (8 * bend)
    # At the ends of the times the highest is the sample itself
    return np.where((top == middle) & (bend < 0), vertex, best)


def first_crossing(times: NDArray, values: NDArray, *, rising: bool) -> NDArray:
    """When each row of `values` [..., time] first crosses zero upwards (or downwards); NaN where it does not.

    A parabola through the three nearest samples finds the place between them.
    """
    signed = values if rising else -values
    if len(times) < 2:
        return np.full(values.shape[:-1], np.nan)
    crosses = (signed[..., :-1] < 0) & (signed[..., 1:] >= 0)
    found = crosses.any(axis=-1)
    left = crosses.argmax(axis=-1)
    if len(times) == 2:
        first, second = signed[..., 0], signed[..., 1]
        fraction = np.where(found, -first / np.where(found, second - first, 1.0), 0.0)
        return np.where(found, times[0] + fraction * (times[1] - times[0]), np.nan)
    start = np.clip(left, 0, len(times) - 3)
    a, b, c = (np.take_along_axis(signed, (start + k)[..., None], -1)[..., 0] for k in range(3))
    # f(u) = a + slope u + bend u (u - 1), u counted in samples from `start`; evenly spaced times
    slope, bend = b - a, (c - 2 * b + a) / 2
    offset = (left - start).astype(float)
    low, high = np.where(offset == 0, a, b), np.where(offset == 0, b, c)
    with np.errstate(divide="ignore", invalid="ignore"):
        u = offset - low / (high - low)
        for _ in range(3):
            u = u - (a + slope * u + bend * u * (u - 1)) / (slope + bend * (2 * u - 1))
    u = np.clip(u, offset, offset + 1)
    return np.where(found, times[start] + u * (times[1] - times[0]), np.nan)
