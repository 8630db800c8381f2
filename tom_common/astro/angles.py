"""Angles as people paste them, and as pages show them. Right ascension and declination go in and out in degrees.

The hour/degree rule: a right ascension in sexagesimal parts (``12:30:49.42``) is in hours unless a degree sign or a
``d`` says otherwise; a plain decimal (``187.7059``) is in degrees unless an ``h`` says otherwise. A declination is
always in degrees.
"""

import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from numbers import Real

__all__ = [
    "AngleError", "deg_to_sexagesimal", "format_dec", "format_position", "format_ra", "parse_dec", "parse_position",
    "parse_ra", "wrap_ra",
]

RA_UNDERSTOOD = "187.7059 (degrees), 12:30:49.42 or 12h30m49.42s (hours), 187d42m21s (degrees)"
DEC_UNDERSTOOD = "+12.3911 (degrees), +12:23:28.0, +12d23m28s, +12°23′28″"
POSITION_UNDERSTOOD = (
    "187.7059 +12.3911 (degrees), 12:30:49.42 +12:23:28.0, 12h30m49.42s +12d23m28.0s or J123049.42+122328.0"
)

# No angle is longer; what is (a pasted page) would only cost time.
_LONGEST = 200


class AngleError(ValueError):
    """A text that is not an angle; the message tells what was found and what is understood."""


# Typographic signs, reduced to what is on a keyboard. Done before NFKC, which would turn º into the letter o.
_TYPOGRAPHY = str.maketrans({
    **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d\u02d7", "-"),
    **dict.fromkeys("\u00b0\u00ba\u02da\u1d48", "d"),
    **dict.fromkeys("\u2032\u2019\u2018\u02b9\u00b4\u02bc\u1d50", "m"),
    **dict.fromkeys("\u2033\u201d\u201c\u02ba\u02ee\u02e2", "s"),
    "\u02b0": "h", "\u2236": ":", "\uff1a": ":", "\uff0b": "+", "\uff0c": ",", "\u3001": ",",
    "\u200b": None, "\u200e": None, "\u200f": None, "\ufeff": None, "\u2060": None,
})
_FULL_WIDTH = str.maketrans({chr(0xFF10 + digit): str(digit) for digit in range(10)} | {"\uff0e": "."})


def _plain(text: str) -> str:
    """The text with unicode signs, quotes for minutes and seconds, and unit words reduced to ``h d m s``."""
    plain = text.translate(_TYPOGRAPHY).translate(_FULL_WIDTH).lower()
    plain = plain.replace("''", "s").replace('"', "s").replace("'", "m")
    plain = re.sub(r"(?<=[\d.\s])(hours?|hrs?)\b", "h", plain)
    plain = re.sub(r"(?<=[\d.\s])(degrees?|degs?)\b", "d", plain)
    plain = re.sub(r"(?<=[\d.\s])(arcminutes?|arcmins?|minutes?|mins?)\b", "m", plain)
    plain = re.sub(r"(?<=[\d.\s])(arcseconds?|arcsecs?|seconds?|secs?)\b", "s", plain)
    return " ".join(plain.split())


@dataclass(frozen=True)
class _Angle:
    """One parsed angle: its size in its own unit, and what the notation said about that unit."""

    value: float
    negative: bool
    parts: int
    unit: str | None

    @property
    def signed(self) -> float:
        return -self.value if self.negative else self.value


_DECIMAL = re.compile(r"([+-]?)\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)\s*([hd]?)")
_LETTERS = re.compile(
    r"([+-]?)\s*(\d+)\s*([hd])"
    r"(?:\s*(\d+(?:\.\d*)?)(?:\s*m|(?=\s)|$)(?:\s*(\d+(?:\.\d*)?)\s*s?)?)?"
)
_SEPARATED = re.compile(r"([+-]?)\s*(\d+)(?:\s*:\s*|\s+)(\d+(?:\.\d*)?)(?:(?:\s*:\s*|\s+)(\d+(?:\.\d*)?))?\s*([hd]?)")


def _read(text: str, *, what: str, understood: str) -> _Angle:
    """Read one angle of any notation, without judging its range."""
    if len(text) > _LONGEST:
        raise AngleError(f"{_shown(text)} is not a {what}: it has {len(text)} characters. Understood: {understood}.")
    plain = _plain(text)
    # 49s.42 is how many journals print 49.42s
    plain = re.sub(r"(\d+)\s*([hdms])\.(\d+)$", r"\1.\3\2", plain)
    match = _DECIMAL.fullmatch(plain)
    if match:
        sign, number, unit = match.groups()
        return _Angle(float(number), sign == "-", 1, unit or None)
    match = _LETTERS.fullmatch(plain)
    if match:
        sign, first, unit, minutes, seconds = match.groups()
        return _sexagesimal(text, what, sign, first, minutes, seconds, unit)
    match = _SEPARATED.fullmatch(plain)
    if match:
        sign, first, minutes, seconds, unit = match.groups()
        return _sexagesimal(text, what, sign, first, minutes, seconds, unit or None)
    raise AngleError(f"{_shown(text)} is not a {what}. Understood: {understood}.")


def _sexagesimal(text, what, sign, first, minutes, seconds, unit) -> _Angle:
    if seconds is not None and "." in minutes:
        raise AngleError(f"{_shown(text)} is not a {what}: its minutes have decimals, and seconds follow.")
    # Decimal keeps 12:30:49.42 from gathering rounding errors of three binary terms.
    minutes_value, seconds_value = Decimal(minutes or 0), Decimal(seconds or 0)
    for name, value in (("minutes", minutes_value), ("seconds", seconds_value)):
        # Exactly 60 seconds is how careless software rounds up; it has one meaning, so it is taken.
        if value > 60 or (value == 60 and name == "minutes"):
            raise AngleError(f"{_shown(text)} is not a {what}: {name} run from 0 to 59, found {value}.")
    value = Decimal(first) + minutes_value / 60 + seconds_value / 3600
    return _Angle(float(value), sign == "-", 3 if seconds is not None else 2 if minutes is not None else 1, unit)


def _shown(text: str) -> str:
    text = str(text)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _number(value: Real, what: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise AngleError(f"{number} is not a {what}: a finite number is needed.")
    return number


def wrap_ra(ra: float) -> float:
    """A right ascension (degrees) brought into [0, 360)."""
    wrapped = math.fmod(ra, 360.0)
    if wrapped < 0:
        wrapped += 360.0
    return 0.0 if wrapped >= 360.0 else wrapped + 0.0


def parse_ra(text: str | float, *, unit: str | None = None, wrap: bool = False) -> float:
    """Right ascension in any notation, as degrees in [0, 360).

    `unit` ('deg' or 'hour') settles what a text without ``h``, ``d`` or degree sign means; without it the hour/degree
    rule of this module holds. Numbers are degrees (or `unit`). A negative one is wrapped.
    With `wrap`, plain degrees may also have gone once too often around: 370 is 10.
    Raises AngleError for anything else, an empty text and NaN included.
    """
    if unit not in (None, "deg", "hour"):
        raise ValueError(f"unit is 'deg', 'hour' or None, not {unit!r}")
    if isinstance(text, Real) and not isinstance(text, bool):
        angle = _Angle(abs(_number(text, "right ascension")), text < 0, 1, None)
    elif text is None or not str(text).strip():
        raise AngleError(f"No right ascension given. Understood: {RA_UNDERSTOOD}.")
    else:
        angle = _read(str(text), what="right ascension", understood=RA_UNDERSTOOD)
    said = {"h": "hour", "d": "deg", None: unit}[angle.unit]
    in_hours = said == "hour" if said else angle.parts > 1
    turn = 24 if in_hours else 360
    # A clock shows no 25 hours.
    if angle.value > (2 * turn if wrap and not in_hours and angle.parts == 1 else turn):
        found, hint = f"{angle.value:g} {'hours' if in_hours else 'degrees'}", ""
        if in_hours and angle.value <= 360:
            hint = " If degrees are meant, write 200d30m00s or a plain decimal."
        raise AngleError(
            f"{_shown(text)} is not a right ascension: it runs from 0 to {turn}, found {found}.{hint}"
        )
    if in_hours and angle.parts > 1 and angle.negative and angle.value > 0:
        raise AngleError(f"{_shown(text)} is not a right ascension: hours have no minus sign.")
    return wrap_ra(angle.signed * (15 if in_hours else 1))


def parse_dec(text: str | float) -> float:
    """Declination in any notation, as degrees in [-90, 90]. Raises AngleError for anything beyond the poles."""
    if isinstance(text, Real) and not isinstance(text, bool):
        value = _number(text, "declination")
    elif text is None or not str(text).strip():
        raise AngleError(f"No declination given. Understood: {DEC_UNDERSTOOD}.")
    else:
        angle = _read(str(text), what="declination", understood=DEC_UNDERSTOOD)
        if angle.unit == "h":
            raise AngleError(f"{_shown(text)} is not a declination: it is in hours. Understood: {DEC_UNDERSTOOD}.")
        value = angle.signed
    if not -90 <= value <= 90:
        raise AngleError(f"{_shown(text)} is not a declination: it runs from -90 to +90 degrees, found {value:g}.")
    return value


_LABEL_UNIT = (
    r"(?:[\s_]*[\[(]?(?:j2000(?:\.0)?|icrs|fk5|(?P<{0}>deg(?:rees)?|h(?:ou)?rs?)|hms|dms)[\])]?"
    r"(?=[\s:=\"'\])]|$))?"
)
_RA_LABEL = re.compile(
    r"(?<![a-z])[\"']?(?:right\s+ascension|r\.?\s?a\.?|raj2000|alpha|\u03b1)(?![a-z])" + _LABEL_UNIT.format("ra_unit")
    + r"[\"']?\s*[:=]?\s*", re.I,
)
_DEC_LABEL = re.compile(
    r"(?<![a-z])[\"']?(?:declination|decl?\.?|dej2000|de|delta|\u03b4)(?![a-z])" + _LABEL_UNIT.format("dec_unit")
    + r"[\"']?\s*[:=]?\s*", re.I,
)
_EQUINOX = re.compile(
    r"[\s,;]*[\[(]?\s*(?:(?:eq(?:uinox)?\.?\s*)?j?2000(?:\.0*)?|icrs|fk5)\s*[\])]?\s*$"
    r"|^\s*(?:icrs|fk5|j2000(?:\.0*)?)[\s:,]+", re.I,
)
_OLD_EQUINOX = re.compile(r"\b(?:b1950(?:\.0)?|b1875|fk4)\b", re.I)
_DESIGNATION = re.compile(
    r"(?:(?:[a-z0-9][\w -]*?)?j)?\s*(?P<rh>\d{2})(?P<rm>\d{2})(?P<rs>\d{2})(?P<rf>\.?\d*)"
    r"\s*(?P<sign>[+-])(?P<dd>\d{2})(?P<dm>\d{2})(?P<ds>\d{2})(?P<df>\.?\d*)[a-z]?", re.I,
)


def parse_position(text: str) -> tuple[float, float]:
    """One pasted position (ICRS / J2000) as (ra, dec) in degrees.

    Takes both angles in any notation, apart by comma, sign, space or labels (``ra=…, dec=…``), or a designation
    that spells its position to the second (``SDSS J123049.42+122328.0``). Raises AngleError for anything else.
    """
    if text is None or not str(text).strip():
        raise AngleError(f"No position given. Understood: {POSITION_UNDERSTOOD}.")
    source = str(text).strip()
    if len(source) > _LONGEST:
        raise AngleError(
            f"{_shown(source)} is not a position: it has {len(source)} characters. Understood: {POSITION_UNDERSTOOD}."
        )
    if _OLD_EQUINOX.search(source):
        raise AngleError(f"{_shown(source)} is given for an old equinox; positions are ICRS / J2000. Precess it first.")
    plain = _unwrapped(source.translate(_TYPOGRAPHY).translate(_FULL_WIDTH))
    labelled = _labelled(plain, source)
    if labelled:
        return labelled
    designation = _designation(plain)
    if designation:
        return designation
    if not re.match(r"[\s+.\-]*\d", plain):
        raise AngleError(f"{_shown(source)} is not a position. Understood: {POSITION_UNDERSTOOD}.")
    ra_text, dec_text = _halves(plain, source)
    return parse_ra(ra_text), parse_dec(dec_text)


def _unwrapped(plain: str) -> str:
    """Without brackets around, a trailing equinox and line breaks."""
    plain = _without_brackets(" ".join(plain.split()))
    # 2000 alone is taken for an equinox only when two angles are left without it.
    match = _EQUINOX.search(plain)
    if match and (re.search(r"[a-z(\[]", match.group(), re.I) or re.search(r"\d\D+\d", plain[:match.start()])):
        plain = _without_brackets((plain[:match.start()] + plain[match.end():]).strip())
    return plain


def _without_brackets(plain: str) -> str:
    while plain and (plain[0], plain[-1]) in (("(", ")"), ("[", "]"), ("{", "}")):
        plain = plain[1:-1].strip()
    return plain


def _labelled(plain: str, source: str) -> tuple[float, float] | None:
    ra_label, dec_label = _RA_LABEL.search(plain), _DEC_LABEL.search(plain)
    if not (ra_label and dec_label):
        return None
    segments = {}
    for name, label, other in (("ra", ra_label, dec_label), ("dec", dec_label, ra_label)):
        end = other.start() if other.start() > label.start() else len(plain)
        segments[name] = plain[label.end():end].strip().strip(",;&|/ ")
    unit_word = (ra_label.group("ra_unit") or "").lower()
    unit = None if not unit_word else "deg" if unit_word.startswith("deg") else "hour"
    try:
        return parse_ra(segments["ra"].strip("\"' "), unit=unit), parse_dec(segments["dec"].strip(" "))
    except AngleError as error:
        raise AngleError(f"In {_shown(source)}: {error}") from error


def _designation(plain: str) -> tuple[float, float] | None:
    match = _DESIGNATION.fullmatch(plain)
    if not match:
        return None
    part = match.groupdict()
    seconds = [part["rs"] + _fraction(part["rf"]), part["ds"] + _fraction(part["df"])]
    return (
        parse_ra(f"{part['rh']}:{part['rm']}:{seconds[0]}"),
        parse_dec(f"{part['sign']}{part['dd']}:{part['dm']}:{seconds[1]}"),
    )


def _fraction(digits: str) -> str:
    """2MASS leaves out the decimal points of its designations: J12304942+1223280."""
    return digits if not digits or digits.startswith(".") else "." + digits


def _halves(plain: str, source: str) -> tuple[str, str]:
    """Where the right ascension ends and the declination begins."""
    if re.fullmatch(r"[+-]?\d+,\d+[\s;]+[+-]?\d+,\d+", plain):
        plain = plain.replace(",", ".")
    for separator in (";", "|", "\t", ",", "/"):
        pieces = [piece.strip() for piece in plain.split(separator)]
        if len(pieces) == 2 and all(pieces):
            return pieces[0], pieces[1]
        if len(pieces) > 2:
            raise AngleError(f"{_shown(source)} has {len(pieces)} values; a position has two, RA and Dec.")
    signs = [match.start() for match in re.finditer(r"(?<![eE])[+-]", plain) if match.start() > 0]
    if len(signs) == 1:
        return plain[:signs[0]].strip(), plain[signs[0]:].strip()
    if not signs:
        lettered = re.fullmatch(r"(\d[\d.\s]*h[^d]*?|\d[\d.\s]*d.*?[sm\d])\s+(\d[\d.]*\s*d.*)", _plain(plain))
        if lettered:
            return lettered.group(1), lettered.group(2)
        words = re.sub(r"\s*:\s*", ":", plain).split(" ")
        if len(words) in (2, 4, 6):
            half = len(words) // 2
            return " ".join(words[:half]), " ".join(words[half:])
        if len(words) == 1:
            raise AngleError(
                f"{_shown(source)} is one value; a position has two, RA and Dec. Understood: {POSITION_UNDERSTOOD}."
            )
    raise AngleError(
        f"{_shown(source)}: it is not clear where RA ends and Dec begins; put a comma between them. "
        f"Understood: {POSITION_UNDERSTOOD}."
    )


# What stands after the first, second and third part, by style. 'hms' and 'dms' are what catalogues take and give.
_STYLES = {
    "hms": (":", ":", ""), "dms": (":", ":", ""), "colon": (":", ":", ""), "space": (" ", " ", ""),
    "letters": ("{unit}", "m", "s"), "unicode": ("{sign}", "′", "″"), "compact": ("", "", ""),
}


def _split(value: float, precision: int) -> tuple[int, int, Decimal]:
    """Whole, minutes and seconds of a size; rounded once, as a whole, so that seconds never show as 60."""
    step = Decimal(1).scaleb(-precision)
    # repr, not the exact binary value: 0.1 stays 0.1, so what was typed comes back.
    seconds = (Decimal(repr(value)) * 3600).quantize(step, rounding=ROUND_HALF_EVEN)
    minutes, seconds = divmod(seconds, 60)
    whole, minutes = divmod(int(minutes), 60)
    return whole, minutes, seconds


def _joined(whole: str, minutes: int, seconds: Decimal, precision: int, style: str, unit: str) -> str:
    sign = {"h": "ʰ", "d": "°"}[unit]
    first, second, third = (mark.format(unit=unit, sign=sign) for mark in _STYLES[style])
    if style == "unicode" and unit == "h":
        second, third = "ᵐ", "ˢ"
    width = 2 if precision == 0 else precision + 3
    return f"{whole}{first}{minutes:02d}{second}{seconds:0{width}.{precision}f}{third}"


def _check_style(style: str, precision: int) -> None:
    if style != "deg" and style not in _STYLES:
        raise ValueError(f"style is one of deg, {', '.join(_STYLES)}; not {style!r}")
    if not 0 <= precision <= 12:
        raise ValueError(f"precision is a number of decimals from 0 to 12, not {precision!r}")


def format_ra(deg: float, style: str = "hms", precision: int = 2) -> str:
    """A right ascension for people: ``12:30:49.42``. None and NaN give an empty text.

    `style`: 'hms' or 'colon' (12:30:49.42), 'letters' (12h30m49.42s), 'space', 'unicode' (12ʰ30ᵐ49.42ˢ), 'compact'
    (123049.42), all in hours; 'dms' (187:42:21.30) and 'deg' (187.7059) in degrees. `precision` counts decimals of
    the last part. The value is wrapped, and rounding up to 24 hours gives 00:00:00.
    """
    _check_style(style, precision)
    if deg is None or not math.isfinite(deg):
        return ""
    ra = wrap_ra(float(deg))
    if style == "deg":
        text = f"{ra:.{precision}f}"
        return f"{0:.{precision}f}" if float(text) >= 360 else text
    if style == "dms":
        whole, minutes, seconds = _split(ra, precision)
        return _joined(f"{whole % 360:03d}", minutes, seconds, precision, style, "d")
    seconds_of_time = Decimal(repr(ra)) * 240
    step = Decimal(1).scaleb(-precision)
    minutes, seconds = divmod(seconds_of_time.quantize(step, rounding=ROUND_HALF_EVEN), 60)
    hours, minutes = divmod(int(minutes), 60)
    return _joined(f"{hours % 24:02d}", minutes, seconds, precision, style, "h")


def format_dec(deg: float, style: str = "dms", precision: int = 1) -> str:
    """A declination for people: ``+12:23:28.0``, always with its sign. None and NaN give an empty text.

    `style` as in :func:`format_ra`; everything is in degrees. A small negative value keeps its sign (-00:00:00.1).
    """
    _check_style(style, precision)
    if deg is None or not math.isfinite(deg):
        return ""
    value = float(deg)
    sign = "-" if value < 0 else "+"
    if style == "deg":
        return f"{sign}{abs(value):.{precision}f}"
    whole, minutes, seconds = _split(abs(value), precision)
    return _joined(f"{sign}{whole:02d}", minutes, seconds, precision, style, "d")


def format_position(ra: float, dec: float, style: str = "hms", precision: int = 2) -> str:
    """Both angles with a space between: ``12:30:49.42 +12:23:28.0``; the declination has one decimal less."""
    if style == "deg":
        return f"{format_ra(ra, 'deg', precision)} {format_dec(dec, 'deg', precision)}"
    ra_style, dec_style = ("hms", "dms") if style in ("hms", "dms") else (style, style)
    return f"{format_ra(ra, ra_style, precision)} {format_dec(dec, dec_style, max(precision - 1, 0))}"


def deg_to_sexagesimal(value: float, fmt: str) -> str:
    """Degrees as ``HH:MM:SS.sss`` ('hms') or ``+DD:MM:SS.sss`` ('dms')."""
    if fmt == "hms":
        return format_ra(value, precision=3)
    if fmt == "dms":
        return format_dec(value, precision=3)
    raise ValueError(f"fmt is 'hms' or 'dms', not {fmt!r}")
