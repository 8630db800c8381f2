"""`manage.py doctor`: is this TOM well? Each line says ok, or how to mend what is not."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from tom_common.health import NOTE, OK, PROBLEM, examine


class Command(BaseCommand):
    help = (
        "Looks at settings, plugins, migrations, permissions, storage, jobs, cache and static files. Each line says "
        "ok, or how to mend it. The exit code is 1 when something has to be mended."
    )
    # A TOM whose checks fail is one that needs the doctor.
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="The findings as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = examine()
        problems = sum(finding.level == PROBLEM for found in findings.values() for finding in found)
        if options["json"]:
            report = {subject: [asdict(finding) for finding in found] for subject, found in findings.items()}
            self.stdout.write(json.dumps({"problems": problems, "findings": report}, indent=2))
        else:
            self.write(findings, problems)
        if problems:
            sys.exit(1)

    def write(self, findings: dict, problems: int) -> None:
        styles = {OK: self.style.SUCCESS, NOTE: self.style.WARNING, PROBLEM: self.style.ERROR}
        for subject, found in findings.items():
            for finding in found:
                self.stdout.write(f"{subject:<13} {styles[finding.level](f'{finding.level:<8}')} {finding.what}")
                if finding.mend:
                    self.stdout.write(f"{'':<22} → {finding.mend}")
        verdict = "Everything is well." if not problems else f"To be mended: {problems}."
        self.stdout.write((self.style.ERROR if problems else self.style.SUCCESS)(verdict))
