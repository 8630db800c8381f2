"""Hints for those who build a TOM: how a page can be customised, shown as a message where HINTS_ENABLED is on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from tom_common.conf import tom_settings


def add_hint(request: HttpRequest, hint_text: str, level: int | None = None) -> None:
    """Show a hint on the next page. `level` is one of django.contrib.messages; HINT_LEVEL when not given.

    The text may hold HTML when it is marked safe (`format_html`).
    """
    if tom_settings.HINTS_ENABLED:
        wanted = tom_settings.HINT_LEVEL if level is None else level
        messages.add_message(request, wanted, hint_text, extra_tags="hint", fail_silently=True)


def __getattr__(name: str) -> Any:
    """`HINTS_ENABLED` and `HINT_LEVEL` as this module has always offered them, read when they are asked for."""
    if name in ("HINTS_ENABLED", "HINT_LEVEL"):
        return getattr(tom_settings, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
