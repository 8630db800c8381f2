"""Run every benchmark: `python benchmarks/run.py [short] [--strict]`.

A benchmark is a script `bench_<workload>.py` beside this file. It prints what it measured, takes `short` as an argument
for a quick run, and ends with the code BAR_MISSED when something was slower or larger than its bar. That is reported
here and fails nothing, for it may be the machine; with `--strict` it fails. A benchmark that breaks always fails.
"""

import subprocess
import sys
import time
from pathlib import Path

from _measure import BAR_MISSED


def main() -> int:
    strict, arguments = "--strict" in sys.argv, [word for word in sys.argv[1:] if word != "--strict"]
    missed, broken = [], []
    for script in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n=== {script.stem} ===", flush=True)
        began = time.perf_counter()
        code = subprocess.run([sys.executable, str(script), *arguments], check=False).returncode
        if code:
            (missed if code == BAR_MISSED else broken).append(script.stem)
        print(f"({time.perf_counter() - began:.1f} s)")
    print(f"\nMissed a bar: {', '.join(missed) or 'none'}. Broken: {', '.join(broken) or 'none'}.")
    return 1 if broken or (strict and missed) else 0


if __name__ == "__main__":
    sys.exit(main())
