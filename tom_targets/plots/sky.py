"""Where targets are on the sky."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet
from django.urls import reverse

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from plotly.graph_objects import Figure

#: more targets than this are drawn as counts of sky cells
SINGLE_POINTS = 3000
#: HEALPix order of those cells: about 1.8 degrees wide
BIN_ORDER = 5


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
        x, y = _joined(_pieces(*mollweide(*plane)))
        line = {"color": colour, "width": 1, "dash": "dot"}
        figure.add_scatter(x=x, y=y, name=name, line=line, **quiet)
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


def _pieces(x: "NDArray", y: "NDArray") -> list[tuple["NDArray", "NDArray"]]:
    """A line cut where it leaves the map on one side and comes back on the other."""
    import numpy as np

    cuts = np.flatnonzero(np.abs(np.diff(x)) > 0.5) + 1
    return list(zip(np.split(x, cuts), np.split(y, cuts), strict=True))


def _galactic_plane() -> tuple[Any, Any]:
    import numpy as np

    from tom_common.astro.sky import from_galactic

    return from_galactic(np.linspace(0, 360, 181), np.zeros(181))


def _ecliptic_plane() -> tuple[Any, Any]:
    import numpy as np

    from tom_common.astro.sky import from_ecliptic

    return from_ecliptic(np.linspace(0, 360, 181), np.zeros(181))


def _draw_points(figure: "Figure", rows: Iterable[tuple]) -> None:
    from tom_common.astro.angles import format_position

    rows = list(rows)
    x, y = mollweide([row[2] for row in rows], [row[3] for row in rows])
    pattern = reverse("tom_targets:detail", args=[0])
    figure.add_scatter(
        x=x.round(4), y=y.round(4), mode="markers",
        marker={"size": 7 if len(rows) < 300 else 5, "color": "#d55e00", "opacity": 0.8},
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
        # single precision: a whole sky of cells is half the bytes
        x=x.astype(np.float32), y=y.astype(np.float32), mode="markers", customdata=np.array(counts, np.int32),
        marker={
            "size": 6, "symbol": "diamond", "color": np.log10(counts).astype(np.float32), "colorscale": "Viridis",
            "colorbar": {"title": {"text": "targets"}, "thickness": 12, "tickvals": [0, 1, 2, 3, 4, 5],
                         "ticktext": ["1", "10", "100", "1,000", "10⁴", "10⁵"]},
        },
        hovertemplate="%{customdata:,} targets in 1.8° × 1.8°<extra></extra>",
    )
