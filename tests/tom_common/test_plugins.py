from abc import ABC, abstractmethod
from unittest.mock import patch

from django.test import SimpleTestCase, override_settings

from tom_common.apps import TomCommonConfig
from tom_common.exceptions import PluginNotFound, TomError
from tom_common.plugins import PluginRegistry, contributed_paths
from tom_common.registries import REGISTRIES, harvesters

ME = __name__


class Instrument(ABC):
    @abstractmethod
    def expose(self): ...


class Camera(Instrument):
    name = "Camera"
    verbose_name = "The wide camera"

    def expose(self): ...


class Spectrograph(Camera):
    name = "Spectrograph"
    verbose_name = ""


class Nameless(Camera):
    name = None


class AnotherCamera(Camera):
    pass


class Unfinished(Instrument):
    name = "Unfinished"


def function(): ...


def registry(*paths: str, **kwargs) -> PluginRegistry:
    return PluginRegistry("instrument", base=f"{ME}.Instrument", paths=lambda: list(paths), **kwargs)


class LookUpTests(SimpleTestCase):
    def test_plugins_are_known_by_their_name(self):
        found = registry(f"{ME}.Camera", f"{ME}.Nameless")
        self.assertEqual(found.classes(), {"Camera": Camera, "Nameless": Nameless})
        self.assertIs(found.get("Camera"), Camera)
        self.assertEqual(found.problems(), [])

    def test_plugins_may_be_known_by_class_name_or_by_the_key_of_the_setting(self):
        self.assertEqual(set(registry(f"{ME}.Camera", key_attribute=None).classes()), {"Camera"})
        keyed = PluginRegistry("instrument", base=f"{ME}.Instrument", paths=lambda: {"cam": f"{ME}.Camera"})
        self.assertIs(keyed.get("cam"), Camera)

    def test_a_label_is_the_long_name_or_the_short_one(self):
        found = registry(f"{ME}.Camera", f"{ME}.Spectrograph")
        self.assertEqual(found.choices(), [("Camera", "The wide camera"), ("Spectrograph", "Spectrograph")])

    def test_an_unknown_name_is_told_with_those_that_are_known(self):
        with self.assertRaises(PluginNotFound) as caught:
            registry(f"{ME}.Spectrograph", f"{ME}.Camera").get("Gone")
        self.assertEqual(str(caught.exception), "No instrument is named 'Gone'. Known: Camera, Spectrograph.")
        self.assertIsInstance(caught.exception, TomError)
        self.assertIsInstance(caught.exception, ImportError)
        with self.assertRaisesMessage(PluginNotFound, "Known: none."):
            registry().get("x")

    def test_what_a_caller_does_to_the_answer_stays_with_the_caller(self):
        found = registry(f"{ME}.Camera")
        found.classes().clear()
        found.problems().append("x")
        self.assertEqual((set(found.classes()), found.problems()), ({"Camera"}, []))

    def test_a_changed_setting_counts_at_once(self):
        with override_settings(TOM_HARVESTER_CLASSES=["no.such.Harvester"]), self.assertLogs("tom_common.plugins"):
            self.assertEqual(harvesters.classes(), {})
        self.assertTrue(harvesters.classes())


class ProblemTests(SimpleTestCase):
    def problems(self, *paths: str) -> list[tuple[str, str]]:
        found = registry(f"{ME}.Camera", *paths)
        with self.assertLogs("tom_common.plugins", "ERROR"):
            problems = found.problems()
        self.assertEqual(set(found.classes()), {"Camera"}, "the good one stays")
        self.assertEqual([check.id for check in found.check()], [f"tom_common.E2{p.code}" for p in problems])
        self.assertTrue(all(check.hint for check in found.check()))
        return [(problem.code, problem.message) for problem in problems]

    def test_what_cannot_be_imported(self):
        for path in ("no.such.Class", f"{ME}.Absent", "nonsense", "", None, 7):
            [(code, message)] = self.problems(path)
            self.assertEqual(code, "01")
            self.assertIn(str(path), message)

    def test_what_is_something_else(self):
        for path in (f"{ME}.function", "decimal.Decimal"):
            [(code, message)] = self.problems(path)
            self.assertEqual(code, "02")
            self.assertIn("does not derive", message)

    def test_what_is_not_finished(self):
        self.assertEqual(self.problems(f"{ME}.Unfinished"),
                         [("03", f"The instrument '{ME}.Unfinished' leaves methods abstract: expose.")])

    def test_two_of_the_same_name(self):
        [(code, message)] = self.problems(f"{ME}.AnotherCamera")
        self.assertEqual(code, "04")
        self.assertIn("'Camera'", message)

    def test_the_same_one_twice_is_no_problem(self):
        self.assertEqual(registry(f"{ME}.Camera", f"{ME}.Camera").problems(), [])

    def test_a_problem_is_logged_once(self):
        found = registry("no.such.Class")
        with self.assertLogs("tom_common.plugins", "ERROR") as logs:
            found.classes()
            found.problems()
        self.assertEqual(len(logs.output), 1)


class ContributionTests(SimpleTestCase):
    def test_paths_come_as_text_or_in_a_dictionary_and_the_rest_is_left_out(self):
        entries = ["a.B", {"class": "c.D"}, {"clas": "typo"}, None, 3]
        with patch.object(TomCommonConfig, "gadgets", lambda app: entries, create=True):
            with self.assertLogs("tom_common.plugins", "ERROR") as logs:
                self.assertEqual(contributed_paths("gadgets"), ["a.B", "c.D"])
        self.assertEqual(len(logs.output), 3)

    def test_every_kind_that_is_declared_can_be_loaded(self):
        for kind, (found, app_name) in REGISTRIES.items():
            self.assertEqual(found.problems(), [], kind)
            self.assertTrue(app_name.startswith("tom_"))

    def test_a_project_chooses_among_the_harvesters(self):
        paths = harvesters.paths()
        self.assertGreater(len(paths), 1)
        with override_settings(EXCLUDE_HARVESTER_CLASSES=paths[:1]):
            self.assertEqual(harvesters.paths(), paths[1:])
        with override_settings(INCLUDE_HARVESTER_CLASSES=paths[:1]):
            self.assertEqual(harvesters.paths(), paths[:1])
        with override_settings(TOM_HARVESTER_CLASSES=["x.Y"], EXCLUDE_HARVESTER_CLASSES=["x.Y"]):
            self.assertEqual(harvesters.paths(), ["x.Y"])
