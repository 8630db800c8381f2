"""Is it already a target?"""

from django.db import connection
from django.test import TestCase, override_settings

from tom_targets.base_models import TargetMatchManager
from tom_targets.matching import similar_to
from tom_targets.models import Target
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory, TargetNameFactory

OWN = {"Target": "tests.tom_targets.matchers.CatalogueMatchManager"}
NEARBY = {"Target": "tests.tom_targets.matchers.NearbyMatchManager"}


class MatchManagerTests(TestCase):
    def setUp(self):
        self.m31 = SiderealTargetFactory.create(name="M 31", ra=10.6847, dec=41.2687)
        self.m32 = SiderealTargetFactory.create(name="M 32", ra=10.6743, dec=40.8652)
        TargetNameFactory.create(target=self.m31, name="NGC 224")

    def test_names_match_exactly_unless_asked_otherwise(self):
        for match in (Target.matches.match_name, Target.matches.match_exact_name):
            self.assertEqual(match("M 31").get(), self.m31)
            self.assertEqual(match("NGC 224").get(), self.m31)
            self.assertFalse(match("M31").exists())
        self.assertEqual(Target.matches.match_fuzzy_name("m-31").get(), self.m31)
        self.assertEqual(Target.matches.match_fuzzy_name("ngc224").get(), self.m31)

    def test_fuzzy_names_can_be_sought_among_some(self):
        among = Target.objects.filter(pk=self.m32.pk)
        self.assertFalse(Target.matches.match_fuzzy_name("m31", among).exists())
        self.assertEqual(Target.matches.match_fuzzy_name("m32", input_queryset=among).get(), self.m32)

    def test_a_cone_in_arcseconds_gives_the_nearest_first_with_its_separation(self):
        found = Target.matches.match_cone_search(10.6847, 41.2687, 1500)
        self.assertEqual(list(found), [self.m31, self.m32])
        self.assertEqual(found[0].separation, 0.0)
        self.assertAlmostEqual(found[1].separation, 0.40358, places=4)
        self.assertFalse(Target.matches.match_cone_search(None, None, 5).exists())

    def test_a_target_is_unique_when_no_other_matches(self):
        self.assertTrue(Target.matches.is_unique(self.m31))
        self.assertFalse(Target.matches.is_unique(Target(name="NGC 224")))
        self.assertTrue(Target.matches.is_unique(Target(name="NGC 225")))
        self.assertEqual(Target.matches.match_target(Target(name="M 31")).get(), self.m31)

    def test_it_is_a_queryset_of_targets_that_can_be_narrowed(self):
        self.assertEqual(Target.matches.all().visible_to(None).count(), 0)
        self.assertEqual(Target.matches.count(), 2)

    def test_it_is_asked_of_the_class(self):
        self.assertIsInstance(Target.matches, TargetMatchManager)
        with self.assertRaises(AttributeError):
            self.m31.matches  # noqa: B018

    @override_settings(MATCH_MANAGERS=OWN)
    def test_the_projects_class_answers(self):
        self.assertEqual(type(Target.matches).__name__, "CatalogueMatchManager")
        self.assertEqual(Target.matches.match_name("New General Catalogue 224").get(), self.m31)
        self.assertFalse(Target.matches.is_unique(Target(name="m31")))

    @override_settings(MATCH_MANAGERS=NEARBY)
    def test_the_projects_class_may_match_by_position(self):
        self.assertFalse(Target.matches.is_unique(Target(name="new", ra=10.6848, dec=41.2687)))
        self.assertTrue(Target.matches.is_unique(Target(name="new", ra=10.7, dec=41.2687)))

    def test_asking_costs_one_query_that_uses_indexes(self):
        with self.assertNumQueries(1):
            Target.matches.is_unique(Target(name="X"))
        if connection.vendor == "sqlite":
            self.assertNotIn("SCAN", Target.matches.match_name("X").explain())
            self.assertNotIn("SCAN", Target.matches.match_fuzzy_name("X").explain())


class SimilarToTests(TestCase):
    def setUp(self):
        self.known = SiderealTargetFactory.create(name="SN 2026 abc", ra=0.0001, dec=60.0)
        TargetNameFactory.create(target=self.known, name="ZTF26abc")

    def similar(self, among=None, **values):
        radius = values.pop("radius_arcsec", 2.0)
        other_names = values.pop("other_names", ())
        target = Target(**{"name": "new", "ra": 100.0, "dec": -50.0, **values})
        return list(similar_to(target, radius_arcsec=radius, other_names=other_names, among=among))

    def test_a_similar_name_or_alias_is_found(self):
        self.assertEqual(self.similar(name="sn2026abc"), [self.known])
        self.assertEqual(self.similar(name="ztf-26-abc"), [self.known])
        self.assertEqual(self.similar(other_names=["SN2026abc"]), [self.known])
        self.assertEqual(self.similar(name="SN 2026 abd"), [])

    def test_a_near_position_is_found_across_ra_zero(self):
        self.assertEqual(self.similar(ra=359.9999, dec=60.0), [self.known])
        self.assertEqual(self.similar(ra=359.99, dec=60.0), [])
        self.assertEqual(self.similar(ra=359.99, dec=60.0, radius_arcsec=60), [self.known])

    def test_what_moves_is_not_compared_by_position(self):
        self.assertEqual(self.similar(ra=0.0001, dec=60.0, type="NON_SIDEREAL"), [])
        Target.objects.update(type="NON_SIDEREAL")
        self.assertEqual(self.similar(ra=0.0001, dec=60.0), [])
        self.assertEqual(self.similar(name="sn2026abc"), [self.known])

    def test_a_stored_target_is_not_similar_to_itself(self):
        self.assertFalse(similar_to(self.known).exists())
        twin = SiderealTargetFactory.create(name="ZTF 26 abc")
        self.assertEqual(similar_to(self.known).get(), twin)

    def test_the_answer_can_be_restricted(self):
        self.assertEqual(self.similar(name="sn2026abc", among=Target.objects.visible_to(None)), [])

    def test_nothing_known_of_a_target_makes_nothing_similar(self):
        self.assertEqual(self.similar(name="", ra=None, dec=None), [])
        self.assertEqual(list(similar_to(NonSiderealTargetFactory.build(name="()"))), [])

    def test_asking_costs_one_query_that_uses_indexes(self):
        target = Target(name="new", ra=0.0, dec=60.0)
        with self.assertNumQueries(1):
            list(similar_to(target))
        if connection.vendor == "sqlite":
            plan = similar_to(target).explain()
            self.assertNotIn("SCAN", plan)
            self.assertIn("healpix", plan)
