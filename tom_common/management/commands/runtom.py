"""Web server and worker together, for a laptop or a demonstration."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.management.commands.runserver import naiveip_re

from tom_common.job_queue import worker_command
from tom_common.processes import Child, Family


class Command(BaseCommand):
    help = (
        "Runs the web pages and the worker for long jobs, each in a process of its own, until Ctrl-C. "
        "For a server that others reach use gunicorn and db_worker instead."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("addrport", nargs="?", default="127.0.0.1:8000", help="Port, or address:port.")
        parser.add_argument("--reload", action="store_true", help="Start both again when the code changes.")
        parser.add_argument(
            "--workers", type=int, default=2,
            help="Workers for jobs (default 2, so that a question to a catalogue need not wait for a long import).",
        )
        parser.add_argument("--no-worker", action="store_true", help="Only the web pages.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not naiveip_re.match(options["addrport"]):
            raise CommandError(f"{options['addrport']!r} is neither a port nor address:port.")
        if options["workers"] < 1:
            raise CommandError("--workers takes a number from 1; --no-worker runs none.")
        reload = [] if options["reload"] else ["--noreload"]
        manage = manage_command()
        passed = given(options)
        children = [Child("web server", [*manage, "runserver", options["addrport"], *reload, *passed])]
        worker = None if options["no_worker"] else worker_command()
        if worker:
            command = [*manage, *worker, *self.reloading(worker, options), *passed]
            names = ["worker"] if options["workers"] == 1 else [f"worker {n + 1}" for n in range(options["workers"])]
            children += [Child(name, command, restart=True) for name in names]
        elif not options["no_worker"]:
            self.stdout.write("Jobs are done at once by the web server: no worker is needed (see TASKS).")
        code = Family(children, lambda text: self.stderr.write(self.style.WARNING(text))).run()
        if code:
            sys.exit(code)

    @staticmethod
    def reloading(worker: list[str], options: dict) -> list[str]:
        if worker[0] != "db_worker":
            return []
        return ["--reload" if options["reload"] else "--no-reload"]


def manage_command() -> list[str]:
    """How this process itself was started: manage.py, or `python -m django` with the settings in the environment."""
    script = Path(sys.argv[0])
    if script.suffix == ".py" and script.name != "__main__.py":
        return [sys.executable, "-u", str(script)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings.SETTINGS_MODULE)
    return [sys.executable, "-u", "-m", "django"]


def given(options: dict) -> list[str]:
    """What both commands are told: settings and Python path as they were given to this one."""
    passed = []
    for name in ("settings", "pythonpath"):
        if options.get(name):
            passed.append(f"--{name}={options[name]}")
    return passed
