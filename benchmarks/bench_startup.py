"""What a TOM costs before anybody uses it: start, migration, memory, disk. Measured on a freshly scaffolded project.

    python benchmarks/bench_startup.py [short]

Times are CPU seconds of the process (user and system), for those do not depend on what else the machine does; the best
of several runs counts.
"""

import os
import resource
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from importlib.metadata import distribution, requires
from pathlib import Path

from packaging.requirements import Requirement

RUNS = 1 if "short" in sys.argv else 3
#: what is measured: the budget and its unit
BUDGETS = {
    "manage.py check": (0.8, "s of CPU"),
    "empty database migrated": (3.0, "s of CPU"),
    "web worker after its first page": (110.0, "MB of memory"),
    "installed framework": (450.0, "MB on disk"),
}
DISTRIBUTION = "tomtoolkit"


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
    return min(over, 1)


def best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(RUNS))


def scaffold(folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "tom_setup.cli", "benchtom", "--no-input", "--files-only", "--folder", str(folder)],
        check=True, stdout=subprocess.DEVNULL,
    )
    # Compiles every module, so that the first run is not the slow one.
    subprocess.run([sys.executable, "manage.py", "check"], cwd=folder, env=environment(), check=True,
                   stdout=subprocess.DEVNULL)
    return folder


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "benchtom.settings", "DEBUG": "false", "HTTPS": "false", **more}


def cpu_of(project: Path, *arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=project, env=environment(), check=True,
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
        [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"], cwd=project,
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
    """What `pip install tomtoolkit` puts on a disk: the framework and all it needs, in MB, compiled files included."""
    files = {path for name in needed(DISTRIBUTION) for path in files_of(name)}
    own = Path(__file__).resolve().parent.parent
    files |= {path for app in own.glob("tom_*") for path in app.rglob("*") if path.is_file()}
    return sum(path.stat().st_size for path in files if path.exists()) / 1e6


def needed(name: str, extras: tuple[str, ...] = ()) -> set[str]:
    """The distributions that this one needs, and those that they need."""
    found, pending = set(), [(name, extras)]
    while pending:
        current, wanted = pending.pop()
        if (current, wanted) in found:
            continue
        found.add((current, wanted))
        for line in requires(current) or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                pending.append((requirement.name.lower(), tuple(sorted(requirement.extras))))
    return {each for each, _ in found}


def files_of(name: str) -> list[Path]:
    packages = Path(sysconfig.get_paths()["purelib"]).resolve()
    paths = [Path(file.locate()).resolve() for file in distribution(name).files or ()]
    return [path for path in paths if path.is_relative_to(packages)]


if __name__ == "__main__":
    sys.exit(main())
