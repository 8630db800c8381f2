"""Hooks: functions of the project that are called when something has happened.

    HOOKS = {"target_post_save": "custom_code.hooks.target_post_save"}

A project or a plugin may define and run names of its own.
"""

import logging
from typing import Any

from django.utils.module_loading import import_string

from tom_common.conf import tom_settings

logger = logging.getLogger(__name__)


def import_method(name: str) -> Any:
    """The object at a dotted path."""
    return import_string(name)


def run_hook(name: str, *args: Any, **kwargs: Any) -> Any:
    """Call the hook of that name, if the project has one. What it raises goes to the caller."""
    path = (tom_settings.HOOKS or {}).get(name)
    return import_method(path)(*args, **kwargs) if path else None


def target_post_save(target: Any, created: bool) -> None:
    """The hook of a project that only wants to see in the log that it runs."""
    logger.info("Target %s was %s.", target, "made" if created else "changed")


def observation_change_state(observation: Any, previous_state: str | None) -> None:
    """The same for observations; `previous_state` is None for a new record."""
    logger.info("Observation %s went from %s to %s.", observation, previous_state, observation.status)
