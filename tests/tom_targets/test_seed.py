"""Starter lists: their positions against a catalogue, and what becomes of them in a TOM."""

import csv
import math

from django.contrib.messages import get_messages
from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from tests.recorded import RECORDED, needs_recorded
from tom_common.astro.angles import parse_dec, parse_ra
from tom_common.astro.sky import constellation, separation
from tom_common.testing import logged_in, make_user
from tom_targets.models import Target, TargetList
from tom_targets.seed import STARTER_LISTS, messier_targets, seed, seed_messier_targets
from tom_targets.seed_objects import MESSIER
from tom_targets.testing import SiderealTargetFactory

SEED = reverse("targets:seed")
CATALOGUE = RECORDED / "demo_targets" / "ngc_messier.csv"
#: objects that are several arcminutes wide have no sharp centre
WIDE = {"open cluster", "nebula", "star cloud", "open cluster with nebula", "double star", "asterism"}


class ObjectsTests(SimpleTestCase):
    def test_all_110_of_messier_are_there_once(self):
        self.assertEqual([one["name"] for one in messier_targets], [f"M {number}" for number in range(1, 111)])
        names = [name for starter in STARTER_LISTS.values() for one in starter.objects
                 for name in (one["name"], *one["aliases"])]
        self.assertEqual(len(names), len(set(names)))

    def test_positions_are_read_as_written(self):
        lines = [line for line in MESSIER.split("\n") if line]
        for line, one in zip(lines, messier_targets, strict=True):
            _, _, _, ra, dec = (part.strip() for part in line.split("|"))
            self.assertAlmostEqual(parse_ra(ra), one["ra"], places=5)
            self.assertAlmostEqual(parse_dec(dec), one["dec"], places=5)
        self.assertAlmostEqual(messier_targets[76]["dec"], -48 / 3600, places=6)

    def test_objects_lie_in_their_constellations(self):
        by_name = {one["name"]: one for one in messier_targets}
        places = {"M 1": "Taurus", "M 31": "Andromeda", "M 73": "Aquarius", "M 102": "Draco", "M 7": "Scorpius",
                  "M 45": "Taurus", "M 40": "Ursa Major", "M 24": "Sagittarius", "M 77": "Cetus"}
        for name, where in places.items():
            self.assertEqual(constellation(by_name[name]["ra"], by_name[name]["dec"]), where, name)

    @needs_recorded
    def test_positions_agree_with_a_catalogue(self):
        with CATALOGUE.open(encoding="utf-8") as file:
            known = {row["name"]: row for row in csv.DictReader(file)}
        compared = 0
        for one in messier_targets:
            row = known.get(one["name"])
            if row is None:
                continue
            compared += 1
            apart = separation(one["ra"], one["dec"], float(row["ra_deg"]), float(row["dec_deg"])) * 60
            self.assertLess(apart, 3.0 if one["kind"] in WIDE else 0.25, one["name"])
            numbers = [name for name in one["aliases"] if name.startswith(("NGC", "IC"))]
            self.assertTrue(all(name in row["aliases"] for name in numbers), one["name"])
        self.assertEqual(compared, 108)

    def test_standards_have_the_proper_motions_of_stars(self):
        for one in STARTER_LISTS["standards"].objects:
            self.assertLess(math.hypot(one["pm_ra"], one["pm_dec"]), 1000)


class SeedTests(TestCase):
    def test_the_list_is_added_once_with_names_and_place(self):
        added = seed_messier_targets()
        self.assertEqual(len(added), 110)
        m31 = Target.objects.named("NGC 224").get()
        self.assertEqual((m31.name, m31.type, m31.epoch), ("M 31", "SIDEREAL", 2000.0))
        self.assertIsNotNone(m31.healpix)
        self.assertEqual(m31.tags["Object type"], "galaxy")
        self.assertEqual(TargetList.objects.get(name="Messier objects").targets.count(), 110)
        self.assertEqual(seed_messier_targets(), [])
        self.assertEqual((Target.objects.count(), TargetList.objects.count()), (110, 1))

    def test_what_is_there_under_any_name_stays_as_it_is(self):
        mine = SiderealTargetFactory.create(name="ngc1952", ra=1.0, dec=2.0, permissions="OPEN")
        hidden = SiderealTargetFactory.create(name="M-2", permissions="PRIVATE")
        user = make_user()
        done = seed(STARTER_LISTS["messier"], user=user)
        self.assertEqual(done.known, ["M 1", "M 2"])
        mine.refresh_from_db()
        self.assertEqual(mine.ra, 1.0)
        self.assertIn(mine.pk, done.grouping.targets.values_list("pk", flat=True))
        self.assertNotIn(hidden.pk, done.grouping.targets.values_list("pk", flat=True))


class PageTests(TestCase):
    def test_lists_are_offered_and_added_by_post_only(self):
        user = make_user()
        client = logged_in(user)
        self.assertContains(client.get(SEED), "Add these 110 targets")
        self.assertFalse(Target.objects.exists())
        response = client.post(SEED, {"list": "standards"})
        grouping = TargetList.objects.get()
        self.assertRedirects(response, grouping.get_absolute_url())
        self.assertEqual(grouping.targets.count(), len(STARTER_LISTS["standards"].objects))
        self.assertTrue(Target.objects.changeable_by(user).filter(name="Vega").exists())
        self.assertIn("were there", str(next(iter(get_messages(response.wsgi_request)))))

    def test_messier_is_what_is_meant_when_nothing_is_said(self):
        logged_in(make_user()).post(SEED)
        self.assertTrue(Target.objects.filter(name="M 110").exists())

    def test_visitors_and_unknown_lists_change_nothing(self):
        self.assertEqual(logged_in().post(SEED).status_code, 302)
        response = logged_in(make_user()).post(SEED, {"list": "everything"}, follow=True)
        self.assertContains(response, "There is no such starter list.")
        self.assertFalse(Target.objects.exists() or TargetList.objects.exists())
