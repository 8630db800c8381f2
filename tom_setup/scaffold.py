"""From answers to the files of a project. Nothing here touches the disk of the project or Django's settings.

The templates lie under `templates/tom_setup/project/` as the project has them, each with `.tmpl` at its end. They are
Django templates; what a project itself renders stands inside `verbatim`.
"""

import json
from pathlib import Path, PurePosixPath

from django.template import Context, Engine

from tom_setup.answers import Answers

TEMPLATES = Path(__file__).resolve().parent / "templates" / "tom_setup" / "project"
SUFFIX = ".tmpl"

#: The user's own ground: what lies there is never overwritten, not even with --force.
OWN_GROUND = ("custom_code/", "templates/", "static/")
#: Holds secrets that are in use: missing lines are added, none is changed.
ENVIRONMENT_FILE = ".env"


def scaffold(answers: Answers) -> dict[str, str]:
    """{path relative to the project's folder, with slashes: text} of every file of a new project."""
    engine = Engine(autoescape=False)
    context = Context(template_values(answers), autoescape=False)
    return {
        output_path(template, answers): engine.from_string(template.read_text(encoding="utf-8")).render(context)
        for template in sorted(TEMPLATES.rglob(f"*{SUFFIX}"))
    }


def template_values(answers: Answers) -> dict[str, str]:
    """What the templates may use. A `_literal` is Python source, quoted as need be."""
    return {
        "name": answers.name,
        "tom_name": answers.tom_name,
        "tom_name_literal": json.dumps(answers.tom_name, ensure_ascii=False),
        "target_type": answers.target_type,
        "target_permissions_only": str(answers.target_permissions_only),
        "hints": str(answers.hints),
        "secret_key": answers.secret_key,
        "database_password": answers.database_password,
        "target_class": f"{answers.name.title().replace('_', '')}Target",
    }


def output_path(template: Path, answers: Answers) -> str:
    relative = PurePosixPath(*template.relative_to(TEMPLATES).parts)
    return str(relative).removesuffix(SUFFIX).replace("project_name/", f"{answers.name}/", 1)


def is_own_ground(path: str) -> bool:
    return path.startswith(OWN_GROUND)


def add_missing_lines(present: str, wanted: str) -> str:
    """The `.env` that is there, with the variables it does not yet set."""
    known = {line.partition("=")[0].strip() for line in present.splitlines() if "=" in line}
    added = [
        line
        for line in wanted.splitlines()
        if "=" in line and not line.startswith("#") and line.partition("=")[0] not in known
    ]
    return "\n".join([present.rstrip("\n"), *added]) + "\n" if added else present
