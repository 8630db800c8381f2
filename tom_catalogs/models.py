"""What the catalogues have said, kept with its age: a page reads it without waiting, also when the network is gone."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import models
from django.utils import timezone

from tom_catalogs.answers import Answer, Status
from tom_catalogs.harvester import get_service_classes
from tom_catalogs.resolve import Term

#: How long what was said counts as fresh. After that it is shown with its age, and asked anew.
FRESH_FOR = {
    Status.FOUND: timedelta(days=1),
    Status.SEVERAL: timedelta(hours=1),
    Status.NOT_FOUND: timedelta(minutes=10),
}
FAILURE_FRESH_FOR = timedelta(seconds=20)
#: Answers that nobody has asked for so long are deleted.
KEPT_FOR = timedelta(days=180)


class CatalogAnswerQuerySet(models.QuerySet):
    def to(self, harvester_name: str, term: Term) -> "CatalogAnswerQuerySet":
        """What this catalogue has said to this term: one row or none."""
        return self.filter(key=answer_key(harvester_name, term))

    def keep(self, answer: Answer, term: Term) -> "CatalogAnswer":
        """Write down an answer. A failure stands beside what was said before and does not replace it."""
        now = timezone.now()
        if answer.status.is_an_answer:
            said = {"answer": answer.as_json(), "answered": now, "failure": None, "failed": None}
        else:
            said = {"failure": answer.as_json(), "failed": now}
        kept, _ = self.update_or_create(
            key=answer_key(answer.harvester, term), defaults={**said, "harvester": answer.harvester, "term": term.text}
        )
        return kept

    def delete_old(self) -> int:
        """Delete what was last asked too long ago; returns how many."""
        limit = timezone.now() - KEPT_FOR
        return self.filter(changed__lt=limit).delete()[0]


class CatalogAnswer(models.Model):
    """The last answer of one catalogue to one term, and the failure after it, if the last try failed."""

    key = models.CharField(max_length=64, unique=True, help_text="Hash of catalogue, its address, and term.")
    harvester = models.CharField(max_length=100)
    term = models.CharField(max_length=200)
    answer = models.JSONField(null=True, blank=True)
    answered = models.DateTimeField(null=True, blank=True)
    failure = models.JSONField(null=True, blank=True)
    failed = models.DateTimeField(null=True, blank=True)
    changed = models.DateTimeField(auto_now=True, db_index=True)

    objects = CatalogAnswerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.harvester}: {self.term}"

    @property
    def said(self) -> Answer | None:
        return Answer.from_json(self.answer) if self.answer else None

    @property
    def trouble(self) -> Answer | None:
        """Why the last try failed; None when it did not."""
        return Answer.from_json(self.failure) if self.failure else None

    @property
    def shown(self) -> Answer:
        """What to show: what was said, or why nothing was."""
        return self.said or self.trouble

    @property
    def is_fresh(self) -> bool:
        """Whether asking again would tell nothing new."""
        now = timezone.now()
        if self.failed:
            return now - self.failed < FAILURE_FRESH_FOR
        return bool(self.answered) and now - self.answered < FRESH_FOR[self.said.status]


def answer_key(harvester_name: str, term: Term) -> str:
    """The same for the same question to the same address."""
    harvester_class: Any = get_service_classes().get(harvester_name)
    address = ""
    if harvester_class is not None:
        address = harvester_class.settings().get("base_url") or harvester_class.base_url
    return sha256("\n".join([harvester_name, address, term.key]).encode()).hexdigest()
