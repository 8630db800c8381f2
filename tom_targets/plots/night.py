"""A target through a night, and the Moon's way past it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tom_targets.plan import NightPlan, look
from tom_targets.sites import as_site, site_timezone

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from plotly.graph_objects import Figure

SUNSET_ALTITUDE = -0.833
_TWILIGHTS = ((-0.833, 0.07), (-6.0, 0.07), (-12.0, 0.08), (-18.0, 0.10))
_NIGHT_COLOUR = "70, 95, 150"
_MOON_COLOUR = "#b8901f"
_AIRMASSES = (1.0, 1.2, 1.5, 2.0, 3.0)
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,20}|rgba?\([\d., %]{3,40}\)")
_MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)


@dataclass(frozen=True)
class Look:
    """How a page wants its plot: CSS colours, and whether there are grid lines. What is no colour is left out."""

    background: str = ""
    label_color: str = ""
    grid: bool = True

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Look":
        colours = {name: query.get(name) or "" for name in ("background", "label_color")}
        return cls(
            **{name: value if _COLOUR.fullmatch(value) else "" for name, value in colours.items()},
            grid=query.get("grid") != "off",
        )

    def apply(self, figure: "Figure") -> "Figure":
        if self.background:
            figure.update_layout(paper_bgcolor=self.background, plot_bgcolor=self.background)
        if self.label_color:
            figure.update_layout(font_color=self.label_color)
        if not self.grid:
            figure.update_xaxes(showgrid=False)
            figure.update_yaxes(showgrid=False)
        return figure


def moment(mjd: float) -> datetime:
    """UTC time of an MJD, to the second."""
    return _MJD_ZERO + timedelta(seconds=round(float(mjd) * 86400))


def _stamp(time: datetime) -> str:
    """As plotly reads a date: without zone."""
    return f"{time:%Y-%m-%d %H:%M:%S}"


# A night

def visibility_plot(
    plan: NightPlan, compare: Sequence[Mapping[str, Any]] = (), *, now: datetime | None = None,
    look_like: Look = Look(),
) -> "Figure":
    """Altitude (left) and airmass (right) through a night, with twilights, the Moon and, when it is that night, now.

    Time is UTC below and the site's own above. Other sites' curves are drawn while the Sun is down there.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    start, end = shown_span(plan)
    inside = (plan.times >= start - 1e-9) & (plan.times <= end + 1e-9)
    times = plan.times[inside]
    altitude, airmass = plan.seen.altitude[0, 0][inside], plan.seen.airmass[0, 0][inside]
    observable = plan.seen.observable[0, 0][inside]
    labels = _labels(times, airmass, plan.zone)
    axis = {"x0": _stamp(moment(times[0])), "dx": _step_ms(times)}
    figure.add_scatter(
        **axis, y=_rounded(plan.seen.moon_altitude[0][inside]), mode="lines",
        name=f"Moon, {plan.night.moon_phase:.0%} lit",
        line={"color": _MOON_COLOUR, "width": 1.5, "dash": "dot"}, hovertemplate="Moon %{y:.0f}°<extra></extra>",
    )
    colour = "#0072b2"
    figure.add_scatter(
        **axis, y=_rounded(altitude), mode="lines", name=plan.target.name, line={"width": 1.5, "color": colour},
        text=labels, hovertemplate="%{y:.1f}° · %{text}<extra></extra>", legendgroup="target",
    )
    if observable.any():
        figure.add_scatter(
            **axis, y=_rounded(altitude, observable), mode="lines",
            name=f"observable (airmass < {plan.airmass_limit:g})",
            line={"width": 4.5, "color": colour}, hoverinfo="skip", legendgroup="target", connectgaps=False,
        )
    for entry in compare:
        _add_other_site(figure, plan, entry, times, axis)
    _shade_twilights(figure, plan, start, end)
    _mark_now(figure, now or timezone.now(), start, end)
    _night_axes(figure, plan, times)
    return look_like.apply(figure)


def shown_span(plan: NightPlan) -> tuple[float, float]:
    """From somewhat before sunset to somewhat after sunrise; noon to noon where the Sun does not set or rise."""
    night = plan.night
    if night.sunset is None or night.sunrise is None or night.sunrise <= night.sunset:
        return night.start, night.end
    return max(night.start, night.sunset - 0.75 / 24), min(night.end, night.sunrise + 0.75 / 24)


def _labels(times: "NDArray", airmass: "NDArray", zone: tzinfo) -> list[str]:
    return [
        f"airmass {mass:.2f} · {moment(mjd).astimezone(zone):%H:%M} site" if mass < 40 else "below the horizon"
        for mjd, mass in zip(times.tolist(), airmass.tolist(), strict=True)
    ]


def _step_ms(times: "NDArray") -> float:
    return float(round((times[1] - times[0]) * 86_400)) * 1000


def _rounded(values: "NDArray", keep: "NDArray | None" = None) -> list[float | None]:
    """Values for JSON: two decimals, null where `keep` is false."""
    flags = [True] * len(values) if keep is None else keep.tolist()
    return [round(value, 2) if flag else None for value, flag in zip(values.tolist(), flags, strict=True)]


def _add_other_site(
    figure: "Figure", plan: NightPlan, entry: Mapping[str, Any], times: "NDArray", axis: dict[str, Any]
) -> None:
    seen = look(plan.target, [as_site(entry)], times)
    dark = seen.sun_altitude[0] < SUNSET_ALTITUDE
    figure.add_scatter(
        **axis, y=_rounded(seen.altitude[0, 0], dark), mode="lines", name=str(entry["name"]), line={"width": 1.5},
        connectgaps=False, text=_labels(times, seen.airmass[0, 0], site_timezone(entry)),
        hovertemplate=f"{entry['name']}: %{{y:.0f}}° · %{{text}}<extra></extra>",
    )


def _shade_twilights(figure: "Figure", plan: NightPlan, start: float, end: float) -> None:
    """Each twilight lies over the one before, so the night darkens step by step."""
    for altitude, opacity in _TWILIGHTS:
        span = plan.night.dark(altitude)
        if span is None:
            break
        figure.add_vrect(
            x0=_stamp(moment(max(span[0], start))), x1=_stamp(moment(min(span[1], end))),
            fillcolor=f"rgba({_NIGHT_COLOUR}, {opacity})", line_width=0, layer="below",
        )


def _mark_now(figure: "Figure", now: datetime, start: float, end: float) -> None:
    if moment(start) <= now <= moment(end):
        stamp = _stamp(now.astimezone(UTC))
        line = {"dash": "dash", "width": 1.5, "color": "#d55e00"}
        figure.add_shape(type="line", x0=stamp, x1=stamp, y0=0, y1=1, yref="paper", line=line)
        figure.add_annotation(x=stamp, y=1, yref="paper", text="now", showarrow=False, xanchor="left", yanchor="top")


def _night_axes(figure: "Figure", plan: NightPlan, times: "NDArray") -> None:
    from math import asin, degrees

    first, last = moment(times[0]), moment(times[-1])
    hours = _whole_hours(first, last)
    limit = degrees(asin(1 / plan.airmass_limit))
    line = {"dash": "dot", "width": 1, "color": "#888888"}
    figure.add_shape(type="line", x0=0, x1=1, xref="paper", y0=limit, y1=limit, line=line)
    # An axis is drawn only for a trace; these two carry the airmass scale and the site's time.
    figure.add_scatter(x=[_stamp(first)], y=[None], yaxis="y2", xaxis="x2", showlegend=False, hoverinfo="skip")
    zone_name = f"{first.astimezone(plan.zone):%Z}" or "site"
    figure.update_layout(
        hovermode="x unified", legend={"orientation": "h", "y": -0.18, "x": 0, "yanchor": "top"},
        margin={"t": 48, "r": 50, "b": 40, "l": 50},
        xaxis={
            "type": "date", "range": [_stamp(first), _stamp(last)], "hoverformat": "%H:%M UTC",
            "tickvals": [_stamp(hour) for hour in hours],
            "ticktext": [_hour(hour) for hour in hours],
            "title": {"text": f"UTC, night of {plan.evening}"},
        },
        xaxis2={
            "type": "date", "overlaying": "x", "matches": "x", "side": "top", "showgrid": False,
            "tickvals": [_stamp(hour) for hour in hours],
            "ticktext": [_hour(hour.astimezone(plan.zone)) for hour in hours],
            "title": {"text": f"{plan.entry['name']} ({zone_name})", "standoff": 4},
        },
        yaxis={"title": {"text": "Altitude [°]"}, "range": [0, 90], "dtick": 15, "zeroline": False},
        yaxis2={
            "title": {"text": "Airmass"}, "overlaying": "y", "matches": "y", "side": "right", "showgrid": False,
            "tickvals": [degrees(asin(1 / mass)) for mass in _AIRMASSES], "range": [0, 90],
            "ticktext": [f"{mass:g}" for mass in _AIRMASSES],
        },
    )


def _hour(time: datetime) -> str:
    """Short, so that a phone has room for them; with minutes where a zone has such."""
    return f"{time:%H} h" if time.minute == 0 else f"{time:%H:%M}"


def _whole_hours(first: datetime, last: datetime) -> list[datetime]:
    step = 1 if last - first < timedelta(hours=9) else 2 if last - first < timedelta(hours=18) else 3
    hour = first.replace(minute=0, second=0) + timedelta(hours=1)
    hours = []
    while hour <= last:
        if hour.hour % step == 0:
            hours.append(hour)
        hour += timedelta(hours=1)
    return hours


# The Moon

def moon_distance_plot(
    target: Any, *, days: int = 30, now: datetime | None = None, look_like: Look = Look()
) -> "Figure":
    """Distance of the Moon from a target, and how much of it is lit, for the coming days (geocentric)."""
    import numpy as np
    import plotly.graph_objects as go

    from tom_common.astro.earth import Earth
    from tom_common.astro.sky import position_of, separation
    from tom_targets import moving

    start = moving.mjd_of(now or timezone.now())
    times = start + np.arange(days * 8 + 1) / 8
    earth = Earth(times)
    ra, dec = _positions(target, times)
    distance = separation(ra, dec, *position_of(earth.moon))
    axis = {"x0": _stamp(moment(times[0])), "dx": _step_ms(times)}
    figure = go.Figure()
    figure.add_scatter(
        **axis, y=_rounded(earth.moon_phase * 100), name="Lit part of the Moon", yaxis="y2", mode="lines",
        line={"color": _MOON_COLOUR, "width": 1}, fill="tozeroy", fillcolor="rgba(184, 144, 31, 0.18)",
        hovertemplate="%{y:.0f} % lit<extra></extra>",
    )
    figure.add_scatter(
        **axis, y=_rounded(distance), name="Distance from the Moon", mode="lines",
        line={"width": 2, "color": "#0072b2"}, hovertemplate="%{y:.0f}° away<extra></extra>",
    )
    figure.update_layout(
        hovermode="x unified", legend={"orientation": "h", "y": 1.15, "x": 0}, margin={"t": 40, "r": 50},
        xaxis={"type": "date", "hoverformat": "%Y-%m-%d %H:%M UTC"},
        yaxis={"title": {"text": "Moon distance [°]"}, "range": [0, 180], "dtick": 45},
        yaxis2={
            "title": {"text": "Lit [%]"}, "overlaying": "y", "side": "right", "range": [0, 100], "dtick": 25,
            "tickmode": "linear", "showgrid": False,
        },
    )
    return look_like.apply(figure)


def _positions(target: Any, times: "NDArray") -> tuple[Any, Any]:
    from tom_targets import moving

    if target.type == type(target).NON_SIDEREAL:
        seen = moving.ephemeris_of(target, times)
        return seen.ra, seen.dec
    place = moving.place_at(target, moment(times[len(times) // 2]))
    return place.ra, place.dec
