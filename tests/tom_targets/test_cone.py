"""A cone finds what lies in it: all of it, and nothing else, anywhere on the sky."""

import math
import random

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord, angular_separation
from django.db import connection
from django.test import SimpleTestCase, TestCase

from tom_common.astro.sky import healpix_index
from tom_targets.fields import Cone, parse_cone, parse_radius
from tom_targets.models import Target
from tom_targets.sky_index import sky_index
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory
from tom_targets.utils import cone_search_filter


def sky(count: int, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Positions over the whole sky, thick at the poles and around RA 0, some of them twice."""
    chance = np.random.default_rng(seed)
    ra = np.concatenate([
        chance.uniform(0, 360, count), chance.uniform(0, 360, count), chance.normal(0, 0.5, count) % 360,
        [0.0, 0.0, 180.0, 90.0, 359.9999999, 12.0],
    ])
    dec = np.concatenate([
        np.degrees(np.arcsin(chance.uniform(-1, 1, count))),
        np.where(chance.random(count) < 0.5, 1, -1) * (90 - chance.exponential(1.0, count)),
        chance.normal(0, 0.5, count), [90.0, -90.0, 90.0, 0.0, 0.0, 45.0],
    ])
    return ra, np.clip(dec, -90, 90)


class ConeTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ra, cls.dec = sky(400)
        Target.objects.bulk_create(
            [Target(name=f"T{n}", ra=ra, dec=dec) for n, (ra, dec) in enumerate(zip(cls.ra, cls.dec, strict=True))]
            + [Target(name="nowhere")]
        )
        cls.pks = np.array(Target.objects.exclude(name="nowhere").order_by("pk").values_list("pk", flat=True))
        cls.rad = np.radians(cls.ra), np.radians(cls.dec)

    def expected(self, ra, dec, radius):
        apart = np.degrees(angular_separation(math.radians(ra), math.radians(dec), *self.rad))
        return apart, set(self.pks[apart <= radius])

    def test_random_cones_agree_with_astropy(self):
        chance = random.Random(11)
        for _ in range(1000):
            ra = chance.choice([chance.uniform(0, 360), chance.gauss(0, 1) % 360])
            anywhere = math.degrees(math.asin(chance.uniform(-1, 1)))
            dec = chance.choice([anywhere, 90 - chance.expovariate(1), -90.0, 90.0])
            radius = chance.choice([10 ** chance.uniform(-4, 0), chance.uniform(0, 20), chance.uniform(0, 180)])
            dec = max(-90.0, min(90.0, dec))
            apart, expected = self.expected(ra, dec, radius)
            found = set(Target.objects.in_cone(ra, dec, radius).values_list("pk", flat=True))
            # What lies on the edge itself may go either way, by rounding.
            on_edge = set(self.pks[np.abs(apart - radius) < 1e-9])
            self.assertEqual(found - on_edge, expected - on_edge, (ra, dec, radius))

    def test_a_cone_around_a_target_always_finds_it_down_to_radius_zero(self):
        for index in range(0, len(self.pks), 25):
            for radius in (0, 1e-9, 1 / 3600):
                found = Target.objects.in_cone(self.ra[index], self.dec[index], radius)
                self.assertIn(self.pks[index], found.values_list("pk", flat=True))

    def test_half_a_turn_is_the_whole_sky_but_not_what_has_no_place(self):
        self.assertEqual(Target.objects.in_cone(12.0, 34.0, 180).count(), len(self.pks))

    def test_just_short_of_the_opposite_point_all_but_that_is_found(self):
        opposite = SiderealTargetFactory.create(ra=192.0, dec=-34.0)
        near = SiderealTargetFactory.create(ra=192.0, dec=-34.001)
        found = Target.objects.in_cone(12.0, 34.0, 180 - 1e-4)
        self.assertNotIn(opposite, found)
        self.assertIn(near, found)

    def test_right_ascension_beyond_one_turn_is_the_same_place(self):
        for ra in (370.0, -350.0):
            self.assertEqual(set(Target.objects.in_cone(ra, 5.0, 3)), set(Target.objects.in_cone(10.0, 5.0, 3)))

    def test_separations_are_exact(self):
        centre = SkyCoord(0.3, -0.2, unit=u.deg)
        for row in Target.objects.in_cone(0.3, -0.2, 170, annotate=True):
            self.assertAlmostEqual(
                row.separation, centre.separation(SkyCoord(row.ra, row.dec, unit=u.deg)).deg, delta=1e-10
            )

    def test_what_is_no_cone_is_refused(self):
        for ra, dec, radius in ((math.nan, 0, 1), (0, 91, 1), (0, 0, -1), (0, 0, math.nan), (math.inf, 0, 1)):
            with self.assertRaises(ValueError):
                Target.objects.in_cone(ra, dec, radius)

    def test_cones_combine_with_other_conditions_and_with_each_other(self):
        one, two = Target.objects.in_cone(0, 0, 0.4), Target.objects.in_cone(0.5, 0, 0.4)
        self.assertEqual(set(one & two), set(one) & set(two))
        self.assertEqual(set(one | two), set(one) | set(two))
        self.assertEqual(one.filter(name__startswith="T").count(), one.count())
        self.assertEqual(one.in_cone(0.5, 0, 0.4).count(), (one & two).count())

    def test_the_helper_for_projects_annotates_degrees(self):
        found = cone_search_filter(Target.objects.all(), 0.0, 0.0, 0.5)
        self.assertTrue(found.exists())
        self.assertTrue(all(0 <= row.separation <= 0.5 for row in found))

    def test_a_cone_is_one_query_that_uses_the_sky_index(self):
        with self.assertNumQueries(1):
            list(Target.objects.in_cone(10.0, 20.0, 1.0))
        if connection.vendor == "sqlite":
            for ra, dec, radius in ((10.0, 20.0, 10 / 3600), (0.0, 0.0, 1.0), (50.0, 90.0, 1.0), (0.0, -90.0, 5.0)):
                plan = Target.objects.in_cone(ra, dec, radius).explain()
                self.assertNotIn("SCAN", plan)
                self.assertIn("healpix", plan)

    def test_no_ranges_hold_nothing(self):
        self.assertFalse(Target.objects.in_ranges([]).exists())
        self.assertFalse(Target.objects.filter(healpix__in_ranges=[]).exists())


class SkyIndexTests(SimpleTestCase):
    def test_only_positions_have_an_index(self):
        self.assertEqual(sky_index(10.0, 20.0), healpix_index(10.0, 20.0))
        self.assertEqual(sky_index("10", "20"), healpix_index(10.0, 20.0))
        for ra, dec in ((None, 1.0), (1.0, None), (math.nan, 1.0), (1.0, 91.0), ("x", 1.0), (1.0, math.inf)):
            self.assertIsNone(sky_index(ra, dec))

    def test_a_moving_target_is_nowhere_in_particular(self):
        self.assertIsNone(sky_index(NonSiderealTargetFactory.build().ra, None))


class ParsingTests(SimpleTestCase):
    def test_radii_come_in_degrees_minutes_and_seconds(self):
        for text, degrees in (
            ("0.5", 0.5), ("30'", 0.5), ("1800\"", 0.5), ("1800 arcsec", 0.5), ("30 arcmin", 0.5), (".5d", 0.5),
            ("1e-3", 0.001), ("30′", 0.5), ("0", 0.0), ("180", 180.0), ("0.5 deg", 0.5),
        ):
            self.assertAlmostEqual(parse_radius(text), degrees, msg=text)
        for text in ("", "x", "-1", "181", "1 parsec", "nan", "inf", "1 2"):
            with self.assertRaises(ValueError, msg=text):
                parse_radius(text)

    def test_cones_take_positions_in_any_notation(self):
        for text in (
            "187.7059, 12.3911, 0.1", "187.7059 12.3911 0.1", "187.7059 12.3911, 6'",
            "12:30:49.416, +12:23:27.96, 0.1", "12h30m49.416s +12d23m27.96s, 360\"",
        ):
            cone = parse_cone(text)
            self.assertIsInstance(cone, Cone)
            for value, expected in zip(cone, (187.7059, 12.3911, 0.1), strict=True):
                self.assertAlmostEqual(value, expected, places=6, msg=text)
        for text in ("", ",,", "1,2", "1,2,3,4", "a,b,c", "10, 91, 1", "10, 20, x", "10, 20, 200",
                     "\x00, 1, 1", "1 2 3 4"):
            with self.assertRaises(ValueError, msg=text):
                parse_cone(text)
