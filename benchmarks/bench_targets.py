"""Finding, checking, listing and saving among a million targets.

    python benchmarks/bench_targets.py [short]

Half of the targets are private, 50,000 of those granted to a member through three groups. `short` takes a tenth.
The database is a file that goes with the run, or TEST_DATABASE_URL when that is set.
"""

import os
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
FOLDER = tempfile.TemporaryDirectory(prefix="tom-bench-")
os.environ.setdefault("TEST_DATABASE_URL", f"sqlite:///{FOLDER.name}/targets.sqlite3")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402
from _measure import SHORT, Report  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from tom_common.permissions import grant  # noqa: E402
from tom_targets.matching import similar_to  # noqa: E402
from tom_targets.models import Target, TargetExtra, TargetName  # noqa: E402

COUNT = 100_000 if SHORT else 1_000_000
GRANTED = COUNT // 20
PAGE = 25


def fill() -> User:
    """The targets, and the member who sees what is public and a tenth of what is private."""
    chance = np.random.default_rng(1)
    ra, dec = chance.uniform(0, 360, COUNT), np.degrees(np.arcsin(chance.uniform(-1, 1, COUNT)))
    began = datetime(2020, 1, 1, tzinfo=UTC)
    for start in range(0, COUNT, 20_000):
        Target.objects.bulk_create([
            Target(name=f"T {n}", ra=float(ra[n]), dec=float(dec[n]), created=began + timedelta(seconds=n),
                   permissions="PRIVATE" if n % 2 else "PUBLIC")
            for n in range(start, min(start + 20_000, COUNT))
        ], batch_size=1000)
    user = User.objects.create_user("member")
    groups = [Group.objects.create(name=f"team {n}") for n in range(3)]
    user.groups.add(*groups)
    private = list(Target.objects.filter(permissions="PRIVATE").order_by("pk").only("pk")[:10 * GRANTED:10])
    for number, group in enumerate(groups):
        grant([group], to=private[number::3], actions=["view"])
    thousand = list(Target.objects.visible_to(user).order_by("-created", "-pk").only("pk")[:1000])
    TargetName.objects.bulk_create(TargetName(target_id=one.pk, name=f"Alias {one.pk}") for one in thousand)
    TargetExtra.objects.bulk_create(TargetExtra(target_id=one.pk, key="z", value="0.5") for one in thousand)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor != "mysql" else "ANALYZE TABLE tom_targets_basetarget")
    return user


def main() -> None:
    call_command("migrate", verbosity=0)
    user, chance, made = fill(), random.Random(2), iter(range(10**9))

    def place() -> tuple[float, float]:
        return chance.uniform(0, 360), chance.uniform(-80, 80)

    def save() -> Target:
        number = next(made)
        ra, dec = place()
        target = Target(name=f"New {number}", ra=ra, dec=dec)
        target.full_clean()
        target.save(names=[f"{number} a", f"{number} b"], extras={"x": 1, "y": "two"})
        return target

    def duplicate_check() -> list[Target]:
        ra, dec = place()
        return list(similar_to(Target(name=f"Unknown {chance.random()}", ra=ra, dec=dec)))

    def page(order: tuple[str, ...], first: int = 0, **conditions: str) -> list[Target]:
        rows = Target.objects.visible_to(user).filter(**conditions).order_by(*order)
        return list(rows[first:first + PAGE])

    report = Report(f"{COUNT:,} targets on {connection.vendor}")
    for name, radius, bar in (('10"', 10 / 3600, 2), ("1'", 1 / 60, 2), ("1 deg", 1.0, 10)):
        report.measure(f"cone of {name}", lambda radius=radius: list(Target.objects.in_cone(*place(), radius)),
                       bar_ms=bar, repeat=31)
    report.measure("duplicate check of a new name and position", duplicate_check, bar_ms=1.5, repeat=101)
    report.measure("is a name free", lambda: Target.matches.is_unique(Target(name="Unknown")), repeat=51)
    report.measure("beginning of a name", lambda: list(Target.objects.name_starts_with("T 1234")[:PAGE]), repeat=51)
    newest = ("-created", "-pk")
    report.measure("list, as member: first page", lambda: page(newest), bar_ms=40, repeat=21)
    report.measure("list, as member: 100th page", lambda: page(newest, 99 * PAGE), bar_ms=40, repeat=21)
    report.measure("list, as member: by name", lambda: page(("name",)), bar_ms=40, repeat=21)
    report.measure("list, as member: by RA", lambda: page(("ra", "pk")), bar_ms=40, repeat=21)
    report.measure("list, as member: of one type", lambda: page(newest, type="NON_SIDEREAL"), bar_ms=40, repeat=21)
    report.measure("save with 2 aliases, 2 extras, full_clean", save, bar_ms=8, repeat=51)
    report.measure("save and delete", lambda: save().delete(), bar_ms=28, repeat=21)
    client = APIClient()
    client.force_authenticate(user)
    rows = Target.objects.visible_to(user).order_by(*newest)[:1000]
    names = ",".join(rows.values_list("name", flat=True)[:1])
    report.measure("API, one target by name", lambda: client.get("/api/targets/", {"name_fuzzy": names}), repeat=5)
    report.finish()


if __name__ == "__main__":
    main()
