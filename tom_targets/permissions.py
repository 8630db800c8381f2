"""Who may do what with targets: the rule of tom_common.permissions, and how django-guardian is told of it.

    GUARDIAN_GET_CONTENT_TYPE = "tom_targets.permissions.grant_content_type"
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from tom_targets.models import BaseTarget, Target


def targets_for_user(user: Any, qs: QuerySet, action: str) -> QuerySet:
    """Those of the targets that the user may view, change or delete.

    `action` is 'view', 'change' or 'delete', or the permission itself ('view_target').
    """
    return qs.allowed(user, str(action).split(".")[-1].removesuffix("_target"))


def grant_content_type(obj: Model | type[Model]) -> ContentType:
    """The content type that grants on this object are kept under: one for all targets, that of the Target class."""
    model = obj if isinstance(obj, type) else type(obj)
    return ContentType.objects.get_for_model(Target if issubclass(model, BaseTarget) else model)
