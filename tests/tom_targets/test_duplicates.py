"""Possible duplicates over the whole TOM: which pairs are found, who sees them, and what is judged stays judged."""

from unittest.mock import patch

import numpy as np
from django.test import TestCase
from django.urls import reverse

from tom_common.models import Job
from tom_common.permissions import grant
from tom_common.testing import logged_in, make_group, make_superuser, make_user, run_queued_jobs
from tom_targets import duplicates
from tom_targets.duplicates import look_through, pairs_for
from tom_targets.match_models import DuplicatePair
from tom_targets.models import Target, TargetName
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory

PAGE = reverse("targets:duplicates")
ARCSEC = 1 / 3600


def make(name, ra, dec, **fields):
    return SiderealTargetFactory.create(name=name, ra=ra, dec=dec, **fields)


class FindingTests(TestCase):
    def found(self, radius=2.0):
        look_through(radius)
        names = dict(Target.objects.values_list("pk", "name"))
        return {frozenset((names[pair.first_pk], names[pair.second_pk])): pair for pair in DuplicatePair.objects.all()}

    def test_what_lies_together_is_found_across_ra_0_and_at_the_poles(self):
        make("a", 0.0, 0.0), make("b", 360 - 1.5 * ARCSEC, 0.0), make("c", 359.99, 0.0)
        make("n1", 10.0, 90 - 0.5 * ARCSEC), make("n2", 190.0, 90 - 0.5 * ARCSEC), make("s", 0.0, -90.0)
        make("s2", 123.0, -90.0), make("far", 50.0, 50.0)
        found = self.found()
        self.assertEqual(set(found), {frozenset("ab"), frozenset(("n1", "n2")), frozenset(("s", "s2"))})
        self.assertAlmostEqual(found[frozenset("ab")].separation_arcsec, 1.5, places=3)
        self.assertAlmostEqual(found[frozenset(("n1", "n2"))].separation_arcsec, 1.0, places=3)
        self.assertLess(found[frozenset(("s", "s2"))].separation_arcsec, 1e-6)

    def test_pairs_agree_with_astropy_whatever_the_chunks(self):
        from astropy.coordinates import SkyCoord

        random = np.random.default_rng(4)
        ra, dec = random.uniform(0, 0.02, 120) - 0.01, random.uniform(-0.01, 0.01, 120)
        for number, (one, other) in enumerate(zip(ra % 360, dec, strict=True)):
            make(f"T{number}", one, other)
        places = SkyCoord(ra, dec, unit="deg")
        near = np.argwhere(np.triu(places[:, None].separation(places[None]).arcsec <= 5.0, 1))
        expected = {frozenset((f"T{i}", f"T{j}")) for i, j in near.tolist()}
        self.assertGreater(len(expected), 10)
        for chunk in (7, 50_000):
            with patch.object(duplicates, "CHUNK", chunk):
                self.assertEqual(set(self.found(5.0)), expected)

    def test_names_and_aliases_are_compared_however_written(self):
        one, two, three = make("NGC 1300", 10.0, 10.0), make("ngc-1300", 50.0, 10.0), make("X", 90.0, 10.0)
        TargetName.objects.create(target=three, name="NGC_1300")
        TargetName.objects.create(target=one, name="Barred (spiral)")
        TargetName.objects.create(target=two, name="barred spiral")
        TargetName.objects.create(target=three, name="x-")
        found = self.found()
        self.assertEqual(set(found), {frozenset(("NGC 1300", "ngc-1300")), frozenset(("NGC 1300", "X")),
                                      frozenset(("ngc-1300", "X"))})
        self.assertTrue(all(pair.separation_arcsec is None and pair.shared_name for pair in found.values()))

    def test_what_moves_is_compared_by_name_only(self):
        NonSiderealTargetFactory.create(name="Mover", ra=10.0, dec=10.0)
        NonSiderealTargetFactory.create(name="Other mover", ra=10.0, dec=10.0)
        make("Still", 10.0, 10.0)
        self.assertEqual(set(self.found()), set())

    def test_a_crowd_at_one_place_makes_a_chain_and_not_every_pair(self):
        for number in range(40):
            make(f"T{number}", 77.0, -5.0)
        self.assertEqual(len(self.found()), 39)

    def test_too_many_pairs_are_cut_off_and_that_is_said(self):
        for number in range(8):
            make(f"T{number}", 77.0, -5.0)
        with patch.object(duplicates, "MAX_PAIRS", 5):
            scan = look_through()
        self.assertEqual((scan.is_complete, DuplicatePair.objects.count()), (False, 5))

    def test_a_tom_without_targets_has_none(self):
        scan = look_through()
        self.assertEqual((scan.targets, scan.pairs, scan.is_complete), (0, 0, True))

    def test_a_new_look_forgets_what_is_no_more_and_keeps_what_was_judged(self):
        one, two, three = make("a", 1.0, 1.0), make("b", 1.0, 1.0), make("c", 1.0, 1.0)
        look_through()
        self.assertEqual(DuplicatePair.objects.count(), 3)
        duplicates.judge(DuplicatePair.objects.get(first_pk=one.pk, second_pk=two.pk), user=make_user(), same=False)
        three.ra = 20.0
        three.save()
        look_through()
        [kept] = DuplicatePair.objects.all()
        self.assertEqual((kept.first_pk, kept.second_pk), (one.pk, two.pk))
        self.assertIsNotNone(kept.dismissed)


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.member, cls.other, cls.superuser = make_user(groups=[cls.team]), make_user(), make_superuser()
        cls.open, cls.hidden = make("Open star", 1.0, 1.0, permissions="OPEN"), make("Hidden star", 1.0, 1.0,
                                                                                     permissions="PRIVATE")
        cls.twin = make("Twin", 1.0, 1.0, permissions="OPEN")
        grant([cls.team], to=cls.hidden, actions=("view", "change"))
        grant([cls.team], to=cls.open, actions=("view", "change"))

    def shown(self, user, **query):
        return {frozenset((pair.first.name, pair.second.name))
                for pair in logged_in(user).get(PAGE, query).context["pairs"]}

    def test_a_pair_is_shown_to_who_may_see_both(self):
        look_through()
        mixed = {frozenset(("Open star", "Hidden star")), frozenset(("Hidden star", "Twin"))}
        both = {frozenset(("Open star", "Twin"))}
        self.assertEqual(self.shown(self.other), both)
        self.assertEqual(self.shown(self.member), both | mixed)
        self.assertEqual(self.shown(self.superuser), both | mixed)
        self.assertNotContains(logged_in(self.other).get(PAGE), "Hidden")
        self.assertEqual(logged_in().get(PAGE).status_code, 302)

    def test_the_page_says_how_old_it_is_and_looks_again_by_a_job(self):
        client = logged_in(self.member)
        self.assertContains(client.get(PAGE), "Nobody has looked yet")
        with self.captureOnCommitCallbacks(execute=True):
            client.post(PAGE, {"radius": "3"})
            client.post(PAGE, {"radius": "3"})
        self.assertEqual(Job.objects.count(), 1)
        self.assertIsNotNone(client.get(PAGE).context["job"])
        [job] = run_queued_jobs()
        self.assertEqual(job.state, "done", job.error)
        response = client.get(PAGE)
        self.assertContains(response, "within 3″")
        self.assertContains(response, "Look again")
        self.assertEqual(len(response.context["pairs"]), 3)

    def test_what_is_no_radius_is_told_at_its_field(self):
        for radius in ("", "x", "-1", "61", "nan"):
            response = logged_in(self.member).post(PAGE, {"radius": radius})
            self.assertIn("radius", response.context["form"].errors, radius)
        self.assertFalse(Job.objects.exists())

    def test_who_may_change_both_can_judge_and_take_it_back(self):
        look_through()
        pair = DuplicatePair.objects.get(first_pk=self.open.pk, second_pk=self.hidden.pk)
        url = reverse("targets:duplicate-judge", args=[pair.pk])
        self.assertEqual(logged_in(self.other).post(url).status_code, 404)
        self.assertEqual(logged_in().post(url).status_code, 302)
        self.assertEqual(logged_in(self.member).get(url).status_code, 405)
        client = logged_in(self.member)
        self.assertContains(client.post(url, follow=True), "will not be shown")
        self.assertNotIn(frozenset(("Open star", "Hidden star")), self.shown(self.member))
        self.assertEqual(self.shown(self.member, dismissed=1), {frozenset(("Open star", "Hidden star"))})
        pair.refresh_from_db()
        self.assertEqual(pair.dismissed_by, self.member)
        client.post(url, {"same": "1"})
        self.assertIn(frozenset(("Open star", "Hidden star")), self.shown(self.member))

    def test_who_may_see_but_not_change_both_cannot_judge(self):
        look_through()
        pair = DuplicatePair.objects.get(first_pk=self.open.pk, second_pk=self.twin.pk)
        response = logged_in(self.member).post(reverse("targets:duplicate-judge", args=[pair.pk]))
        self.assertEqual(response.status_code, 403)
        pair.refresh_from_db()
        self.assertIsNone(pair.dismissed)

    def test_pairs_of_deleted_targets_are_gone_at_once(self):
        look_through()
        self.twin.delete()
        self.assertEqual(self.shown(self.superuser), {frozenset(("Open star", "Hidden star"))})

    def test_a_page_costs_the_same_queries_however_many_pairs(self):
        client = logged_in(self.member)
        look_through()
        client.get(PAGE)
        with self.assertNumQueries(9) as few:
            client.get(PAGE)
        for number in range(12):
            make(f"T{number}", 1.0, 1.0, permissions="OPEN")
        look_through()
        with self.assertNumQueries(len(few.captured_queries)):
            client.get(PAGE)
        self.assertGreater(pairs_for(self.member).count(), 10)
