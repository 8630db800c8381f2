"""Encrypt every stored secret again under the present SECRET_KEY."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from tom_common.encryption import EncryptedModelField, Undecryptable


class Command(BaseCommand):
    help = (
        "Encrypts the stored secrets of all users again under the present SECRET_KEY. Before: put the old key into "
        "SECRET_KEY_FALLBACKS and the new one into SECRET_KEY. Afterwards the old one can be taken out."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what can be opened and what cannot.")

    def handle(self, *args: Any, **options: Any) -> None:
        rewritten = closed = 0
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if isinstance(field, EncryptedModelField):
                    good, bad = self.rotate(model, field, dry_run=options["dry_run"])
                    self.stdout.write(f"{model._meta.label}.{field.name}: {good} opened, {bad} cannot be opened")
                    rewritten, closed = rewritten + good, closed + bad
        verb = "could be encrypted" if options["dry_run"] else "were encrypted"
        self.stdout.write(f"{rewritten} secrets {verb} under the present key.")
        if closed:
            raise CommandError(
                f"{closed} secrets were left as they are: no key in SECRET_KEY or SECRET_KEY_FALLBACKS opens them. "
                "Add the key they were encrypted under, or let their owners enter them again."
            )

    def rotate(self, model: type[Model], field: EncryptedModelField, *, dry_run: bool) -> tuple[int, int]:
        """(opened and written again, not to be opened). Row by row, so that a stop in between loses nothing."""
        rows = model._base_manager.exclude(**{f"{field.name}__isnull": True})
        good = bad = 0
        for pk in list(rows.values_list("pk", flat=True)):
            with transaction.atomic():
                value = rows.filter(pk=pk).select_for_update().values_list(field.attname, flat=True).first()
                if isinstance(value, Undecryptable):
                    bad += 1
                elif value is not None:
                    good += 1
                    if not dry_run:
                        model._base_manager.filter(pk=pk).update(**{field.name: value})
        return good, bad
