"""`manage.py loaddemo`: the demo content that the installed apps bring."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.module_loading import import_string

from tom_common.integration import collect


class Command(BaseCommand):
    help = "Add the demo content of the installed apps: objects, data, users. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        contributions = collect("demo_content")
        if not contributions:
            self.stdout.write("None of the installed apps brings demo content.")
        failed = []
        for contribution in contributions:
            try:
                with transaction.atomic():
                    said = import_string(contribution.entry)()
            except Exception as error:
                failed.append(contribution.entry)
                self.stderr.write(self.style.ERROR(f"{contribution.app.verbose_name}: {type(error).__name__}: {error}"))
                if options["traceback"]:
                    raise
            else:
                self.stdout.write(f"{contribution.app.verbose_name}: {said}")
        if failed:
            raise CommandError(
                f"Not added: {', '.join(failed)}. What the others added is kept; mend it and run the command again."
            )
