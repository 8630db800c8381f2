"""Everything that code written for the framework relies on is there, under its name and with its arguments."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.template import TemplateDoesNotExist, engines
from django.template.library import InvalidTemplateLibrary, import_library
from django.template.loader_tags import BlockNode, ExtendsNode
from django.test import SimpleTestCase, TestCase
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from tests import public_names
from tom_common.conf import TomSettings
from tom_common.integration import CONTRIBUTIONS

MISSING = object()
#: where declarative classes keep what their body declares
DECLARED = ("base_fields", "declared_fields", "_declared_fields", "base_filters", "base_columns")


def entries(text: str) -> Iterator[str]:
    """The lines of a module's table, those that were wrapped joined again."""
    yield from re.sub(r"\n {12}", " ", text).split("\n")


def wanted_names() -> Iterator[tuple[str, str, str, str]]:
    """(key, module, class or "", what is listed) of every name."""
    for module, text in public_names.MODULES.items():
        for line in filter(None, map(str.strip, entries(text))):
            name, colon, members = line.partition(":")
            if not colon or "(" in name:
                yield f"{module}.{line.partition('(')[0]}", module, "", line
                continue
            yield f"{module}.{name}", module, "", name
            for member in filter(None, map(str.strip, members.split(";"))):
                yield f"{module}.{name}.{member.partition('(')[0]}", module, name, member


def is_later(key: str) -> bool:
    """Whether the name, or what it belongs to, is listed as not there yet, or as replaced."""
    parts = key.split(".")
    absent = public_names.LATER | set(public_names.REPLACED)
    return any(".".join(parts[:end]) in absent for end in range(1, len(parts) + 1))


def look_up(module: str, owner: str, name: str) -> Any:
    try:
        found = import_module(module)
    except ImportError:
        return MISSING
    if not owner:
        return getattr(found, name, MISSING)
    found = getattr(found, owner, MISSING)
    if found is MISSING:
        return MISSING
    for declared in DECLARED:
        if name in (getattr(found, declared, None) or ()):
            return getattr(found, declared)[name]
    return getattr(found, name, MISSING)


def arguments(listed: str) -> tuple[int, set[str]]:
    """How many arguments come by position, and which by name."""
    inside = listed.partition("(")[2].rpartition(")")[0]
    names = [part.strip() for part in re.split(r",\s*(?![^()]*\))", inside) if part.strip() and part.strip()[0] != "*"]
    return sum("=" not in name for name in names), {name.partition("=")[0] for name in names if "=" in name}


def call_problem(found: Any, listed: str, is_method: bool) -> str:
    """Why a call as listed would fail; empty when it would not."""
    by_position, by_name = arguments(listed)
    if not by_position and not by_name and "*args" in listed:
        return ""
    try:
        inspect.signature(found).bind(*[None] * (by_position + is_method), **dict.fromkeys(by_name))
    except TypeError as error:
        return f"{listed}: {error}, but it is {inspect.signature(found)}"
    return ""


class PythonNamesTests(SimpleTestCase):
    def test_every_name_can_be_imported(self):
        missing = [
            key
            for key, module, owner, listed in wanted_names()
            if not is_later(key) and look_up(module, owner, listed.partition("(")[0]) is MISSING
        ]
        self.assertEqual(missing, [])

    def test_every_function_and_method_takes_its_arguments(self):
        wrong = []
        for key, module, owner, listed in wanted_names():
            found = look_up(module, owner, listed.partition("(")[0])
            if "(" not in listed or found is MISSING or is_later(key):
                continue
            is_bound = inspect.ismethod(found) or isinstance(static_member(module, owner, listed), staticmethod)
            problem = call_problem(found, listed, is_method=bool(owner) and not is_bound)
            if problem:
                wrong.append(f"{module}.{owner}: {problem}")
        self.assertEqual(wrong, [])

    def test_what_is_there_is_no_longer_listed_as_later(self):
        done = [
            key
            for key, module, owner, listed in wanted_names()
            if key in public_names.LATER and look_up(module, owner, listed.partition("(")[0]) is not MISSING
        ]
        modules = [name for name in public_names.MODULES if name in public_names.LATER and can_import(name)]
        self.assertEqual(done + modules, [], "take these out of LATER in tests/public_names.py")


def static_member(module: str, owner: str, listed: str) -> Any:
    return inspect.getattr_static(getattr(import_module(module), owner), listed.partition("(")[0]) if owner else None


def can_import(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


class AddressesTests(SimpleTestCase):
    def reversed(self, name: str, arguments: dict) -> str | None:
        try:
            return reverse(name, kwargs=arguments)
        except NoReverseMatch:
            return None

    def test_every_address_has_its_name_and_path(self):
        for name, (path, arguments) in public_names.ADDRESSES.items():
            names = [name, f"tom_{name}"] if name.startswith("targets:") else [name]
            for each in names:
                with self.subTest(each):
                    is_there = self.reversed(each, arguments)
                    self.assertEqual(is_there, None if name in public_names.LATER else path)

    def test_the_paths_without_a_name_lead_somewhere(self):
        for path in public_names.PATHS:
            with self.subTest(path):
                try:
                    resolve(path)
                except Resolver404:
                    self.fail(f"{path} leads nowhere")


class TemplatesTests(SimpleTestCase):
    def blocks(self, template: Any) -> set[str]:
        """The blocks that can be filled: the template's own, and those of what it extends."""
        nodes = template.nodelist
        found = {node.name for node in nodes.get_nodes_by_type(BlockNode)}
        for node in nodes.get_nodes_by_type(ExtendsNode):
            found |= self.blocks(engines["django"].engine.get_template(node.parent_name.resolve({})))
        return found

    def test_every_template_is_there_with_its_blocks(self):
        for name, blocks in public_names.TEMPLATES.items():
            with self.subTest(name):
                try:
                    template = engines["django"].engine.get_template(name)
                except TemplateDoesNotExist:
                    template = None
                self.assertEqual(template is None, name in public_names.LATER, "missing, or there and listed as later")
                if template:
                    self.assertLessEqual(set(blocks), self.blocks(template))

    def test_every_tag_and_filter_is_there_with_its_arguments(self):
        libraries = engines["django"].engine.libraries
        for name, listed in public_names.TAGS.items():
            try:
                library = import_library(libraries.get(name, "tests.no_such_library"))
            except InvalidTemplateLibrary:
                library = None
            for call in listed:
                tag = call.partition("(")[0]
                with self.subTest(f"{name}.{tag}"):
                    found = library and (library.filters.get(tag) or library.tags.get(tag))
                    self.assertEqual(not found, f"{name}.{tag}" in public_names.LATER, "missing, or there and later")
                    if found:
                        self.assertEqual(self.tag_problem(found, call), "")

    def tag_problem(self, found: Any, call: str) -> str:
        """A tag that is given the page's context takes it first."""
        function = inspect.unwrap(found)
        takes_context = next(iter(inspect.signature(function).parameters), "") == "context"
        return call_problem(function, call, is_method=takes_context)


class SettingsTests(SimpleTestCase):
    def test_every_setting_is_known(self):
        for name in public_names.SETTINGS:
            with self.subTest(name):
                self.assertEqual(not hasattr(TomSettings, name), name in public_names.LATER)

    def test_every_way_to_contribute_is_known(self):
        for name in public_names.CONTRIBUTIONS:
            with self.subTest(name):
                self.assertEqual(name not in CONTRIBUTIONS, name in public_names.LATER)


class PermissionsTests(TestCase):
    def test_every_permission_can_be_assigned(self):
        for label, codenames in public_names.PERMISSIONS.items():
            self.assertTrue(apps.is_installed(label))
            there = set(Permission.objects.filter(content_type__app_label=label).values_list("codename", flat=True))
            self.assertEqual(set(codenames) - there, set())
