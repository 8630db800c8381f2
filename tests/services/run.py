"""Run the part of the suite that a database or a server can change against real ones.

    python -m tests.services.run                    all of them
    python -m tests.services.run postgresql -k name   one of them, further arguments for pytest
"""

import os
import signal
import subprocess
import sys

from tests.services import servers

#: Where the database matters: models, matching, permissions, migrations, jobs, pages.
SUITES = ("tests/tom_common", "tests/tom_targets", "tests/tom_catalogs", "tests/tom_dataproducts")
LEFT_OUT = ("tests/tom_common/astro",)
DATABASES = {"postgresql": servers.postgresql, "mariadb": servers.mariadb}


def pytest(arguments: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    print(f"\n$ {' '.join(command[1:])}", flush=True)
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def on_database(name: str, further: list[str]) -> int:
    print(f"\n=== {name} ===", flush=True)
    suites = [suite for suite in SUITES if os.path.isdir(suite)]
    ignored = [f"--ignore={path}" for path in LEFT_OUT]
    with DATABASES[name]() as url:
        return pytest(
            [*suites, *ignored, "-n", os.environ.get("WORKERS", "2"), "--dist", "loadscope",
             "-m", "not browser and not services and not packaging", *further],
            {"TEST_DATABASE_URL": url},
        )


def on_services(further: list[str]) -> int:
    """Tests that speak to servers by themselves: a scaffolded project on PostgreSQL and Redis."""
    print("\n=== a project on PostgreSQL and Redis ===", flush=True)
    with servers.postgresql() as database, servers.redis() as redis:
        return pytest(
            ["tests/services", "-m", "services", *further],
            {"SERVICES_DATABASE_URL": database, "SERVICES_REDIS_URL": redis},
        )


def main() -> int:
    # Ended from outside, the blocks above are still left in order, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = sys.argv[1:]
    chosen = [arguments.pop(0)] if arguments and arguments[0] in (*DATABASES, "services") else [*DATABASES, "services"]
    try:
        codes = [on_services(arguments) if name == "services" else on_database(name, arguments) for name in chosen]
    except servers.ServerFailed as failure:
        print(f"test-services: {failure}", file=sys.stderr)
        return 1
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
