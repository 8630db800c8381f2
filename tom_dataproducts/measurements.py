"""How measurements are stored: thousands a statement, the same one never twice, a bad one never at the others' cost.

    report = ingest(target, rows, source_name="ATLAS")
    report.inserted, report.unchanged, report.superseded, report.refused

A row is one of

- `{"timestamp": …, "value": {…}}`, with `source_id`, `source_location`, `telescope`, `instrument`, `exposure_time`;
- the same laid flat: `{"timestamp": …, "magnitude": 17.2, "error": 0.05, "filter": "r"}`; `mjd` or `jd` (UTC) may stand
  for `timestamp`;
- what a data processor returns: `(timestamp, value, source_name)`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from tom_dataproducts.canonical import (
    PHOTOMETRY,
    SPECTROSCOPY,
    TYPED_COLUMNS,
    MeasurementRefused,
    from_mjd,
    measure,
    read_number,
    writable,
)
from tom_dataproducts.models import DataProduct, ReducedDatum

__all__ = ["PHOTOMETRY", "SPECTROSCOPY", "IngestReport", "MeasurementRefused", "Refused", "ingest"]

#: rows per statement, below the 999 variables that a query may have on some SQLite
LOOKUP_BATCH = 900
INSERT_BATCH = 1000
#: JD of MJD 0
JD_ZERO = 2_400_000.5
ENVELOPE = {"timestamp", "mjd", "jd", "value", "source_name", "source_location", "source_id", "target", "data_type"}
EQUIPMENT = ("telescope", "instrument", "exposure_time")


class Refused(NamedTuple):
    """A row that was not stored: its number, counted from 0, and the reason."""

    row: int
    reason: str


@dataclass
class IngestReport:
    """What became of the rows. `superseded` counts the stored values that newer ones replaced."""

    inserted: int = 0
    unchanged: int = 0
    superseded: int = 0
    refused: list[Refused] = field(default_factory=list)

    def __str__(self) -> str:
        text = f"{self.inserted} stored, {self.unchanged} there already"
        if self.superseded:
            text += f", {self.superseded} replaced by newer values"
        if self.refused:
            first = self.refused[0]
            text += f", {len(self.refused)} refused (first: row {first.row + 1}: {first.reason})"
        return text + "."


def ingest(
    target: Any,
    rows: Iterable[Any],
    *,
    source_name: str,
    data_type: str = PHOTOMETRY,
    source_location: str = "",
    data_product: DataProduct | None = None,
) -> IngestReport:
    """Store measurements of one target. Storing them again changes nothing.

    A row with a `source_id` replaces the value that is stored under it: the old row stays, with the time it was
    superseded. A value that was replaced before does not come back. Of the rows that one call gives under the same
    `source_id`, the last counts.
    """
    report = IngestReport()
    prepared = _prepare(target, rows, report, source_name, data_type, source_location, data_product)
    with transaction.atomic():
        new = _without_stored(prepared, report)
        now = timezone.now()
        _supersede_within(new, report, now)
        _supersede_stored(target, new, report, now)
        for start in range(0, len(new), INSERT_BATCH):
            # Another process may store the same rows at this moment: then they are there, which is what was wanted.
            ReducedDatum.objects.all()._insert_filled(new[start : start + INSERT_BATCH])
        report.inserted = len(new)
    return report


def _prepare(
    target: Any, rows: Iterable[Any], report: IngestReport, source_name: str, data_type: str, source_location: str,
    data_product: DataProduct | None,
) -> dict:  # fmt: skip
    """fingerprint -> unsaved datum, in the order of the rows; what cannot be stored goes to the report."""
    prepared: dict = {}
    defaults = {"target_id": target.pk, "data_type": data_type, "data_product": data_product}
    for number, row in enumerate(rows):
        try:
            datum = _datum(row, source_name, source_location, defaults)
        except MeasurementRefused as refused:
            report.refused.append(Refused(number, str(refused)))
            continue
        if datum.fingerprint in prepared:
            report.unchanged += 1
        else:
            prepared[datum.fingerprint] = datum
    return prepared


def _datum(row: Any, source_name: str, source_location: str, defaults: dict) -> ReducedDatum:
    timestamp, value, envelope = _open(row)
    source_name = _fitting(envelope.get("source_name") or source_name, "source_name", 100)
    measurement = measure(
        defaults["data_type"], timestamp, value, **{name: envelope.get(name) for name in EQUIPMENT if name in envelope}
    )
    return ReducedDatum(
        **defaults,
        source_name=source_name,
        source_location=_fitting(envelope.get("source_location") or source_location, "source_location", 200),
        source_id=_fitting(envelope.get("source_id"), "source_id", 255),
        timestamp=measurement.timestamp,
        value=measurement.value,
        fingerprint=measurement.fingerprint(defaults["target_id"], defaults["data_type"], source_name),
        **{column: getattr(measurement, column) for column in TYPED_COLUMNS},
    )


def _fitting(content: Any, name: str, length: int) -> str:
    text = "" if content is None else writable(str(content)).strip()
    if len(text) > length:
        raise MeasurementRefused(f"{name} has {len(text)} characters; at most {length} can be stored.")
    return text


def _open(row: Any) -> tuple[Any, Any, Mapping]:
    """A row's time, its value, and what stands around them."""
    if isinstance(row, Mapping):
        value = row.get("value")
        if value is None:
            value = {name: content for name, content in row.items() if name not in ENVELOPE}
        return _time_of(row), value, row
    if isinstance(row, (tuple, list)) and 2 <= len(row) <= 3:
        return row[0], row[1], {"source_name": row[2] if len(row) == 3 else ""}
    raise MeasurementRefused("The row is neither a mapping nor (timestamp, value, source_name).")


def _time_of(row: Mapping) -> Any:
    if row.get("timestamp") is not None:
        return row["timestamp"]
    if row.get("mjd") is not None:
        return from_mjd(row["mjd"])
    if row.get("jd") is not None:
        return from_mjd((read_number(row["jd"], "JD") or 0.0) - JD_ZERO)
    raise MeasurementRefused("The row has no time.")


def _without_stored(prepared: dict, report: IngestReport) -> list[ReducedDatum]:
    stored = set()
    for batch in _batches(list(prepared)):
        stored.update(ReducedDatum.objects.filter(fingerprint__in=batch).values_list("fingerprint", flat=True))
    report.unchanged += len(stored)
    return [datum for fingerprint, datum in prepared.items() if fingerprint not in stored]


def _supersede_within(new: list[ReducedDatum], report: IngestReport, now: datetime) -> None:
    latest: dict = {}
    for datum in new:
        if datum.source_id:
            earlier = latest.get((datum.source_name, datum.source_id))
            if earlier is not None:
                earlier.superseded = now
                report.superseded += 1
            latest[datum.source_name, datum.source_id] = datum


def _supersede_stored(target: Any, new: list[ReducedDatum], report: IngestReport, now: datetime) -> None:
    by_source: dict[str, list[str]] = {}
    for datum in new:
        if datum.source_id and datum.superseded is None:
            by_source.setdefault(datum.source_name, []).append(datum.source_id)
    for source_name, source_ids in by_source.items():
        replaced = ReducedDatum.objects.filter(
            target_id=target.pk, data_type=new[0].data_type, source_name=source_name, superseded=None
        )
        for batch in _batches(source_ids):
            report.superseded += replaced.filter(source_id__in=batch).update(superseded=now)


def _batches(items: list) -> Iterator[list]:
    for start in range(0, len(items), LOOKUP_BATCH):
        yield items[start : start + LOOKUP_BATCH]
