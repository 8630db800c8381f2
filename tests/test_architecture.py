"""The house rules of docs/development/architecture, held by reading the source. Nothing here imports an app."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parent.parent

#: the floor each app stands on; an app imports from lower floors only
FLOORS = {
    "tom_common": 1,
    "tom_targets": 2,
    "tom_setup": 2,
    "tom_catalogs": 3,
    "tom_observations": 3,
    "tom_dataproducts": 4,
    "tom_alerts": 5,
}
#: The base page; the page shown when nothing works any more, the base page included; a page inside a frame.
STANDS_ALONE = {"base.html", "500.html", "aladin_frame.html"}
LONGEST_FILE = 450
LONGEST_FUNCTION = 60

#: Settings of Django itself that no default of ours stands behind; `getattr(settings, …)` may ask for them.
NOT_OURS = {"BASE_DIR"}


def python_files() -> list[Path]:
    return [path for app in FLOORS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]


def templates() -> list[Path]:
    """Templates that the framework's own pages are made of; those of a new project are ours as well."""
    return [path for app in FLOORS for kind in ("*.html", "*.html.tmpl") for path in sorted((ROOT / app).rglob(kind))]


def shown(path: Path, line: int | None = None) -> str:
    return f"{path.relative_to(ROOT)}{f':{line}' if line else ''}"


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports_of(path: Path, tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every module that is imported anywhere in the tree, function bodies included, as (absolute name, line)."""
    package = module_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield origin, node.lineno
            yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def top_level_imports(path: Path) -> Iterator[tuple[str, int]]:
    """What is imported when the module is loaded: not in functions, not under TYPE_CHECKING."""
    pending: list[ast.AST] = list(tree_of(path).body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from imports_of(path, ast.Module(body=[node], type_ignores=[]))
        else:
            pending.extend(ast.iter_child_nodes(node))


def is_django_or_app(module: str) -> bool:
    root = module.partition(".")[0]
    return root in FLOORS or root in {"django", "rest_framework", "guardian", "crispy_forms"}


class FloorsTests(SimpleTestCase):
    def test_imports_look_down_never_up_or_sideways(self):
        wrong = []
        for path in python_files():
            app = path.relative_to(ROOT).parts[0]
            for module, line in imports_of(path, tree_of(path)):
                other = module.partition(".")[0]
                if other in FLOORS and other != app and FLOORS[other] >= FLOORS[app]:
                    wrong.append(f"{shown(path, line)} imports {module}")
        self.assertEqual(sorted(set(wrong)), [])

    def test_tom_setup_stands_on_tom_common_alone(self):
        wrong = [
            f"{shown(path, line)} imports {module}"
            for path in python_files()
            if path.relative_to(ROOT).parts[0] == "tom_setup"
            for module, line in imports_of(path, tree_of(path))
            if module.partition(".")[0] in set(FLOORS) - {"tom_setup", "tom_common"}
        ]
        self.assertEqual(wrong, [])

    def test_the_sky_knows_nothing_of_django_or_of_the_apps(self):
        wrong = [
            f"{shown(path, line)} imports {module}"
            for path in sorted((ROOT / "tom_common" / "astro").rglob("*.py"))
            for module, line in imports_of(path, tree_of(path))
            if is_django_or_app(module) and not module.startswith("tom_common.astro")
        ]
        self.assertEqual(wrong, [])

    def test_no_modules_import_each_other_in_a_circle_not_even_from_their_functions(self):
        modules = {module_of(path): path for path in python_files()}
        graph = {
            name: {module for module, _ in imports_of(path, tree_of(path)) if module in modules and module != name}
            for name, path in modules.items()
        }
        self.assertEqual(circles(graph), [])


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The circles that a walk from each node meets, each once."""
    found, done = {}, set()

    def walk(name: str, way: list[str]) -> None:
        if name in way:
            circle = way[way.index(name) :]
            found.setdefault(frozenset(circle), [*circle, name])
            return
        if name in done:
            return
        for other in sorted(graph.get(name, ())):
            walk(other, [*way, name])
        done.add(name)

    for name in sorted(graph):
        walk(name, [])
    return sorted(found.values())


class OnePlaceTests(SimpleTestCase):
    def test_only_conf_reads_the_default_of_a_setting(self):
        wrong = [
            f"{shown(path, node.lineno)}: {ast.unparse(node)}"
            for path in python_files()
            if path != ROOT / "tom_common" / "conf.py"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "getattr"
            and len(node.args) > 1
            and ast.unparse(node.args[0]) == "settings"
            and not (isinstance(node.args[1], ast.Constant) and node.args[1].value in NOT_OURS)
        ]
        self.assertEqual(wrong, [], "ask tom_common.conf.tom_settings instead")

    def test_settings_of_the_framework_are_read_through_conf(self):
        names = set(re.findall(r"^    ([A-Z_]+) = Setting\(", (ROOT / "tom_common" / "conf.py").read_text(), re.M))
        names -= {"SECRET_KEY_FALLBACKS"}
        self.assertIn("TARGET_PERMISSIONS_ONLY", names)
        wrong = [
            f"{shown(path, node.lineno)}: settings.{node.attr}"
            for path in python_files()
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.Attribute)
            and node.attr in names
            and isinstance(node.value, ast.Name)
            and node.value.id == "settings"
        ]
        self.assertEqual(wrong, [], "ask tom_common.conf.tom_settings instead")

    def test_only_the_remote_client_talks_to_other_machines(self):
        libraries = {"requests", "urllib3", "httpx", "aiohttp", "http.client", "urllib.request", "ftplib", "telnetlib"}
        wrong = [
            f"{shown(path, line)} imports {module}"
            for path in python_files()
            if path != ROOT / "tom_common" / "remote.py"
            for module, line in imports_of(path, tree_of(path))
            if module in libraries or module.partition(".")[0] in libraries - {"http.client", "urllib.request"}
        ]
        self.assertEqual(wrong, [])

    def test_heavy_libraries_are_not_loaded_with_the_modules_that_django_loads_first(self):
        heavy = {"astropy", "astroplan", "numpy", "plotly", "mocpy", "cdshealpix", "requests", "PIL", "scipy", "pandas"}
        early = {"models", "apps", "urls", "views", "forms", "admin", "filters", "tables", "middleware", "templatetags",
                 "base_models", "managers", "permissions", "services", "api", "api_views", "serializers", "checks"}
        wrong = [
            f"{shown(path, line)} imports {module}"
            for path in python_files()
            if early & set(path.relative_to(ROOT).with_suffix("").parts)
            for module, line in top_level_imports(path)
            if module.partition(".")[0] in heavy
        ]
        self.assertEqual(sorted(set(wrong)), [])


class TemplatesTests(SimpleTestCase):
    """What the Content-Security-Policy would block is not written in the first place."""

    def found(self, pattern: str) -> list[str]:
        expression = re.compile(pattern, re.IGNORECASE)
        return [
            f"{shown(path, text.count(chr(10), 0, match.start()) + 1)}: {' '.join(match.group().split())[-80:]}"
            for path in templates()
            for text in [without_remarks(path.read_text(encoding="utf-8"))]
            for match in expression.finditer(text)
        ]

    def test_no_script_stands_in_a_page(self):
        self.assertEqual(self.found(r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/json)[^>]*>"), [])

    def test_no_event_handler_stands_in_an_element(self):
        self.assertEqual(self.found(r"<[^>]*\son[a-z]+\s*=\s*[\"']"), [])

    def test_no_address_is_a_script(self):
        self.assertEqual(self.found(r"javascript:"), [])

    def test_no_style_stands_in_a_page(self):
        self.assertEqual(self.found(r"<[^>]*\sstyle\s*=|<style\b"), [])

    def test_nothing_is_loaded_from_another_host(self):
        loading = r"<(script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc\s*=\s*[\"'](https?:)?//"
        self.assertEqual(self.found(loading + r"|<link\b[^>]*\bhref\s*=\s*[\"'](https?:)?//"), [])

    def test_full_pages_extend_the_base_page(self):
        alone = {path.name for path in templates() if "<html" in path.read_text(encoding="utf-8").lower()}
        self.assertLessEqual(alone, STANDS_ALONE)


def without_remarks(text: str) -> str:
    """The template without its comments, every line where it was."""
    remark = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", re.DOTALL)
    return remark.sub(lambda match: "\n" * match.group().count("\n"), text)


class SizeTests(SimpleTestCase):
    def test_a_file_holds_one_subject(self):
        wrong = {
            shown(path): lines
            for path in python_files()
            if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
        }
        self.assertEqual(wrong, {}, f"longer than {LONGEST_FILE} lines: make a folder of it")

    def test_a_function_does_one_thing(self):
        wrong = [
            f"{shown(path, node.lineno)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
            for path in python_files()
            for node in ast.walk(tree_of(path))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
        ]
        self.assertEqual(wrong, [], f"longer than {LONGEST_FUNCTION} lines")


class ReadersTests(SimpleTestCase):
    """The tests above would find what they look for."""

    def test_a_relative_import_and_one_in_a_function_are_seen(self):
        tree = ast.parse("from . import names\ndef f():\n    from ..tom_alerts import alerts\n    import requests.auth")
        found = {module for module, _ in imports_of(ROOT / "tom_targets" / "models.py", tree)}
        self.assertLessEqual({"tom_targets.names", "tom_alerts.alerts", "requests.auth"}, found)

    def test_a_circle_is_found(self):
        self.assertEqual(circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}), [["a", "b", "c", "a"]])
        self.assertEqual(circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}), [])
