"""What a measurement says, in one form: the same measurement from two files gives the same columns and fingerprint.

Values arrive under many names (`mag`, `magnitude`, `brightness`; `filter`, `band`) and as text or numbers. `measure`
reads them, refuses what cannot be true with a reason fit for the user, and keeps the value itself as it came.
"""

import json
import math
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from tom_common.exceptions import TomError

PHOTOMETRY = "photometry"
SPECTROSCOPY = "spectroscopy"

#: column -> the names it comes under, the best known first
PHOTOMETRY_NAMES = {
    "brightness": ("brightness", "magnitude", "mag"),
    "brightness_error": ("brightness_error", "magnitude_error", "mag_err", "error"),
    "limit": ("limit",),
    "bandpass": ("bandpass", "filter", "band", "f"),
    "unit": ("unit", "units"),
    "flux": ("flux",),
    "flux_error": ("flux_error", "flux_err"),
    "flux_unit": ("flux_unit", "flux_units", "f_unit", "f_units"),
}
SPECTRUM_NAMES = {
    "flux": ("flux", "f"),
    "wavelength": ("wavelength", "wave", "wl", "lambda"),
    "error": ("flux_error", "f_error", "error", "err"),
    "flux_unit": ("flux_units", "flux_unit", "f_units", "f_unit"),
    "wavelength_unit": ("wavelength_units", "wavelength_unit", "w_units", "w_unit", "lambda_units", "lambda_unit"),
}
EQUIPMENT_NAMES = {
    "telescope": ("telescope",),
    "instrument": ("instrument",),
    "exposure_time": ("exposure_time", "exptime"),
}
#: the longest text that the column takes
LENGTHS = {"bandpass": 100, "unit": 100, "telescope": 255, "instrument": 255}

#: Magnitudes beyond these are placeholders (99, -999) of somebody's pipeline.
FAINTEST_MAGNITUDE, BRIGHTEST_MAGNITUDE = 40.0, -30.0
LARGEST_MAGNITUDE_ERROR = 10.0
EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)
MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)

#: The magnitude systems as people write them. "mag" alone: a magnitude whose system is not known.
MAGNITUDE_UNITS = {
    "": "mag", "mag": "mag", "magnitude": "mag", "mags": "mag",
    "ab": "mag(AB)", "abmag": "mag(AB)", "ab mag": "mag(AB)", "mag(ab)": "mag(AB)", "mag ab": "mag(AB)",
    "st": "mag(ST)", "stmag": "mag(ST)", "mag(st)": "mag(ST)",
    "vega": "mag(Vega)", "vegamag": "mag(Vega)", "vega mag": "mag(Vega)", "mag(vega)": "mag(Vega)",
    "mag vega": "mag(Vega)",
}  # fmt: skip


class MeasurementRefused(TomError, ValueError):
    """A measurement that cannot be stored. `str(error)` says why."""


@dataclass(slots=True)
class Measurement:
    """What is stored of one measurement. Times in UTC, exposures in seconds, brightness in `unit`."""

    timestamp: datetime
    value: dict
    canonical: str
    bandpass: str = ""
    brightness: float | None = None
    brightness_error: float | None = None
    limit: float | None = None
    unit: str = ""
    telescope: str = ""
    instrument: str = ""
    exposure_time: float | None = None

    def fingerprint(self, target_pk: int, data_type: str, source_name: str) -> UUID:
        """128 bits that two measurements share when target, type, source, time and what was measured are the same."""
        microseconds = (self.timestamp - MJD_ZERO) // timedelta(microseconds=1)
        text = "\x1f".join((str(target_pk), data_type, source_name, str(microseconds), self.canonical))
        # Marked as a hash of a name, for MariaDB's uuid column refuses bits that stand for no version.
        return UUID(bytes=blake2b(text.encode(), digest_size=16).digest(), version=5)


#: the columns of a stored measurement that are filled from its value
TYPED_COLUMNS = (
    "bandpass", "brightness", "brightness_error", "limit", "unit", "telescope", "instrument", "exposure_time",
)  # fmt: skip


def measure(data_type: str, timestamp: Any, value: Any, **equipment: Any) -> Measurement:
    """Read one measurement. `equipment` (telescope, instrument, exposure_time) counts where the value says nothing.

    MeasurementRefused says what is wrong: a time without zone, a magnitude that is text or not finite, …
    """
    when = read_timestamp(timestamp)
    value = as_mapping(value)
    if data_type == PHOTOMETRY:
        columns, rest = _photometry(value)
    elif data_type == SPECTROSCOPY:
        columns, rest = _spectrum_columns(value)
    else:
        columns, rest = {}, _Reader(value)
    columns.update(_equipment(rest, equipment))
    columns = {name: content for name, content in columns.items() if content not in (None, "")}
    hashed = columns | {f"_{name}": content for name, content in rest.unread().items()}
    for array_name in ("wavelength", "flux", "error"):
        columns.pop(f"{array_name}_hash", None)
    return Measurement(when, value, json.dumps(hashed, sort_keys=True, separators=(",", ":")), **columns)


def read_timestamp(timestamp: Any) -> datetime:
    """A moment in UTC from an aware datetime, an ISO text with its zone, or an astropy Time."""
    if isinstance(timestamp, str):
        timestamp = _parsed(timestamp)
    elif hasattr(timestamp, "to_datetime") and hasattr(timestamp, "scale"):
        try:
            timestamp = timestamp.utc.to_datetime(timezone=UTC)
        except ValueError as error:
            raise MeasurementRefused(f"The time {timestamp} cannot be stored: {error}.") from error
    elif hasattr(timestamp, "to_pydatetime"):
        timestamp = timestamp.to_pydatetime()
    if not isinstance(timestamp, datetime):
        raise MeasurementRefused(f"The time is {shown(timestamp)}; it should be a date and time with its zone.")
    if timestamp.tzinfo is None:
        raise MeasurementRefused(f"The time {timestamp} has no zone; give it in UTC.")
    when = timestamp.astimezone(UTC)
    if not EARLIEST <= when <= LATEST:
        raise MeasurementRefused(f"The time {when:%Y-%m-%d} lies outside the years 1000 to 2300.")
    return when


def _parsed(text: str) -> datetime:
    try:
        when = parse_datetime(text.strip())
    except ValueError as error:
        raise MeasurementRefused(f"The time {shown(text)} is not a date: {error}.") from error
    if when is None:
        raise MeasurementRefused(f"The time {shown(text)} is not a date and time like 2024-05-01T03:20:00Z.")
    return when


def from_mjd(mjd: Any) -> datetime:
    """The moment of a Modified Julian Date (UTC)."""
    number = read_number(mjd, "MJD")
    if number is None:
        raise MeasurementRefused("The MJD is missing.")
    try:
        return MJD_ZERO + timedelta(microseconds=round(number * 86_400_000_000))
    except OverflowError as error:
        raise MeasurementRefused(f"{number:g} is not a Modified Julian Date.") from error


def to_mjd(when: datetime) -> float:
    """The Modified Julian Date of an aware moment (UTC)."""
    return (when - MJD_ZERO) / timedelta(days=1)


def as_mapping(value: Any) -> dict:
    """The value as JSON can hold it: keys are text, arrays lists, no number is NaN or infinite."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise MeasurementRefused("The value is text that is not JSON.") from error
    if not isinstance(value, Mapping):
        raise MeasurementRefused(f"The value is {type(value).__name__}; it should name what was measured.")
    try:
        return {writable(str(name)): _plain(content, str(name)) for name, content in value.items()}
    except RecursionError as error:
        raise MeasurementRefused("The value is nested too deeply.") from error


def _plain(content: Any, name: str) -> Any:
    if isinstance(content, float):
        if not math.isfinite(content):
            raise MeasurementRefused(f"{name} is {content}; leave out what was not measured.")
        return float(content)
    if isinstance(content, str):
        return writable(content)
    if content is None or isinstance(content, (bool, int)):
        return content
    if hasattr(content, "tolist"):
        return _plain(content.tolist(), name)
    if isinstance(content, Mapping):
        return {str(key): _plain(item, f"{name}.{key}") for key, item in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(item, f"{name}[{number}]") for number, item in enumerate(content)]
    if isinstance(content, (datetime, date)):
        return content.isoformat()
    try:
        return _plain(float(content), name)
    except (TypeError, ValueError, OverflowError) as error:
        raise MeasurementRefused(f"{name} is of type {type(content).__name__}, which cannot be stored.") from error


def writable(text: str) -> str:
    """The text, which every database can hold: without NUL, and encodable."""
    if "\x00" in text:
        raise MeasurementRefused(f"{shown(text)} contains the character NUL.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise MeasurementRefused(f"{shown(text)} is no valid text: {error.reason}.") from error
    return text


def shown(content: Any) -> str:
    """A piece of somebody's data in a message: short, and safe to print."""
    text = ascii(content) if isinstance(content, str) and not content.isprintable() else repr(content)
    return text if len(text) <= 60 else f"{text[:57]}…"


def read_number(content: Any, name: str) -> float | None:
    """A finite number from a number or its text; None when there is none."""
    if content is None or (isinstance(content, str) and not content.strip()):
        return None
    try:
        if isinstance(content, bool):
            raise ValueError
        number = float(content)
    except (TypeError, ValueError, OverflowError) as error:
        raise MeasurementRefused(f"{name} is {shown(content)}, which is not a number.") from error
    if not math.isfinite(number):
        raise MeasurementRefused(f"{name} is {number}; leave out what was not measured.")
    return number + 0.0  # -0.0 becomes 0.0, so that both have one fingerprint


@dataclass
class _Reader:
    """Takes columns out of a value by any of their names, and knows what nobody asked for."""

    value: dict
    read: set = field(default_factory=set)

    def take(self, column: str, names: tuple[str, ...]) -> Any:
        found = [(name, self.value[name]) for name in names if self.value.get(name) not in (None, "")]
        self.read.update(names)
        for name, content in found[1:]:
            if content != found[0][1]:
                raise MeasurementRefused(
                    f"{column} is given twice: {found[0][0]} is {shown(found[0][1])}, {name} is {shown(content)}."
                )
        return found[0][1] if found else None

    def number(self, column: str, names: tuple[str, ...]) -> float | None:
        return read_number(self.take(column, names), column)

    def text(self, column: str, names: tuple[str, ...]) -> str:
        content = self.take(column, names)
        return fitting_text(content, column)

    def unread(self) -> dict:
        return {name: content for name, content in self.value.items() if name not in self.read and content is not None}


def fitting_text(content: Any, column: str) -> str:
    text = "" if content is None else writable(str(content)).strip()
    longest = LENGTHS.get(column, 255)
    if len(text) > longest:
        raise MeasurementRefused(f"{column} has {len(text)} characters; at most {longest} can be stored.")
    return text


def _photometry(value: dict) -> tuple[dict, _Reader]:
    reader = _Reader(value)
    names = PHOTOMETRY_NAMES
    bandpass = reader.text("bandpass", names["bandpass"])
    brightness, limit = _brightness_or_limit(reader)
    error = reader.number("brightness_error", names["brightness_error"])
    unit = reader.text("unit", names["unit"])
    flux = reader.number("flux", names["flux"])
    flux_error = reader.number("flux_error", names["flux_error"])
    flux_unit = reader.text("unit", names["flux_unit"])
    if brightness is None and flux is not None:
        brightness, error, unit = flux, flux_error if flux_error is not None else error, flux_unit or unit
        if not unit:
            raise MeasurementRefused("The flux has no unit.")
    elif flux is not None:
        # Both are given: the magnitude counts, the flux is part of what makes this measurement itself.
        reader.read.difference_update(("flux", "flux_error", "flux_err"))
    unit = canonical_unit(unit)
    if unit.startswith("mag"):
        _refuse_placeholders(brightness, error, limit)
    if error is not None and error < 0:
        raise MeasurementRefused(f"The error is negative ({error:g}).")
    if brightness is None and limit is None:
        raise MeasurementRefused("There is neither a brightness nor a limit.")
    if brightness is None:
        error = None  # the error of a limit is no error of a brightness
    columns = {
        "bandpass": bandpass, "brightness": brightness, "brightness_error": error, "limit": limit, "unit": unit,
    }  # fmt: skip
    return columns, reader


def _brightness_or_limit(reader: _Reader) -> tuple[float | None, float | None]:
    brightness = reader.take("brightness", PHOTOMETRY_NAMES["brightness"])
    limit = reader.number("limit", PHOTOMETRY_NAMES["limit"])
    if isinstance(brightness, str) and brightness.strip()[:1] in ("<", ">"):
        stated = read_number(brightness.strip()[1:], "limit")
        return None, limit if limit is not None else stated
    return read_number(brightness, "brightness"), limit


def _refuse_placeholders(brightness: float | None, error: float | None, limit: float | None) -> None:
    for name, magnitude in (("magnitude", brightness), ("limit", limit)):
        if magnitude is not None and not BRIGHTEST_MAGNITUDE <= magnitude <= FAINTEST_MAGNITUDE:
            raise MeasurementRefused(f"The {name} {magnitude:g} is a placeholder; leave out what was not measured.")
    if brightness is not None and error is not None and error > LARGEST_MAGNITUDE_ERROR:
        raise MeasurementRefused(f"The error of {error:g} mag is a placeholder; leave out what was not measured.")


@lru_cache(maxsize=512)
def canonical_unit(unit: str) -> str:
    """The unit as astropy writes it, magnitudes with their system: `AB mag` is `mag(AB)`, `Jansky` is `Jy`."""
    known = MAGNITUDE_UNITS.get(unit.lower())
    if known:
        return known
    from astropy.units import Unit  # heavy

    try:
        return Unit(unit).to_string()
    except (TypeError, ValueError) as error:
        raise MeasurementRefused(f"The unit {shown(unit)} is not known.") from error


@dataclass(slots=True)
class Spectrum:
    """One spectrum: arrays of the same length, units as given."""

    wavelength: list[float]
    flux: list[float]
    error: list[float]
    wavelength_unit: str
    flux_unit: str


def read_spectrum(value: Mapping) -> Spectrum:
    """The spectrum of a stored value, also of the older shape {'0': {'wavelength', 'flux'}, …}."""
    return _spectrum(_Reader(dict(value)))


def _spectrum(reader: _Reader) -> Spectrum:
    names = SPECTRUM_NAMES
    pixels = [content for name, content in reader.value.items() if name.isdigit() and isinstance(content, Mapping)]
    if pixels and "flux" not in reader.value:
        flux = [pixel.get("flux") for pixel in pixels]
        wavelength = [pixel.get("wavelength") for pixel in pixels]
        error = None
        reader.read.update(name for name in reader.value if name.isdigit())
    else:
        flux, wavelength = reader.take("flux", names["flux"]), reader.take("wavelength", names["wavelength"])
        error = reader.take("error", names["error"])
    spectrum = Spectrum(
        _numbers(wavelength, "wavelength"), _numbers(flux, "flux"), _numbers(error, "error") if error else [],
        reader.text("unit", names["wavelength_unit"]), reader.text("unit", names["flux_unit"]),
    )  # fmt: skip
    if not spectrum.flux or len(spectrum.flux) != len(spectrum.wavelength):
        raise MeasurementRefused(
            f"The spectrum has {len(spectrum.wavelength)} wavelengths and {len(spectrum.flux)} fluxes."
        )
    if spectrum.error and len(spectrum.error) != len(spectrum.flux):
        raise MeasurementRefused(f"The spectrum has {len(spectrum.flux)} fluxes and {len(spectrum.error)} errors.")
    if min(spectrum.wavelength) <= 0:
        raise MeasurementRefused(f"The spectrum has a wavelength of {min(spectrum.wavelength):g}.")
    return spectrum


def _numbers(content: Any, name: str) -> list[float]:
    if content is None:
        return []
    if not isinstance(content, (list, tuple)):
        raise MeasurementRefused(f"{name} is not a list of numbers.")
    numbers = [read_number(item, f"{name}[{number}]") for number, item in enumerate(content)]
    if None in numbers:
        raise MeasurementRefused(f"{name}[{numbers.index(None)}] is missing.")
    return numbers


def _spectrum_columns(value: dict) -> tuple[dict, _Reader]:
    reader = _Reader(value)
    spectrum = _spectrum(reader)
    columns = {"unit": spectrum.flux_unit}
    for name in ("wavelength", "flux", "error"):
        columns[f"{name}_hash"] = _digest(getattr(spectrum, name))
    reader.read.difference_update(SPECTRUM_NAMES["wavelength_unit"])
    return columns, reader


def _digest(numbers: list[float]) -> str:
    packed = array("d", numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return blake2b(packed.tobytes(), digest_size=16).hexdigest()


def _equipment(reader: _Reader, given: dict) -> dict:
    columns: dict = {}
    for column, names in EQUIPMENT_NAMES.items():
        content = reader.take(column, names)
        if content is None:
            content = given.get(column)
        columns[column] = read_number(content, column) if column == "exposure_time" else fitting_text(content, column)
    exposure_time = columns["exposure_time"]
    if exposure_time is not None and exposure_time < 0:
        raise MeasurementRefused(f"The exposure time is negative ({exposure_time:g} s).")
    return columns
