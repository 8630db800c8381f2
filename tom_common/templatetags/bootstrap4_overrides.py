"""Pagination that says which rows of how many a page shows, and keeps the rest of the address."""

from typing import Any

from bootstrap4.templatetags.bootstrap4 import get_pagination_context
from django import template

register = template.Library()


def pagination_context(page: Any, **kwargs: Any) -> dict:
    """What both pagination templates are filled with. Takes the arguments of bootstrap4's `bootstrap_pagination`."""
    context = get_pagination_context(page, **kwargs)
    shown = [number for number in context["pages_shown"] if number <= max(page.paginator.num_pages, page.number)]
    return {**context, "page": page, "pages_shown": shown}


@register.inclusion_tag("bootstrap4_overrides/pagination.html")
def bootstrap_pagination(page: Any, **kwargs: Any) -> dict:
    """Links to the pages of a list: `{% bootstrap_pagination page_obj extra=request.GET.urlencode %}`."""
    return pagination_context(page, **kwargs)
