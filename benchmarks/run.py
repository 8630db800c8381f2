"""Run every benchmark: `python benchmarks/run.py [short]`. Fails when one of them is over its budget.

A benchmark is a script `bench_<workload>.py` beside this file. It prints what it measured, takes `short` as an argument
for a quick run, and ends with a code other than 0 when a budget is exceeded.
"""

import subprocess
import sys
import time
from pathlib import Path


def main() -> int:
    failed = []
    for script in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n=== {script.stem} ===", flush=True)
        began = time.perf_counter()
        if subprocess.run([sys.executable, str(script), *sys.argv[1:]], check=False).returncode:
            failed.append(script.stem)
        print(f"({time.perf_counter() - began:.1f} s)")
    if failed:
        print(f"\nOver budget or failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
