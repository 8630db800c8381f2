"""Merging two targets with 2,000 measurements each, undoing it, and what the timeline costs a save.

    python benchmarks/bench_merge.py [short]

On a SQLite file of its own, or on the database that TEST_DATABASE_URL names (in a test database made beside it).
"""

import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _measure import SHORT, Report  # noqa: E402

FOLDER = tempfile.TemporaryDirectory()
os.environ.setdefault("TEST_DATABASE_URL", f"sqlite:///{FOLDER.name}/bench.sqlite3")
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402
from django.conf import settings  # noqa: E402

from tom_common.db import tuned  # noqa: E402

settings.DATABASES["default"] = tuned(settings.DATABASES["default"])
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from tom_dataproducts.measurements import ingest  # noqa: E402
from tom_targets import timeline  # noqa: E402
from tom_targets.merge import merge_targets  # noqa: E402
from tom_targets.merge_undo import undo_merge  # noqa: E402
from tom_targets.models import Target  # noqa: E402

POINTS, TARGETS = 2000, 5000 if SHORT else 50_000


def light_curve(shift: int) -> list[dict]:
    return [
        {"mjd": 59000 + (shift + number) * 0.25, "magnitude": 17 + number * 1e-4, "error": 0.05, "filter": "r"}
        for number in range(POINTS)
    ]


def pair(number: int) -> tuple[Target, Target]:
    """Two targets with names, tags and measurements, a tenth of which is the same."""
    made = []
    for side in (0, 1):
        target = Target(name=f"Object {number} {side}", type="SIDEREAL", ra=number * 0.01, dec=side * 0.0001)
        target.save(names=[f"Alias {number} {side} {one}" for one in (1, 2)], extras={"redshift": 0.1, f"k{side}": "x"})
        ingest(target, light_curve(1800 * side), source_name="ZTF")
        made.append(target)
    return made[0], made[1]


def merges(report: Report) -> None:
    runs = 2 if SHORT else 7
    pairs = [pair(number) for number in range(runs)]
    merge = lambda one: merge_targets(keep=one[0], fold_in=one[1])  # noqa: E731
    for verb, work, bar in (("merge", merge, 300), ("undo", undo_merge, None)):
        times = []
        for number, one in enumerate(pairs):
            with CaptureQueriesContext(connection) as queries:
                wall, cpu = time.perf_counter(), time.process_time()
                pairs[number] = work(one)
                times.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
        middle = sorted(times)[len(times) // 2]
        report.line(f"{verb} two with {POINTS:,} measurements each ({len(queries)} queries)", *middle, bar)


def saves(report: Report) -> None:
    numbers = iter(range(10**6))

    def make() -> None:
        number = next(numbers)
        target = Target(name=f"Saved {number}", type="SIDEREAL", ra=10.0, dec=20.0)
        target.full_clean()
        target.save(names=[f"Saved {number} a", f"Saved {number} b"], extras={"redshift": 0.1, "host": "x"})

    report.measure("full_clean and save with 2 aliases, 2 extras, 1 event", make, bar_ms=8, repeat=51)
    target = Target.objects.first()

    def change() -> None:
        target.epoch = 2000.0 + next(numbers)
        target.save()

    report.measure("save of a changed target, 1 event", change, repeat=51)


def events(report: Report) -> None:
    Target.objects.bulk_create(
        [Target(name=f"Many {number}", type="SIDEREAL") for number in range(TARGETS)], batch_size=2000
    )
    report.measure(f"one event for {TARGETS:,} targets", lambda: timeline.record_for(
        Target.objects.filter(name__startswith="Many"), "grouping", name="Tonight", joined=True,
    ), repeat=3)


def main() -> None:
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        report = Report(f"Merging and timeline, {connection.vendor}")
        merges(report)
        saves(report)
        events(report)
    finally:
        connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
    report.finish()


if __name__ == "__main__":
    main()
