"""What a project's settings take from the environment, and from a file `.env` beside manage.py.

    env = Environment(BASE_DIR / ".env")
    DEBUG = env.boolean("DEBUG", False)

The real environment wins over the file, so that a container or a service unit can change one value without touching it.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}


def read_env_file(text: str) -> dict[str, str]:
    """The NAME=value lines of a `.env` file.

    A line may begin with `export`; blank lines and lines that begin with # are skipped. A value in single or double
    quotes is taken as it stands; without quotes, what follows ` #` is a comment. Nothing is expanded.
    """
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise ImproperlyConfigured(f"Line {number} of .env is {line!r}; it should read NAME=value.")
        values[name] = _unquoted(value.strip(), number)
    return values


def _unquoted(value: str, number: int) -> str:
    if value[:1] in {"'", '"'}:
        end = value.find(value[0], 1)
        rest = value[end + 1 :].strip()
        if end < 0 or (rest and not rest.startswith("#")):
            raise ImproperlyConfigured(f"Line {number} of .env opens a quotation mark that does not close its value.")
        return value[1:end]
    return value.partition(" #")[0].rstrip()


class Environment:
    """Reads typed values. A value that cannot be understood is told with its name, never guessed."""

    def __init__(self, env_file: Path | None = None, environ: Mapping[str, str] | None = None):
        from_file = read_env_file(env_file.read_text(encoding="utf-8")) if env_file and env_file.is_file() else {}
        self.values = {**from_file, **(os.environ if environ is None else environ)}

    def text(self, name: str, default: str | None = None) -> str:
        """The value as it stands. Without a default the variable has to be there and not empty."""
        value = self.values.get(name, "")
        if value:
            return value
        if default is None:
            raise ImproperlyConfigured(f"{name} is not set. Put it into the environment or into the file .env.")
        return default

    def boolean(self, name: str, default: bool) -> bool:
        value = self.values.get(name)
        if value is None:
            return default
        if value.strip().lower() in YES:
            return True
        if value.strip().lower() in NO:
            return False
        raise ImproperlyConfigured(f"{name} is {value!r}; it should be true or false.")

    def integer(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        try:
            return int(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is {value!r}; it should be a whole number.") from error

    def items(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A list whose items are parted by commas."""
        return [item.strip() for item in self.text(name, ",".join(default)).split(",") if item.strip()]
