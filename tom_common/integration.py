"""What the installed apps contribute to each other's pages.

An app contributes by a method of its AppConfig (`nav_items`, `target_detail_tabs`, …) that returns a list. A method
may be absent or return nothing. An app that raises is logged and left out: one broken plugin never takes a page with
it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Contribution:
    """One entry that an app contributed, as the app gave it."""

    app: AppConfig
    entry: Any


@dataclass(frozen=True)
class Partial:
    """A template with the context laid over the page's. `error` names the app when the context could not be made."""

    template: str
    context: dict
    entry: dict
    app_name: str
    error: str = ""


#: method -> what it returns, in one line. The reference page of the documentation is made of this.
CONTRIBUTIONS = {
    "nav_items": "{'partial', 'context'?, 'position'?: 'left' or 'right'}: items of the navigation bar",
    "target_detail_buttons": "{'partial', 'context'?}: buttons on the target page",
    "target_detail_tabs": "{'label', 'partial', 'context'?}: tabs of the target page",
    "target_detail_panels": "{'label', 'url_name' or 'partial', 'context'?, 'order'?}: panels of the target page's "
    "first tab",
    "target_list_columns": "{'name', 'label', 'accessor' or 'partial', 'order_by'?, 'annotate'?}: "
    "columns of the target list",
    "profile_details": "{'partial', 'context'}: cards of the profile page",
    "user_lists": "{'partial', 'context'}: lists on the users page",
    "home_panels": "{'partial', 'context'?, 'position'?: 'main' or 'side'}: cards of the first page",
    "include_url_paths": "URL patterns, put right after the home page's",
    "harvester_classes": "dotted paths of catalogue harvesters",
    "observing_sites": "{'name', 'code', 'latitude', 'longitude', 'elevation'}: degrees (east positive) and metres",
    "merge_handlers": "{'model', 'handler', 'label'?}: how rows of a model follow when targets are merged; the handler "
    "(a dotted path) is called with the rows and to=target, and returns a tom_targets.merge_rows.Move",
    "demo_content": "dotted paths of functions () -> str that add to the demo TOM and say what they added",
}


def collect(method: str) -> list[Contribution]:
    """All entries that the apps contribute under that name, in the order of INSTALLED_APPS."""
    found = []
    for app in apps.get_app_configs():
        contribute = getattr(app, method, None)
        if contribute is None:
            continue
        try:
            entries = list(contribute() or ())
        except Exception:
            logger.exception("The app %s could not say its %s.", app.label, method)
            continue
        found.extend(Contribution(app, entry) for entry in entries)
    return found


def collect_partials(method: str, *context_arguments: Any) -> list[Partial]:
    """The contributed partials, their context callables called with `context_arguments`.

    A partial whose context cannot be made comes back with `error` set, so that the page can name it.
    """
    return [
        partial_of(contribution, *context_arguments)
        for contribution in collect(method)
        if isinstance(contribution.entry, dict) and contribution.entry.get("partial")
    ]


def partial_of(contribution: Contribution, *context_arguments: Any) -> Partial:
    """One contributed partial with its context, or with the `error` that says why there is none."""
    entry, app_name = contribution.entry, str(contribution.app.verbose_name)
    try:
        context = _callable(entry["context"])(*context_arguments) if entry.get("context") else {}
    except Exception:
        logger.exception("The context of %s of the app %s could not be made.", entry["partial"], contribution.app.label)
        return Partial(entry["partial"], {}, entry, app_name, error=f"{app_name} could not be shown.")
    return Partial(entry["partial"], context or {}, entry, app_name)


def _callable(context: str | Callable) -> Callable:
    return import_string(context) if isinstance(context, str) else context
