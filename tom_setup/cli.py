"""`tom-setup mytom`: a new TOM from nothing. Runs without a project and without Django's settings."""

import argparse
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from tom_setup.answers import AnswerRefused, Answers, add_arguments, gather, project_name
from tom_setup.project import Plan, SetupRefused, plan, start, write


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="tom-setup",
        description="Make a new Target and Observation Manager: a folder with a Django project, its database, a group "
        "and a first superuser. Every question has a flag that answers it beforehand.",
    )
    made.add_argument("name", nargs="?", help="name of the project: letters, digits, underscores")
    made.add_argument("--folder", type=Path, help="where the project goes (default: a folder of its name, here)")
    made.add_argument("--files-only", action="store_true", help="write the files; make no database, group or user")
    add_arguments(made)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        make_project(options)
    except (AnswerRefused, SetupRefused) as refused:
        print(f"tom-setup: {refused}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        print("\ntom-setup: stopped. Run it again with the same name to go on.", file=sys.stderr)
        return 130
    return 0


def make_project(options: argparse.Namespace) -> None:
    is_asking = not options.no_input
    name = project_name(options.name) if options.name else _ask_name(is_asking)
    answers = gather(
        name, vars(options), ask=input if is_asking else None, ask_secret=getpass.getpass if is_asking else None
    )
    folder = (options.folder or Path.cwd() / name).resolve()
    if folder.exists() and not folder.is_dir():
        raise SetupRefused(f"{folder} is a file. Give another name, or another folder with --folder.")
    planned = plan(folder, answers)
    saved = write(planned, force=options.force)
    report_files(planned, saved, print)
    if not options.files_only:
        start(folder, answers, print)
    print_next_steps(folder, answers, options.files_only)


def _ask_name(is_asking: bool) -> str:
    if not is_asking:
        raise AnswerRefused("give the name of the project: tom-setup mytom --no-input")
    while True:
        try:
            return project_name(input("Name of the project (letters, digits, underscores): "))
        except AnswerRefused as refused:
            print(refused)


def report_files(planned: Plan, saved: Path | None, say) -> None:
    say(f"{len(planned.new) + len(planned.replaced)} files written to {planned.folder}.")
    if saved:
        say(f"What they replaced was saved to {saved}.")
    if planned.kept:
        say(f"Yours, left as they are: {', '.join(planned.kept)}.")


def print_next_steps(folder: Path, answers: Answers, files_only: bool) -> None:
    here = Path.cwd()
    shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
    print(f"\n{answers.tom_name} is ready. Next:\n\n    cd {shown}")
    if files_only:
        print("    python manage.py migrate\n    python manage.py createsuperuser")
    print("    python manage.py runtom        (web pages and worker, on http://127.0.0.1:8000)\n")


if __name__ == "__main__":
    sys.exit(main())
