"""What a TOM costs before anybody uses it: start, migration, memory, disk. Measured on a freshly scaffolded project.

    BENCH_PYTHON=.venv-core/bin/python python benchmarks/bench_startup.py [short]

Times are CPU seconds of the process (user and system), for those do not depend on what else the machine does; the best
of several runs counts.
"""

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

from _measure import BAR_MISSED

RUNS = 3 if "short" in sys.argv else 5
#: Best an environment that holds the framework and nothing else: Django and others load what they find beside them.
PYTHON = os.environ.get("BENCH_PYTHON", sys.executable)
#: what is measured: the budget and its unit
BUDGETS = {
    "manage.py check": (0.8, "s of CPU"),
    "empty database migrated": (3.0, "s of CPU"),
    "web worker after its first page": (110.0, "MB of memory"),
    "installed framework": (450.0, "MB on disk"),
}
MANAGERS = {"pip", "setuptools", "pkg_resources", "_distutils_hack", "wheel"}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="tom-bench-") as folder:
        project = scaffold(Path(folder, "benchtom"))
        measured = {
            "manage.py check": best(lambda: cpu_of(project, "check")),
            "empty database migrated": best(lambda: migrate(project)),
            "web worker after its first page": memory_after_first_page(project),
            "installed framework": installed_size_mb(),
        }
    return report(measured)


def report(measured: dict[str, float]) -> int:
    over = 0
    for what, value in measured.items():
        budget, unit = BUDGETS[what]
        verdict = "ok" if value <= budget else "OVER BUDGET"
        over += value > budget
        print(f"{what:35} {value:8.2f} {unit:13} (budget {budget:g})  {verdict}")
    return BAR_MISSED if over else 0


def best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(RUNS))


def scaffold(folder: Path) -> Path:
    subprocess.run(
        [PYTHON, "-m", "tom_setup.cli", "benchtom", "--no-input", "--files-only", "--folder", str(folder)],
        check=True, stdout=subprocess.DEVNULL,
    )
    # Compiles every module, so that the first run is not the slow one.
    subprocess.run([PYTHON, "manage.py", "check"], cwd=folder, env=environment(), check=True,
                   stdout=subprocess.DEVNULL)
    return folder


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "benchtom.settings", "DEBUG": "false", "HTTPS": "false", **more}


def cpu_of(project: Path, *arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([PYTHON, "manage.py", *arguments], cwd=project, env=environment(), check=True,
                   stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def migrate(project: Path) -> float:
    for file in project.glob("db.sqlite3*"):
        file.unlink()
    return cpu_of(project, "migrate", "--no-input", "--verbosity", "0")


def memory_after_first_page(project: Path) -> float:
    """Resident memory in MB of one web process that has answered the home page, the login page and the target list."""
    if not Path("/proc/self/status").exists():
        print("The memory of another process can be read on Linux only.")
        return 0.0
    port = free_port()
    # DEBUG, for without it static files have to be gathered and compressed first. It costs memory rather than saves it.
    web = subprocess.Popen(
        [PYTHON, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"], cwd=project,
        env=environment(DEBUG="true"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, web)
        for path in ("/", "/accounts/login/", "/targets/"):
            fetch(port, path)
        return resident_mb(web.pid)
    finally:
        web.terminate()
        web.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen, timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("The web process did not start.")


def fetch(port: int, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status >= 400:
        raise SystemExit(f"{path} answered {answer.status}")


def resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("The memory of the web process could not be read.")


def installed_size_mb() -> float:
    """Size of the site-packages of that Python, without what manages packages, in MB; the framework's own files too."""
    where = [PYTHON, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
    packages = subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip()
    own = Path(__file__).resolve().parent.parent.glob("tom_*")
    folders = [each for each in Path(packages).iterdir() if each.name.partition("-")[0] not in MANAGERS] + list(own)
    return sum(disk_usage(folder) for folder in folders) / 1e6


def disk_usage(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_blocks * 512 for file in files if not file.is_symlink())


if __name__ == "__main__":
    sys.exit(main())
