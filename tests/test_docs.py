"""The documentation is held against the code: what it must name, it names, and its Python runs."""

import re
from pathlib import Path

from django.contrib.auth.models import Group, User
from django.test import RequestFactory, SimpleTestCase, TestCase

from tom_common.conf import tom_settings
from tom_common.integration import CONTRIBUTIONS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs").rglob("*.rst"))
CODE_BLOCK = re.compile(
    r"^(?P<indent> *)\.\. code-block:: python\n(?P<options>(?:(?P=indent)   :.*\n)*)\n"
    r"(?P<body>(?:(?P=indent)   .*\n|\n)+)",
    re.MULTILINE,
)


def python_blocks() -> list[tuple[str, str]]:
    """(where, source) of every Python block that is not marked `:class: sketch`."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8") + "\n"
        for match in CODE_BLOCK.finditer(text):
            if "sketch" in match["options"]:
                continue
            width = len(match["indent"]) + 3
            source = "\n".join(line[width:] for line in match["body"].splitlines())
            line_number = text[: match.start()].count("\n") + 1
            found.append((f"{page.relative_to(ROOT)}:{line_number}", source))
    return found


class PythonInTheDocumentationTests(TestCase):
    def test_every_python_block_runs(self):
        from tom_targets.models import Target

        user = User.objects.create_superuser("docs")
        request = RequestFactory().get("/")
        request.user = user
        target = Target.objects.create(name="M31", type=Target.SIDEREAL, ra=10.6847, dec=41.2688)
        group = Group.objects.create(name="Docs")
        blocks = python_blocks()
        self.assertGreater(len(blocks), 3)
        for where, source in blocks:
            with self.subTest(where=where):
                names = {"__name__": "docs_example", "request": request, "user": user, "target": target, "group": group}
                exec(compile(source, where, "exec"), names)


class ReferenceTests(SimpleTestCase):
    """The reference pages are made from the code; these tests hold that the directives leave nothing out."""

    def directive_text(self, name: str) -> str:
        import importlib.util

        path = ROOT / "docs" / "_ext" / "tom_reference.py"
        spec = importlib.util.spec_from_file_location("tom_reference", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return "\n".join(getattr(module, name).lines(None))

    def test_every_setting_is_described_with_its_default(self):
        text = self.directive_text("Settings")
        for setting in tom_settings:
            self.assertIn(f"``{setting.name}``", text)
            self.assertIn(setting.help, text)

    def test_every_contribution_is_described(self):
        text = self.directive_text("Contributions")
        for method in CONTRIBUTIONS:
            self.assertIn(f"``{method}()``", text)

    def test_every_plugin_kind_is_described(self):
        from tom_common.registries import REGISTRIES

        text = self.directive_text("PluginKinds")
        for registry, _app in REGISTRIES.values():
            self.assertIn(registry.base_path, text)

    def test_the_reference_pages_use_the_directives(self):
        pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
        for directive in ("tom-settings", "tom-contributions", "tom-plugin-kinds"):
            self.assertIn(f".. {directive}::", pages)

    def test_every_contribution_method_of_our_apps_is_listed(self):
        """A door that an app uses but the list does not name would be a secret one."""
        from django.apps import apps

        for app in apps.get_app_configs():
            if app.name.startswith("tom_"):
                own = {name for name, value in vars(type(app)).items() if callable(value)}
                self.assertEqual(own - set(CONTRIBUTIONS) - {"ready", "__init__"}, set(), app.name)


class ProseTests(SimpleTestCase):
    def test_every_link_between_pages_leads_somewhere(self):
        for page in PAGES:
            for target in re.findall(r":doc:`(?:[^`<]*<)?([^`>]+)>?`", page.read_text(encoding="utf-8")):
                base = ROOT / "docs" if target.startswith("/") else page.parent
                self.assertTrue((base / f"{target.lstrip('/')}.rst").resolve().exists(), f"{page}: {target}")

    def test_every_command_named_in_the_documentation_exists(self):
        from django.core.management import get_commands

        known = set(get_commands())
        for page in [*PAGES, ROOT / "README.md"]:
            for command in re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8")):
                self.assertIn(command, known, page)
