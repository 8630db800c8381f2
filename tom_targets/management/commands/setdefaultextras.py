"""Give declared extra fields their default where a target has none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tom_targets.extra_columns import NoSuchField, declared, set_default


class Command(BaseCommand):
    help = (
        "Write the default of extra fields (EXTRA_FIELDS) to every target that does not have them. Filters and sorting "
        "see stored values only. Safe to run again: values that are there stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--targetextra", nargs="+", required=True, help="the names of the extra fields")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entries = [declared(name) for name in options["targetextra"]]
            for entry in entries:
                self.stdout.write(f"{entry.name}: {set_default(entry)} targets got {entry.default!r}.")
        except NoSuchField as error:
            raise CommandError(str(error)) from error
