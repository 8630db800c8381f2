"""Compute what is derived from names and positions anew."""

from typing import Any

from django.core.management.base import BaseCommand

from tom_targets.derived import rederive
from tom_targets.models import BaseTarget, TargetName


class Command(BaseCommand):
    help = (
        "Fill the simplified names (and the sky index) of all targets and aliases anew. Run it after changing "
        "`simplify_name` of the class in MATCH_MANAGERS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        targets, aliases = rederive(BaseTarget), rederive(TargetName)
        self.stdout.write(self.style.SUCCESS(f"Changed {targets} targets and {aliases} aliases."))
