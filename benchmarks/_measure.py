"""Measures a workload and holds it against its bar. `short` on the command line takes one run for each."""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

SHORT = "short" in sys.argv
#: how a benchmark ends that ran, and was too slow
BAR_MISSED = 3


@dataclass
class Report:
    """Prints one line a workload, wall time and this process's CPU; `finish` ends the script with BAR_MISSED when a
    bar was missed by the clock. What was missed by the clock only is told apart: look whether it was a server's work.
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
        verdict = _verdict(median_ms, cpu_ms, bar_ms)
        print(f"{workload:58} {median_ms:7.3f} ms {cpu_ms:7.3f} ms {bar:>11}  {verdict}".rstrip())
        if verdict:
            self.missed.append(workload)

    def finish(self) -> None:
        """Peak memory, and the verdict."""
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        if self.missed:
            print(f"missed: {', '.join(self.missed)}")
            sys.exit(BAR_MISSED)


def _verdict(median_ms: float, cpu_ms: float, bar_ms: float | None) -> str:
    """Empty when the bar is kept. A miss by the clock alone may be the server's work, or a busy machine."""
    if bar_ms is None or median_ms <= bar_ms:
        return ""
    return "MISSED" if cpu_ms > bar_ms else "MISSED by the clock, not by CPU"
