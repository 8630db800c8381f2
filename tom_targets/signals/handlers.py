"""What happens by itself."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, router

from tom_targets.models import BaseTarget, Target, TargetGroupObjectPermission, TargetUserObjectPermission


def settle_permissions(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """After migrating: see that the Target class has its permissions, and that every grant names them.

    A custom model that forgot to repeat them gets them; grants given before TARGET_MODEL_CLASS was changed follow.
    """
    if sender.label != Target._meta.app_label or not router.allow_migrate_model(using, Permission):
        return
    content_type = ContentType.objects.db_manager(using).get_for_model(Target, for_concrete_model=False)
    for codename, name in BaseTarget._meta.permissions:
        permission, _ = Permission.objects.using(using).get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        for grants in (TargetUserObjectPermission, TargetGroupObjectPermission):
            strayed = grants.objects.using(using).filter(permission__codename=codename).exclude(permission=permission)
            for one in strayed:
                _follow(one, permission)


def _follow(grant: Any, permission: Permission) -> None:
    holder = "user_id" if hasattr(grant, "user_id") else "group_id"
    same = type(grant).objects.using(grant._state.db).filter(
        permission=permission, content_object_id=grant.content_object_id, **{holder: getattr(grant, holder)}
    )
    if same.exists():
        grant.delete()
    else:
        grant.permission = permission
        grant.save(update_fields=["permission"])
