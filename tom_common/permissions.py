"""Who may do what: one rule, evaluated in SQL, for pages, API, counts, searches, plots, files and sharing alike.

    Target.objects.visible_to(user)      Target.objects.changeable_by(user)      grant([group], to=target)

A grant is a django-guardian object permission, given to the user, to one of the user's groups, or to guardian's
anonymous user (which counts for everybody). Levels that open an object without a grant (OPEN, PUBLIC) belong to the
model: its queryset overrides `open_to`.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

ACTIONS = ("view", "change", "delete")


class GrantedQuerySet(QuerySet):
    """A queryset that knows who may see and change its rows."""

    def visible_to(self, user: Any) -> "GrantedQuerySet":
        """The rows this user (or AnonymousUser) may see."""
        return self.allowed(user, "view")

    def changeable_by(self, user: Any) -> "GrantedQuerySet":
        """The rows this user may change, observe, add data to and share."""
        return self.allowed(user, "change")

    def deletable_by(self, user: Any) -> "GrantedQuerySet":
        return self.allowed(user, "delete")

    def allowed(self, user: Any, action: str) -> "GrantedQuerySet":
        if user is None or not getattr(user, "is_active", True):
            return self.filter(self.open_to(None, action)) if user is None else self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(self.open_to(user, action) | granted(self.model, user, action))

    def open_to(self, user: Any, action: str) -> Q:
        """What is open without a grant: nothing, unless the model says otherwise."""
        return Q(pk__in=())


def permission_codename(model: type[Model], action: str) -> str:
    """`view_target` for a target of any class: a model may name itself by `permission_noun`."""
    return f"{action}_{getattr(model, 'permission_noun', model._meta.model_name)}"


def granted(model: type[Model], user: Any, action: str) -> Q:
    """The condition on rows of `model` that a grant lets this user do `action`: one or two EXISTS on an index."""
    from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

    owner = getattr(model, "permission_model", lambda: model)()
    codename = permission_codename(model, action)
    of_users = get_user_obj_perms_model(owner).objects.filter(
        content_object=OuterRef("pk"), permission__codename=codename
    )
    of_groups = get_group_obj_perms_model(owner).objects.filter(
        content_object=OuterRef("pk"), permission__codename=codename
    )
    names = Q(user__username=settings.ANONYMOUS_USER_NAME) if _has_anonymous_user() else Q(pk__in=())
    if user is None or user.is_anonymous:
        return Q(Exists(of_users.filter(names)))
    return Q(Exists(of_users.filter(names | Q(user=user)))) | Q(
        Exists(of_groups.filter(group__in=user.groups.values("pk")))
    )


def _has_anonymous_user() -> bool:
    return bool(getattr(settings, "ANONYMOUS_USER_NAME", "AnonymousUser"))


def may(user: Any, action: str, instance: Model) -> bool:
    """Whether the user may do that to this one object."""
    return type(instance)._default_manager.all().allowed(user, action).filter(pk=instance.pk).exists()


def require(user: Any, action: str, instance: Model) -> None:
    """Raise PermissionDenied, saying what and to what, unless the user may."""
    if not may(user, action, instance):
        raise PermissionDenied(f"You may not {action} {instance}.")


def grant(subjects: Iterable[Any], *, to: Model | Iterable[Model], actions: Iterable[str] = ACTIONS) -> None:
    """Give users or groups the right to `actions` on one object or many. Giving twice changes nothing."""
    _each(subjects, to, actions, _assign)


def revoke(subjects: Iterable[Any], *, to: Model | Iterable[Model], actions: Iterable[str] = ACTIONS) -> None:
    _each(subjects, to, actions, _remove)


def granted_groups(instance: Model, action: str = "view") -> QuerySet[Group]:
    """The groups that hold a grant on this object."""
    from guardian.utils import get_group_obj_perms_model

    model = type(instance)
    owner = getattr(model, "permission_model", lambda: model)()
    grants = get_group_obj_perms_model(owner).objects.filter(
        content_object=instance.pk, permission__codename=permission_codename(model, action)
    )
    return Group.objects.filter(pk__in=grants.values("group"))


def _each(subjects: Iterable[Any], to: Model | Iterable[Model], actions: Iterable[str], deed: Any) -> None:
    instances = [to] if isinstance(to, Model) else list(to)
    for subject in subjects:
        for instance in instances:
            for action in actions:
                app_label = getattr(instance, "permission_app_label", instance._meta.app_label)
                deed(f"{app_label}.{permission_codename(type(instance), action)}", subject, instance)


def _assign(permission: str, subject: Any, instance: Model) -> None:
    from guardian.shortcuts import assign_perm

    assign_perm(permission, subject, instance)


def _remove(permission: str, subject: Any, instance: Model) -> None:
    from guardian.shortcuts import remove_perm

    remove_perm(permission, subject, instance)
