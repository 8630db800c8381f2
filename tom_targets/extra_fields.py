"""Fields that a project adds to targets: declared in EXTRA_FIELDS, or columns of its own target class."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from tom_common.conf import tom_settings
from tom_targets.models import BaseTarget, Target

TYPES = ("number", "string", "boolean", "datetime")


@dataclass(frozen=True)
class ExtraField:
    """One entry of EXTRA_FIELDS. `type` is one of TYPES; what is `hidden` is kept, but not shown."""

    name: str
    type: str
    default: Any = None
    hidden: bool = False


def extra_fields(*, hidden: bool = False) -> list[ExtraField]:
    """The declared extras; the hidden ones too when asked for."""
    declared = [
        ExtraField(str(entry["name"]), entry.get("type", "string"), entry.get("default"), bool(entry.get("hidden")))
        for entry in tom_settings.EXTRA_FIELDS
    ]
    return [field for field in declared if hidden or not field.hidden]


def extra_field_names() -> set[str]:
    return {field.name for field in extra_fields(hidden=True)}


def custom_fields(*, hidden: bool = False) -> list[models.Field]:
    """The columns that the project's target class adds; those marked `field.hidden = True` only when asked for."""
    return list(_custom_fields(hidden))


def _custom_fields(hidden: bool) -> Iterator[models.Field]:
    standard = {field.name for field in BaseTarget._meta.get_fields()}
    for field in Target._meta.concrete_fields:
        if field.name in standard or field.primary_key or not field.editable:
            continue
        if hidden or not getattr(field, "hidden", False):
            yield field
