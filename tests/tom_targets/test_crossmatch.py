"""Positions and the targets near them, both ways; lists with bad lines; who sees what of it."""

import csv
from unittest.mock import patch

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from tom_common.permissions import grant
from tom_common.testing import logged_in, make_group, make_user, run_queued_jobs
from tom_targets import crossmatching, sky_searches
from tom_targets.crossmatching import match_positions, read_positions
from tom_targets.match_models import SkySearch
from tom_targets.models import Target, TargetList
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory

PAGE = reverse("targets:crossmatch")
ARCSEC = 1 / 3600


class ReadingTests(SimpleTestCase):
    def test_any_notation_with_or_without_a_name_and_a_head(self):
        found = read_positions(
            "name, ra, dec\n# a comment\n\n10.5 -3\nSN 1, 12:30:49.42, +12:23:28.0\n'x'\t1\t2\n12h00m00s -45d30m\r\n"
            "359.999999 90"
        )
        self.assertEqual(found.refused, [])
        self.assertEqual([(one.line, one.label) for one in found.given],
                         [(4, ""), (5, "SN 1"), (6, "x"), (7, ""), (8, "")])
        self.assertAlmostEqual(found.given[1].ra, 187.7059167, places=6)
        self.assertEqual((found.given[4].ra, found.given[4].dec), (359.999999, 90.0))

    def test_bad_lines_are_named_with_their_reason_and_the_rest_is_used(self):
        found = read_positions("10 10\n10 90.0001\nnan nan\n400 1\n;;;\n10 20 30 40 50\n20 20")
        self.assertEqual([one.ra for one in found.given], [10.0, 20.0])
        self.assertEqual([bad.line for bad in found.refused], [2, 3, 4, 5, 6])
        self.assertIn("-90 to +90", found.refused[0].reason)

    def test_a_head_that_names_the_columns_says_where_they_are(self):
        found = read_positions(
            'id;mag;RA_deg;"Name";Dec_deg\n1;17.2;10.5;"A, b";-3\n2;x;12:00:00;C;+10\n3;4\n4;1;x;D;1'
        )
        self.assertEqual([one[1:] for one in found.given], [("A, b", 10.5, -3.0), ("C", 180.0, 10.0)])
        self.assertEqual([bad.line for bad in found.refused], [4, 5])
        self.assertIn("columns", found.refused[0].reason)
        exported = read_positions("line,label,ra,dec,target\n1,first,0.0,10.0,Open star")
        self.assertEqual([(one.label, one.ra, one.dec) for one in exported.given], [("Open star", 0.0, 10.0)])

    def test_a_name_may_stand_before_a_position_in_one_piece(self):
        found = read_positions("M31, 10.6847 41.269\nVega; 18:36:56.3 +38:47:01\nx, y\nx, 10 95")
        self.assertEqual([one.label for one in found.given], ["M31", "Vega"])
        self.assertEqual([bad.line for bad in found.refused], [3, 4])

    def test_a_head_is_passed_over_at_the_top_only(self):
        self.assertEqual(read_positions("ra dec\n1 2").refused, [])
        self.assertEqual([bad.line for bad in read_positions("1 2\nra dec").refused], [2])

    def test_no_more_are_taken_than_can_be_matched(self):
        with patch.object(crossmatching, "MAX_POSITIONS", 2):
            found = read_positions("1 1\n2 2\n3 3")
        self.assertEqual((len(found.given), found.refused_count), (2, 1))
        self.assertIn("more than 2", found.refused[0].reason)


class MatchingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        random = np.random.default_rng(1)
        ra, dec = random.uniform(0, 360, 300), np.degrees(np.arcsin(random.uniform(-1, 1, 300)))
        ra[:6] = [0.0, 359.9999, 10.0, 190.0, 77.0, 77.0]
        dec[:6] = [0.0, 0.0, 90.0, 89.9999, -90.0, -89.9999]
        cls.ra, cls.dec = ra, dec
        Target.objects.bulk_create([
            Target(name=f"T{i}", type=Target.SIDEREAL, ra=ra[i], dec=dec[i]) for i in range(len(ra))
        ])

    def pairs(self, ra, dec, radius):
        names = dict(Target.objects.values_list("pk", "name"))
        return [(pair.position, int(names[pair.target][1:]), pair.separation_arcsec)
                for pair in match_positions(ra, dec, Target.objects.all(), radius)]

    def test_pairs_agree_with_astropy_at_poles_and_across_ra_0_by_index_and_by_scan(self):
        from astropy.coordinates import SkyCoord

        random = np.random.default_rng(2)
        ra = np.concatenate([self.ra[:100] + random.normal(0, 1, 100) * ARCSEC, [0.0, 180.0, 0.0]]) % 360
        dec = np.clip(np.concatenate([self.dec[:100] + random.normal(0, 1, 100) * ARCSEC, [90, -90, 0.0]]), -90, 90)
        mine, theirs = SkyCoord(ra, dec, unit="deg"), SkyCoord(self.ra, self.dec, unit="deg")
        distances = mine[:, None].separation(theirs[None]).arcsec
        for radius in (0.5, 2.0, 3600.0):
            expected = {(i, j): distances[i, j] for i, j in np.argwhere(distances <= radius).tolist()}
            for many in (0, 20_000):
                with self.subTest(radius=radius, by_scan=not many), patch.object(crossmatching, "MANY_POSITIONS", many):
                    found = self.pairs(ra, dec, radius)
                    self.assertEqual({pair[:2] for pair in found}, set(expected))
                    for position, target, separation in found:
                        self.assertAlmostEqual(separation, expected[position, target], delta=1e-4)
                    self.assertEqual([pair[0] for pair in found], sorted(pair[0] for pair in found))

    def test_the_same_place_matches_at_radius_zero(self):
        self.assertEqual([pair[:2] for pair in self.pairs([0.0, 77.0], [0.0, -90.0], 0.0)], [(0, 0), (1, 4)])

    def test_few_positions_are_looked_up_in_the_index_by_one_query(self):
        with self.assertNumQueries(1):
            match_positions([1.0] * 500, np.linspace(-80, 80, 500), Target.objects.all(), 2.0)

    def test_what_moves_or_has_no_position_matches_nothing(self):
        NonSiderealTargetFactory.create(name="T900", ra=50.0, dec=50.0)
        Target.objects.create(name="T901", type=Target.SIDEREAL)
        self.assertEqual(self.pairs([50.0], [50.0], 10), [])


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.member, cls.other = make_user(groups=[cls.team]), make_user()
        for name, ra, level in (("Open star", 0.0, "OPEN"), ("Hidden star", 0.0002, "PRIVATE"), ("Far", 90.0, "OPEN")):
            SiderealTargetFactory.create(name=name, ra=ra, dec=10.0, permissions=level)
        grant([cls.team], to=Target.objects.get(name="Hidden star"), actions=("view",))
        cls.group = TargetList.objects.create(name="Mine")
        grant([cls.team], to=cls.group, actions=("view",))
        cls.group.targets.set(Target.objects.filter(name__in=["Open star", "Far"]))
        cls.text = "first, 0.0, 10.0\nnonsense\nsecond, 200.0, 10.0"

    def ask(self, user=None, **data):
        return logged_in(user or self.member).post(PAGE, {"radius": "2", **data}, follow=True)

    def test_both_ways_what_is_unmatched_and_the_bad_lines(self):
        response = self.ask(positions=self.text)
        self.assertContains(response, "1 of 2 positions near 2 targets")
        self.assertContains(response, "Line 2")
        rows = response.context["page"].object_list
        self.assertEqual([(row.given.label, row.target.name) for row in rows],
                         [("first", "Open star"), ("first", "Hidden star")])
        self.assertAlmostEqual(rows[1].separation_arcsec, 0.0002 * 3600 * np.cos(np.radians(10)), places=4)
        client, url = logged_in(self.member), response.context["search"].get_absolute_url()
        by_target = client.get(url, {"view": "targets"}).context["page"].object_list
        self.assertEqual([row.target.name for row in by_target], ["Hidden star", "Open star"])
        lonely = client.get(url, {"view": "unmatched"}).context["page"].object_list
        self.assertEqual([row.given.label for row in lonely], ["second"])
        file = list(csv.DictReader(client.get(url, {"format": "csv"}).getvalue().decode().splitlines()))
        self.assertEqual([(row["line"], row["target"]) for row in file],
                         [("1", "Open star"), ("1", "Hidden star"), ("3", "")])

    def test_the_answer_shows_what_may_be_seen_now_and_to_nobody_else(self):
        self.assertContains(self.ask(self.other, positions=self.text), "1 of 2 positions near 1 target.")
        search = self.ask(positions=self.text).context["search"]
        self.assertEqual(logged_in(self.other).get(search.get_absolute_url()).status_code, 404)
        self.assertEqual(logged_in().get(search.get_absolute_url()).status_code, 302)
        self.member.groups.clear()
        client = logged_in(self.member)
        self.assertNotContains(client.get(search.get_absolute_url()), "Hidden star")
        self.assertNotIn("Hidden", client.get(search.get_absolute_url(), {"format": "csv"}).getvalue().decode())
        client.post(reverse("targets:sky-search-list", args=[search.pk]), {"name": "New"})
        self.assertEqual([one.name for one in TargetList.objects.get(name="New").targets.all()], ["Open star"])

    def test_a_group_is_matched_with_all_others_and_positions_with_a_group(self):
        response = self.ask(group=self.group.pk)
        self.assertEqual([(row.given.label, row.target.name) for row in response.context["page"]],
                         [("Open star", "Hidden star")])
        response = self.ask(positions=self.text, among=self.group.pk)
        self.assertEqual([row.target.name for row in response.context["page"]], ["Open star"])
        url = response.context["search"].get_absolute_url()
        lonely = logged_in(self.member).get(url, {"view": "unmatched-targets"})
        self.assertEqual([target.name for target in lonely.context["page"]], ["Far"])
        self.assertIn("group", self.ask(self.other, group=self.group.pk).context["form"].errors)

    def test_a_file_is_read_whatever_its_encoding(self):
        for content in ("first, 0.0, 10.0".encode("utf-8-sig"), "Sürvey, 0.0, 10.0".encode("latin-1")):
            response = self.ask(file=SimpleUploadedFile("list.csv", content))
            self.assertContains(response, "1 of 1 position near 2 targets")

    def test_many_positions_are_matched_by_a_job(self):
        text = "\n".join(f"{i * 0.01:.2f} 10.0" for i in range(20))
        with patch.object(sky_searches, "AT_ONCE", 10):
            with self.captureOnCommitCallbacks(execute=True):
                response = self.ask(positions=text)
            search = response.context["search"]
            self.assertIsNone(search.answered)
            self.assertContains(response, "Cross-match")
            [job] = run_queued_jobs()
        self.assertEqual(job.state, "done", job.error)
        self.assertIn("20 positions, 2 pairs", job.result["message"])
        self.assertContains(logged_in(self.member).get(search.get_absolute_url()), "1 of 20 positions near 2 targets")

    def test_a_long_list_is_made_by_a_job(self):
        search = self.ask(positions=self.text).context["search"]
        with patch.object(sky_searches, "AT_ONCE", 1), self.captureOnCommitCallbacks(execute=True):
            logged_in(self.member).post(reverse("targets:sky-search-list", args=[search.pk]), {"name": "Long"})
            [job] = run_queued_jobs()
        self.assertEqual(job.state, "done", job.error)
        self.assertEqual(TargetList.objects.get(name="Long").targets.count(), 2)

    def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(self):
        binary = SimpleUploadedFile("x.bin", b"\x00\x01\x02")
        cases = [
            ({}, "positions", "Give some positions"), ({"positions": "a\nb"}, "positions", "Line 2"),
            ({"positions": " \n "}, "positions", ""), ({"file": binary}, "file", "no text file"),
            ({"positions": "1 1", "group": self.group.pk}, "positions", "one way"),
            ({"positions": "1 1", "radius": "-1"}, "radius", ""),
            ({"positions": "1 1", "radius": "3601"}, "radius", ""),
            ({"positions": "1 1", "radius": "nan"}, "radius", ""), ({"positions": "1 1", "among": "x"}, "among", ""),
        ]
        for data, field, words in cases:
            response = self.ask(**data)
            with self.subTest(field=field, **{key: str(value) for key, value in data.items()}):
                self.assertEqual(response.status_code, 200)
                self.assertIn(words, " ".join(response.context["form"].errors[field]))
                self.assertEqual(response.context["form"]["positions"].value() or "", data.get("positions", ""))
        self.assertFalse(SkySearch.objects.exists())

    def test_a_list_needs_a_name(self):
        search = self.ask(positions=self.text).context["search"]
        url = reverse("targets:sky-search-list", args=[search.pk])
        self.assertContains(logged_in(self.member).post(url, {"name": " "}, follow=True), "The list needs a name")
