"""Who may do what with targets: the rule of tom_common.permissions, and how django-guardian is told of it.

    GUARDIAN_GET_CONTENT_TYPE = "tom_targets.permissions.grant_content_type"
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from guardian.backends import ObjectPermissionBackend

from tom_common.permissions import ACTIONS, may
from tom_targets.models import BaseTarget, Target


def targets_for_user(user: Any, qs: QuerySet, action: str) -> QuerySet:
    """Those of the targets that the user may view, change or delete.

    `action` is 'view', 'change' or 'delete', or the permission itself ('view_target').
    """
    return qs.allowed(user, str(action).split(".")[-1].removesuffix("_target"))


def grant_content_type(obj: Model | type[Model]) -> ContentType:
    """The content type that grants on this object are kept under: one for all targets, that of the Target class."""
    model = obj if isinstance(obj, type) else type(obj)
    if issubclass(model, BaseTarget):
        # A proxy declares its permissions under a content type of its own.
        return ContentType.objects.get_for_model(Target, for_concrete_model=False)
    return ContentType.objects.get_for_model(model)


class TargetPermissionBackend(ObjectPermissionBackend):
    """`user.has_perm("tom_targets.view_target", target)` by the one rule: open counts as well as granted.

    Stands before guardian's backend in AUTHENTICATION_BACKENDS. For a custom target class the app label may be that of
    the class or `tom_targets`, by which plugins know targets.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        if not isinstance(obj, BaseTarget):
            return False
        label, _, codename = perm.rpartition(".")
        action = codename.removesuffix("_target")
        if action in ACTIONS and codename.endswith("_target") and may(user_obj, action, obj):
            return True
        if label and label != obj._meta.app_label:
            # Guardian, asked next, would raise because of the label.
            raise PermissionDenied
        return False
