"""Tags of the catalogue pages."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from tom_catalogs.answers import Answer, Status

register = template.Library()

#: Status -> Bootstrap colour, words on the badge.
BADGES = {
    Status.FOUND: ("success", "found"),
    Status.SEVERAL: ("info", "several"),
    Status.NOT_FOUND: ("secondary", "not found"),
    Status.UNSUPPORTED: ("light", "not by position"),
    Status.NOT_CONFIGURED: ("light", "not configured"),
    Status.DOWN: ("warning", "not reachable"),
    Status.SLOW: ("warning", "too slow"),
    Status.THROTTLED: ("warning", "asks to wait"),
    Status.REJECTED: ("warning", "refused"),
    Status.NONSENSE: ("danger", "makes no sense"),
    Status.BROKEN: ("danger", "failed"),
}
SHOWN_ALIASES = 8


@register.inclusion_tag("tom_catalogs/partials/catalog_query_menu.html", takes_context=True)
def catalog_query_menu(context: template.Context | None = None) -> dict:
    """The entry of the navigation bar."""
    return {"user": (context or {}).get("user"), "request": (context or {}).get("request")}


@register.filter
def status_colour(status: str) -> str:
    return BADGES[Status(status)][0]


@register.filter
def status_words(status: str) -> str:
    return BADGES[Status(status)][1]


@register.filter
def age(moment: datetime) -> str:
    """How long ago, in words."""
    return "just now" if timezone.now() - moment < timedelta(minutes=1) else f"{timesince(moment)} ago"


@register.simple_tag
def aliases(answer: Answer) -> SafeString:
    """The names of an answer: the famous ones at once, the others folded."""
    head, tail = answer.names[:SHOWN_ALIASES], answer.names[SHOWN_ALIASES:]
    names = format_html_join(", ", '<span class="text-nowrap">{}</span>', ((name,) for name in head))
    if not tail:
        return names
    rest = format_html_join(", ", '<span class="text-nowrap">{}</span>', ((name,) for name in tail))
    return format_html("{}<details><summary>{} more</summary>{}</details>", names, len(tail), rest)
