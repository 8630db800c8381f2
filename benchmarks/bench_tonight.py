"""The table of a night: from the targets of the database to the rows of the page.

    python benchmarks/bench_tonight.py [short]
"""

import os
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402
from _measure import Report  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tom_common.astro.visibility import Limits  # noqa: E402
from tom_targets import tonight  # noqa: E402
from tom_targets.models import Target  # noqa: E402
from tom_targets.sites import OBSERVATORIES  # noqa: E402

COUNT, SITES, NIGHT = 1000, OBSERVATORIES[:10], date(2026, 11, 20)


def make_targets() -> None:
    random = np.random.default_rng(1)
    ra, dec = random.uniform(0, 360, COUNT), np.degrees(np.arcsin(random.uniform(-1, 1, COUNT)))
    fixed = [
        Target(name=f"Fixed {i}", type=Target.SIDEREAL, ra=float(ra[i]), dec=float(dec[i]), pm_ra=5.0, pm_dec=-3.0)
        for i in range(COUNT)
    ]
    moving = [
        Target(
            name=f"Moving {i}", type=Target.NON_SIDEREAL, scheme="MPC_MINOR_PLANET", epoch_of_elements=61200.0,
            eccentricity=0.1 + i / COUNT / 2, inclination=i % 30, lng_asc_node=i % 360, arg_of_perihelion=i * 7 % 360,
            mean_anomaly=i * 13 % 360, semimajor_axis=2 + i / COUNT, abs_mag=16.0, slope=0.15,
        )
        for i in range(COUNT)
    ]
    Target.objects.bulk_create([*fixed, *moving])


def main() -> None:
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    make_targets()
    report, limits = Report("Selection for a night"), Limits(airmass=2, moon_distance=30)
    for kind, word in ((Target.SIDEREAL, "fixed"), (Target.NON_SIDEREAL, "moving")):
        targets = Target.objects.filter(type=kind).order_by("name")
        report.measure(f"{COUNT} {word} targets x {len(SITES)} sites, 10 min, from the database",
                       lambda targets=targets: list(tonight.rows_of(targets.all(), SITES, NIGHT, limits)), bar_ms=600)
    rows = list(tonight.rows_of(Target.objects.all(), SITES, NIGHT, limits))
    report.measure(f"sort {len(rows)} rows by airmass", lambda: tonight.ordered(rows, "airmass"))
    report.measure(f"{len(rows)} rows as CSV", lambda: sum(len(line) for line in tonight.csv_table(rows)))
    report.finish()


if __name__ == "__main__":
    main()
