"""The questions that stand before a new TOM, and what a good answer to each looks like."""

import argparse
import keyword
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator

TARGET_TYPES = ("SIDEREAL", "NON_SIDEREAL")
SHORTEST_PASSWORD = 8
#: names of folders and modules that a project holds or stands beside
TAKEN_NAMES = {"custom_code", "templates", "static", "data", "test", "tests", "site", "manage", "settings", "wheels"}


class AnswerRefused(ValueError):
    """An answer that cannot be used; the message says why, in words for the person who typed it."""


@dataclass
class Answers:
    """Everything the scaffolder needs to know. The secrets at the end are made up, never asked for."""

    name: str
    tom_name: str = ""
    target_type: str = "SIDEREAL"
    target_permissions_only: bool = True
    hints: bool = True
    group: str = "Public"
    username: str = "pi"
    email: str = ""
    password: str = ""
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(50))
    database_password: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def __post_init__(self) -> None:
        self.tom_name = self.tom_name or title_of(self.name)


def title_of(name: str) -> str:
    """`my_tom` is shown as `My Tom`, `mytom` as `mytom`."""
    return name.replace("_", " ").title() if "_" in name else name


def project_name(text: str) -> str:
    name = text.strip()
    if not name.isidentifier() or not name.isascii() or not name[0].isalpha():
        raise AnswerRefused(
            f"{text!r} cannot name a project: it takes letters, digits and underscores, and begins with a letter."
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise AnswerRefused(f"{name!r} is a word of the Python language. Choose another name.")
    if name.lower() in TAKEN_NAMES or _is_module(name):
        raise AnswerRefused(
            f"{name!r} is already the name of a Python module or of a folder of the project; the two would get in each "
            f"other's way. Choose another name, for example {name + '_tom'!r}."
        )
    return name


def _is_module(name: str) -> bool:
    """Whether Python finds a module of that name. A plain folder on the path is none."""
    try:
        found = find_spec(name)
    except (ImportError, ValueError):
        return True
    return found is not None and found.origin is not None


def shown_name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > 60 or not name.isprintable() or set(name) & set('"\\'):
        raise AnswerRefused('The name shown has at most 60 characters, without " and \\.')
    return name


def target_type(text: str) -> str:
    value = text.strip().upper().replace("-", "_").replace(" ", "_")
    if value not in TARGET_TYPES:
        raise AnswerRefused(f"{text!r} is not a target type. Known: {', '.join(TARGET_TYPES)}.")
    return value


def yes_or_no(text: str) -> bool:
    value = text.strip().lower()
    if value in {"y", "yes", "true", "on", "1"}:
        return True
    if value in {"n", "no", "false", "off", "0"}:
        return False
    raise AnswerRefused(f"{text!r} is neither yes nor no.")


def group_name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 150:
        raise AnswerRefused("The name of a group has 1 to 150 characters.")
    return name


def username(text: str) -> str:
    name = text.strip()
    if not re.fullmatch(r"[\w.@+-]{1,150}", name):
        raise AnswerRefused(f"{text!r} cannot be a login name: it takes letters, digits and @ . + - _ only.")
    return name


def email(text: str) -> str:
    address = text.strip()
    if address and not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise AnswerRefused(f"{text!r} is not an e-mail address. Leave it empty if you have none to give.")
    return address


def password(text: str) -> str:
    if text and len(text) < SHORTEST_PASSWORD:
        raise AnswerRefused(f"A password has at least {SHORTEST_PASSWORD} characters.")
    if text.isdigit():
        raise AnswerRefused("A password of digits alone is guessed too soon.")
    if text and text.lower() in CommonPasswordValidator().passwords:
        raise AnswerRefused("That password is on every list of common passwords.")
    return text


@dataclass(frozen=True)
class Question:
    """One question: the field it fills, the flag that answers it beforehand, and how an answer is read."""

    field: str
    flag: str
    text: str
    read: Callable[[str], Any]
    help: str
    is_secret: bool = False


QUESTIONS = (
    Question("tom_name", "--tom-name", "Name of your TOM, as its pages show it", shown_name,
             "the name shown in the navigation bar"),
    Question("target_type", "--target-type", "Most of your targets are SIDEREAL or NON_SIDEREAL", target_type,
             "the type the form for a new target starts with: SIDEREAL or NON_SIDEREAL"),
    Question("target_permissions_only", "--target-permissions-only",
             "Who may see a target may see all that belongs to it", yes_or_no,
             "yes: who may see a target sees its observations and data; no: each of them is granted on its own"),
    Question("hints", "--hints", "Show hints on how pages can be customised", yes_or_no,
             "whether pages show hints on how to customise them: yes or no"),
    Question("group", "--group", "First group, with the PI in it (all who can log in are in Public)", group_name,
             "the name of the first group, made with the PI in it; all who can log in are in the group Public"),
    Question("username", "--username", "Login name of the first superuser (the PI)", username,
             "the login name of the first superuser"),
    Question("email", "--email", "Their e-mail address (may stay empty)", email,
             "the e-mail address of the first superuser"),
    Question("password", "--password", "Their password (empty: one is made up and shown once)", password,
             "the password of the first superuser; better in DJANGO_SUPERUSER_PASSWORD, for others on this machine can "
             "read a command line; without either, one is made up and shown once", is_secret=True),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One flag for each question, and those that say how to ask and what may be overwritten."""
    for question in QUESTIONS:
        parser.add_argument(question.flag, dest=question.field, help=question.help)
    parser.add_argument("--no-input", "--noinput", action="store_true", dest="no_input",
                        help="ask nothing: take the flags, and the defaults for what they leave open")
    parser.add_argument("--force", action="store_true",
                        help="overwrite files that are there, after saving a copy of each")


def default_of(name: str, question: Question) -> Any:
    return getattr(Answers(name), question.field)


def shown(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else str(value)


def from_flags(options: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that the flags (and DJANGO_SUPERUSER_PASSWORD) give. Raises AnswerRefused with the flag's name."""
    given = {}
    for question in QUESTIONS:
        text = options.get(question.field)
        if text is None and question.is_secret:
            text = os.environ.get("DJANGO_SUPERUSER_PASSWORD") or None
        if text is None:
            continue
        try:
            given[question.field] = question.read(text)
        except AnswerRefused as error:
            raise AnswerRefused(f"{question.flag}: {error}") from error
    return given


def gather(
    name: str,
    options: Mapping[str, Any],
    ask: Callable[[str], str] | None = None,
    ask_secret: Callable[[str], str] | None = None,
    say: Callable[[str], Any] = print,
) -> Answers:
    """The answers: from the flags, then by asking (again after a wrong answer); without `ask`, the defaults."""
    given = from_flags(options)
    for question in QUESTIONS if ask and ask_secret else ():
        if question.field not in given:
            given[question.field] = _asked(question, default_of(name, question), ask, ask_secret, say)
    return Answers(name, **given)


def _asked(question: Question, default: Any, ask: Callable, ask_secret: Callable, say: Callable) -> Any:
    while True:
        if question.is_secret:
            text = ask_secret(f"{question.text}: ")
        else:
            text = ask(f"{question.text} [{shown(default)}]: " if default != "" else f"{question.text}: ")
        if not text.strip():
            return default
        try:
            answer = question.read(text)
        except AnswerRefused as refused:
            say(str(refused))
            continue
        if question.is_secret and ask_secret("Once more: ") != text:
            say("The two passwords differ.")
            continue
        return answer
