"""The panels that apps add to the first tab of a target's page (`target_detail_panels` of their AppConfig)."""

import logging
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.text import slugify

from tom_common.integration import Contribution, collect, partial_of

logger = logging.getLogger(__name__)


def contributed_panels(context: Any, target: Any) -> list[dict[str, Any]]:
    """[{'label', 'panel_id', 'url' | 'partial' | 'error'}] in the order of the apps.

    A panel with a URL is fetched when it is seen, so it costs the page nothing; one whose URL does not exist is named.
    """
    return [
        _panel(contribution, context, target)
        for contribution in sorted(collect("target_detail_panels"), key=_order)
        if isinstance(contribution.entry, dict) and contribution.entry.get("label")
    ]


def _order(contribution: Contribution) -> Any:
    """Panels come in the order of the apps; one with an `order` above 0 further down."""
    return contribution.entry.get("order", 0) if isinstance(contribution.entry, dict) else 0


def _panel(contribution: Contribution, context: Any, target: Any) -> dict[str, Any]:
    entry = contribution.entry
    panel = {"label": entry["label"], "panel_id": f"panel-{slugify(entry['label'])}"}
    if entry.get("url_name"):
        try:
            return {**panel, "url": reverse(entry["url_name"], args=[target.pk])}
        except NoReverseMatch:
            logger.exception("The panel '%s' of the app %s has no page.", entry["label"], contribution.app.label)
    elif entry.get("partial"):
        return {**panel, "partial": partial_of(contribution, context)}
    return {**panel, "error": f"{contribution.app.verbose_name} could not be shown."}
