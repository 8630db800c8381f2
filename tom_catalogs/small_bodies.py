"""Names of minor planets and comets as people type them, and which elements a target keeps of which orbit."""

import re
from dataclasses import dataclass
from typing import Any

#: Gauss's constant in degrees per day: mean motion = k a^-1.5, a in au.
GAUSS_DEGREES = 0.9856076686014251

_PROVISIONAL = re.compile(r"\d{4}\s?[A-HJ-Y][A-HJ-Z]\d{0,3}|A\d{3}\s?[A-HJ-Y][A-HJ-Z]\d{0,3}|\d{4}\s[PT]-[L1-3]", re.I)
_NUMBER = re.compile(r"\(?(\d+)\)?")
_NUMBER_NAME = re.compile(r"\(?(\d+)\)?\s+([A-Za-z'`‘’].*)")
_NUMBERED_COMET = re.compile(r"(\d+[PDI](?:-[A-Z]{1,2})?)(?:\s*/.*|\s+\S.*)?", re.I)
_COMET = re.compile(r"([CPDXAI]/-?\d{1,4}\s?[A-HJ-Y]{1,2}\d{0,3}(?:-[A-Z]{1,2})?)(?:\s*\(.*\)|\s.*)?", re.I)


@dataclass(frozen=True)
class Designation:
    """What was typed, and the shortest text that names the same body. `kind`: number, comet, provisional, name."""

    typed: str
    short: str
    kind: str


def parse_designation(term: str) -> Designation:
    """`(433) Eros`, `433`, `2012 HN13`, `67P/Churyumov-Gerasimenko`, `C/2012 S1 (ISON)`, `Eros`."""
    typed = " ".join(term.split())
    if _PROVISIONAL.fullmatch(typed):
        return Designation(typed, typed, "provisional")
    if match := _NUMBER.fullmatch(typed):
        return Designation(typed, match.group(1), "number")
    if match := _COMET.fullmatch(typed) or _NUMBERED_COMET.fullmatch(typed):
        return Designation(typed, match.group(1), "comet")
    if match := _NUMBER_NAME.fullmatch(typed):
        return Designation(typed, match.group(1), "number")
    return Designation(typed, typed, "name")


def is_comet(designation: str) -> bool:
    return parse_designation(designation).kind == "comet"


def orbit_fields(
    *, comet: bool, epoch_mjd: float, perihelion_mjd: float, q: float, e: float, i: float, node: float, argperi: float,
    mean_anomaly: float | None = None, semimajor_axis: float | None = None, mean_daily_motion: float | None = None,
) -> dict[str, Any]:
    """The fields of a target with this orbit; angles in degrees, q and a in au, epochs MJD (TT).

    A comet, and whatever is not on an ellipse, keeps the time and distance of its perihelion; a minor planet mean
    anomaly and semimajor axis, worked out from those where they are not given.
    """
    common = {
        "epoch_of_elements": epoch_mjd, "eccentricity": e, "inclination": i, "lng_asc_node": node,
        "arg_of_perihelion": argperi,
    }
    if comet or e >= 1:
        return {"scheme": "MPC_COMET", **common, "epoch_of_perihelion": perihelion_mjd, "perihdist": q}
    a = q / (1 - e) if semimajor_axis is None else semimajor_axis
    n = GAUSS_DEGREES * a**-1.5 if mean_daily_motion is None else mean_daily_motion
    if mean_anomaly is None:
        mean_anomaly = n * (epoch_mjd - perihelion_mjd) % 360
    return {
        "scheme": "MPC_MINOR_PLANET", **common, "mean_anomaly": mean_anomaly, "semimajor_axis": a,
        "mean_daily_motion": n,
    }
