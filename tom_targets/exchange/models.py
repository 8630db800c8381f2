"""A table that somebody is about to bring in: its file, what its columns are, what became of it."""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

#: an import and its files are forgotten after this long
KEPT = timedelta(days=30)


def private_path(instance: models.Model, filename: str) -> str:
    """Below a name that nobody guesses. Files of the storage are handed out by views alone, which ask who it is."""
    return f"tom_targets/imports/{secrets.token_urlsafe(24)}"


class TargetImport(models.Model):
    """One table on its way in. Belongs to whoever sent it; nobody else sees it."""

    class State(models.TextChoices):
        OPEN = "open", "not imported yet"
        DONE = "done", "imported"
        INCOMPLETE = "incomplete", "stopped before the end"

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="target_imports")
    name = models.CharField(max_length=200, help_text="What the file is called.")
    file = models.FileField(upload_to=private_path, max_length=200, blank=True)
    delimiter = models.CharField(max_length=10, blank=True, help_text="Between the columns; empty: found out.")
    encoding = models.CharField(max_length=20, blank=True)
    columns = models.JSONField(default=list, help_text="What becomes of each column.")
    options = models.JSONField(default=dict, blank=True, help_text="What was chosen beside the columns.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    checked = models.JSONField(null=True, blank=True, help_text="What the dry run found.")
    report = models.JSONField(null=True, blank=True, help_text="What became of the rows.")
    refused = models.FileField(upload_to=private_path, max_length=200, blank=True)
    job = models.ForeignKey("tom_common.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ("-created", "-pk")
        app_label = "tom_targets"

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("targets:import-table", args=[self.pk])

    def drop_file(self, *names: str) -> None:
        """Remove files from the storage; the row is not saved."""
        for name in names:
            stored = getattr(self, name)
            if stored:
                stored.delete(save=False)

    @classmethod
    def forget_old(cls) -> int:
        """Remove imports, with their files, that are older than KEPT; returns how many."""
        old = list(cls.objects.filter(created__lt=timezone.now() - KEPT))
        for one in old:
            one.delete()
        return len(old)


@receiver(post_delete, sender=TargetImport)
def drop_files(instance: TargetImport, **kwargs: Any) -> None:
    """The files go with the row, also when the account was deleted."""
    instance.drop_file("file", "refused")
