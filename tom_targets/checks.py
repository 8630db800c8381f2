"""Mistakes in the settings that concern targets, told by `manage.py check`."""

from typing import Any

from django.contrib.auth import get_permission_codename
from django.core import checks
from guardian.conf import settings as guardian_settings

from tom_common.conf import tom_settings
from tom_targets.base_models import TargetMatchManager
from tom_targets.extra_fields import TYPES
from tom_targets.models import BaseTarget, Target
from tom_targets.names import match_manager_class

CONTENT_TYPE_FUNCTION = "tom_targets.permissions.grant_content_type"


@checks.register("tom")
def extra_fields_can_be_used(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """EXTRA_FIELDS: each a dictionary with a name of its own and a known type."""
    hint = "An entry is {'name': …, 'type': number, string, boolean or datetime, 'default'?: …, 'hidden'?: True}."
    columns = {field.name for field in Target._meta.get_fields()}
    messages, names = [], set()
    for entry in tom_settings.EXTRA_FIELDS:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name:
            problem = f"EXTRA_FIELDS has the entry {entry!r}, which has no name."
        elif entry.get("type") not in TYPES:
            problem = f"EXTRA_FIELDS: the type of '{name}' is {entry.get('type')!r}."
        elif name in names:
            problem = f"EXTRA_FIELDS has '{name}' twice."
        elif name in columns:
            problem = f"EXTRA_FIELDS: '{name}' is a column of targets already."
        else:
            names.add(name)
            continue
        messages.append(checks.Error(problem, hint=hint, id="tom_targets.E001"))
    return messages


@checks.register("tom")
def match_manager_can_be_used(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """MATCH_MANAGERS names a class that derives from TargetMatchManager."""
    hint = "Name a class that derives from tom_targets.base_models.TargetMatchManager, or take the entry out."
    path = tom_settings.MATCH_MANAGERS.get("Target")
    try:
        manager = match_manager_class()
    except ImportError as error:
        problem = f"MATCH_MANAGERS['Target'] is {path!r}, which cannot be imported: {error}"
    else:
        if isinstance(manager, type) and issubclass(manager, TargetMatchManager):
            return []
        problem = f"MATCH_MANAGERS['Target'] is {path!r}, which is no match manager."
    return [checks.Error(problem, hint=hint, id="tom_targets.E002")]


@checks.register("tom")
def target_class_can_be_granted(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A custom target class repeats the permissions, and guardian knows that it shares the grants of BaseTarget."""
    if Target is BaseTarget:
        return []
    messages = []
    declared = {codename for codename, _ in Target._meta.permissions}
    missing = [codename for codename, _ in BaseTarget._meta.permissions if codename not in declared]
    missing = [name for name in missing if name not in {
        get_permission_codename(action, Target._meta) for action in Target._meta.default_permissions
    }]
    if missing:
        messages.append(checks.Warning(
            f"{Target._meta.label} does not declare the permissions {', '.join(missing)}.",
            hint="Repeat Meta.permissions of BaseTarget. Until then they are made after each migration.",
            id="tom_targets.W003",
        ))
    if guardian_settings.GET_CONTENT_TYPE != CONTENT_TYPE_FUNCTION:
        messages.append(checks.Error(
            f"Grants on {Target._meta.label} would not be found.",
            hint=f'Set GUARDIAN_GET_CONTENT_TYPE = "{CONTENT_TYPE_FUNCTION}".', id="tom_targets.E004",
        ))
    return messages
