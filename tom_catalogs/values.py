"""Is what a catalogue says a possible value? A missing one is None, never 0; an impossible one raises.

RemoteAnswerInvalid is what they raise. `service` is the catalogue's name for the message, `what` the quantity's.
"""

import math
from typing import Any

from tom_common.exceptions import RemoteAnswerInvalid

#: How catalogues write that they have no value.
MISSING_TEXTS = frozenset({"", "-", "--", "n.a.", "n/a", "nan", "null", "none", "unk", "unknown"})
#: Epochs of real elements: from the comets of antiquity to the year 2950. A Julian Date lies far above.
MJD_RANGE = (-800_000.0, 400_000.0)
JD_TO_MJD = 2_400_000.5


def number(
    value: Any, what: str, *, service: str, low: float = -math.inf, high: float = math.inf
) -> float | None:
    """The value as a float within [low, high], or None where there is none (NaN, masked and `n.a.` included)."""
    if _is_missing(value):
        return None
    found = _as_float(value)
    if found is None:
        raise RemoteAnswerInvalid(f"{service} gives the {what} as {_shown(value)}, which is not a number.",
                                  service=service)
    if math.isnan(found):
        return None
    if not low <= found <= high or math.isinf(found):
        raise RemoteAnswerInvalid(
            f"{service} gives the {what} as {found:g}; it should lie between {low:g} and {high:g}.", service=service
        )
    return found


def required(value: Any, what: str, **kwargs: Any) -> float:
    """As `number`, where an answer without the value is of no use."""
    found = number(value, what, **kwargs)
    if found is None:
        raise RemoteAnswerInvalid(f"{kwargs['service']} gives no {what}.", service=kwargs["service"])
    return found


def text(value: Any, what: str, *, service: str) -> str:
    """The value as a text with single blanks; empty where there is none. Numbers are taken as they are written."""
    if _is_missing(value, texts=("",)):
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise RemoteAnswerInvalid(f"{service} gives the {what} as {_shown(value)}, which is not a text.",
                                  service=service)
    plain = str(value).replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    return " ".join(plain.split())


def position(ra: Any, dec: Any, *, service: str) -> tuple[float | None, float | None]:
    """Right ascension in [0, 360) and declination in degrees; both or neither.

    A text in sexagesimal parts is read as hours and degrees, as catalogues print them.
    """
    right_ascension, declination = _angle(ra, "right ascension", service), _angle(dec, "declination", service)
    if right_ascension is None or declination is None:
        if right_ascension is None and declination is None:
            return None, None
        raise RemoteAnswerInvalid(f"{service} gives only one of right ascension and declination.", service=service)
    return (0.0 if right_ascension == 360 else right_ascension), declination


def angle(value: Any, what: str, *, service: str) -> float:
    """An orbital angle brought into [0, 360) degrees."""
    found = required(value, what, service=service, low=-360, high=720)
    wrapped = found % 360.0
    return 0.0 if wrapped >= 360.0 else wrapped


def mjd(value: Any, what: str, *, service: str) -> float:
    """A Modified Julian Date; a Julian Date in its place is refused."""
    return required(value, what, service=service, low=MJD_RANGE[0], high=MJD_RANGE[1])


def mjd_of_jd(value: Any, what: str, *, service: str) -> float:
    """A Julian Date as a Modified Julian Date; an MJD in its place is refused."""
    jd = required(value, what, service=service, low=MJD_RANGE[0] + JD_TO_MJD, high=MJD_RANGE[1] + JD_TO_MJD)
    return jd - JD_TO_MJD


def _angle(value: Any, what: str, service: str) -> float | None:
    low, high = (0, 360) if what == "right ascension" else (-90, 90)
    if isinstance(value, str) and not _is_missing(value) and _as_float(value) is None:
        from tom_common.astro.angles import AngleError, parse_dec, parse_ra

        try:
            return parse_ra(value) if what == "right ascension" else parse_dec(value)
        except AngleError as error:
            raise RemoteAnswerInvalid(f"{service} gives a {what} that makes no sense: {error}", service=service
                                      ) from error
    return number(value, what, service=service, low=low, high=high)


def _is_missing(value: Any, texts: Any = MISSING_TEXTS) -> bool:
    if value is None or getattr(value, "mask", False) is True or type(value).__name__ == "MaskedConstant":
        return True
    return isinstance(value, str) and value.strip().lower() in texts


def _as_float(value: Any) -> float | None:
    if isinstance(value, bool) or not (isinstance(value, str) or hasattr(value, "__float__")):
        return None
    if isinstance(value, str) and "_" in value:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
