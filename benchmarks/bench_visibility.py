"""Visibility and ephemerides: how long planning takes.

    python benchmarks/bench_visibility.py [short]
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _measure import Report  # noqa: E402

from tom_common.astro.orbits import OrbitalElements, ephemerides  # noqa: E402
from tom_common.astro.visibility import (  # noqa: E402
    Limits,
    Site,
    airmass_curve,
    night,
    sun_moon,
    tonight,
    tonight_moving,
    visibility,
)

SITES = [
    Site("CTIO", -70.806, -30.169, 2207), Site("Haleakala", -156.257, 20.707, 3055), Site("SSO", 149.07, -31.273, 1149),
    Site("SAAO", 20.81, -32.38, 1760), Site("McDonald", -104.02, 30.68, 2070), Site("Teide", -16.51, 28.3, 2330),
    Site("Ali", 80.03, 32.3, 5100), Site("Gemini North", -155.469, 19.824, 4213),
    Site("Paranal", -70.404, -24.627, 2635), Site("Palomar", -116.865, 33.356, 1706),
]
LIMITS = Limits(airmass=2, moon_distance=30)


def targets(count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    return random.uniform(0, 360, count), np.degrees(np.arcsin(random.uniform(-1, 1, count)))


def bodies(count: int) -> list[OrbitalElements]:
    random = np.random.default_rng(2)
    return [
        OrbitalElements(
            "MPC_MINOR_PLANET", e, inclination, node, argument, epoch_of_elements=61200.0, mean_anomaly=anomaly,
            semimajor_axis=a, abs_mag=16.0, slope=0.15,
        )
        for e, inclination, node, argument, anomaly, a in zip(
            random.uniform(0, 0.9, count), random.uniform(0, 30, count), *random.uniform(0, 360, (3, count)),
            random.uniform(1, 4, count), strict=True,
        )
    ]


def everything(ra, dec, times, sites) -> None:
    seen = visibility(ra, dec, times, sites, limits=LIMITS)
    _ = seen.airmass, seen.hour_angle, seen.moon_distance, seen.observable


def main() -> None:
    report = Report("Visibility")
    times = 61364.9 + np.arange(73) / 144
    fifty, thousand, moving = targets(50), targets(1000), bodies(1000)
    report.measure("50 targets x 7 sites x 73 times (12 h at 10 min)",
                   lambda: everything(*fifty, times, SITES[:7]), bar_ms=50)
    report.measure("Sun and Moon, 7 sites x 73 times", lambda: sun_moon(times, SITES[:7]))
    report.measure("one night at one site", lambda: night(SITES[0], "2026-11-20"))
    report.measure("airmass curve, one target, 5 min", lambda: airmass_curve(10, 20, SITES[0], "2026-11-20"), bar_ms=60)
    report.measure("tonight's table, 1000 targets x 10 sites, 10 min",
                   lambda: tonight(*thousand, SITES, "2026-11-20", limits=LIMITS), bar_ms=600)
    report.measure("tonight's table, 1000 moving bodies x 10 sites, 10 min",
                   lambda: tonight_moving(moving, SITES, "2026-11-20", limits=LIMITS), bar_ms=600)
    report.measure("ephemerides, 300 bodies x 73 times, from a site",
                   lambda: ephemerides(moving[:300], times, site=SITES[0]))
    report.measure("ephemeris, one body now", lambda: ephemerides(moving[:1], times[:1]))
    report.finish()


if __name__ == "__main__":
    main()
