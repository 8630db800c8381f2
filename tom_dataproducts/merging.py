"""How measurements follow when two targets are merged: the fingerprint of each names its target, so it is made anew."""

from typing import Any

from django.db import connections, models
from django.utils import timezone

from tom_dataproducts.canonical import MeasurementRefused, measure
from tom_dataproducts.models import ReducedDatum
from tom_targets.merge_rows import Move

#: fingerprints looked up in one statement
BATCH = 900


def move_measurements(rows: models.QuerySet, *, to: Any) -> Move:
    """Measurements that `to` has already are given up; of two values under one `source_id`, the later one counts."""
    data = list(rows.order_by("pk"))
    fingerprints = {datum.pk: _fingerprint(datum, to.pk) for datum in data}
    taken = _taken([one for one in fingerprints.values() if one is not None], rows.db)
    kept, drop = [], []
    for datum in data:
        fingerprint = fingerprints[datum.pk]
        if fingerprint is not None and fingerprint in taken:
            drop.append(datum.pk)
            continue
        taken.add(fingerprint)
        kept.append(datum)
    return Move(drop, lambda: _write(kept, fingerprints, to, rows.db))


def _fingerprint(datum: ReducedDatum, target_pk: int) -> Any:
    """As it is for that target; None for a row of an earlier release that says nothing that can be true."""
    try:
        measurement = measure(
            datum.data_type, datum.timestamp, datum.value,
            telescope=datum.telescope, instrument=datum.instrument, exposure_time=datum.exposure_time,
        )  # fmt: skip
    except MeasurementRefused:
        return None
    return measurement.fingerprint(target_pk, datum.data_type, datum.source_name)


def _taken(fingerprints: list, using: str) -> set:
    found = set()
    everything = ReducedDatum._base_manager.using(using)
    for start in range(0, len(fingerprints), BATCH):
        some = fingerprints[start : start + BATCH]
        found.update(everything.filter(fingerprint__in=some).values_list("fingerprint", flat=True))
    return found


def _write(data: list[ReducedDatum], fingerprints: dict, to: Any, using: str) -> dict[int, dict[str, Any]]:
    """Move the rows; returns what else changed: {key: {column: value before}}."""
    replaced = _replaced(data, to, using)
    if data:
        _write_targets([(datum.pk, fingerprints[datum.pk]) for datum in data], to.pk, using)
    everything = ReducedDatum._base_manager.using(using)
    models.QuerySet.update(everything.filter(pk__in=list(replaced)), superseded=timezone.now())
    return replaced


def _write_targets(rows: list[tuple[int, Any]], target_pk: int, using: str) -> None:
    """Set target and fingerprint of rows (key, fingerprint). `bulk_update` would send each row three times over."""
    connection, meta = connections[using], ReducedDatum._meta
    quote, column = connection.ops.quote_name, meta.get_field("fingerprint")
    table, key, fingerprint = quote(meta.db_table), quote(meta.pk.column), quote(column.column)
    setting = f"UPDATE {table} SET {quote(meta.get_field('target').column)} = %s, {fingerprint} ="
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"{setting} given.fingerprint FROM unnest(%s::bigint[], %s::uuid[]) AS given(key, fingerprint) "
                f"WHERE {table}.{key} = given.key",
                [target_pk, [pk for pk, _ in rows], [value for _, value in rows]],
            )
            return
        stored = [(target_pk, column.get_db_prep_save(value, connection), pk) for pk, value in rows]
        cursor.executemany(f"{setting} %s WHERE {key} = %s", stored)


def _replaced(data: list[ReducedDatum], to: Any, using: str) -> dict[int, dict[str, Any]]:
    """The values, of these rows and those of `to`, that stand until now and that a later one takes the place of."""
    named = [datum for datum in data if datum.source_id and datum.superseded is None]
    if not named:
        return {}
    stored = ReducedDatum._base_manager.using(using).filter(target_id=to.pk, superseded=None).exclude(source_id="")
    latest: dict[tuple, ReducedDatum] = {}
    replaced: dict[int, dict[str, Any]] = {}
    for datum in sorted([*named, *stored], key=lambda one: (one.created is not None, one.created or 0, one.pk)):
        name = (datum.data_type, datum.source_name, datum.source_id)
        if name in latest:
            replaced[latest[name].pk] = {"superseded": None}
        latest[name] = datum
    return replaced
