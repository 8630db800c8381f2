"""`manage.py tom_setup`: turn a project that was started already into a TOM."""

import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tom_setup.answers import AnswerRefused, Answers, add_arguments, gather
from tom_setup.cli import report_files
from tom_setup.people import make_first_people
from tom_setup.project import SetupRefused, manage, plan, start, write


class Command(BaseCommand):
    help = (
        "Turn this project into a TOM: settings, addresses, an app for your own code with examples, files for Docker "
        "and other hosts, the database, a group and a first superuser. Every question has a flag that answers it."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)
        parser.add_argument("--files-only", action="store_true", help="write the files; no database, group or user")
        parser.add_argument("--people-only", action="store_true", help="make the group and the superuser; no files")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["people_only"]:
                self.make_people(self.gather(options))
            else:
                self.make_project(options)
        except (AnswerRefused, SetupRefused) as refused:
            raise CommandError(str(refused)) from refused

    def gather(self, options: dict) -> Answers:
        is_asking = not options["no_input"]
        answers = gather(
            settings.SETTINGS_MODULE.partition(".")[0],
            options,
            ask=input if is_asking else None,
            ask_secret=getpass.getpass if is_asking else None,
            say=self.stdout.write,
        )
        if settings.SECRET_KEY and not settings.SECRET_KEY.startswith("django-insecure-"):
            answers.secret_key = settings.SECRET_KEY
        return answers

    def make_project(self, options: dict) -> None:
        package, _, module = settings.SETTINGS_MODULE.partition(".")
        if module != "settings":
            raise SetupRefused(
                f"The settings here are {settings.SETTINGS_MODULE}, but tom_setup writes {package}/settings.py. "
                "Make a new project beside it with tom-setup, and move your settings over."
            )
        answers, folder = self.gather(options), project_folder()
        planned = plan(folder, answers)
        saved = write(planned, force=options["force"])
        report_files(planned, saved, self.stdout.write)
        if not options["files_only"]:
            start(folder, answers, self.stdout.write)
        manage(folder, answers.name, "check")
        self.stdout.write(self.style.SUCCESS(f"{answers.tom_name} is ready: python manage.py runtom"))

    def make_people(self, answers: Answers) -> None:
        if not answers.password:
            raise AnswerRefused("Give the password of the superuser in DJANGO_SUPERUSER_PASSWORD or with --password.")
        said = make_first_people(
            group=answers.group, username=answers.username, email=answers.email, password=answers.password
        )
        self.stdout.write("\n".join(said))


def project_folder() -> Path:
    """The folder of manage.py: what the settings call BASE_DIR, else the one that holds their package."""
    base = getattr(settings, "BASE_DIR", None)
    if base:
        return Path(base).resolve()
    from importlib import import_module

    package = import_module(settings.SETTINGS_MODULE.partition(".")[0])
    return Path(package.__file__).resolve().parent.parent
