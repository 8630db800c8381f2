"""Figures of targets: a night, the Moon's way past them, where they are on the sky."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from tom_targets.plan import NightPlan, look
from tom_targets.sites import as_site, site_timezone

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from plotly.graph_objects import Figure

#: more targets than this are drawn as counts of sky cells
SINGLE_POINTS = 3000
#: HEALPix order of those cells: about 1.8 degrees wide
BIN_ORDER = 5
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
    plan: NightPlan, compare: Sequence[Mapping[str, Any]] = (), *, now: datetime | None = None, look_like: Look = Look(),
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
        **axis, y=_rounded(plan.seen.moon_altitude[0][inside]), mode="lines", name=f"Moon, {plan.night.moon_phase:.0%} lit",
        line={"color": _MOON_COLOUR, "width": 1.5, "dash": "dot"}, hovertemplate="Moon %{y:.0f}°<extra></extra>",
    )
    colour = "#0072b2"
    figure.add_scatter(
        **axis, y=_rounded(altitude), mode="lines", name=plan.target.name, line={"width": 1.5, "color": colour},
        text=labels, hovertemplate="%{y:.1f}° · %{text}<extra></extra>", legendgroup="target",
    )
    if observable.any():
        figure.add_scatter(
            **axis, y=_rounded(altitude, observable), mode="lines", name=f"observable (airmass < {plan.airmass_limit:g})",
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
        figure.add_shape(type="line", x0=stamp, x1=stamp, y0=0, y1=1, yref="paper", line={"dash": "dash", "width": 1.5, "color": "#d55e00"})
        figure.add_annotation(x=stamp, y=1, yref="paper", text="now", showarrow=False, xanchor="left", yanchor="top")


def _night_axes(figure: "Figure", plan: NightPlan, times: "NDArray") -> None:
    from math import asin, degrees

    first, last = moment(times[0]), moment(times[-1])
    hours = _whole_hours(first, last)
    limit = degrees(asin(1 / plan.airmass_limit))
    figure.add_shape(type="line", x0=0, x1=1, xref="paper", y0=limit, y1=limit, line={"dash": "dot", "width": 1, "color": "#888888"})
    # An axis is drawn only for a trace; these two carry the airmass scale and the site's time.
    figure.add_scatter(x=[_stamp(first)], y=[None], yaxis="y2", xaxis="x2", showlegend=False, hoverinfo="skip")
    zone_name = f"{first.astimezone(plan.zone):%Z}" or "site"
    figure.update_layout(
        hovermode="x unified", legend={"orientation": "h", "y": -0.18, "x": 0, "yanchor": "top"},
        margin={"t": 48, "r": 50, "b": 40, "l": 50},
        xaxis={
            "type": "date", "range": [_stamp(first), _stamp(last)], "hoverformat": "%H:%M UTC", "tickvals": [_stamp(hour) for hour in hours],
            "ticktext": [f"{hour:%H:%M}" for hour in hours],
            "title": {"text": f"UTC, night of {plan.evening}"},
        },
        xaxis2={
            "type": "date", "overlaying": "x", "matches": "x", "side": "top", "showgrid": False,
            "tickvals": [_stamp(hour) for hour in hours],
            "ticktext": [f"{hour.astimezone(plan.zone):%H:%M}" for hour in hours],
            "title": {"text": f"{plan.entry['name']} ({zone_name})", "standoff": 4},
        },
        yaxis={"title": {"text": "Altitude [°]"}, "range": [0, 90], "dtick": 15, "zeroline": False},
        yaxis2={
            "title": {"text": "Airmass"}, "overlaying": "y", "matches": "y", "side": "right", "showgrid": False,
            "tickvals": [degrees(asin(1 / mass)) for mass in _AIRMASSES], "ticktext": [f"{mass:g}" for mass in _AIRMASSES],
            "range": [0, 90],
        },
    )


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
        **axis, y=_rounded(earth.moon_phase * 100), name="Lit part of the Moon", yaxis="y2", mode="lines", fill="tozeroy",
        line={"color": _MOON_COLOUR, "width": 1}, fillcolor="rgba(184, 144, 31, 0.18)",
        hovertemplate="%{y:.0f} % lit<extra></extra>",
    )
    figure.add_scatter(
        **axis, y=_rounded(distance), name="Distance from the Moon", mode="lines", line={"width": 2, "color": "#0072b2"},
        hovertemplate="%{y:.0f}° away<extra></extra>",
    )
    figure.update_layout(
        hovermode="x unified", legend={"orientation": "h", "y": 1.15, "x": 0}, margin={"t": 40, "r": 50},
        xaxis={"type": "date", "hoverformat": "%Y-%m-%d %H:%M UTC"},
        yaxis={"title": {"text": "Moon distance [°]"}, "range": [0, 180], "dtick": 30},
        yaxis2={"title": {"text": "Lit [%]"}, "overlaying": "y", "side": "right", "range": [0, 100], "showgrid": False},
    )
    return look_like.apply(figure)


def _positions(target: Any, times: "NDArray") -> tuple[Any, Any]:
    from tom_targets import moving

    if target.type == type(target).NON_SIDEREAL:
        seen = moving.ephemeris_of(target, times)
        return seen.ra, seen.dec
    place = moving.place_at(target, moment(times[len(times) // 2]))
    return place.ra, place.dec


# The sky

def sky_points(targets: Any, limit: int) -> list[dict[str, Any]]:
    """[{'name', 'ra', 'dec', 'url'}] of up to `limit` of the targets that have a fixed position."""
    if isinstance(targets, QuerySet) and not targets.query.is_sliced:
        targets = targets.filter(ra__isnull=False, dec__isnull=False)[:limit]
    found = []
    for target in targets:
        if target.ra is None or target.dec is None:
            continue
        found.append({"name": target.name, "ra": target.ra, "dec": target.dec, "url": target.get_absolute_url()})
        if len(found) == limit:
            break
    return found


def sky_distribution(targets: QuerySet) -> "Figure | None":
    """All-sky map (Mollweide, RA increasing to the left) of a list; many targets as counts of HEALPix cells.

    None when no target of the list has a fixed position.
    """
    import plotly.graph_objects as go

    placed = targets.filter(healpix__isnull=False).order_by()
    figure = go.Figure()
    _draw_sky_grid(figure)
    count = placed.values("pk")[:SINGLE_POINTS + 1].count()
    if count == 0:
        return None
    if count <= SINGLE_POINTS:
        _draw_points(figure, placed.values_list("pk", "name", "ra", "dec"))
    else:
        _draw_cells(figure, placed)
    figure.update_layout(
        showlegend=False, hovermode="closest", margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"visible": False, "range": [-2.95, 2.95]},
        yaxis={"visible": False, "range": [-1.5, 1.5], "scaleanchor": "x"},
    )
    return figure


def mollweide(ra: Any, dec: Any) -> tuple["NDArray", "NDArray"]:
    """Degrees to the plane: x from 2√2 (RA 180 from the east) to -2√2, y from -√2 to √2; RA 0 in the middle."""
    import numpy as np

    longitude = np.radians((np.asarray(ra, float) + 180) % 360 - 180)
    latitude = np.radians(np.asarray(dec, float))
    theta = latitude.copy() if latitude.ndim else np.array(latitude)
    # Newton's steps slow down at the poles, where the answer is the latitude itself.
    near_pole = np.abs(latitude) > np.radians(89.9)
    for _ in range(12):
        slope = 2 + 2 * np.cos(2 * theta)
        step = (2 * theta + np.sin(2 * theta) - np.pi * np.sin(latitude)) / np.where(slope < 1e-9, 1.0, slope)
        theta = np.where(near_pole, np.sign(latitude) * np.pi / 2, theta - step)
    return -2 * np.sqrt(2) / np.pi * longitude * np.cos(theta), np.sqrt(2) * np.sin(theta)


def _draw_sky_grid(figure: "Figure") -> None:
    import numpy as np

    fine = np.linspace(-89.8, 89.8, 61)
    lines: list[tuple[Any, Any]] = [(np.full_like(fine, ra), fine) for ra in (0, 60, 120, 179.999, 180.001, 240, 300)]
    around = np.linspace(-179.99, 179.99, 121)
    lines += [(around, np.full_like(around, dec)) for dec in (-60, -30, 0, 30, 60)]
    x, y = _joined(mollweide(*line) for line in lines)
    quiet = {"mode": "lines", "hoverinfo": "skip"}
    figure.add_scatter(x=x, y=y, line={"color": "rgba(128, 140, 160, 0.45)", "width": 0.8}, **quiet)
    for name, plane, colour in (("Milky Way", _galactic_plane(), "rgba(130, 110, 190, 0.7)"),
                                ("Ecliptic", _ecliptic_plane(), "rgba(190, 150, 40, 0.7)")):
        x, y = mollweide(*plane)
        order = np.argsort(x)
        figure.add_scatter(x=x[order].round(3), y=y[order].round(3), name=name, line={"color": colour, "width": 1, "dash": "dot"}, **quiet)
    labels = [(ra, 0.0, f"{ra // 15} h") for ra in (60, 120, 240, 300, 0)]
    labels += [(180.001, dec, f"{dec:+d}°") for dec in (-60, -30, 30, 60)]
    x, y = mollweide([label[0] for label in labels], [label[1] for label in labels])
    figure.add_scatter(
        x=x.round(3), y=y.round(3), mode="text", text=[label[2] for label in labels], hoverinfo="skip",
        textfont={"size": 10, "color": "#8a95a5"}, textposition="top center",
    )


def _joined(lines: Iterable[tuple["NDArray", "NDArray"]]) -> tuple[list, list]:
    """Many lines as one trace: nulls lift the pen."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for x, y in lines:
        xs += [*x.round(3).tolist(), None]
        ys += [*y.round(3).tolist(), None]
    return xs, ys


def _galactic_plane() -> tuple[Any, Any]:
    import numpy as np

    from tom_common.astro.sky import from_galactic

    return from_galactic(np.linspace(0, 360, 181), np.zeros(181))


def _ecliptic_plane() -> tuple[Any, Any]:
    import numpy as np

    from tom_common.astro.sky import from_ecliptic

    return from_ecliptic(np.linspace(0, 360, 181), np.zeros(181))


def _draw_points(figure: "Figure", rows: Iterable[tuple]) -> None:
    from django.urls import reverse

    from tom_common.astro.angles import format_position

    rows = list(rows)
    x, y = mollweide([row[2] for row in rows], [row[3] for row in rows])
    pattern = reverse("tom_targets:detail", args=[0])
    figure.add_scatter(
        x=x.round(4), y=y.round(4), mode="markers", marker={"size": 7 if len(rows) < 300 else 5, "color": "#d55e00", "opacity": 0.8},
        text=[f"{name}<br>{format_position(ra, dec, precision=0)}" for _, name, ra, dec in rows],
        customdata=[pattern.replace("/0/", f"/{row[0]}/") for row in rows],
        hovertemplate="%{text}<extra></extra>",
    )


def _draw_cells(figure: "Figure", placed: QuerySet) -> None:
    import numpy as np
    from cdshealpix.nested import healpix_to_lonlat

    from tom_common.astro.sky import ORDER

    shift = 2 * (ORDER - BIN_ORDER)
    counted = placed.annotate(cell=F("healpix").bitrightshift(shift)).values("cell").annotate(n=Count("pk"))
    cells, counts = zip(*counted.values_list("cell", "n"), strict=True)
    longitude, latitude = healpix_to_lonlat(np.array(cells, np.uint64), BIN_ORDER)
    x, y = mollweide(longitude.deg, latitude.deg)
    figure.add_scattergl(
        x=x.round(4), y=y.round(4), mode="markers", text=[f"{n:,}" for n in counts],
        marker={
            "size": 6, "symbol": "diamond", "color": np.log10(counts).round(2), "colorscale": "Viridis",
            "colorbar": {"title": {"text": "targets"}, "thickness": 12, "tickvals": [0, 1, 2, 3, 4, 5],
                         "ticktext": ["1", "10", "100", "1,000", "10⁴", "10⁵"]},
        },
        hovertemplate="%{text} targets in 1.8° × 1.8°<extra></extra>",
    )
