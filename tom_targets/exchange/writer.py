"""Rows that were judged become targets: batch by batch, each in a transaction; one that fails costs no other."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections, router, transaction
from django.db.models.signals import post_save

from tom_common.actors import acting
from tom_common.conf import tom_settings
from tom_common.hooks import run_hook
from tom_common.permissions import grant
from tom_targets.exchange import bulk
from tom_targets.exchange.rows import BAD, DOUBTFUL, NEW, SAME, Row, Verdict
from tom_targets.models import BaseTarget, Target

SKIP, MAKE, UPDATE = "skip", "make", "update"


@dataclass(frozen=True)
class Choices:
    """What to do where there is a choice. `doubtful` rows (close to, or named like a target) are skipped or made;
    `known` ones are skipped or bring the target up to date.
    """

    doubtful: str = SKIP
    known: str = SKIP


CAUTIOUS = Choices()


@dataclass
class Outcome:
    """What became of the rows: how many of each kind of end, and those that were not stored."""

    counts: Counter = field(default_factory=Counter)
    refused: list[Row] = field(default_factory=list)
    #: keys of the targets that were made, or changed
    made: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    #: (line, name, what the project's hook or a receiver said) of rows that were stored nonetheless
    warnings: list[tuple[int, str, str]] = field(default_factory=list)

    def refuse(self, row: Row) -> None:
        self.counts["refused"] += 1
        self.refused.append(row)


class Writer:
    """Stores rows for a user (None: the TOM itself), who may give access to `groups`."""

    def __init__(self, user: Any = None, *, groups: Sequence[Any] = (), choices: Choices = CAUTIOUS):
        self.user = user
        self.groups = list(groups)
        self.choices = choices
        self.using = router.db_for_write(Target)
        # A class that saves in its own way, or a database whose way is not known here: one row at a time.
        self.one_by_one = (
            Target.save is not BaseTarget.save or connections[self.using].vendor not in bulk.VENDORS
        )

    def write(self, rows: Iterable[Row]) -> Outcome:
        """Store one batch."""
        with acting(self.user):
            return self._written(rows)

    def _written(self, rows: Iterable[Row]) -> Outcome:
        outcome = Outcome()
        new, known = [], []
        for row in rows:
            kind = row.verdict.kind
            if kind == NEW or (kind in DOUBTFUL and self.choices.doubtful == MAKE):
                new.append(row)
            elif kind == SAME and self.choices.known == UPDATE:
                known.append(row)
            elif kind == SAME:
                outcome.counts["known"] += 1
            else:
                outcome.refuse(row)
        if new:
            self._make(new, outcome)
        if known:
            self._update(known, outcome)
        return outcome

    # New ones

    def _make(self, rows: list[Row], outcome: Outcome) -> None:
        try:
            with transaction.atomic(using=self.using):
                pks = self._stored(rows)
        except (DatabaseError, ValidationError, ValueError, OverflowError) as error:
            if len(rows) == 1:
                rows[0].verdict = Verdict(BAD, f"The database did not take it: {_told(error)}")
                outcome.refuse(rows[0])
            else:
                # Halves, until the row is alone that cannot be stored
                middle = len(rows) // 2
                self._make(rows[:middle], outcome)
                self._make(rows[middle:], outcome)
            return
        outcome.counts["made"] += len(pks)
        outcome.made += pks
        if not self.one_by_one:
            self._announce(rows, pks, outcome)

    def _stored(self, rows: list[Row]) -> list[int]:
        if self.one_by_one:
            return [self._saved(row) for row in rows]
        pks = bulk.insert_targets(rows, using=self.using)
        bulk.insert_names(rows, pks, using=self.using)
        bulk.insert_extras(rows, pks, using=self.using)
        bulk.insert_grants(rows, pks, user=self.user, groups=self.groups, using=self.using)
        bulk.insert_events(rows, pks, user=self.user, using=self.using)
        return pks

    def _saved(self, row: Row) -> int:
        target = Target(**row.values)
        target.save(using=self.using, extras=row.extras, names=row.aliases)
        holders = [] if self.user is None or self.user.is_superuser else [self.user]
        grant([*holders, *dict.fromkeys([*self.groups, *row.groups])], to=target)
        return target.pk

    def _announce(self, rows: list[Row], pks: list[int], outcome: Outcome) -> None:
        """The project's hook and the receivers of post_save hear of every target, as they do after `save`."""
        hook, heard = bool((tom_settings.HOOKS or {}).get("target_post_save")), post_save.has_listeners(Target)
        if not (hook or heard):
            return
        targets = Target.objects.using(self.using).in_bulk(pks)
        for row, pk in zip(rows, pks, strict=True):
            calls: list[Callable[[Target], Any]] = []
            if heard:
                calls.append(lambda target: post_save.send(
                    Target, instance=target, created=True, update_fields=None, raw=False, using=self.using,
                ))
            if hook:
                calls.append(lambda target: run_hook("target_post_save", target=target, created=True))
            for call in calls:
                try:
                    call(targets[pk])
                except Exception as error:
                    said = f"{type(error).__name__}: {error}"
                    outcome.warnings.append((row.number, row.name, f"It was stored, but what follows failed: {said}"))

    # Known ones

    def _update(self, rows: list[Row], outcome: Outcome) -> None:
        pks = {row.verdict.target_id for row in rows}
        among = Target.objects.using(self.using).prefetch_related("aliases", "targetextra_set")
        if self.user is not None:
            among = among.changeable_by(self.user)
        targets = among.in_bulk(pks)
        for row in rows:
            target = targets.get(row.verdict.target_id)
            if target is None:
                row.verdict = row.verdict._replace(
                    kind=BAD, reason=f"You may see {row.verdict.target_name}, but not change it."
                )
                outcome.refuse(row)
                continue
            try:
                with transaction.atomic(using=self.using):
                    changed = update_target_from(target, row)
            except (DatabaseError, ValidationError, ValueError, OverflowError) as error:
                row.verdict = row.verdict._replace(kind=BAD, reason=_told(error))
                outcome.refuse(row)
                continue
            outcome.counts["changed" if changed else "unchanged"] += 1
            if changed:
                outcome.changed.append(target.pk)


def update_target_from(target: Target, row: Row) -> bool:
    """Bring a target up to date with the cells that the row has; empty ones change nothing. Whether any did.

    Its name and who may see it stay; a name of the row that it does not bear yet becomes an alias.
    """
    changed = False
    for name, value in row.values.items():
        if name in ("name", "permissions", row.assumed) or value is None or getattr(target, name) == value:
            continue
        setattr(target, name, value)
        changed = True
    bears = set(target.names)
    names = [name for name in (row.name, *row.aliases) if name not in bears]
    stored = {extra.key: extra.value for extra in target.targetextra_set.all()}
    extras = {key: value for key, value in row.extras.items() if stored.get(key) != value}
    changed = bool(changed or names or extras)
    if changed:
        target.full_clean(validate_unique=False)
        target.save(extras=extras, names=names)
    return changed


def _told(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__

