"""Comments: who may write, read and delete them. One may read and write where one may see what is commented on."""

import logging
from typing import Any

import django_comments
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Cast
from django.dispatch import receiver
from django_comments.signals import comment_will_be_posted

from tom_common.conf import tom_settings

logger = logging.getLogger(__name__)


def visible_comments(user: Any) -> QuerySet:
    """The comments on things this user may see, newest first.

    What has no rule of who may see it (no `visible_to` on its queryset) shows its comments to superusers only.
    """
    comments = django_comments.get_model().objects.filter(is_public=True, is_removed=False)
    condition = Q(pk__in=())
    for content_type in ContentType.objects.filter(pk__in=comments.values("content_type").distinct()):
        condition |= Q(content_type=content_type) & _on_visible(content_type, user)
    return comments.filter(condition).select_related("user", "content_type").order_by("-submit_date", "-pk")


def _on_visible(content_type: ContentType, user: Any) -> Q:
    model = content_type.model_class()
    if model is None:
        return Q(pk__in=())
    visible = _visible(model, user)
    if visible is None:
        return Q(pk__in=())
    # A comment holds the key of its object as text; the keys are compared as text, so that every key type works.
    comment_key = django_comments.get_model()._meta.get_field("object_pk")
    return Q(object_pk__in=visible.annotate(_key=Cast("pk", comment_key)).values("_key"))


def _visible(model: type[Model], user: Any) -> QuerySet | None:
    rows = model._default_manager.all()
    if hasattr(rows, "visible_to"):
        return rows.visible_to(user)
    return rows if user.is_superuser else None


def newest_visible_comments(user: Any, limit: int) -> list:
    """Up to `limit` comments, newest first, each with its object as `commented_object`.

    No index leads from a comment (a key as text) to its object, so a list for a home page must not ask for all visible
    objects at once: the newest comments are looked at in blocks of 100, at most 1,000 of them.
    """
    block, found = 100, []
    newest = django_comments.get_model().objects.filter(is_public=True, is_removed=False)
    newest = newest.select_related("user", "content_type").order_by("-submit_date", "-pk")
    for start in range(0, 1000, block):
        comments = list(newest[start : start + block])
        visible = _visible_objects(comments, user)
        for comment in comments:
            comment.commented_object = visible.get((comment.content_type_id, comment.object_pk))
            if comment.commented_object is not None:
                found.append(comment)
        if len(found) >= limit or len(comments) < block:
            break
    return found[:limit]


def _visible_objects(comments: list, user: Any) -> dict[tuple[int, str], Model]:
    """The commented objects this user may see, by content type and key."""
    keys: dict[ContentType, set[str]] = {}
    for comment in comments:
        keys.setdefault(comment.content_type, set()).add(comment.object_pk)
    found = {}
    for content_type, object_pks in keys.items():
        model = content_type.model_class()
        rows = _visible(model, user) if model else None
        if rows is not None:
            for item in rows.filter(pk__in=[pk for pk in object_pks if _is_key(model, pk)]):
                found[content_type.pk, str(item.pk)] = item
    return found


def _is_key(model: type[Model], text: str) -> bool:
    try:
        model._meta.pk.to_python(text)
    except ValidationError:
        return False
    return True


def deletable_comments(user: Any) -> QuerySet:
    """One's own comments; all of them for a superuser."""
    comments = django_comments.get_model().objects.all()
    if not user.is_authenticated:
        return comments.none()
    return comments if user.is_superuser else comments.filter(user=user)


def may_comment(user: Any, instance: Model) -> bool:
    """Whether this user may write below this: whoever is logged in and may see it, where comments are on."""
    if not (tom_settings.COMMENTS_ENABLED and user.is_authenticated):
        return False
    return visible_object(type(instance), instance.pk, user) is not None


def visible_object(model: type[Model], pk: Any, user: Any) -> Model | None:
    """The row of that key if this user may see it."""
    visible = _visible(model, user)
    if visible is None:
        return None
    try:
        return visible.filter(pk=pk).first()
    except (ValueError, ValidationError):
        return None


@receiver(comment_will_be_posted)
def refuse_what_may_not_be_written(sender: Any, comment: Any, request: Any, **kwargs: Any) -> bool | None:
    """The view that stores comments asks nobody but this; False makes it answer with an error."""
    commented = comment.content_object
    if commented is not None and may_comment(request.user, commented):
        return None
    logger.warning("A comment of %s on %s %s was refused.", request.user, comment.content_type, comment.object_pk)
    return False
