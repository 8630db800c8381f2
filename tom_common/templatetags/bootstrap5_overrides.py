"""The pagination tag under the name that templates written for Bootstrap 5 load it by."""

from typing import Any

from django import template

from tom_common.templatetags.bootstrap4_overrides import pagination_context

register = template.Library()


@register.inclusion_tag("bootstrap5_overrides/pagination.html")
def bootstrap_pagination(page: Any, **kwargs: Any) -> dict:
    """Links to the pages of a list; see the tag of the same name in bootstrap4_overrides."""
    return pagination_context(page, **kwargs)
