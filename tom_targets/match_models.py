"""What is kept of searches by place: the question as it was asked, and what a long one found."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

#: searches are deleted when they are so old
KEPT_FOR = timedelta(days=90)


class SkySearchQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "SkySearchQuerySet":
        """Those that the user has asked himself; a superuser sees all."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.all() if user.is_superuser else self.filter(user=user)

    def delete_old(self) -> int:
        """Delete what was asked too long ago; returns how many."""
        return self.filter(created__lt=timezone.now() - KEPT_FOR).delete()[0]


class SkySearch(models.Model):
    """A cross-match or a region that somebody asked for.

    `question` is what was given. A region is looked up anew whenever it is shown; a cross-match is done once, and
    `answer` holds its pairs. Who may see which target is asked whenever either is shown.
    """

    class Kind(models.TextChoices):
        POSITIONS = "positions", "positions"
        GROUP = "group", "group of targets"
        POLYGON = "polygon", "polygon"
        MOC = "moc", "MOC"
        SKY_MAP = "skymap", "sky map"

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=200)
    question = models.JSONField()
    answer = models.JSONField(null=True, blank=True)
    among = models.ForeignKey(
        "tom_targets.TargetList", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text="Only targets of this grouping were asked for.",
    )
    job = models.ForeignKey("tom_common.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True, db_index=True)
    answered = models.DateTimeField(null=True, blank=True)

    objects = SkySearchQuerySet.as_manager()

    class Meta:
        ordering = ("-created", "-id")
        verbose_name = "search by place"
        verbose_name_plural = "searches by place"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("tom_targets:sky-search", args=[self.pk])

    @property
    def is_region(self) -> bool:
        return self.kind in (self.Kind.POLYGON, self.Kind.MOC, self.Kind.SKY_MAP)


class DuplicatePair(models.Model):
    """Two targets that may be one: they lie together, or bear the same name. Once dismissed, it stays so.

    It holds keys, not relations: a merge moves relations from target to target, and this is about these two.
    """

    id = models.BigAutoField(primary_key=True)
    first_pk = models.BigIntegerField(help_text="The smaller key of the two.")
    second_pk = models.BigIntegerField(db_index=True)
    separation_arcsec = models.FloatField(null=True, help_text="When they lie together.")
    shared_name = models.CharField(max_length=200, blank=True, default="", help_text="The simplified name of both.")
    dismissed = models.DateTimeField(null=True, help_text="When somebody said that these are two (UTC).")
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("separation_arcsec", "id")
        unique_together = ("first_pk", "second_pk")

    def __str__(self) -> str:
        return f"{self.first_pk} and {self.second_pk}"


class DuplicateScan(models.Model):
    """That all targets were looked through for duplicates, and when."""

    id = models.BigAutoField(primary_key=True)
    finished = models.DateTimeField(default=timezone.now)
    radius_arcsec = models.FloatField()
    targets = models.BigIntegerField(help_text="How many targets there were.")
    pairs = models.IntegerField()
    is_complete = models.BooleanField(default=True, help_text="False: there were more pairs than are kept.")

    class Meta:
        ordering = ("-finished", "-id")
