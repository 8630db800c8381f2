"""PostgreSQL, MariaDB and Redis for a test run: on loopback, on a free port, in a folder that goes with them."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
PASSWORD = "only-for-this-run"


class ServerFailed(Exception):
    """A server did not start; the message ends with what it had to say."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name: str, *folders: str) -> str:
    """The path of a program; servers are often outside PATH. The newest version wins."""
    places = [str(place) for pattern in folders for place in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join([*places, "/usr/sbin", os.environ.get("PATH", "")]))
    if not found:
        raise ServerFailed(f"{name} is not installed.")
    return found


def as_user(user: str) -> list[str]:
    """What stands before a command so that a server does not run as root."""
    if os.geteuid() != 0:
        return []
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups", "--reset-env"]


@contextmanager
def folder_of(user: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tom-services-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    command: list[str], port: int, log: Path, stop_signal: int = signal.SIGTERM, environment: dict | None = None
) -> Iterator[None]:
    """The command runs until the end of the block, and is then stopped, whatever happened."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            env=environment,
        )
        try:
            wait_for(process, port, log)
            yield
        finally:
            stop(process, stop_signal)


def wait_for(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise ServerFailed(f"{process.args[-1]} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def stop(process: subprocess.Popen, stop_signal: int) -> None:
    """Ask the group of this one process to end; insist when it does not."""
    for each, patience_s in ((stop_signal, STOP_TIMEOUT_S), (signal.SIGKILL, STOP_TIMEOUT_S)):
        if process.poll() is not None:
            return
        os.killpg(process.pid, each)
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            continue


def run(command: list[str], **kwargs) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **kwargs)
    if done.returncode:
        raise ServerFailed(f"{' '.join(command[:4])}… failed:\n{(done.stdout + done.stderr)[-2000:]}")


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a new PostgreSQL whose user may create databases."""
    folders = "/usr/lib/postgresql/*/bin"
    with folder_of("postgres") as folder:
        data, port, user = folder / "data", free_port(), as_user("postgres")
        run([*user, program("initdb", folders), "--pgdata", str(data), "--username", "tom", "--auth", "trust",
             "--encoding", "UTF8", "--no-sync"], cwd=folder)
        options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off",
                   "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 50}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [*user, program("postgres", folders), "-D", str(data), *settings]
        # SIGINT: do not wait for clients to leave.
        with running(command, port, folder / "log", signal.SIGINT):
            run([program("psql", folders), f"postgres://tom@127.0.0.1:{port}/postgres", "-c", "CREATE DATABASE tom"])
            yield f"postgres://tom:{PASSWORD}@127.0.0.1:{port}/tom"


@contextmanager
def mariadb() -> Iterator[str]:
    """The URL of a new MariaDB whose user may create databases."""
    with folder_of("mysql") as folder:
        data, port = folder / "data", free_port()
        user = ["--user=mysql"] if os.geteuid() == 0 else []
        run([program("mariadb-install-db"), "--no-defaults", *user, f"--datadir={data}", "--skip-test-db",
             "--auth-root-authentication-method=normal"], cwd=folder)
        command = [program("mariadbd"), "--no-defaults", *user, f"--datadir={data}", f"--socket={folder / 'socket'}",
                   f"--pid-file={folder / 'pid'}", f"--port={port}", "--bind-address=127.0.0.1",
                   "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
                   "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--skip-name-resolve"]
        with running(command, port, folder / "log"):
            run([program("mariadb"), "--no-defaults", f"--socket={folder / 'socket'}", "--user=root", "-e",
                 f"CREATE USER 'tom'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';"
                 "GRANT ALL ON *.* TO 'tom'@'127.0.0.1'; CREATE DATABASE tom;"])
            yield f"mysql://tom:{PASSWORD}@127.0.0.1:{port}/tom"


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a new Redis that keeps nothing on disk."""
    user = "redis" if os.geteuid() == 0 else ""
    with folder_of(user) as folder:
        port = free_port()
        command = [*as_user(user), program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                   "--appendonly", "no", "--dir", str(folder)]
        with running(command, port, folder / "log"):
            yield f"redis://127.0.0.1:{port}/0"
