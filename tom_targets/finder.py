"""The finder chart that is drawn here, without a network: orientation, scale, known targets in the field."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, log10, radians, sin
from typing import Any

#: widths of the field that the page offers (arcminutes)
FIELDS_ARCMIN = (5, 15, 60)
DEFAULT_FIELD_ARCMIN = 15
#: the chart's own coordinates run from -50 to 50
HALF = 50.0
MAX_OTHERS = 40


@dataclass(frozen=True)
class Other:
    """A known target in the field: where it is on the chart and how far from the centre."""

    name: str
    url: str
    separation: str
    x: float
    y: float

    @property
    def label_left(self) -> bool:
        """Near the right edge the name stands left of the mark."""
        return self.x > HALF / 2

    @property
    def label_x(self) -> float:
        return round(self.x + (-2.2 if self.label_left else 2.2), 2)

    @property
    def label_y(self) -> float:
        return round(self.y + 1, 2)


@dataclass(frozen=True)
class Scale:
    """The bar: its length on the chart and what it stands for."""

    length: float
    label: str


@dataclass(frozen=True)
class Motion:
    """The arrow of a moving target: its end on the chart and what it says."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class FinderChart:
    ra: float
    dec: float
    field_arcmin: float
    others: tuple[Other, ...]
    scale: Scale
    caption: str
    motion: Motion | None = None

    @property
    def field_label(self) -> str:
        return angle_label(self.field_arcmin * 60)

    @property
    def circles(self) -> tuple[float, float]:
        return HALF / 2, HALF


def angle_label(arcsec: float) -> str:
    """A small angle in the unit people would use: 45″, 3.2′, 1.5°."""
    for size, sign in ((3600, "°"), (60, "′")):
        if arcsec >= size * 0.9999:
            return f"{arcsec / size:.3g}{sign}"
    return f"{arcsec:.2g}″" if arcsec < 1 else f"{arcsec:.3g}″"


def finder_chart(
    ra: float, dec: float, field_arcmin: float, targets: Iterable[Any] = (), *,
    motion_arcsec_per_hour: tuple[float, float] | None = None, caption: str = "",
) -> FinderChart:
    """A square chart around (ra, dec), degrees; north is up, east is left.

    `targets` have `name`, `ra`, `dec` and `get_absolute_url`; those outside the field are left out. `motion` is
    (east, north) on the sky.
    """
    others = tuple(_others(ra, dec, field_arcmin, targets))
    shown = f"{angle_label(field_arcmin * 60)} wide, north up, east left"
    if others:
        shown += f", {len(others)} known target{'s' if len(others) > 1 else ''} in the field"
    return FinderChart(
        ra=ra, dec=dec, field_arcmin=field_arcmin, others=others, scale=scale_bar(field_arcmin),
        caption=f"{caption} {shown[0].upper()}{shown[1:]}.".strip(),
        motion=_motion(motion_arcsec_per_hour, field_arcmin),
    )


def _others(ra: float, dec: float, field_arcmin: float, targets: Iterable[Any]) -> Iterable[Other]:
    from tom_common.astro.sky import separation

    found = 0
    for target in targets:
        place = on_chart(ra, dec, target.ra, target.dec, field_arcmin)
        if place is None:
            continue
        apart = angle_label(separation(ra, dec, target.ra, target.dec) * 3600)
        yield Other(target.name, target.get_absolute_url(), apart, *place)
        found += 1
        if found == MAX_OTHERS:
            return


def on_chart(
    ra: float, dec: float, other_ra: float, other_dec: float, field_arcmin: float
) -> tuple[float, float] | None:
    """Where a position falls on the chart (tangent plane); None outside of it."""


    delta, lat, other_lat = radians(other_ra - ra), radians(dec), radians(other_dec)
    depth = sin(lat) * sin(other_lat) + cos(lat) * cos(other_lat) * cos(delta)
    if depth <= 0:
        return None
    east = cos(other_lat) * sin(delta) / depth
    north = (cos(lat) * sin(other_lat) - sin(lat) * cos(other_lat) * cos(delta)) / depth
    unit = radians(field_arcmin / 60) / (2 * HALF)
    x, y = -east / unit, -north / unit
    return (round(x, 2) + 0.0, round(y, 2) + 0.0) if max(abs(x), abs(y)) <= HALF else None


def scale_bar(field_arcmin: float) -> Scale:
    """A bar of a round size, about a quarter of the field long."""
    quarter = field_arcmin * 60 / 4
    unit = 3600.0 if quarter >= 3600 else 60.0 if quarter >= 60 else 1.0
    power = 10.0 ** int(log10(quarter / unit)) if quarter >= unit else 1.0
    size = max((step * power * unit for step in (1, 2, 3, 5) if step * power * unit <= quarter), default=power * unit)
    return Scale(round(size / (field_arcmin * 60) * 2 * HALF, 2), angle_label(size))


def _motion(rate: tuple[float, float] | None, field_arcmin: float) -> Motion | None:
    """An hour's way, made long enough to be seen and short enough to fit."""
    if rate is None or not any(rate):
        return None
    east, north = rate
    speed = (east**2 + north**2) ** 0.5
    length = min(max(speed / (field_arcmin * 60) * 2 * HALF, 9.0), HALF * 0.8)
    return Motion(
        round(-east / speed * length, 2), round(-north / speed * length, 2), f"moves {speed:.1f}″ an hour"
    )
