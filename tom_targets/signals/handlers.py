"""What happens by itself."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import Exists, Model, OuterRef, QuerySet

from tom_common.permissions import BATCH_SIZE
from tom_targets.models import BaseTarget, Target, TargetGroupObjectPermission, TargetUserObjectPermission


def settle_permissions(
    sender: AppConfig, using: str = DEFAULT_DB_ALIAS, apps: Any = global_apps, **kwargs: Any
) -> None:
    """After migrating: see that the Target class has its permissions, and that every grant names them.

    A custom model that forgot to repeat them gets them; grants given before TARGET_MODEL_CLASS was changed follow.
    """
    if sender.label != Target._meta.app_label or not router.allow_migrate_model(using, Permission):
        return
    if not (_is_migrated(Permission, apps) and _is_migrated(Target, apps)):
        return
    tables = [
        grants for grants in (TargetUserObjectPermission, TargetGroupObjectPermission) if _is_migrated(grants, apps)
    ]
    content_type = ContentType.objects.db_manager(using).get_for_model(Target, for_concrete_model=False)
    for codename, name in BaseTarget._meta.permissions:
        permission, _ = Permission.objects.using(using).get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        for grants in tables:
            _follow(grants.objects.using(using), permission)


def _is_migrated(model: type[Model], apps: Any) -> bool:
    """Whether the model's table is there: `apps` is as far as the migrations went."""
    return model._meta.model_name in apps.all_models[model._meta.app_label]


def _follow(grants: QuerySet, permission: Permission) -> None:
    """Let grants of a permission of the same name, but of another class, name this one."""
    holder = "user" if grants.model is TargetUserObjectPermission else "group"
    strays = grants.filter(permission__codename=permission.codename).exclude(permission=permission)
    for stray in strays.order_by().values_list("permission", flat=True).distinct():
        rows = grants.filter(permission=stray)
        settled = grants.filter(permission=permission, content_object=OuterRef("content_object"))
        # MySQL cannot delete from a table that the condition reads; keys made beforehand can be.
        doubled = list(rows.filter(Exists(settled.filter(**{holder: OuterRef(holder)}))).values_list("pk", flat=True))
        for start in range(0, len(doubled), BATCH_SIZE):
            rows.filter(pk__in=doubled[start:start + BATCH_SIZE]).delete()
        rows.update(permission=permission)
