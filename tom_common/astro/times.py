"""Times as people paste them, and between the scales. A number without a name is a Modified Julian Date in UTC.

What a bare number means: from 1,500,000 to 2,700,000 it is a Julian Date, otherwise a Modified Julian Date, and what
can be neither is refused with the reason. UTC days are counted as 86400 s, so on a day with a leap second (the last:
31 December 2016) a time may be off by one second.
"""

import math
import re
from datetime import UTC, date, datetime, timedelta
from numbers import Real

import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

MJD_ZERO_JD = 2400000.5
MJD_J2000 = 51544.5
_MJD_1970 = 40587
_TT_TAI_S = 32.184
# Julian Dates of the years -605 and 2680: nobody means an MJD of that size.
_JD_RANGE = (1_500_000, 2_700_000)
_MJD_RANGE = (-700_000, 300_000)
SCALES = ("utc", "tai", "tt", "tdb")


class TimeError(ValueError):
    """A value that is no time, or not the kind asked for; the message says what it looks like."""


def jd_to_mjd(jd: ArrayLike) -> NDArray | float:
    """MJD = JD - 2400000.5."""
    return jd - MJD_ZERO_JD if isinstance(jd, Real) else np.asarray(jd, float) - MJD_ZERO_JD


def mjd_to_jd(mjd: ArrayLike) -> NDArray | float:
    """JD = MJD + 2400000.5."""
    return mjd + MJD_ZERO_JD if isinstance(mjd, Real) else np.asarray(mjd, float) + MJD_ZERO_JD


def looks_like_jd(value: Real) -> bool:
    """Whether a number is a Julian Date rather than a Modified one."""
    return _JD_RANGE[0] <= float(value) <= _JD_RANGE[1]


def check_mjd(value: Real | str, what: str = "MJD") -> float:
    """The value as a float, when it can be a Modified Julian Date. Raises TimeError with what it looks like instead.

    `what` names the value in the message. Refused: NaN, a Julian Date, a year, a calendar date as one number, seconds
    since 1970, anything beyond -700000 (59 BC) to 300000 (AD 2680).
    """
    try:
        mjd = float(value)
    except (TypeError, ValueError):
        raise TimeError(f"{what} is a number (Modified Julian Date), found {value!r}.") from None
    if not math.isfinite(mjd):
        raise TimeError(f"{what} is a finite number (Modified Julian Date), found {value}.")
    found = f"{what} is a Modified Julian Date; {mjd:.15g}"
    if looks_like_jd(mjd):
        raise TimeError(f"{found} looks like a Julian Date, which would be MJD {jd_to_mjd(mjd):.10g}.")
    if 1800 <= mjd < 2200:
        raise TimeError(f"{found} looks like a year: {mjd:g} is MJD {_mjd_of_year(mjd):.10g}.")
    if 18000101 <= mjd < 22000101:
        raise TimeError(f"{found} looks like a calendar date (yyyymmdd).")
    if mjd >= 1e8:
        raise TimeError(f"{found} looks like seconds since 1970.")
    if not _MJD_RANGE[0] <= mjd <= _MJD_RANGE[1]:
        raise TimeError(f"{found} is outside {_MJD_RANGE[0]} (59 BC) to {_MJD_RANGE[1]} (AD 2680).")
    return mjd


def _mjd_of_year(year: float) -> float:
    return round(MJD_J2000 + (year - 2000) * 365.25, 4)


def to_mjd(when) -> NDArray | float:
    """MJD (UTC) of a datetime, a date (its midnight), an astropy Time, a text, or a sequence of these.

    A datetime without time zone is UTC. Numbers pass through after :func:`check_mjd`.
    """
    if isinstance(when, datetime):
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        since = when - datetime(1970, 1, 1, tzinfo=UTC)
        return _MJD_1970 + since.days + (since.seconds + since.microseconds / 1e6) / 86400
    if isinstance(when, date):
        return float(_MJD_1970 + (when - date(1970, 1, 1)).days)
    if isinstance(when, str):
        return parse_time(when)
    if isinstance(when, Real):
        return check_mjd(when)
    # astropy's Time, without importing astropy to ask
    if hasattr(when, "utc") and hasattr(when, "mjd"):
        return when.utc.mjd
    return np.array([to_mjd(one) for one in when], float)


def from_mjd(mjd: ArrayLike) -> datetime | list[datetime]:
    """Aware datetime (UTC), rounded to the microsecond; a list for an array. Raises TimeError outside years 1-9999."""
    if np.ndim(mjd):
        return [from_mjd(one) for one in np.asarray(mjd).tolist()]
    if not math.isfinite(mjd):
        raise TimeError(f"{mjd} is no time.")
    days = math.floor(mjd)
    try:
        # Whole days apart from the rest keep the microsecond: an MJD as a float resolves 0.6 microseconds today.
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days - _MJD_1970) + timedelta(float(mjd) - days)
    except OverflowError:
        raise TimeError(f"MJD {mjd} is outside the years 1 to 9999.") from None


def julian_year(mjd: ArrayLike) -> NDArray | float:
    """Julian year (2000.0 at MJD 51544.5), as the epochs of catalogues are given."""
    return 2000 + (mjd - MJD_J2000) / 365.25


def mjd_of_julian_year(year: ArrayLike) -> NDArray | float:
    """The inverse of :func:`julian_year`."""
    return MJD_J2000 + (year - 2000) * 365.25


# Text

_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}
_NUMBER = re.compile(r"(?:(m?jd)\s*[=:]?\s*)?([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)")
_EPOCH = re.compile(r"j\s*(\d{4}(?:\.\d*)?)")
_CALENDAR = re.compile(
    r"(?P<year>\d{4})(?:[-/. ](?P<month>\d{1,2})[-/. ]|[-/. ]?(?P<name>[a-z]{3,9})[-/. ]?)"
    r"(?P<day>\d{1,2})(?P<part>\.\d+)?"
    r"(?:(?:\s*t\s*|\s+)(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d*)?))?|h)?)?"
    r"\s*(?P<zone>z|[+-]\d{2}:?(?:\d{2})?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})t(\d{2})(\d{2})(\d{2}(?:\.\d*)?)?(z)?")
TIME_UNDERSTOOD = "2026-03-01 12:30:00 (UTC), 2026-03-01T12:30:00+02:00, 2026 Mar 01.52, JD 2461101.02 or MJD 61100.52"


def parse_time(text: str | Real, *, scale: str = "utc") -> float:
    """A pasted time as MJD (UTC): ISO 8601, a date with decimals, JD, MJD, a Julian epoch (J2016.0).

    `scale` ('utc', 'tai', 'tt' or 'tdb') is what the text is in when it does not end on a scale's name itself; Julian
    epochs are TT. A date without time is its midnight. Raises TimeError, saying what is understood.
    """
    if scale not in SCALES:
        raise ValueError(f"scale is one of {', '.join(SCALES)}, not {scale!r}")
    if isinstance(text, Real):
        return to_utc(_from_number(float(text), None, text), scale)
    plain = " ".join(str(text or "").strip().lower().replace("\u2212", "-").split())
    if not plain:
        raise TimeError(f"No time given. Understood: {TIME_UNDERSTOOD}.")
    if re.match(r"(?:[hb]m?jd)", plain):
        raise TimeError(f"{text!r} is heliocentric or barycentric; give the time at the Earth. "
                        f"Understood: {TIME_UNDERSTOOD}.")
    named = re.search(r"[ (]\s*(utc|ut|gmt|tai|tt|tdb)\s*\)?$", plain)
    if named:
        plain, scale = plain[:named.start()].strip(), {"ut": "utc", "gmt": "utc"}.get(named[1], named[1])
    plain = plain.removeprefix("a.d. ")
    if match := _NUMBER.fullmatch(plain):
        return to_utc(_from_number(float(match[2]), match[1], text), scale)
    if match := _EPOCH.fullmatch(plain):
        return to_utc(float(mjd_of_julian_year(float(match[1]))), "tt")
    return to_utc(_from_calendar(plain, text), scale)


def _from_number(value: float, kind: str | None, text) -> float:
    if kind == "jd" or (kind is None and math.isfinite(value) and looks_like_jd(value)):
        value = jd_to_mjd(value)
        kind = "jd"
    try:
        return check_mjd(value, "JD - 2400000.5" if kind == "jd" else "A time as one number")
    except TimeError as error:
        raise TimeError(f"{error} Understood: {TIME_UNDERSTOOD}.") from None


def _from_calendar(plain: str, text: str) -> float:
    if match := _COMPACT.fullmatch(plain):
        year, month, day, hour, minute, second, zone = match.groups()
        part = None
    elif match := _CALENDAR.fullmatch(plain):
        year, month, name, day, part, hour, minute, second, zone = match.groups()
        month = month or _MONTHS.get(name[:3])
    else:
        hint = " Days before months are ambiguous; put the year first." if re.match(r"\d{1,2}[-/.]\d", plain) else ""
        raise TimeError(f"{text!r} is no time.{hint} Understood: {TIME_UNDERSTOOD}.")
    if month is None or (part and hour):
        raise TimeError(f"{text!r} is no time. Understood: {TIME_UNDERSTOOD}.")
    try:
        start = to_mjd(date(int(year), int(month), int(day)))
    except ValueError as error:
        raise TimeError(f"{text!r} is no date: {error}.") from None
    hours, minutes, seconds = int(hour or 0), int(minute or 0), float((second or "0").replace(",", "."))
    # Second 60 is a leap second; hour 24 is the end of the day.
    if hours > 24 or minutes > 59 or seconds >= 61 or (hours == 24 and (minutes or seconds)):
        raise TimeError(f"{text!r} is no time of day.")
    return start + float(part or 0) + (hours * 3600 + minutes * 60 + seconds - _zone_seconds(zone, text)) / 86400


def _zone_seconds(zone: str | None, text: str) -> int:
    if not zone or zone == "z":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    if seconds > 14 * 3600:
        raise TimeError(f"{text!r} has a time zone {zone} that nobody keeps.")
    return -seconds if zone[0] == "-" else seconds


def format_time(mjd: float, style: str = "iso", precision: int = 0) -> str:
    """A time (MJD UTC) for people; None and NaN give an empty text.

    `style`: 'iso' (2026-03-01 12:30:00), 'isot' (2026-03-01T12:30:00Z), 'date', 'day' (2026-03-01.5208), 'mjd', 'jd'.
    `precision` counts the decimals of the last part. Rounded once, so that seconds never show as 60.
    """
    if mjd is None or not math.isfinite(mjd):
        return ""
    if style in ("mjd", "jd"):
        return f"{mjd if style == 'mjd' else mjd_to_jd(mjd):.{precision}f}"
    if style == "date":
        return from_mjd(mjd).strftime("%Y-%m-%d")
    if style == "day":
        rounded = round(float(mjd), precision)
        whole = math.floor(rounded)
        return from_mjd(whole).strftime("%Y-%m-%d") + f"{rounded - whole:.{precision}f}"[1:]
    if style not in ("iso", "isot"):
        raise ValueError(f"style is one of iso, isot, date, day, mjd, jd; not {style!r}")
    if not 0 <= precision <= 6:
        raise ValueError(f"precision is from 0 to 6 decimals of a second, not {precision}")
    unit = 10**(6 - precision)
    when = from_mjd(mjd) + timedelta(microseconds=unit / 2 if precision < 6 else 0)
    text = when.strftime("%Y-%m-%d" + ("T" if style == "isot" else " ") + "%H:%M:%S")
    if precision:
        text += f".{when.microsecond // unit:0{precision}d}"
    return text + ("Z" if style == "isot" else "")


# Scales

_LEAPS = erfa.leap_seconds.get()
_LEAP_MJD = np.array([to_mjd(date(int(row["year"]), int(row["month"]), 1)) for row in _LEAPS])
_TAI_UTC = np.array([float(row["tai_utc"]) for row in _LEAPS])


def tai_minus_utc(mjd_utc: ArrayLike) -> NDArray:
    """TAI - UTC in seconds: the steps announced so far, held constant after the last.

    Before 1972 the drift within a step is left out, and before 1960 the first step holds: at worst a minute.
    """
    step = np.searchsorted(_LEAP_MJD, np.asarray(mjd_utc, float), "right") - 1
    return _TAI_UTC[np.clip(step, 0, None)]


def utc_to_tt(mjd_utc: ArrayLike) -> NDArray | float:
    """Terrestrial Time, as MJD. TDB is taken as TT throughout: they differ by less than 2 ms."""
    return mjd_utc + (tai_minus_utc(mjd_utc) + _TT_TAI_S) / 86400


def tt_to_utc(mjd_tt: ArrayLike) -> NDArray | float:
    """The inverse of :func:`utc_to_tt`."""
    first = mjd_tt - (tai_minus_utc(mjd_tt) + _TT_TAI_S) / 86400
    return mjd_tt - (tai_minus_utc(first) + _TT_TAI_S) / 86400


def to_utc(mjd: float, scale: str) -> float:
    """MJD of any of the SCALES as MJD UTC."""
    if scale == "utc":
        return mjd
    return float(tt_to_utc(mjd if scale != "tai" else mjd + _TT_TAI_S / 86400))
