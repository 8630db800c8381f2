"""Import and export of targets: 10,000 rows with aliases and extras into 100,000 targets, and 100,000 out.

    python benchmarks/bench_exchange.py [short]

On a SQLite file of its own, or on the database that TEST_DATABASE_URL names (in a test database made beside it).
"""

import io
import os
import resource
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
import numpy as np  # noqa: E402
from django.conf import settings  # noqa: E402

from tom_common.db import tuned  # noqa: E402

settings.DATABASES["default"] = tuned(settings.DATABASES["default"])
settings.EXTRA_FIELDS = [{"name": "redshift", "type": "number"}, {"name": "program", "type": "string"}]
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from tom_common.testing import make_group, make_user  # noqa: E402
from tom_targets.exchange.export import FORMATS, export_lines, in_pieces  # noqa: E402
from tom_targets.exchange.mapping import guess  # noqa: E402
from tom_targets.exchange.pipeline import Plan, judged, stored  # noqa: E402
from tom_targets.exchange.readers import open_table  # noqa: E402
from tom_targets.exchange.values import known  # noqa: E402
from tom_targets.models import Target  # noqa: E402

KNOWN = 10_000 if SHORT else 100_000
NEW = 10_000
#: of CPU, and of queries for a thousand rows
ROWS_PER_S, QUERIES_PER_1000 = 5000, 20
#: three seconds for 100,000 targets
EXPORT_MS_EACH = 0.03


def table(prefix: str, count: int, seed: int) -> bytes:
    """A CSV with two aliases, two extras and proper motions a row."""
    random = np.random.default_rng(seed)
    ra, dec = random.uniform(0, 360, count), np.degrees(np.arcsin(random.uniform(-1, 1, count)))
    lines = ["name,ra,dec,pm_ra,pm_dec,parallax,redshift,program,name2,name3"]
    lines += [
        f"{prefix} {i},{ra[i]!r},{dec[i]!r},{i % 40 - 20},{i % 30 - 15},0.5,{i * 1e-5:.5f},P{i % 9},{prefix}-a{i},"
        f"ZTF{seed}b{i:07d}" for i in range(count)
    ]
    return "\n".join(lines).replace("np.float64(", "").replace(")", "").encode()


def plan_for(source: bytes, user: object, groups: list) -> Plan:
    columns = open_table(io.BytesIO(source)).columns
    return Plan(guess(columns, known()), user, nameable=groups, groups=groups)


def consume(source: bytes, plan: Plan, how: object) -> None:
    made = 0
    for batch in how(open_table(io.BytesIO(source)).fitting(), plan):
        made += len(batch[1].made) if how is stored else len(batch)
    assert made, "nothing was read"


def timed(report: Report, workload: str, count: int, source: bytes, plan: Plan, how: object, *, bar: bool) -> None:
    """One line with the times, one with rows a second of CPU and queries."""
    with CaptureQueriesContext(connection) as queries:
        wall, cpu = time.perf_counter(), time.process_time()
        consume(source, plan, how)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    report.line(workload, wall * 1000, cpu * 1000, count / ROWS_PER_S * 1000 if bar else None)
    per_thousand = len(queries) * 1000 / count
    print(f"    {count / cpu:,.0f} rows/s of CPU, {per_thousand:.1f} queries a thousand rows")
    if per_thousand > QUERIES_PER_1000:
        report.missed.append(f"{workload}: {per_thousand:.1f} queries a thousand rows")


def measure_export(report: Report, name: str, bar_ms_each: float | None) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with CaptureQueriesContext(connection) as queries:
        wall, cpu = time.perf_counter(), time.process_time()
        size = sum(map(len, in_pieces(export_lines(Target.objects.visible_to(USER), name))))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    count = Target.objects.visible_to(USER).count()
    bar_ms = count * bar_ms_each if bar_ms_each else None
    report.line(f"export of {count:,} targets as {FORMATS[name].label}", wall * 1000, cpu * 1000, bar_ms)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    print(f"    {len(queries)} queries, {size / 1e6:.0f} MB, memory grew by {grown:.0f} MB")
    # The session and the user of a page take two more
    if len(queries) > 6:
        report.missed.append(f"export as {name}: {len(queries)} queries")


def main() -> None:
    global USER
    report = Report(f"Import and export, {connection.vendor}")
    team = make_group("Team")
    USER = make_user("importer", groups=[team])
    everything = table("Old", KNOWN, 1)
    plan = plan_for(everything, USER, [team])
    timed(report, f"import of {KNOWN:,} rows into nothing", KNOWN, everything, plan, stored, bar=False)
    source = table("New", NEW, 2)
    timed(report, f"dry run of {NEW:,} rows against {KNOWN:,} targets", NEW, source, plan, judged, bar=True)
    timed(report, f"import of {NEW:,} rows into {KNOWN:,} targets", NEW, source, plan, stored, bar=True)
    before = Target.objects.count()
    for_known = time.process_time()
    assert not sum(outcome.counts["made"] for _, outcome in stored(open_table(io.BytesIO(source)).fitting(), plan))
    report.line(f"the same {NEW:,} rows again", 0, (time.process_time() - for_known) * 1000, None)
    assert Target.objects.count() == before, "the second import made targets"
    for name in FORMATS:
        measure_export(report, name, EXPORT_MS_EACH if name == "csv" else None)
    report.finish()


if __name__ == "__main__":
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        main()
    finally:
        connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
