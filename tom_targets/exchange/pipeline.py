"""A table, from its lines to verdicts, and from there into the database."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from tom_targets.exchange.mapping import Assignment, checked, guess
from tom_targets.exchange.readers import open_table, read_text
from tom_targets.exchange.rows import Row
from tom_targets.exchange.tables import Line, Table, TableError
from tom_targets.exchange.values import RowMaker, headed, known
from tom_targets.exchange.verdicts import Judge
from tom_targets.exchange.writer import CAUTIOUS, MAKE, Choices, Outcome, Writer
from tom_targets.models import Target

#: rows that are looked up, and stored in one transaction
BATCH_SIZE = 1000


@dataclass(frozen=True)
class Plan:
    """How a table is read: what its columns are, and who reads it (None: the TOM itself).

    `nameable` are the groups that a column may name; those in `groups` get access to every new target.
    """

    assignments: Sequence[Assignment]
    user: Any = None
    nameable: Sequence[Any] = ()
    groups: Sequence[Any] = ()
    choices: Choices = CAUTIOUS
    radius_arcsec: float = 2.0


def judged(lines: Iterator[Line], plan: Plan, judge: Judge | None = None) -> Iterator[list[Row]]:
    """The rows of a table in batches, each row with its verdict."""
    maker = RowMaker(plan.assignments, {group.name: group for group in plan.nameable})
    judge = judge or Judge(plan.user, radius_arcsec=plan.radius_arcsec)
    for some in headed(lines, BATCH_SIZE):
        rows = maker.make(some)
        judge.judge(rows)
        yield rows


def stored(lines: Iterator[Line], plan: Plan) -> Iterator[tuple[list[Row], Outcome]]:
    """Store a table batch by batch; each batch is in the database when it is given out."""
    judge = Judge(plan.user, radius_arcsec=plan.radius_arcsec)
    writer = Writer(plan.user, groups=plan.groups, choices=plan.choices)
    for rows in judged(lines, plan, judge):
        outcome = writer.write(rows)
        judge.made.update(outcome.made)
        yield rows, outcome


def import_whole(stream: IO, *, user: Any = None, groups: Sequence[Any] | None = None) -> dict[str, list[Any]]:
    """Read a stream whose columns name themselves, store what is new, and say what was not stored and why.

    Raises TableError for what is no table.
    """
    from django.contrib.auth.models import Group

    table: Table = _table(stream)
    fields = known()
    assignments = guess(table.columns, fields)
    if problems := checked(assignments, table.columns, fields):
        raise TableError(" ".join(problems))
    plan = Plan(
        assignments, user, nameable=list(Group.objects.all()) if groups is None else groups,
        choices=Choices(doubtful=MAKE),
    )
    made: list[int] = []
    errors: list[str] = []
    for rows, outcome in stored(table.fitting(), plan):
        made += outcome.made
        refused = {id(row) for row in outcome.refused}
        errors += [
            f"Line {row.number}{f' ({row.name})' if row.name else ''}: {row.verdict.reason}"
            for row in rows if id(row) in refused or row.verdict.kind == "same"
        ]
        errors += [f"Line {number} ({name}): {said}" for number, name, said in outcome.warnings]
    targets = Target.objects.in_bulk(made)
    return {"targets": [targets[pk] for pk in made], "errors": errors}


def _table(stream: IO) -> Table:
    read: Callable[[IO], Table] = open_table if isinstance(stream.read(0), bytes) else read_text
    if read is read_text and stream.seekable():
        stream.seek(0)
    return read(stream)
