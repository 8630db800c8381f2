"""Names of targets: their simplified form, by which "NGC 1300", "ngc1300" and "NGC-1300" are one name.

A project may simplify in its own way: the class it declares as `MATCH_MANAGERS = {"Target": …}` overrides
`simplify_name`. After changing that, `manage.py rebuild_names` refills the columns.
"""

from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.module_loading import import_string

from tom_common.conf import tom_settings
from tom_targets.derived import DerivedField

MAX_SIMPLIFIED = 200
DEFAULT_MATCH_MANAGER = "tom_targets.matching.TargetMatchManager"

_LEFT_OUT = str.maketrans({**dict.fromkeys(" \t\r\n\u00a0-_()\u2010\u2011\u2012\u2013\u2014\u2212")})


def simplify_name(text: str) -> str:
    """Lower case, without spaces, dashes, underscores and parentheses."""
    return "".join(str(text).lower().translate(_LEFT_OUT).split())


@lru_cache(maxsize=8)
def _manager_class(path: str) -> type:
    return import_string(path)


def match_manager_class() -> type:
    """The class behind `Target.matches`: the project's, or TargetMatchManager."""
    path = tom_settings.MATCH_MANAGERS.get("Target") or DEFAULT_MATCH_MANAGER
    return _manager_class(path)


def simplified(text: str) -> str:
    """A name as this project simplifies it, cut to what the column holds."""
    return str(match_manager_class()().simplify_name(text))[:MAX_SIMPLIFIED]


class SimplifiedNameField(DerivedField, models.CharField):
    """The simplified form of the row's `name`."""

    sources = ("name",)

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("max_length", MAX_SIMPLIFIED)
        kwargs.setdefault("default", "")
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def derive(self, instance: models.Model) -> str:
        return simplified(instance.name or "")
