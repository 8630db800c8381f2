"""Move extras into columns of the project's own target class."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tom_targets.extra_columns import Converted, NoSuchField, column_of, convert_extras, keys_in_use
from tom_targets.extra_fields import custom_fields
from tom_targets.models import BaseTarget, Target

#: so many refused rows are written out for each extra
MOST_REFUSED = 1000


class Command(BaseCommand):
    help = (
        "Move extras (tags, EXTRA_FIELDS) into columns of the class in TARGET_MODEL_CLASS. Without --confirm it only "
        "says what would become of each. What does not fit into the column stays an extra and is named with the reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--target_extra", nargs="+", default=[], help="the keys of the extras to convert")
        parser.add_argument(
            "--model_field", nargs="+", default=[],
            help="the columns they go to, in the same order; left out: the columns of the same names",
        )
        parser.add_argument("--confirm", action="store_true", help="really do it")
        parser.add_argument("--list", action="store_true", help="show the extras and the columns that there are")
        parser.add_argument("--force", action="store_true", help="overwrite what the columns hold already")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"] or not options["target_extra"]:
            self._list()
            return
        if Target is BaseTarget:
            raise CommandError("This TOM has no target class of its own: set TARGET_MODEL_CLASS first.")
        extras, names = options["target_extra"], options["model_field"] or options["target_extra"]
        if len(extras) != len(names):
            raise CommandError(f"{len(extras)} extras, but {len(names)} columns: name one column for each extra.")
        if len(set(names)) != len(names):
            raise CommandError("Two extras cannot go to the same column.")
        known = keys_in_use()
        try:
            columns = [column_of(name) for name in names]
        except NoSuchField as error:
            raise CommandError(str(error)) from error
        unknown = [key for key in extras if key not in known]
        if unknown:
            raise CommandError(f"No target has an extra {', '.join(map(repr, unknown))}. See --list.")
        refused = 0
        for key, column in zip(extras, columns, strict=True):
            done = convert_extras(key, column, overwrite=options["force"], write=options["confirm"])
            self._report(key, column.name, done, written=options["confirm"])
            refused += len(done.refused)
        if not options["confirm"]:
            self.stdout.write("Nothing was changed. Say --confirm to do it.")
        elif not refused:
            self.stdout.write(f"Take {', '.join(extras)} out of EXTRA_FIELDS, if they stand there.")

    def _report(self, key: str, column: str, done: Converted, *, written: bool) -> None:
        deed = "converted" if written else "can be converted"
        self.stdout.write(f"{key} -> {column}: {done.count} {deed}, {len(done.refused)} refused.")
        for one in done.refused[:MOST_REFUSED]:
            self.stdout.write(f"  {one.target}: {one.value!r}: {one.reason}")
        if len(done.refused) > MOST_REFUSED:
            self.stdout.write(f"  … and {len(done.refused) - MOST_REFUSED} more")

    def _list(self) -> None:
        self.stdout.write("Extras, and how many targets have them:")
        for key, count in keys_in_use().items():
            self.stdout.write(f"  {key}: {count}")
        self.stdout.write(f"Columns of {Target._meta.label}:")
        for column in custom_fields(hidden=True):
            self.stdout.write(f"  {column.name} ({column.get_internal_type()})")
