"""Plugins are classes named by a dotted path in a setting, or contributed by an app."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.utils.module_loading import import_string

from tom_common.exceptions import PluginNotFound
from tom_common.integration import collect

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PluginProblem:
    """Why a declared plugin cannot be used. `code` is the last part of the check id."""

    code: str
    message: str
    hint: str


class PluginRegistry:
    """All plugins of one kind.

    `paths` says which are declared: a function that returns dotted paths (or {key: dotted path}), read each time, so
    that a changed setting counts at once. A plugin is known by its key, or else by its attribute `key_attribute`
    (a facility's, broker's, harvester's `name`), or else by its class name. Of two with the same name the first counts.
    """

    def __init__(
        self,
        kind: str,
        *,
        base: str,
        paths: Callable[[], Iterable[str] | dict[str, str]],
        key_attribute: str | None = "name",
    ):
        self.kind = kind
        self.base_path = base
        self.paths = paths
        self.key_attribute = key_attribute
        self._loaded: tuple[tuple, dict[str, type], list[PluginProblem]] | None = None

    def classes(self) -> dict[str, type]:
        """{name: class} of every plugin that can be used. A broken one is logged once and left out."""
        return dict(self._load()[0])

    def get(self, name: str) -> type:
        classes = self._load()[0]
        if name not in classes:
            known = ", ".join(sorted(classes)) or "none"
            raise PluginNotFound(f"No {self.kind} is named '{name}'. Known: {known}.")
        return classes[name]

    def choices(self) -> list[tuple[str, str]]:
        """(name, label) pairs for a form field. The label is the class's `verbose_name`, or its name."""
        return [(name, getattr(cls, "verbose_name", None) or name) for name, cls in self._load()[0].items()]

    def problems(self) -> list[PluginProblem]:
        return list(self._load()[1])

    def check(self) -> list[checks.CheckMessage]:
        """What `manage.py check` says of this kind."""
        return [
            checks.Error(problem.message, hint=problem.hint, id=f"tom_common.E2{problem.code}")
            for problem in self.problems()
        ]

    def _load(self) -> tuple[dict[str, type], list[PluginProblem]]:
        declared = self._declared()
        if self._loaded is None or self._loaded[0] != declared:
            classes, problems = self._import_all(declared)
            for problem in problems:
                logger.error("%s %s", problem.message, problem.hint)
            self._loaded = (declared, classes, problems)
        return self._loaded[1], self._loaded[2]

    def _declared(self) -> tuple:
        paths = self.paths()
        return tuple(paths.items()) if isinstance(paths, dict) else tuple((None, path) for path in paths)

    def _import_all(self, declared: tuple) -> tuple[dict[str, type], list[PluginProblem]]:
        classes: dict[str, type] = {}
        problems: list[PluginProblem] = []
        for key, path in declared:
            cls, problem = self._import(path)
            if problem:
                problems.append(problem)
                continue
            name = key or self._name_of(cls)
            if name in classes and classes[name] is not cls:
                problems.append(PluginProblem(
                    "04", f"Two of the {self.kind} plugins are named '{name}': {_path(classes[name])} and {path}.",
                    "The first counts. Give the other a name of its own.",
                ))
                continue
            classes[name] = cls
        return classes, problems

    def _import(self, path: str) -> tuple[Any, PluginProblem | None]:
        try:
            cls = import_string(path)
        except Exception as error:
            return None, PluginProblem(
                "01", f"The {self.kind} '{path}' cannot be imported: {error}",
                "Mend the dotted path, install the package, or take the entry out.",
            )
        base = import_string(self.base_path)
        if not (isinstance(cls, type) and issubclass(cls, base)):
            return None, PluginProblem(
                "02", f"'{path}' is no {self.kind}: it does not derive from {self.base_path}.",
                f"Make it a subclass of {self.base_path}.",
            )
        missing = sorted(getattr(cls, "__abstractmethods__", ()))
        if missing:
            return None, PluginProblem(
                "03", f"The {self.kind} '{path}' leaves methods abstract: {', '.join(missing)}.",
                "Write them; what the service cannot do, the method says by raising.",
            )
        return cls, None

    def _name_of(self, cls: type) -> str:
        return (getattr(cls, self.key_attribute, None) if self.key_attribute else None) or cls.__name__


def contributed_paths(method: str) -> list[str]:
    """Dotted paths that the apps contribute, given as strings or as {'class': path}. Anything else is left out."""
    paths = []
    for contribution in collect(method):
        entry = contribution.entry
        path = entry.get("class") if isinstance(entry, dict) else entry
        if isinstance(path, str):
            paths.append(path)
        else:
            logger.error("The app %s says %r in %s, which is no dotted path.", contribution.app.label, entry, method)
    return paths


def _path(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
