"""Light curves and spectra as plotly figures. Data in, figure out; made for pages and for notebooks.

    light_curve(ReducedDatum.objects.filter(target=target, data_type="photometry")).show()
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from tom_common.plots import WEBGL_FROM
from tom_dataproducts.bands import band_style
from tom_dataproducts.canonical import MJD_ZERO, MeasurementRefused, Spectrum, read_spectrum

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

POINT_COLUMNS = (
    "timestamp", "bandpass", "brightness", "brightness_error", "limit", "unit", "source_name",
)  # fmt: skip
#: 1970-01-01, from which plotly counts milliseconds, as MJD
UNIX_EPOCH_MJD = 40_587.0
MILLISECONDS = 86_400_000.0
#: colours of spectra from the first to the last, blue to amber, all seen on white and on dark pages
_EARLY_TO_LATE = ("#3a78c2", "#7a6fd0", "#b0609e", "#d1603d", "#cf8a1c")
SPECTRA_AT_MOST = 20


@dataclass
class _Series:
    """The points of one band from one source, or its limits. MJD (UTC)."""

    mjd: list[float] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    error: list[float] = field(default_factory=list)


def is_simulated(source_name: str) -> bool:
    """Whether a source says that its data are simulated."""
    return "simulated" in source_name.lower()


def is_magnitude(unit: str) -> bool:
    return unit.startswith("mag") or not unit


def light_curve(datums: "QuerySet | Iterable[Any]") -> "Figure":
    """Brightness against time, one colour and marker a band; magnitudes grow downwards, limits are open triangles.

    `datums` is a queryset or any iterable of photometric measurements. Fluxes are drawn on an axis of their own, on the
    right where there are magnitudes too. More than 2,000 points are drawn by WebGL.
    """
    import plotly.graph_objects as go  # heavy

    detections, limits = _series(datums)
    keys = sorted({*detections, *limits}, key=_legend_order)
    points = sum(len(series.mjd) for series in (*detections.values(), *limits.values()))
    trace_class = go.Scattergl if points > WEBGL_FROM else go.Scatter
    scales = _scales(keys)
    sources = {source for _, _, source in keys}
    figure = go.Figure()
    for key in keys:
        name = _legend_name(key, sources, scales)
        if key in detections:
            figure.add_trace(_detections_trace(trace_class, key, detections[key], name, scales))
        if key in limits:
            figure.add_trace(_limits_trace(trace_class, key, limits[key], name, scales, key not in detections))
    _lay_out(figure, scales)
    if any(is_simulated(source) for source in sources):
        _mark_simulated(figure)
    return figure


def _series(datums: "QuerySet | Iterable[Any]") -> tuple[dict, dict]:
    """(band, unit, source) -> points; the detections and the limits."""
    detections: dict[tuple, _Series] = {}
    limits: dict[tuple, _Series] = {}
    for timestamp, band, brightness, error, limit, unit, source in _rows(datums):
        if brightness is None and limit is None:
            continue
        of_kind, value = (limits, limit) if brightness is None else (detections, brightness)
        series = of_kind.setdefault((band, unit, source), _Series())
        series.mjd.append(_mjd(timestamp))
        series.value.append(value)
        series.error.append(error if error is not None else float("nan"))
    return detections, limits


def _rows(datums: "QuerySet | Iterable[Any]") -> Iterable[tuple]:
    if isinstance(datums, QuerySet):
        return datums.order_by("timestamp").values_list(*POINT_COLUMNS)
    rows = [tuple(getattr(datum, column) for column in POINT_COLUMNS) for datum in datums]
    return sorted(rows, key=lambda row: row[0])


def _mjd(when: datetime) -> float:
    return (when - MJD_ZERO).total_seconds() / 86_400


def _legend_order(key: tuple[str, str, str]) -> tuple:
    band, unit, source = key
    return not is_magnitude(unit), band_style(band).order, band, unit, source


def _scales(keys: Sequence[tuple]) -> dict[str, str]:
    """unit -> the axis it is drawn on: magnitudes on `y`; fluxes on `y2` beside magnitudes, else on `y`."""
    units = [unit for _, unit, _ in keys]
    both = any(map(is_magnitude, units)) and not all(map(is_magnitude, units))
    return {unit: "y2" if both and not is_magnitude(unit) else "y" for unit in units}


def _legend_name(key: tuple[str, str, str], sources: set[str], scales: dict[str, str]) -> str:
    band, unit, source = key
    name = band or "no band"
    if len(scales) > 1:
        name += f", {unit or 'mag'}"
    return _text(f"{name} · {source or 'unknown source'}" if len(sources) > 1 else name)


def _detections_trace(trace_class: type, key: tuple, series: _Series, name: str, scales: dict[str, str]) -> Any:
    import numpy as np  # heavy

    band, unit, source = key
    style = band_style(band)
    error = np.array(series.error, dtype="f4")
    has_errors = bool(np.isfinite(error).any())
    told = bool(np.isfinite(error).all())
    plus_minus = " ± %{customdata[1]:.2~g}" if told else ""
    mjd = np.array(series.mjd)
    return trace_class(
        x=_milliseconds(series), y=np.array(series.value), name=name,
        customdata=np.column_stack((mjd, error)) if told else mjd[:, None], legendgroup=name, mode="markers",
        yaxis=scales[unit], marker={"color": style.colour, "symbol": style.symbol, "size": 7},
        error_y={"array": error, "thickness": 1, "width": 0, "color": style.colour} if has_errors else None,
        hovertemplate=f"<b>%{{y:.4~f}}{plus_minus}</b> {_text(unit or 'mag')}<br>{_hover(source)}",
    )  # fmt: skip


def _limits_trace(
    trace_class: type, key: tuple, series: _Series, name: str, scales: dict[str, str], in_legend: bool
) -> Any:
    import numpy as np  # heavy

    band, unit, source = key
    # The triangle points to where the object is: to fainter, which is down on either axis.
    beyond = _text(">" if is_magnitude(unit) else "<")
    return trace_class(
        x=_milliseconds(series), y=np.array(series.value), customdata=np.array(series.mjd)[:, None], mode="markers",
        name=f"{name} (limits)", legendgroup=name, showlegend=in_legend, yaxis=scales[unit], opacity=0.75,
        marker={"color": band_style(band).colour, "symbol": "triangle-down-open", "size": 8},
        hovertemplate=f"<b>{beyond} %{{y:.4~f}}</b> {_text(unit or 'mag')}, limit<br>{_hover(source)}",
    )  # fmt: skip


def _milliseconds(series: _Series) -> Any:
    import numpy as np  # heavy

    return np.round((np.array(series.mjd) - UNIX_EPOCH_MJD) * MILLISECONDS)


def _hover(source: str) -> str:
    return f"%{{x|%Y-%m-%d %H:%M:%S}} UTC<br>MJD %{{customdata[0]:.5f}}<br>{_text(source or 'unknown source')}"


def _text(text: str) -> str:
    """Text that plotly shows as it is: no markup, no placeholder of a template."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "% {")


def _lay_out(figure: "Figure", scales: dict[str, str]) -> None:
    axes: dict[str, Any] = {}
    for axis in ("y", "y2"):
        units = sorted({unit or "mag" for unit, place in scales.items() if place == axis})
        if not units:
            continue
        magnitudes = is_magnitude(units[0])
        axes["yaxis" if axis == "y" else "yaxis2"] = {
            "title": {"text": f"{'Magnitude' if magnitudes else 'Flux'} [{_text(', '.join(units))}]"},
            "autorange": "reversed" if magnitudes else True,
        } | ({"overlaying": "y", "side": "right", "showgrid": False} if axis == "y2" else {})
    figure.update_layout(
        xaxis={"title": {"text": "Date (UTC)"}, "type": "date"}, hovermode="closest", showlegend=True,
        legend={"itemsizing": "constant"}, margin={"t": 30, "l": 60, "b": 50, "r": 60 if "yaxis2" in axes else 20},
        **axes,
    )  # fmt: skip


def _mark_simulated(figure: "Figure") -> None:
    figure.add_annotation(
        text="simulated data", xref="paper", yref="paper", x=0, y=1, xanchor="left", yanchor="bottom", showarrow=False,
        font={"size": 12},
    )  # fmt: skip


def spectrum(datums: "QuerySet | Iterable[Any]") -> "Figure":
    """Flux against wavelength (Å), one line a spectrum, blue to amber in the order they were taken.

    Spectra in different flux units are each divided by their median and drawn as relative flux. Only the latest 20 are
    drawn; what cannot be read as a spectrum is left out.
    """
    import plotly.graph_objects as go  # heavy

    spectra = list(_readable(datums))[-SPECTRA_AT_MOST:]
    units = {taken.flux_unit for _, taken in spectra}
    pixels = sum(len(taken.flux) for _, taken in spectra)
    trace_class = go.Scattergl if pixels > WEBGL_FROM else go.Scatter
    figure = go.Figure()
    for number, (datum, taken) in enumerate(spectra):
        figure.add_trace(_spectrum_trace(trace_class, datum, taken, _colour(number, len(spectra)), len(units) > 1))
    title = "Relative flux" if len(units) > 1 else f"Flux [{_text(next(iter(units), '') or 'arbitrary units')}]"
    figure.update_layout(
        xaxis={"title": {"text": "Wavelength [Å]"}},
        yaxis={"title": {"text": title}, "exponentformat": "power"}, hovermode="closest",
        showlegend=True, margin={"t": 30, "l": 70, "b": 50},
    )  # fmt: skip
    if any(is_simulated(datum.source_name) for datum, _ in spectra):
        _mark_simulated(figure)
    return figure


def _readable(datums: "QuerySet | Iterable[Any]") -> Iterable[tuple[Any, Spectrum]]:
    if isinstance(datums, QuerySet):
        datums = list(datums.order_by("-timestamp")[:SPECTRA_AT_MOST])
    for datum in sorted(datums, key=lambda datum: datum.timestamp):
        try:
            yield datum, read_spectrum(datum.value)
        except MeasurementRefused:
            continue


def _spectrum_trace(trace_class: type, datum: Any, taken: Spectrum, colour: str, relative: bool) -> Any:
    import numpy as np  # heavy

    flux = np.array(taken.flux)
    if relative:
        scale = float(np.median(flux)) or float(np.abs(flux).max()) or 1.0
        flux = flux / scale
    equipment = " ".join(part for part in (datum.telescope, datum.instrument) if part)
    name = f"{datum.timestamp:%Y-%m-%d}" + (f" {equipment}" if equipment else "")
    return trace_class(
        x=in_angstrom(taken), y=flux.astype("f4"), name=_text(name), mode="lines", line={"color": colour, "width": 1.2},
        hovertemplate=(
            f"%{{x:.1f}} Å, %{{y:.3~g}}<br>{datum.timestamp:%Y-%m-%d %H:%M} UTC, MJD {_mjd(datum.timestamp):.3f}<br>"
            f"{_text(datum.source_name or 'unknown source')}"
        ),
    )  # fmt: skip


def in_angstrom(taken: Spectrum) -> Any:
    """The wavelengths in Å, as an array. A unit that is not one of length is taken as Å when it is missing only."""
    import numpy as np  # heavy

    wavelength = np.array(taken.wavelength)
    known = {"": 1.0, "angstrom": 1.0, "a": 1.0, "å": 1.0, "nm": 10.0, "um": 1e4, "micron": 1e4, "m": 1e10}
    factor = known.get(taken.wavelength_unit.lower())
    if factor is not None:
        return wavelength * factor
    from astropy import units  # heavy

    try:
        return (wavelength * units.Unit(taken.wavelength_unit)).to_value(units.AA, equivalencies=units.spectral())
    except (ValueError, TypeError, units.UnitConversionError):
        return wavelength


def _colour(number: int, of: int) -> str:
    last = len(_EARLY_TO_LATE) - 1
    return _EARLY_TO_LATE[round(number * last / (of - 1)) if of > 1 else 0]
