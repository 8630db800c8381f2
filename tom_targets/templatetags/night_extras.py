"""Values of the table of a night."""

from typing import Any

from django import template
from django.utils.html import format_html

from tom_targets.tonight import Row, as_time

register = template.Library()


@register.filter
def night_time(mjd: float | None) -> str:
    """A time MJD (UTC) as hours and minutes, the date in its title; a dash when it does not happen."""
    if mjd is None:
        return "–"
    moment = as_time(mjd)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(),
                       f"{moment:%Y-%m-%d %H:%M} UTC", f"{moment:%H:%M}")


@register.filter
def extra_of(row: Row, name: str) -> Any:
    """One of SELECTION_EXTRA_FIELDS of the row's target."""
    return row.extra(name)
