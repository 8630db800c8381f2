"""Jobs: look through a whole table without storing anything, and import it."""

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import File

from tom_common import jobs
from tom_targets.exchange.cells import guarded
from tom_targets.exchange.mapping import REFUSAL_COLUMNS, checked, from_json
from tom_targets.exchange.models import TargetImport
from tom_targets.exchange.pipeline import Plan, judged, stored
from tom_targets.exchange.readers import open_table
from tom_targets.exchange.rows import LABELS, NEW, Row
from tom_targets.exchange.tables import Table
from tom_targets.exchange.values import known
from tom_targets.exchange.writer import SKIP, Choices, Outcome
from tom_targets.services import groups_of

#: rows that a report names one by one; the file of refused rows has them all
SHOWN = 100


@contextmanager
def table_of(one: TargetImport) -> Iterator[Table]:
    """The table in the stored file. Raises TableError."""
    with one.file.open("rb") as stream:
        yield open_table(stream, delimiter=one.delimiter, encoding=one.encoding)


def plan_of(one: TargetImport) -> Plan:
    """How this import reads its rows. Groups that its user has left meanwhile get nothing."""
    nameable = list(groups_of(one.user))
    wanted = set(one.options.get("groups", []))
    return Plan(
        from_json(one.columns), one.user, nameable=nameable,
        groups=[group for group in nameable if group.pk in wanted],
        choices=Choices(one.options.get("doubtful", SKIP), one.options.get("known", SKIP)),
    )


def check(progress: jobs.Progress, import_id: int) -> dict[str, Any]:
    """The dry run: every row with its verdict, counted. Nothing is stored."""
    one = _wanted(import_id)
    counts: Counter = Counter()
    shown: list[dict] = []
    with table_of(one) as table:
        _check_columns(one, table)
        for rows in judged(table.fitting(), plan_of(one)):
            counts.update(row.verdict.kind for row in rows)
            shown += [_as_json(row) for row in rows if row.verdict.kind != NEW][:max(SHOWN - len(shown), 0)]
            progress.update(sum(counts.values()), message=f"{sum(counts.values()):,} rows looked at.")
    TargetImport.objects.filter(pk=one.pk).update(
        checked={"rows": sum(counts.values()), "counts": dict(counts), "shown": shown}
    )
    said = ", ".join(f"{count:,} {LABELS[kind]}" for kind, count in counts.most_common()) or "no rows"
    return {"message": f"Nothing is stored yet. {said[0].upper()}{said[1:]}.", "url": one.get_absolute_url()}


def run(progress: jobs.Progress, import_id: int) -> dict[str, Any]:
    """The import. Whatever ends it, the report says up to which line the rows were dealt with."""
    one = _wanted(import_id)
    total = (one.checked or {}).get("rows")
    report = _Report(one)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace", newline="") as refused:
        with table_of(one) as table:
            _check_columns(one, table)
            report.begin(refused, [column.name for column in table.columns])
            try:
                for rows, outcome in stored(table.fitting(), plan_of(one)):
                    report.add(rows, outcome)
                    progress.update(report.rows, total, message=f"{report.rows:,} rows dealt with.")
                report.finished = True
            finally:
                report.store(refused)
        report.clean_up()
    return {"message": report.said(), "url": one.get_absolute_url()}


def _wanted(import_id: int) -> TargetImport:
    one = TargetImport.objects.select_related("user").filter(pk=import_id).first()
    if one is None or not one.file:
        raise jobs.JobFailed("The file of this import is not there any more. Send it again.")
    if one.user is None or not one.user.is_active:
        raise jobs.JobFailed("The account of this import is not active any more.")
    return one


def _check_columns(one: TargetImport, table: Table) -> None:
    if problems := checked(from_json(one.columns), table.columns, known()):
        raise jobs.JobFailed(" ".join(problems))


def _as_json(row: Row) -> dict[str, Any]:
    verdict = row.verdict
    return {"line": row.number, "name": row.name[:100], "kind": verdict.kind, "label": LABELS[verdict.kind],
            "reason": verdict.reason[:500], "target": verdict.target_id, "target_name": verdict.target_name}


class _Report:
    """Counts what became of the rows, and keeps the refused ones in a file as they came."""

    def __init__(self, one: TargetImport):
        self.one = one
        self.counts: Counter = Counter()
        self.rows = 0
        self.last_line = 0
        self.refused: list[dict] = []
        self.warnings: list[dict] = []
        self.finished = False
        self._writer: Any = None

    def begin(self, file: io.TextIOBase, names: list[str]) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow([*map(guarded, names), *REFUSAL_COLUMNS])

    def add(self, rows: Iterable[Row], outcome: Outcome) -> None:
        self.counts.update(outcome.counts)
        for row in rows:
            self.rows += 1
            self.last_line = max(self.last_line, row.number)
        for row in outcome.refused:
            cells = ["" if cell is None else guarded(cell) for cell in row.cells]
            self._writer.writerow([*cells, row.number, guarded(row.verdict.reason)])
        self.refused += [_as_json(row) for row in outcome.refused[:max(SHOWN - len(self.refused), 0)]]
        self.warnings += [
            {"line": line, "name": name, "reason": said[:500]} for line, name, said in outcome.warnings
        ][:max(SHOWN - len(self.warnings), 0)]

    def store(self, file: Any) -> None:
        """Write down what was done so far."""
        one = self.one
        one.drop_file("refused")
        if self.counts["refused"]:
            file.flush()
            file.seek(0)
            # With its mark, spreadsheets read UTF-8 as what it is.
            content = tempfile.TemporaryFile()
            content.write(b"\xef\xbb\xbf")
            while text := file.read(1 << 20):
                content.write(text.encode("utf-8", "replace"))
            content.seek(0)
            one.refused.save("refused.csv", File(content), save=False)
        one.state = TargetImport.State.DONE if self.finished else TargetImport.State.INCOMPLETE
        one.report = {
            "rows": self.rows, "counts": dict(self.counts), "last_line": self.last_line, "refused": self.refused,
            "warnings": self.warnings, "finished": self.finished,
        }
        one.save(update_fields=["refused", "state", "report"])

    def clean_up(self) -> None:
        """The file is needed no more."""
        self.one.drop_file("file")
        self.one.save(update_fields=["file"])

    def said(self) -> str:
        words = (("made", "new"), ("changed", "brought up to date"), ("unchanged", "as before"),
                 ("known", "known already"), ("refused", "refused"))
        parts = [f"{self.counts[key]:,} {word}" for key, word in words if self.counts[key]]
        return f"{self.rows:,} rows: {', '.join(parts) or 'nothing to do'}."
