"""Groupings and access of many targets at once.

    python benchmarks/bench_groupings.py [short]

A database in memory, or an empty one at TEST_DATABASE_URL (SQLite, PostgreSQL): 100,000 targets, half of them private,
a group that may see 50,000.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402

django.setup()

from _measure import SHORT, Report  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from tom_common.permissions import grant  # noqa: E402
from tom_targets.bulk_access import AccessChange, apply, preview  # noqa: E402
from tom_targets.choosing import Choice, filtered  # noqa: E402
from tom_targets.groups import regroup  # noqa: E402
from tom_targets.models import Target, TargetList  # noqa: E402

COUNT = 10_000 if SHORT else 100_000
HALF = COUNT // 2


def fill() -> tuple[User, Group]:
    """`HALF` targets of the type that is filtered for, all visible to the member through the group."""
    user, group = User.objects.create_user("member"), Group.objects.create(name="team")
    user.groups.add(group)
    Target.objects.bulk_create([
        Target(name=f"T{number}", type="SIDEREAL" if number < HALF else "NON_SIDEREAL",
               ra=number % 360, dec=number % 90, permissions="PRIVATE" if number % 2 else "PUBLIC")
        for number in range(COUNT)
    ], batch_size=1000)
    grant([group], to=list(Target.objects.filter(type="SIDEREAL").only("pk")))
    with connection.cursor() as cursor:
        # what a database that has been there for a day knows of its tables
        cursor.execute("ANALYZE")
    return user, group


def once(report: Report, workload: str, work: Callable[[], object], bar_ms: float | None = None) -> None:
    """One run, with the number of statements."""
    with CaptureQueriesContext(connection) as captured:
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    report.line(f"{workload} ({len(captured)} statements)", wall * 1000, cpu * 1000, bar_ms)


def main() -> None:
    call_command("migrate", verbosity=0)
    user, group = fill()
    report = Report(f"Groupings and access, {COUNT:,} targets")
    one, other = TargetList.objects.create(name="one"), TargetList.objects.create(name="other")
    grant([user], to=[one, other])
    chosen = filtered("type=SIDEREAL", user)
    once(report, f"add {HALF:,} filtered targets", lambda: regroup("add", chosen, one, user=user), 1000)
    once(report, "the same again: all are in it", lambda: regroup("add", chosen, one, user=user), 1000)
    in_one = filtered(f"targetlist__name={one.pk}", user)
    once(report, "move them to another grouping", lambda: regroup("move", in_one, other, user=user), 2000)
    assert (one.targets.count(), other.targets.count()) == (0, HALF)
    in_other = filtered(f"targetlist__name={other.pk}", user)
    once(report, "take them out", lambda: regroup("remove", in_other, other, user=user), 1000)
    assert other.targets.count() == 0
    everything = Choice(query="type=SIDEREAL")
    change = AccessChange(level="PRIVATE", give={group.pk: ("view",)}, take={})
    once(report, f"before and after, {HALF:,} targets", lambda: preview(everything, change, user), 1000)
    once(report, f"level and grants of {HALF:,} targets", lambda: apply(everything, change, user), 10_000)
    report.finish()


if __name__ == "__main__":
    main()
