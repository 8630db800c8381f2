"""Putting a scaffolded project onto the disk, and starting it: files, database, group, superuser."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tom_setup.answers import Answers
from tom_setup.scaffold import ENVIRONMENT_FILE, add_missing_lines, is_own_ground, scaffold

SAVED = ".tom_setup_saved"


class SetupRefused(Exception):
    """The project cannot be made or started; the message says why and what to do."""


@dataclass
class Plan:
    """What will be written where, and what is in the way."""

    folder: Path
    new: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


def plan(folder: Path, answers: Answers) -> Plan:
    """Compare the project as it would be made with what is there. Files that are alike are left out."""
    planned = Plan(folder)
    for path, text in scaffold(answers).items():
        place = folder / path
        if not place.exists():
            planned.new[path] = text
            continue
        present = place.read_text(encoding="utf-8", errors="replace") if place.is_file() else None
        if path == ENVIRONMENT_FILE and present is not None:
            text = add_missing_lines(present, text)
        if present == text:
            continue
        if is_own_ground(path):
            planned.kept.append(path)
        else:
            planned.replaced[path] = text
    return planned


def write(planned: Plan, *, force: bool) -> Path | None:
    """Write the files. What is overwritten is saved first; returns the folder with the copies, if there are any.

    Without `force` nothing at all is written when a file is in the way.
    """
    changed = [path for path in planned.replaced if path != ENVIRONMENT_FILE]
    if changed and not force:
        raise SetupRefused(
            f"These files are already in {planned.folder}: {', '.join(changed)}. Nothing was written. "
            f"With --force they are replaced, after a copy of each has been saved under {SAVED}/."
        )
    saved = _save(planned) if planned.replaced else None
    for path, text in {**planned.new, **planned.replaced}.items():
        _write_file(planned.folder / path, text, is_secret=path == ENVIRONMENT_FILE)
    (planned.folder / "manage.py").chmod(0o755)
    return saved


def _save(planned: Plan) -> Path:
    saved = planned.folder / SAVED / datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S.%fZ")
    for path in planned.replaced:
        present = planned.folder / path
        if not present.is_file():
            raise SetupRefused(f"{present} is a folder, but a file of that name is needed. Move it away first.")
        copy = saved / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.touch(mode=0o600)
        copy.write_bytes(present.read_bytes())
    return saved


def _write_file(place: Path, text: str, *, is_secret: bool) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if is_secret:
            place.touch(mode=0o600)
        place.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetupRefused(f"{place} could not be written: {error.strerror}.") from error


def start(folder: Path, answers: Answers, say: Callable[[str], object]) -> None:
    """Make the database, the group and the superuser of a project whose files are there.

    Each step runs in a Python of its own, for the settings that were just written are not those of this process.
    """
    made_up = not answers.password
    password = answers.password or secrets.token_urlsafe(12)
    say("Making the database…")
    manage(folder, answers.name, "migrate", "--no-input", "--verbosity", "0")
    told = manage(
        folder, answers.name, "tom_setup", "--people-only", "--no-input",
        "--group", answers.group, "--username", answers.username, "--email", answers.email,
        environment={"DJANGO_SUPERUSER_PASSWORD": password},
    )
    say(told.strip())
    if made_up and "password" not in told:
        say(f"Password of {answers.username}: {password}   (shown only now; change it on the profile page)")


def manage(folder: Path, name: str, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """Run `manage.py` of the project and return what it printed. Raises SetupRefused with its error message."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=folder,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": f"{name}.settings", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip() or done.stdout.strip()
        raise SetupRefused(f"`manage.py {arguments[0]}` failed in {folder}:\n{reason}")
    return done.stdout
