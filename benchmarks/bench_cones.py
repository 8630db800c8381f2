"""Cones, indices and cross-match without a database.

    python benchmarks/bench_cones.py [short]
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _measure import Report  # noqa: E402

from tom_common.astro import sky  # noqa: E402
from tom_common.astro.angles import parse_position  # noqa: E402

COUNT = 1_000_000


def main() -> None:
    random = np.random.default_rng(1)
    ra, dec = random.uniform(0, 360, COUNT), np.degrees(np.arcsin(random.uniform(-1, 1, COUNT)))
    chosen = random.integers(0, COUNT, 100_000)
    near_ra, near_dec = ra[chosen], np.clip(dec[chosen] + random.normal(0, 1, len(chosen)) / 3600, -90, 90)
    report = Report("Sky")
    report.measure("one index", lambda: sky.healpix_index(187.7059, 12.3911), repeat=101)
    report.measure("10^6 indices", lambda: sky.healpix_array(ra, dec))
    for name, radius in (('10"', 10 / 3600), ("1'", 1 / 60), ("1 deg", 1.0), ("30 deg", 30.0)):
        ranges = sky.cone_ranges(187.7059, 12.3911, radius)
        report.measure(f"ranges of a cone of {name} ({len(ranges)} ranges)",
                       lambda radius=radius: sky.cone_ranges(187.7059, 12.3911, radius), repeat=101)
    report.measure("10^6 separations", lambda: sky.separation(187.7, 12.4, ra, dec))
    report.measure('cross-match of 10^5 positions with 10^6, 2"',
                   lambda: sky.crossmatch(near_ra, near_dec, ra, dec, 2.0), bar_ms=5000, repeat=3)
    report.measure("one pasted position", lambda: parse_position("12:30:49.42 +12:23:28.0"), repeat=101)
    report.finish()


if __name__ == "__main__":
    main()
