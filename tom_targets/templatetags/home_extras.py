"""What targets show on the first page."""

from typing import Any

from django import template

from tom_targets.models import TargetList

register = template.Library()


@register.simple_tag(takes_context=True)
def newest_target_lists(context: template.Context, limit: int = 8) -> Any:
    """The groupings of targets that were changed last, of those this visitor may see."""
    return TargetList.objects.visible_to(context.get("user")).order_by("-modified", "name")[:limit]
