"""The harvester of the documentation does what the documentation says."""

import ast
from pathlib import Path

from django.test import SimpleTestCase, TestCase, override_settings

from docs.examples.test_myharvester import VariableStarTests  # noqa: F401  (its tests run here)
from tests.fake_services import FakeServices
from tests.tom_catalogs.test_resolve import OldStyle
from tom_catalogs.harvester import get_service_classes
from tom_catalogs.harvesters.jplhorizons import JPLHorizonsHarvester
from tom_catalogs.harvesters.simbad import SimbadHarvester
from tom_catalogs.resolve import resolve
from tom_catalogs.templatetags.catalogs_extras import BADGES
from tom_catalogs.testing import HarvesterContract

DOCS = Path(__file__).resolve().parents[2] / "docs"


class FakeContract(HarvesterContract):
    """Our own harvesters keep to the contract as well, with the bodies that the fake catalogues send."""

    def setUp(self) -> None:
        super().setUp()
        fake = FakeServices().start()
        self.addCleanup(fake.stop)
        genuine = self.server.answer

        def answer(path: str):
            self.server.paths.append(path)
            return self.server.override or genuine(path)

        self.server.answer = answer
        self.server.responses = self.bodies(fake)

    def bodies(self, fake: FakeServices) -> dict[str, bytes]:
        cls = self.harvester_class
        with override_settings(HARVESTERS=fake.harvesters):
            resolve(cls.name, self.term)
        return {request.path: fake.answer(request).body for request in list(fake.requests)}


class SimbadContract(FakeContract, SimpleTestCase):
    harvester_class = SimbadHarvester
    term, position = "M31", (10.6847, 41.2688)


class HorizonsContract(FakeContract, SimpleTestCase):
    harvester_class = JPLHorizonsHarvester
    term, position = "Eros", None


class DocumentationTests(TestCase):
    def test_the_page_shows_the_example_and_its_test(self):
        page = (DOCS / "writing_a_harvester.rst").read_text()
        self.assertIn("literalinclude:: examples/myharvester.py", page)
        self.assertIn("literalinclude:: examples/test_myharvester.py", page)

    def test_the_page_on_catalogues_names_every_catalogue_and_status(self):
        page = (DOCS / "catalogs.rst").read_text()
        for name in get_service_classes():
            self.assertIn(f'``"{name}"``', page)
        for _, words in BADGES.values():
            self.assertIn(f"*{words}*", page)

    def test_what_a_harvester_may_override_is_described(self):
        page = (DOCS / "writing_a_harvester.rst").read_text()
        tree = ast.parse((DOCS.parent / "tom_catalogs" / "harvester.py").read_text())
        base = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "AbstractHarvester")
        for node in base.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                self.assertIn(f"``{node.name}", page)

    def test_the_old_style_is_not_asked_by_position(self):
        self.assertFalse(OldStyle.accepts_positions())
