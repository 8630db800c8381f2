"""People and their work: what the framework keeps about an account, and the long jobs somebody started."""

import os
import socket
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

#: A running job whose worker has not been heard of for this long is taken for dead.
STALLED_AFTER = timedelta(seconds=120)
#: The same for a worker whose process still exists on this machine: a long transaction may keep it silent.
STALLED_THOUGH_ALIVE_AFTER = timedelta(minutes=15)
#: A job that waits longer than this is probably waiting for a worker that nobody started.
WAITS_LONG_AFTER = timedelta(seconds=60)


class Profile(models.Model):
    """What a TOM knows of a user beyond Django's own account. Made with the account."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    affiliation = models.CharField(
        max_length=100, null=True, blank=True, help_text="University, observatory or project."
    )
    phone_number = models.CharField(max_length=30, null=True, blank=True)
    password_changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"{self.user.get_username()} ({self.affiliation})" if self.affiliation else self.user.get_username()


class TermsOfServiceAcceptance(models.Model):
    """Who agreed to which version of a TOM's terms, when, and from where."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tos_acceptances")
    version = models.CharField(max_length=50)
    accepted_at = models.DateTimeField(auto_now_add=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user} accepted version {self.version}"


class JobQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "JobQuerySet":
        """One's own jobs and those one asked for as well; a superuser sees all."""
        if user is None or not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(Q(user=user) | Q(pk__in=Job.followers.through.objects.filter(user=user).values("job")))

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=Job.UNFINISHED)

    def stalled(self) -> "list[Job]":
        """Running by the book, but their worker is dead or silent."""
        return [job for job in self.filter(state=Job.State.RUNNING) if job.is_stalled]

    def waiting_long(self) -> "JobQuerySet":
        return self.filter(state=Job.State.QUEUED, created__lt=timezone.now() - WAITS_LONG_AFTER)


class Job(models.Model):
    """A piece of long work: who started it, how far it is, what came of it. See `tom_common.jobs`.

    A row is run at most once. To try again makes a new row that points back at the old one.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    UNFINISHED = (State.QUEUED, State.RUNNING)

    id = models.BigAutoField(primary_key=True)
    path = models.CharField(max_length=255, help_text="Dotted path of the function that does the work.")
    title = models.CharField(max_length=200)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    followers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="followed_jobs")
    kwargs = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED, db_index=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True, help_text="Empty when nobody knows how much there is.")
    message = models.CharField(max_length=500, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, help_text="What went wrong, for people.")
    traceback = models.TextField(blank=True, help_text="What went wrong, for developers.")
    cancel_requested = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now, db_index=True)
    started = models.DateTimeField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=1, help_text="The how-manieth try this is.")
    retry_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="retries")
    # The key while the job is unfinished, else NULL: unique on every database, also those without partial indexes.
    active_key = models.CharField(max_length=200, null=True, blank=True, unique=True, editable=False)
    key = models.CharField(max_length=200, blank=True)
    worker = models.CharField(max_length=200, blank=True, help_text="Machine and number of the process that runs it.")
    task_id = models.CharField(max_length=64, blank=True, help_text="The id of the task in the queue.")

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-created", "-pk")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("job-detail", args=[self.pk])

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED

    @property
    def is_stalled(self) -> bool:
        """Running by the book, but its worker was killed, or its machine is down."""
        if self.state != self.State.RUNNING:
            return False
        alive = _process_is_alive(self.worker)
        if alive is False:
            return True
        silent_since = self.heartbeat or self.started or self.created
        return silent_since < timezone.now() - (STALLED_THOUGH_ALIVE_AFTER if alive else STALLED_AFTER)

    @property
    def waits_long(self) -> bool:
        return self.state == self.State.QUEUED and self.created < timezone.now() - WAITS_LONG_AFTER

    @property
    def can_be_cancelled(self) -> bool:
        return self.is_unfinished and not self.cancel_requested

    @property
    def can_be_retried(self) -> bool:
        return self.state in (self.State.FAILED, self.State.CANCELLED) or self.is_stalled

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None when nobody knows."""
        if self.state == self.State.DONE:
            return 100
        if not self.total:
            return None
        return max(0, min(100, self.done * 100 // self.total))

    @property
    def duration(self) -> timedelta | None:
        return (self.finished or timezone.now()) - self.started if self.started else None

    @property
    def duration_text(self) -> str:
        """How long it took, or has taken so far: `6 s`, `3 min 5 s`, `2 h 3 min`."""
        if self.duration is None:
            return ""
        minutes, seconds = divmod(round(self.duration.total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return f"{hours} h {minutes} min"
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def this_process() -> str:
    """Machine and process number, as `Job.worker` keeps them."""
    return f"{_machine()} {os.getpid()}"


@lru_cache(maxsize=1)
def _machine() -> str:
    """Whose process numbers we see: containers may share a name, but count their processes each for itself."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()[:150]}/{namespace}"


def _process_is_alive(worker: str) -> bool | None:
    """Whether that process exists; None when it is on another machine, or this system cannot tell."""
    machine, _, number = worker.rpartition(" ")
    if os.name != "posix" or machine != _machine() or not number.isdigit():
        return None
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
