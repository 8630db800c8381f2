"""What reaches the timeline by itself: names, tags, groupings, rights and comments, whoever writes them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver
from django_comments.signals import comment_was_posted

from tom_common.permissions import grants_changing, grants_of
from tom_targets import timeline
from tom_targets.models import BaseTarget, Target, TargetExtra, TargetList, TargetName


@receiver(post_save, sender=TargetName)
@receiver(post_save, sender=TargetExtra)
def tell_saved(instance: Any, created: bool, raw: bool = False, using: str | None = None, **kwargs: Any) -> None:
    """An alias or a tag was added or changed."""
    before = {} if created else instance.changed_values()
    instance.remember_stored()
    if raw or not (created or before):
        return
    if isinstance(instance, TargetName):
        data = {"added": [instance.name]} if created else {"renamed": list(before.get("name", ()))}
        if data != {"renamed": []}:
            timeline.record(_target_of(instance), timeline.NAMES, **data)
        return
    key, value = before.get("key", (instance.key,))[0], before.get("value", (None if created else instance.value,))[0]
    changes = {instance.key: [value, instance.value]}
    if key != instance.key:
        changes = {key: [value, None], instance.key: [None, instance.value]}
    if any(old != new for old, new in changes.values()):
        timeline.record(_target_of(instance), timeline.EXTRAS, changes=changes)


@receiver(post_delete, sender=TargetName)
@receiver(post_delete, sender=TargetExtra)
def tell_deleted(sender: type[Model], instance: Any, origin: Any = None, **kwargs: Any) -> None:
    """An alias or a tag was taken away; not, when its target was."""
    if (origin.model if isinstance(origin, QuerySet) else type(origin)) is not sender:
        return
    if sender is TargetName:
        timeline.record(_target_of(instance), timeline.NAMES, removed=[instance.name])
    else:
        timeline.record(_target_of(instance), timeline.EXTRAS, changes={instance.key: [instance.value, None]})


def _target_of(row: Any) -> BaseTarget:
    """The target, without fetching it."""
    target = BaseTarget(pk=row.target_id)
    target._state.db = row._state.db
    return target


@receiver(m2m_changed, sender=TargetList.targets.through)
def tell_grouping(
    instance: Any, action: str, reverse: bool, pk_set: set[int] | None = None, **kwargs: Any
) -> None:
    """Targets joined a grouping, or left it."""
    if action not in ("post_add", "pre_remove", "pre_clear"):
        return
    joined = action == "post_add"
    if reverse:
        groupings = TargetList.objects.filter(pk__in=pk_set) if pk_set is not None else instance.targetlist_set.all()
        pairs: Iterable[tuple[TargetList, Any]] = [(grouping, [instance.pk]) for grouping in groupings]
    else:
        pairs = [(instance, pk_set)]
    for grouping, pks in pairs:
        for targets in _targets(pks, None if joined else grouping):
            timeline.record_for(targets, timeline.GROUPING, about=grouping, joined=joined, name=grouping.name)


def _targets(pks: Iterable[int] | None, grouping: TargetList | None) -> Iterable[QuerySet]:
    """Targets by key, in batches; with a grouping, those of them that are in it."""
    rows = BaseTarget._base_manager.all()
    if grouping is not None:
        members = TargetList.targets.through.objects.filter(targetlist=grouping.pk, basetarget=OuterRef("pk"))
        rows = rows.filter(Exists(members))
    if pks is None:
        return [rows]
    keys = list(pks)
    return [rows.filter(pk__in=keys[start:start + timeline.BATCH]) for start in range(0, len(keys), timeline.BATCH)]


@receiver(grants_changing)
def tell_access(
    sender: type[Model], instances: list, subjects: list, actions: tuple[str, ...], given: bool, **kwargs: Any
) -> None:
    """Somebody was given rights on targets, or lost them. Rights that were held before are no news."""
    if not issubclass(sender, BaseTarget):
        return
    pks = [instance.pk for instance in instances]
    for subject in subjects:
        if subject.pk is None:
            # a visitor stands for guardian's anonymous user, who has no row here
            continue
        condition = _change_of_rights(subject, actions, given)
        for start in range(0, len(pks), timeline.BATCH):
            targets = Target._base_manager.filter(condition, pk__in=pks[start:start + timeline.BATCH])
            timeline.record_for(
                targets, timeline.ACCESS, about=subject, given=given, name=str(subject), actions=list(actions)
            )


def _change_of_rights(subject: Any, actions: Iterable[str], given: bool) -> Q:
    condition = Q(pk__in=())
    for action in actions:
        of_users, of_groups = grants_of(Target, action)
        is_group = hasattr(subject, "permissions")
        grants = of_groups.filter(group=subject.pk) if is_group else of_users.filter(user=subject.pk)
        held = Exists(grants.filter(content_object=OuterRef("pk")))
        condition |= Q(~held) if given else Q(held)
    return condition


@receiver(comment_was_posted)
def tell_comment(comment: Any, **kwargs: Any) -> None:
    """The text stays with the comment, which may be taken away."""
    if isinstance(comment.content_object, BaseTarget):
        timeline.record(comment.content_object, timeline.COMMENT, actor=comment.user, comment=comment.pk)
