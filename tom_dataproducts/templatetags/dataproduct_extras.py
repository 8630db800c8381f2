"""Tags that show a target's measurements on any page."""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tom_dataproducts.canonical import PHOTOMETRY
from tom_dataproducts.models import DataProduct, ReducedDatum

register = template.Library()


@register.inclusion_tag("tom_dataproducts/partials/recent_photometry.html", takes_context=True)
def recent_photometry(context: dict, target: Any, limit: int = 1) -> dict[str, Any]:
    """The newest photometric points of a target that this visitor may see."""
    datums = ReducedDatum.objects.visible_to(context.get("user")).current().defer("value")
    points = datums.filter(target_id=target.pk, data_type=PHOTOMETRY).order_by("-timestamp", "-pk")
    return {"recent_photo": list(points[: max(int(limit), 0)]), "target": target}


@register.inclusion_tag("tom_dataproducts/partials/photometry_for_target.html", takes_context=True)
def photometry_for_target(
    context: dict, target: Any, width: int = 700, height: int = 600, background: str | None = None,
    label_color: str | None = None, grid: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The light curve of a target, fetched when it is seen. It takes the width of its place and the page's colours.

    `width`, `background`, `label_color` and `grid` are understood for the sake of templates that give them.
    """
    return {"target": target, "height": height}


@register.inclusion_tag("tom_dataproducts/partials/spectroscopy_for_target.html", takes_context=True)
def spectroscopy_for_target(context: dict, target: Any, dataproduct: DataProduct | int | None = None) -> dict[str, Any]:
    """The spectra of a target, or those of one data product, fetched when they are seen."""
    return {"target": target, "height": 600, "dataproduct": getattr(dataproduct, "pk", dataproduct)}


@register.filter
def brightness(datum: ReducedDatum) -> SafeString:
    """`17.24 ± 0.05 mag(AB)`, or `> 20.3 mag(AB)` for a limit; a flux limit is `<`."""
    unit = datum.unit or "mag"
    if datum.brightness is None:
        if datum.limit is None:
            return format_html("–")
        sign = ">" if unit.startswith("mag") else "<"
        return format_html('<span title="limit">{} {}</span> {}', sign, _number(datum.limit, 0.01), unit)
    number = _number(datum.brightness, datum.brightness_error or 0.01)
    if datum.brightness_error is None:
        return format_html("{} {}", number, unit)
    return format_html("{} ± {} {}", number, _number(datum.brightness_error, datum.brightness_error), unit)


def _number(value: float, error: float) -> str:
    """A value with as many decimals as its error has meaning (two digits of the error, at most 4 decimals)."""
    if value and not 1e-3 <= abs(value) < 1e6:
        return f"{value:.4g}"
    decimals = 2 if error >= 0.01 else 3 if error >= 0.001 else 4
    return f"{value:.{decimals}f}"


@register.filter
def utc_time(moment: datetime) -> str:
    """`2024-05-01 03:20:15`, in UTC whatever the time zone of the project is."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
