"""Where a target is at a given time, whether it stands on the sky or moves along an orbit."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tom_targets.display import Row, coordinate_rows, julian_year

if TYPE_CHECKING:
    from tom_common.astro.orbits import Ephemeris

#: beyond so many days from their epoch, osculating elements of a minor body are no longer good to an arcminute
FRESH_DAYS = 60


class NoPosition(ValueError):
    """The target has no position at that time; the message says why."""


@dataclass(frozen=True)
class Place:
    """ICRS degrees; the motion is arcsec/hour (east, north), None for what stands still."""

    ra: float
    dec: float
    motion: tuple[float, float] | None = None


@dataclass(frozen=True)
class Day:
    """One line of an ephemeris, as text."""

    date: str
    position: str
    rate: str
    direction: str
    magnitude: str
    r: str
    delta: str
    elongation: str


def place_at(target: Any, moment: datetime) -> Place:
    """The position at that time: proper motion or the orbit followed. Raises NoPosition."""
    if target.type != type(target).NON_SIDEREAL:
        if target.ra is None or target.dec is None:
            raise NoPosition("This target has no position yet.")
        if not (target.pm_ra or target.pm_dec):
            return Place(target.ra, target.dec)
        from tom_common.astro.sky import propagate  # heavy: numpy

        epoch = 2000.0 if target.epoch is None else target.epoch
        year = julian_year(moment)
        return Place(*propagate(target.ra, target.dec, target.pm_ra, target.pm_dec, epoch=epoch, to=year))
    seen = ephemeris_of(target, mjd_of(moment))
    return Place(float(seen.ra), float(seen.dec), (float(seen.rate_ra_cosdec) * 60, float(seen.rate_dec) * 60))


def ephemeris_of(target: Any, mjd: Any) -> "Ephemeris":
    """The geocentric ephemeris of a moving target at times MJD (UTC). Raises NoPosition for unusable elements."""
    from tom_common.astro.orbits import ElementsError, OrbitalElements, ephemeris  # heavy: numpy, erfa

    try:
        return ephemeris(OrbitalElements.from_target(target), mjd)
    except ElementsError as error:
        raise NoPosition(f"No position can be computed: {error}") from error


def mjd_of(moment: datetime) -> float:
    from tom_common.astro.times import to_mjd

    return float(to_mjd(moment))


def position_rows(target: Any, moment: datetime) -> list[Row]:
    """What is known of a moving target at that time."""
    seen = ephemeris_of(target, mjd_of(moment))
    rows = [
        Row("Time", f"{moment:%Y-%m-%d %H:%M}", "UTC"),
        *coordinate_rows(float(seen.ra), float(seen.dec)),
        Row("Motion", f"{seen.rate:.3g} ″/min", note=f"towards position angle {seen.position_angle:.0f}°"),
    ]
    if float(seen.magnitude) == float(seen.magnitude):
        rows.append(Row("Magnitude", f"{seen.magnitude:.1f}", note=_magnitude_note(target)))
    rows += [
        Row("From the Sun (r)", f"{seen.r_au:.4f}", "au"),
        Row("From the Earth (Δ)", f"{seen.delta_au:.4f}", "au"),
        Row("Phase angle", f"{seen.phase_deg:.1f}", "°"),
        Row("Distance from the Sun on the sky", f"{seen.elongation_deg:.0f}", "°"),
    ]
    return rows


def _magnitude_note(target: Any) -> str:
    from tom_common.astro.orbits import OrbitalElements

    comet = OrbitalElements.from_target(target).is_comet_law
    return "total, predicted from M1 and k1" if comet else "V, predicted from H and G"


def coming_days(target: Any, moment: datetime, days: int = 10) -> list[Day]:
    """The ephemeris at 0 h UTC of the days to come."""
    import numpy as np

    from tom_common.astro.angles import format_position
    from tom_common.astro.times import format_time

    times = np.floor(mjd_of(moment)) + np.arange(1, days + 1)
    seen = ephemeris_of(target, times)
    return [
        Day(
            date=format_time(float(times[i]), "date"),
            position=format_position(float(seen.ra[i]), float(seen.dec[i]), precision=1),
            rate=f"{seen.rate[i]:.3g}", direction=f"{seen.position_angle[i]:.0f}",
            magnitude="" if np.isnan(seen.magnitude[i]) else f"{seen.magnitude[i]:.1f}",
            r=f"{seen.r_au[i]:.3f}", delta=f"{seen.delta_au[i]:.3f}", elongation=f"{seen.elongation_deg[i]:.0f}",
        )
        for i in range(days)
    ]


def age_warning(target: Any, moment: datetime) -> str:
    """What to tell when the elements are so old that the position may be off by arcminutes; else nothing."""
    if target.epoch_of_elements is None or target.scheme == "JPL_MAJOR_PLANET":
        return ""
    days = abs(mjd_of(moment) - target.epoch_of_elements)
    if days <= FRESH_DAYS:
        return ""
    return (
        f"The elements are {days:.0f} days away from their epoch. The planets' pull is left out, so the position may "
        "be off by arcminutes or more; look the object up again for new elements."
    )
