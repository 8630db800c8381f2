"""What `make demo` does: a TOM with demo content, made by the scaffolder that every user gets, then web and worker.

Run again it keeps the TOM that is there: the database is brought up to date, the demo content is completed, and the
pages are served. `--reset` throws the TOM away.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

NAME = "demo_tom"
ACCOUNTS = ["pi", "member", "guest"]
#: Known to everybody, and therefore for this machine alone: see `opened_to_others`.
PASSWORD = "starlight"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def main() -> int:
    options = parse_arguments()
    folder = options.folder.resolve()
    if options.reset:
        return reset(folder)
    if not opened_to_others(options.host):
        return 2
    os.environ.setdefault("DEMO_PASSWORD", PASSWORD)
    if not options.no_server and not is_free(options.host, options.port):
        print(f"Port {options.port} is in use. Take another: make demo PORT={options.port + 1}", file=sys.stderr)
        return 2
    if not make(folder) or (options.host not in LOOPBACK and not change_passwords(folder)):
        return 1
    print_address(options.host, options.port)
    if options.no_server:
        return 0
    os.chdir(folder)
    os.execv(sys.executable, [sys.executable, "manage.py", "runtom", f"{options.host}:{options.port}"])


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("demo"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-server", action="store_true", help="make the TOM, but do not start it")
    parser.add_argument("--reset", action="store_true", help="throw the TOM away")
    return parser.parse_args()


def reset(folder: Path) -> int:
    """Remove the folder, if it holds what this script has made."""
    if not folder.exists():
        print(f"There is no demo TOM in {folder}.")
    elif not (folder / NAME / "settings.py").is_file():
        print(f"{folder} does not look like the demo TOM; it was left alone.", file=sys.stderr)
        return 1
    else:
        shutil.rmtree(folder)
        print(f"{folder} was removed.")
    return 0


def opened_to_others(host: str) -> bool:
    """Whether the demo may answer on that address: off this machine only with a password that is not in its source."""
    if host in LOOPBACK:
        return True
    if len(os.environ.get("DEMO_PASSWORD", "")) < 8:
        print(f"On {host} others can reach the demo. Choose its password: DEMO_PASSWORD=… make demo HOST={host}",
              file=sys.stderr)
        return False
    os.environ.setdefault("ALLOWED_HOSTS", f"{host},localhost,127.0.0.1,{socket.gethostname()}")
    return True


def change_passwords(folder: Path) -> bool:
    """Accounts that were made for this machine alone get the password that was chosen now."""
    code = (
        "import os; from django.contrib.auth import get_user_model\n"
        f"for user in get_user_model().objects.filter(username__in={ACCOUNTS}):\n"
        "    user.set_password(os.environ['DEMO_PASSWORD']); user.save()"
    )
    return run([sys.executable, "manage.py", "shell", "--no-imports", "-c", code], folder=folder)


def is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def make(folder: Path) -> bool:
    """Whether the TOM is there, up to date and filled with the demo content."""
    if not (folder / "manage.py").is_file():
        scaffold = [sys.executable, "-m", "tom_setup.cli", NAME, "--no-input", "--files-only", "--folder", str(folder)]
        if not run([*scaffold, "--tom-name", "Demo TOM", "--hints", "no"], silent=True):
            return False
    for command in (["migrate", "--no-input", "--verbosity", "0"], ["loaddemo"]):
        print(f"  manage.py {command[0]}", flush=True)
        if not run([sys.executable, "manage.py", *command], folder=folder):
            print(f"This did not succeed. To begin afresh: make demo-reset, then make demo. The TOM is in {folder}.",
                  file=sys.stderr)
            return False
    return True


def run(command: list[str], folder: Path | None = None, silent: bool = False) -> bool:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": f"{NAME}.settings"}
    output = subprocess.DEVNULL if silent else None
    return subprocess.run(command, cwd=folder, env=environment, stdout=output, check=False).returncode == 0


def print_address(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    lines = [
        "The demo TOM is ready.",
        "",
        f"  Address    http://{shown}:{port}/",
        "  Login      pi        (the principal investigator, who may do everything)",
        "             member    (of the supernova team)",
        "             guest     (sees what is public)",
        f"  Password   {os.environ['DEMO_PASSWORD']}",
        "",
        "Ctrl-C stops it; make demo starts it again with its data, make demo-reset throws it away.",
    ]
    width = max(map(len, lines))
    print("\n".join(["", "=" * width, *lines, "=" * width, ""]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
