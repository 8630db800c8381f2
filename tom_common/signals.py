"""What happens by itself when an account is made, and when somebody logs in or fails to."""

import logging
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_migrate, post_save
from django.dispatch import receiver

from tom_common.models import Profile
from tom_common.people import PUBLIC_GROUP, is_anonymous_account

security_logger = logging.getLogger("tom_common.security")


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def save_profile_on_user_post_save(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Every account has a profile; also one that was made before the framework was installed."""
    if not raw and not is_anonymous_account(instance):
        Profile.objects.get_or_create(user=instance)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def create_auth_token_on_user_post_save(
    sender: type, instance: Any = None, created: bool = False, raw: bool = False, **kwargs: Any
) -> None:
    """Every new account has an API token. The anonymous one has none: nobody may log in as nobody."""
    from rest_framework.authtoken.models import Token

    if created and not raw and not is_anonymous_account(instance):
        Token.objects.get_or_create(user=instance)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def join_public_group_on_user_post_save(
    sender: type, instance: Any, created: bool = False, raw: bool = False, **kwargs: Any
) -> None:
    if created and not raw and not is_anonymous_account(instance):
        instance.groups.add(Group.objects.get_or_create(name=PUBLIC_GROUP)[0])


@receiver(post_migrate)
def create_public_group_on_post_migrate(sender: AppConfig, using: str, apps: Any = None, **kwargs: Any) -> None:
    # `apps` is as far as the migrations went: after `migrate contenttypes` there are no groups yet. `flush`, which
    # empties the tables, gives none.
    if sender.name == "tom_common" and (apps is None or "group" in apps.all_models["auth"]):
        Group.objects.using(using).get_or_create(name=PUBLIC_GROUP)


@receiver(user_logged_in)
def log_login(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    security_logger.info("%s logged in from %s.", user.get_username(), _address(request))


@receiver(user_logged_out)
def log_logout(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    if user is not None:
        security_logger.info("%s logged out.", user.get_username())


@receiver(user_login_failed)
def log_login_failed(sender: Any, credentials: dict, request: Any = None, **kwargs: Any) -> None:
    security_logger.warning("A login as %r from %s failed.", credentials.get("username"), _address(request))


def _address(request: Any) -> str:
    return request.META.get("REMOTE_ADDR", "?") if request is not None else "?"
