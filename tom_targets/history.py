"""What happened to targets: the events of their timelines, and the merges that can be undone.

`tom_targets.timeline` writes events, `tom_targets.merge` merges.
"""

from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from tom_common.conf import tom_settings
from tom_common.exceptions import TomError

APPEND_ONLY = "What happened to a target stays written down: an event is never changed or deleted on its own."


class AppendOnly(TomError, TypeError):
    """Somebody tried to change or delete what is only ever added to."""


class ExactEncoder(DjangoJSONEncoder):
    """JSON with times to the microsecond, which Django's encoder cuts to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, (datetime, date, time)) else super().default(o)


def target_class() -> Any:
    """The class that TARGET_MODEL_CLASS names, known once the apps are loaded."""
    return import_string(tom_settings.TARGET_MODEL_CLASS)


class TargetEventQuerySet(models.QuerySet):
    """Events: who may read them. They can be added, and nothing else."""

    def visible_to(self, user: Any) -> "TargetEventQuerySet":
        """Events of targets that this user sees, and, where an event is about something else, sees that as well.

        What it was about and is no more, superusers only see.
        """
        return self._visible(user, None)

    def visible_of(self, target: models.Model, user: Any) -> "TargetEventQuerySet":
        """The same for one target, with a shorter question: only of such things as its events are about."""
        rows = self.filter(target=target.pk)
        return rows._visible(user, set(rows.order_by().values_list("about_model", flat=True).distinct()))

    def _visible(self, user: Any, labels: set[str] | None) -> "TargetEventQuerySet":
        targets = target_class().objects.all().visible_to(user)
        rows = self.filter(Exists(targets.filter(pk=OuterRef("target_id"))))
        if user is not None and user.is_superuser and user.is_active:
            return rows
        condition = Q(about_model="")
        for label, visible in _visible_things(user, labels).items():
            condition |= Q(about_model=label) & Exists(visible.order_by().filter(pk=OuterRef("about_pk")))
        return rows.filter(condition)

    def update(self, **kwargs: Any) -> int:
        raise AppendOnly(APPEND_ONLY)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly(APPEND_ONLY)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise AppendOnly(APPEND_ONLY)

    # so that templates may not try either
    update.alters_data = delete.alters_data = bulk_update.alters_data = True


def _visible_things(user: Any, labels: set[str] | None) -> dict[str, models.QuerySet]:
    """{model label: its rows that the user may know of}, of these models or all. Models without a rule are missing."""
    known = user is not None and user.is_authenticated and user.is_active
    people = get_user_model()
    found = {
        Group._meta.label_lower: Group.objects.filter(user=user) if known else Group.objects.none(),
        people._meta.label_lower: people._default_manager.all() if known else people._default_manager.none(),
    }
    for model in apps.get_models():
        if labels is not None and model._meta.label_lower not in labels:
            continue
        rows = model._default_manager.all() if model is not TargetEvent else None
        key = model._meta.pk.target_field if model._meta.pk.remote_field else model._meta.pk
        if hasattr(rows, "visible_to") and isinstance(key, models.IntegerField):
            found[model._meta.label_lower] = rows.visible_to(user)
    return {label: rows for label, rows in found.items() if labels is None or label in labels}


class TargetEvent(models.Model):
    """One thing that happened to a target. `tom_targets.timeline.record` writes it."""

    id = models.BigAutoField(primary_key=True)
    target = models.ForeignKey("tom_targets.BaseTarget", on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=50, help_text="created, fields, names, …, or what an app calls its own.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Who did it.",
    )
    time = models.DateTimeField(default=timezone.now, help_text="When it happened (UTC).")
    about_model = models.CharField(
        max_length=150, blank=True, default="",
        help_text="What else the event is about: who may not see that, does not see the event.",
    )
    about_pk = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict, encoder=ExactEncoder)
    text = models.TextField(blank=True, default="", help_text="What an app has to say about it.")

    objects = models.Manager.from_queryset(TargetEventQuerySet)()

    class Meta:
        ordering = ("-time", "-id")
        indexes = [models.Index(fields=["target", "-time", "-id"], name="tom_targets_timeline")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.time:%Y-%m-%d %H:%M:%S}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add it; a stored event cannot be saved again."""
        if not self._state.adding:
            raise AppendOnly(APPEND_ONLY)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: events go with their target."""
        raise AppendOnly(APPEND_ONLY)


class MergeRecord(models.Model):
    """That one target was folded into another, with all that is needed to undo it."""

    id = models.BigAutoField(primary_key=True)
    target = models.ForeignKey("tom_targets.BaseTarget", on_delete=models.CASCADE, related_name="merge_records")
    merged_pk = models.BigIntegerField(help_text="The key of the target that is no more.")
    merged_name = models.CharField(max_length=100)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    time = models.DateTimeField(default=timezone.now, help_text="When they were merged (UTC).")
    content = models.JSONField(encoder=ExactEncoder, help_text="What was there, what moved, what was given up.")
    undone = models.DateTimeField(null=True, help_text="When the merge was undone (UTC).")
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-time", "-id")

    def __str__(self) -> str:
        return f"{self.merged_name} merged at {self.time:%Y-%m-%d %H:%M}"
