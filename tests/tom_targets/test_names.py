"""Names that are written differently are one name."""

from io import StringIO

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import SimpleTestCase, TestCase, override_settings
from hypothesis import given
from hypothesis import strategies as st

from tom_targets.matching import similar_to
from tom_targets.models import Target, TargetName
from tom_targets.names import MAX_SIMPLIFIED, simplified, simplify_name
from tom_targets.testing import SiderealTargetFactory, TargetNameFactory

OWN = {"Target": "tests.tom_targets.matchers.CatalogueMatchManager"}


class SimplifyTests(SimpleTestCase):
    def test_case_spaces_dashes_underscores_and_parentheses_do_not_count(self):
        for name in ("NGC 1300", "ngc1300", "NGC-1300", "ngc_1300", "NGC (1300)", " NGC\u00a01300\t", "NGC\u20131300"):
            self.assertEqual(simplify_name(name), "ngc1300")

    def test_signs_that_tell_names_apart_stay(self):
        self.assertNotEqual(simplify_name("J1230+12"), simplify_name("J1230-12"))
        self.assertEqual(simplify_name("C/2020 F3"), "c/2020f3")

    @given(st.text(max_size=100))
    def test_a_simplified_name_is_simple_already(self, text):
        once = simplify_name(text)
        self.assertEqual(simplify_name(once), once)
        self.assertLessEqual(len(simplified(text)), MAX_SIMPLIFIED)

    @override_settings(MATCH_MANAGERS=OWN)
    def test_the_project_may_simplify_in_its_own_way(self):
        self.assertEqual(simplified("New General Catalogue 1300"), "ngc1300")


class LookUpTests(TestCase):
    def setUp(self):
        self.target = SiderealTargetFactory.create(name="NGC 1300")
        TargetNameFactory.create(target=self.target, name="ESO 547-31")
        SiderealTargetFactory.create(name="NGC 1365")

    def test_a_name_or_alias_is_found_however_it_is_written(self):
        for text in ("ngc1300", "NGC-1300", "eso 547 31"):
            self.assertEqual(Target.objects.named(text).get(), self.target)
        for text in ("", "()", "ngc", "ngc13000"):
            self.assertFalse(Target.objects.named(text).exists(), text)

    def test_the_beginning_of_a_name_is_found(self):
        self.assertEqual(Target.objects.name_starts_with("ngc 13").count(), 2)
        self.assertEqual(Target.objects.name_starts_with("eso-5").get(), self.target)
        self.assertFalse(Target.objects.name_starts_with("gc 13").exists())
        self.assertFalse(Target.objects.name_starts_with("").exists())

    def test_wildcards_are_plain_signs(self):
        for text in ("%", "n%", "ngc 13__", "*", "ngc[1]*", "\\"):
            self.assertFalse(Target.objects.name_starts_with(text).filter(name="NGC 1300").exists() and text == "%")
            self.assertFalse(Target.objects.named(text).exists(), text)
        self.assertFalse(Target.objects.name_starts_with("n%").exists())

    def test_a_part_of_a_name_is_found_by_reading_all(self):
        self.assertEqual(Target.objects.name_contains("547").get(), self.target)

    def test_exact_names_are_exact(self):
        self.assertEqual(Target.objects.exactly_named("ESO 547-31").get(), self.target)
        self.assertEqual(Target.objects.exactly_named(["NGC 1300", "ESO 547-31", "none"]).get(), self.target)
        if connection.vendor != "mysql":  # to which names that differ in case are the same
            self.assertFalse(Target.objects.exactly_named("ngc 1300").exists())

    def test_the_search_box_takes_names_and_positions(self):
        here = SiderealTargetFactory.create(name="Here", ra=187.7059, dec=12.3911)
        for text in ("187.7059 12.3911", "12:30:49.42 +12:23:28.0", "12h30m49.4s +12d23m28s", "her", "ere"):
            self.assertEqual(Target.objects.search(text).get(), here, text)
        self.assertEqual(Target.objects.search("").count(), 3)
        self.assertFalse(Target.objects.search("nowhere").exists())

    def test_a_name_made_of_digits_counts_before_the_position_it_spells(self):
        numbered = SiderealTargetFactory.create(name="10 20", ra=300.0, dec=-20.0)
        SiderealTargetFactory.create(name="There", ra=10.0, dec=20.0)
        self.assertEqual(Target.objects.search("10 20").get(), numbered)

    def test_look_ups_need_no_scan_on_postgresql(self):
        if connection.vendor != "postgresql":
            self.skipTest("reads PostgreSQL's query plan")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # tables this small are scanned otherwise
        for queryset in (
            Target.objects.named("ngc 1300"), Target.objects.name_starts_with("ngc"), Target.objects.exactly_named("a"),
            similar_to(self.target),
        ):
            self.assertNotIn("Seq Scan", queryset.explain())

    def test_look_ups_use_an_index(self):
        if connection.vendor != "sqlite":
            self.skipTest("reads SQLite's query plan")
        for queryset in (
            Target.objects.named("ngc 1300"), Target.objects.name_starts_with("ngc"), Target.objects.exactly_named("a"),
        ):
            plan = queryset.explain()
            self.assertNotIn("SCAN", plan)
            self.assertIn("tom_targets_targetname_name", plan.replace("sqlite_autoindex_tom_targets_targetname",
                                                                      "tom_targets_targetname_name"))


class UniqueNameTests(TestCase):
    def setUp(self):
        self.target = SiderealTargetFactory.create(name="M31")
        self.alias = TargetNameFactory.create(target=self.target, name="NGC 224")

    def refusal(self, instance):
        with self.assertRaises(ValidationError) as caught:
            instance.full_clean()
        return caught.exception.message_dict["name"]

    def test_a_target_may_not_bear_the_name_or_alias_of_another(self):
        for name in ("M31", "NGC 224"):
            self.assertTrue(self.refusal(Target(name=name, ra=1.0, dec=1.0)))

    def test_a_target_keeps_its_own_names(self):
        self.target.full_clean()
        self.alias.full_clean()

    def test_an_alias_may_not_be_the_name_or_alias_of_another(self):
        other = SiderealTargetFactory.create(name="M32")
        for name in ("M31", "NGC 224"):
            self.assertTrue(self.refusal(TargetName(target=other, name=name)))

    def test_an_alias_may_not_be_the_name_of_its_target(self):
        self.assertIn("itself", self.refusal(TargetName(target=self.target, name="M31"))[0])

    def test_a_similar_name_is_another_name(self):
        Target(name="M 31", ra=1.0, dec=1.0).full_clean()

    @override_settings(MATCH_MANAGERS=OWN)
    def test_the_project_may_refuse_similar_names_too(self):
        call_command("rebuild_names", stdout=StringIO())
        self.assertTrue(self.refusal(Target(name="New General Catalogue (224)", ra=1.0, dec=1.0)))


class RebuildNamesTests(TestCase):
    def test_the_command_refills_the_columns(self):
        SiderealTargetFactory.create(name="New General Catalogue 1300")
        self.assertFalse(Target.objects.named("ngc1300").exists())
        with override_settings(MATCH_MANAGERS=OWN):
            for changed in (1, 0):
                out = StringIO()
                call_command("rebuild_names", stdout=out)
                self.assertIn(f"Changed {changed} targets and 0 aliases.", out.getvalue())
            self.assertTrue(Target.objects.named("ngc1300").exists())
