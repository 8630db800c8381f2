"""Cross-match and regions among a million targets, through the ORM.

    python benchmarks/bench_crossmatch.py [short] [number of targets]
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402
from _measure import SHORT, Report  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402

from tom_common.astro.sky import healpix_array  # noqa: E402
from tom_targets.crossmatching import match_positions, read_positions  # noqa: E402
from tom_targets.duplicates import look_through  # noqa: E402
from tom_targets.models import BaseTarget, Target  # noqa: E402
from tom_targets.regions import Region, targets_in  # noqa: E402

COUNT = next((int(word) for word in sys.argv[1:] if word.isdecimal()), 100_000 if SHORT else 1_000_000)


def make_targets() -> tuple[np.ndarray, np.ndarray]:
    """Written by plain SQL: a benchmark of reading need not wait for the ORM to write."""
    random = np.random.default_rng(1)
    ra, dec = random.uniform(0, 360, COUNT), np.degrees(np.arcsin(random.uniform(-1, 1, COUNT)))
    first = Target.objects.create(name="First", type=Target.SIDEREAL, ra=ra[0], dec=dec[0], permissions="PUBLIC")
    table = connection.ops.quote_name(BaseTarget._meta.db_table)
    columns = [field.column for field in BaseTarget._meta.concrete_fields if not field.primary_key]
    row = {field.column: getattr(first, field.attname) for field in BaseTarget._meta.concrete_fields}
    indices = healpix_array(ra, dec).tolist()
    values = (
        [{"name": f"T{i}", "name_simplified": f"t{i}", "ra": ra[i], "dec": dec[i], "healpix": indices[i],
          "permissions": "PUBLIC" if i % 2 else "PRIVATE"}.get(column, row[column]) for column in columns]
        for i in range(1, COUNT)
    )
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)
        cursor.execute("ANALYZE")
    return ra, dec


def main() -> None:
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    ra, dec = make_targets()
    random = np.random.default_rng(2)
    near = random.integers(0, COUNT, 100_000)
    near_ra, near_dec = ra[near], np.clip(dec[near] + random.normal(0, 0.5, len(near)) / 3600, -90, 90)
    member = get_user_model().objects.create_user("member")
    everything, visible = Target.objects.all(), Target.objects.visible_to(member)
    report = Report(f"Cross-match and regions, {COUNT} targets")
    for count, bar in ((100, 100), (5000, 1000), (100_000, 5000)):
        report.measure(f'{count} positions, 2", all targets', bar_ms=bar, repeat=3,
                       work=lambda n=count: match_positions(near_ra[:n], near_dec[:n], everything.all(), 2.0))
    report.measure('100000 positions, 2", of a user who sees half of them', bar_ms=7000, repeat=1,
                   work=lambda: match_positions(near_ra, near_dec, visible.all(), 2.0))
    cells = np.unique(random.integers(0, 12 * 4**8, 20_000))
    region = Region([(int(cell) << 42, ((int(cell) + 1) << 42) - 1) for cell in cells[:20_000]])
    report.measure(f"count the targets in a region of {len(region.ranges)} ranges", bar_ms=500, repeat=3,
                   work=lambda: targets_in(region, everything.all()).count())
    text = "\n".join(f"{a:.6f} {d:+.6f}" for a, d in zip(near_ra, near_dec, strict=True))
    report.measure(f"look through {COUNT} targets for duplicates", look_through, repeat=1)
    report.measure("read 100000 lines", lambda: read_positions(text), repeat=3)
    report.finish()


if __name__ == "__main__":
    main()
