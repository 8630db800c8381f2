"""Questions about accounts: who sees whom, who is the last superuser, what goes when somebody is deleted."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model, Q, QuerySet
from django.utils.text import capfirst

from tom_common.conf import tom_settings

#: Every account belongs to this group, so that a grant to it is a grant to all who can log in.
PUBLIC_GROUP = "Public"


def anonymous_username() -> str:
    """The name of the account that stands for visitors who have not logged in; empty when there is none."""
    return tom_settings.ANONYMOUS_USER_NAME or ""


def is_anonymous_account(user: Any) -> bool:
    return user.get_username() == anonymous_username()


def people() -> QuerySet:
    """All accounts of people."""
    return get_user_model().objects.exclude(username=anonymous_username()).order_by("username")


def visible_users(user: Any) -> QuerySet:
    """Whom this user may see: a superuser everybody, others themselves and those they share a group with.

    The Public group does not count: everybody is in it.
    """
    if not user.is_authenticated:
        return people().none()
    if user.is_superuser:
        return people()
    groups = user.groups.exclude(name=PUBLIC_GROUP)
    return people().filter(Q(pk=user.pk) | Q(pk__in=get_user_model().objects.filter(groups__in=groups).values("pk")))


def visible_groups(user: Any) -> QuerySet[Group]:
    """The groups this user may see: a superuser all, others their own."""
    if not user.is_authenticated:
        return Group.objects.none()
    groups = Group.objects.all() if user.is_superuser else user.groups.all()
    return groups.order_by("name", "pk")


def is_last_superuser(user: Any) -> bool:
    """Whether nobody could manage the TOM any more without this account."""
    others = people().filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and user.is_active and not others.exists()


def goes_with(instance: Model) -> tuple[list[tuple[int, str]], list[str]]:
    """What deleting this takes along, as (how many, of what), and what forbids it, in words."""
    from django.contrib.admin.utils import NestedObjects

    collector = NestedObjects(using=instance._state.db or "default", origin=instance)
    collector.collect([instance])
    counts = {
        model: len(rows)
        for model, rows in collector.model_objs.items()
        if not isinstance(instance, model) and not model._meta.auto_created
    }
    named = [
        (count, str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural))
        for model, count in counts.items()
    ]
    protecting = [f"{capfirst(item._meta.verbose_name)} {item}" for item in collector.protected]
    return sorted(named, key=lambda pair: pair[1]), protecting


def email_is_configured() -> bool:
    """Whether this TOM can send mail, so that it may offer to reset a forgotten password."""
    backend = settings.EMAIL_BACKEND
    if backend.endswith("smtp.EmailBackend"):
        return settings.EMAIL_HOST not in ("", "localhost") or bool(settings.EMAIL_HOST_USER)
    return not backend.endswith(("dummy.EmailBackend", "console.EmailBackend"))
