"""Measures a workload and holds it against its bar. `short` on the command line takes one run for each."""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

SHORT = "short" in sys.argv


@dataclass
class Report:
    """Prints one line a workload; `finish` ends the script with 1 when a bar was missed.

    The smaller of wall time and CPU counts: CPU does not suffer from what else the machine does, wall time does not
    count a library's threads twice.
    """

    title: str
    missed: list[str] = field(default_factory=list)

    def __post_init__(self):
        print(f"\n{self.title}")
        print(f"{'workload':58} {'median':>10} {'CPU':>10} {'bar':>10}")

    def measure(
        self, workload: str, work: Callable[[], object], *, bar_ms: float | None = None, repeat: int = 7,
    ) -> float:
        """The median wall time of `work` in milliseconds, after one warming run."""
        work()
        walls, cpus = [], []
        for _ in range(1 if SHORT else repeat):
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            walls.append((time.perf_counter() - wall) * 1000)
            cpus.append((time.process_time() - cpu) * 1000)
        median = statistics.median(walls)
        self.line(workload, median, statistics.median(cpus), bar_ms)
        return median

    def line(self, workload: str, median_ms: float, cpu_ms: float, bar_ms: float | None) -> None:
        """One line from times measured elsewhere."""
        bar = f"{bar_ms:8.0f} ms" if bar_ms is not None else ""
        too_slow = bar_ms is not None and min(median_ms, cpu_ms) > bar_ms
        print(f"{workload:58} {median_ms:7.3f} ms {cpu_ms:7.3f} ms {bar:>11}{'  MISSED' if too_slow else ''}")
        if too_slow:
            self.missed.append(workload)

    def finish(self) -> None:
        """Peak memory, and the verdict."""
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        if self.missed:
            sys.exit(f"missed: {', '.join(self.missed)}")
