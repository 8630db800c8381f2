"""The list of targets, the map of it, and the search."""

from base64 import b64decode
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import quote

import numpy as np
from django.contrib.messages import get_messages
from django.db import connection
from django.db.models import Count
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tom_common.astro.sky import offset_by
from tom_common.integration import Contribution
from tom_common.permissions import grant
from tom_common.testing import htmx_headers, logged_in, make_group, make_superuser, make_user
from tom_targets.models import Target, TargetExtra, TargetList, TargetName
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory, TargetNameFactory

LIST, SEARCH, SKYMAP = reverse("targets:list"), reverse("targets:search"), reverse("targets:skymap")


def names(response):
    return [row.record.name for row in response.context["table"].page]


class ListRolesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.member, cls.other, cls.superuser = make_user(groups=[cls.team]), make_user(), make_superuser()
        for level in ("OPEN", "PUBLIC", "PRIVATE"):
            SiderealTargetFactory.create(name=level, permissions=level)
        grant([cls.team], to=Target.objects.get(name="PRIVATE"))

    def test_everybody_sees_what_is_theirs_on_list_map_and_search(self):
        everything = {"OPEN", "PUBLIC", "PRIVATE"}
        for user, seen in ((None, {"OPEN"}), (self.other, {"OPEN", "PUBLIC"}), (self.member, everything),
                           (self.superuser, everything)):
            client = logged_in(user)
            with self.subTest(user=user):
                self.assertEqual(set(names(client.get(LIST))), seen)
                self.assertEqual(set(names(client.get(LIST, {"query": "E"}))), {n for n in seen if "E" in n})
                shown = client.get(SKYMAP).content.decode() + client.get(reverse("targets:aladin")).content.decode()
                for name in ("OPEN", "PUBLIC", "PRIVATE"):
                    self.assertEqual(name in shown, name in seen)
                    found = client.get(SEARCH, {"q": name})
                    self.assertEqual(found.status_code, 302 if name in seen else 200)

    def test_a_hidden_target_cannot_be_found_by_a_cone_around_it(self):
        client = logged_in(self.other)
        response = client.get(LIST, {"target_cone_search": "PRIVATE, 1"})
        self.assertEqual(names(response), [])
        self.assertContains(response, "No target is named PRIVATE")


class ListTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user()
        cls.m31 = SiderealTargetFactory.create(name="M31", ra=10.6847, dec=41.26875, permissions="OPEN")
        cls.ceres = NonSiderealTargetFactory.create(name="Ceres", permissions="OPEN")
        TargetName.objects.create(target=cls.m31, name="NGC 224")
        TargetExtra.objects.create(target=cls.m31, key="kind", value="galaxy")
        cls.grouping = TargetList.objects.create(name="Galaxies")
        cls.grouping.targets.add(cls.m31)
        grant([cls.user], to=cls.grouping)

    def setUp(self):
        self.client = logged_in(self.user)

    def found(self, **query):
        return names(self.client.get(LIST, query))

    def test_the_filters_find(self):
        for query in ({"query": "ngc224"}, {"query": "NGC"}, {"query": "00:42:44.3 +41:16:07"}, {"type": "SIDEREAL"},
                      {"name": "GC 2"}, {"name_fuzzy": "ngc-224"}, {"cone_search": "10.68, 41.27, 0.1"},
                      {"target_cone_search": "M31, 0.1"}, {"key": "kind"}, {"key": "kind", "value": "gal"},
                      {"targetlist__name": self.grouping.pk}):
            with self.subTest(query):
                self.assertEqual(self.found(**query), ["M31"])

    @override_settings(EXTRA_FIELDS=[{"name": "redshift", "type": "number"}])
    def test_extra_fields_are_filters_too(self):
        TargetExtra.objects.create(target=self.m31, key="redshift", value="0.5")
        self.assertEqual(self.found(redshift_min="0.4"), ["M31"])
        self.assertEqual(self.found(redshift_min="0.6"), [])

    def test_wrong_input_is_told_at_its_field_and_finds_nothing(self):
        for field, value in (("cone_search", "here"), ("cone_search", "1,2,999"), ("target_cone_search", "M31"),
                             ("type", "PLANET"), ("targetlist__name", "99999"), ("targetlist__name", "x" * 300)):
            response = self.client.get(LIST, {field: value})
            with self.subTest(field=field, value=value):
                self.assertEqual(response.status_code, 200)
                self.assertIn(field, response.context["filter"].form.errors)
                self.assertEqual(names(response), [])
                self.assertTrue(response.context["open_filters"])

    def test_it_sorts_by_each_of_its_columns_and_shrugs_at_others(self):
        for column in ("name", "-name", "type", "ra", "-dec", "created", "modified", "nonsense", "__class__"):
            with self.subTest(column):
                self.assertEqual(len(self.found(sort=column)), 2)
        self.assertEqual(self.found(sort="name"), ["Ceres", "M31"])
        self.assertEqual(self.found(sort="-name"), ["M31", "Ceres"])

    def test_htmx_gets_the_table_alone(self):
        page = self.client.get(LIST, headers=htmx_headers())
        self.assertNotContains(page, "<html")
        self.assertContains(page, "table-container")

    def test_nothing_found_offers_the_catalogues(self):
        with patch("tom_targets.finding.lookup_url", return_value="/lookup?term=X"):
            self.assertContains(self.client.get(LIST, {"name": "nothing of the kind"}), "/lookup?term=X")
            table = self.client.get(LIST, {"name": "nothing of the kind"}, headers=htmx_headers())
        self.assertContains(table, "/lookup?term=X")

    def test_a_page_has_25_rows_and_a_page_that_is_not_there_is_no_error(self):
        SiderealTargetFactory.create_batch(30, permissions="OPEN")
        self.assertEqual(len(self.found()), 25)
        self.assertEqual(len(self.found(page=2)), 7)
        for page in ("99", "-1", "x"):
            self.assertIn(self.client.get(LIST, {"page": page}).status_code, (200, 404))

    def test_queries_do_not_grow_with_the_targets(self):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                self.client.get(LIST)
            return len(captured)

        SiderealTargetFactory.create_batch(3, permissions="OPEN")
        few = queries()
        for target in SiderealTargetFactory.create_batch(55, permissions="OPEN"):
            TargetNameFactory.create_batch(2, target=target)
        self.assertEqual(queries(), few)
        self.assertLessEqual(few, 10)

    def test_apps_add_columns(self):
        app = SimpleNamespace(label="custom_code", verbose_name="Mine")
        entries = [
            {"name": "aliases_count", "label": "Names", "accessor": "aliases_count",
             "annotate": {"aliases_count": Count("aliases")}},
            {"name": "where", "label": "Constellation", "accessor": "constellation"},
            {"name": "drawn", "label": "Drawn", "partial": "tom_targets/partials/target_feature.html"},
            {"name": "gone", "label": "Gone", "partial": "no/such/template.html"}, {"label": "no name"}, "nonsense",
        ]

        def collect(method):
            return [Contribution(app, entry) for entry in entries] if method == "target_list_columns" else []

        with patch("tom_targets.tables.collect", collect), self.assertLogs("tom_targets.tables", "ERROR"):
            page = self.client.get(LIST, {"sort": "-aliases_count"})
        self.assertEqual(names(page), ["M31", "Ceres"])
        self.assertContains(page, "Andromeda")
        self.assertContains(page, "Could not be shown")


class SkyMapTests(TestCase):
    def test_a_point_leads_to_its_target(self):
        target = SiderealTargetFactory.create(name="M31", permissions="OPEN")
        points = self.client.get(SKYMAP).json()["data"][-1]
        self.assertEqual(points["customdata"], [target.get_absolute_url()])
        self.assertIn("M31", points["text"][0])

    def test_the_filters_count(self):
        SiderealTargetFactory.create(name="M31", permissions="OPEN")
        SiderealTargetFactory.create(name="M33", permissions="OPEN")
        self.assertEqual(len(self.client.get(SKYMAP, {"name": "M31"}).json()["data"][-1]["customdata"]), 1)

    def test_without_positions_there_are_words(self):
        NonSiderealTargetFactory.create(permissions="OPEN")
        self.assertIn("fixed position", self.client.get(SKYMAP).json()["message"])

    def test_many_targets_are_counted_in_cells(self):
        with patch("tom_targets.plots.sky.SINGLE_POINTS", 10):
            for n in range(12):
                SiderealTargetFactory.create(ra=100 + n / 1000, dec=20.0, permissions="OPEN")
            SiderealTargetFactory.create(ra=300, dec=-60, permissions="OPEN")
            cells = self.client.get(SKYMAP).json()["data"][-1]
        counts = cells["customdata"]
        self.assertEqual(sorted(np.frombuffer(b64decode(counts["bdata"]), counts["dtype"]).tolist()), [1, 12])


class SearchTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.m31 = SiderealTargetFactory.create(name="M31", ra=10.684708, dec=41.26875, permissions="OPEN")
        TargetName.objects.create(target=cls.m31, name="NGC 224")

    def search(self, text):
        return self.client.get(SEARCH, {"q": text})

    def test_a_name_an_alias_or_a_position_leads_to_the_target(self):
        for text in ("M31", "m 31", "  M31 ", "NGC 224", "ngc224", "10.684708 +41.26875", "00:42:44.33 +41:16:07.5",
                     "00h42m44.33s +41d16m07.5s", "0 42 44.33 41 16 7.5", "10.684708, 41.26875"):
            with self.subTest(text):
                self.assertRedirects(self.search(text), self.m31.get_absolute_url(), fetch_redirect_response=False)

    def test_a_position_says_how_far_off_its_target_is(self):
        ra, dec = offset_by(self.m31.ra, self.m31.dec, 30, 5 / 3600)
        response = self.search(f"{ra:.7f} {dec:.7f}")
        self.assertRedirects(response, self.m31.get_absolute_url(), fetch_redirect_response=False)
        self.assertIn("5.0″", str(next(iter(get_messages(response.wsgi_request)))))

    def test_a_position_some_way_off_lists_what_is_near_nearest_first(self):
        for distance in (50, 30):
            ra, dec = offset_by(self.m31.ra, self.m31.dec, 0, distance / 3600)
            SiderealTargetFactory.create(name=f"{distance} off", ra=ra, dec=dec, permissions="OPEN")
        ra, dec = offset_by(self.m31.ra, self.m31.dec, 180, 15 / 3600)
        page = self.search(f"{ra:.7f} {dec:.7f}")
        self.assertEqual([target.name for target in page.context["found"].targets], ["M31", "30 off"])
        self.assertContains(page, "15.0″")
        self.assertContains(page, "45.0″")

    def test_two_targets_at_one_place_are_both_listed(self):
        SiderealTargetFactory.create(name="Twin", ra=self.m31.ra, dec=self.m31.dec, permissions="OPEN")
        self.assertEqual(len(self.search("10.684708 +41.26875").context["found"].targets), 2)

    def test_a_part_of_a_name_lists_those_that_have_it(self):
        SiderealTargetFactory.create(name="NGC 2244", permissions="OPEN")
        self.assertEqual(len(self.search("ngc22").context["found"].targets), 2)
        # the beginning of no name, but a part of one
        self.assertEqual(len(self.search("GC 22").context["found"].targets), 2)

    def test_nothing_there_offers_to_make_it_with_its_place(self):
        client = logged_in(make_user())
        page = client.get(SEARCH, {"q": "12:30:49.42 +12:23:28"})
        self.assertContains(page, "No target that you may see")
        self.assertContains(page, "ra=187.7059167&amp;dec=12.3911111")
        self.assertContains(client.get(SEARCH, {"q": "SN 2026zz"}), "name=SN+2026zz")

    def test_what_makes_no_sense_is_answered_in_words(self):
        for text in ("", "   ", "banana", "99:99:99 +99", "1e999 5", "' OR 1=1 --", "<script>", "x" * 5000, "\x00",
                     "नमस्ते", "12"):
            with self.subTest(text[:20]):
                self.assertIn(self.search(text).status_code, (200, 302))
        self.assertRedirects(self.search(""), LIST, fetch_redirect_response=False)
        self.assertNotContains(self.search("<script>alert(1)</script>"), "<script>alert")

    def test_queries_are_few(self):
        SiderealTargetFactory.create_batch(60, permissions="OPEN")
        for text in ("Star", "10.6 41.2", "zzz"):
            with CaptureQueriesContext(connection) as captured:
                self.search(text)
            self.assertLessEqual(len(captured), 5, text)


class NameSearchTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.m31 = SiderealTargetFactory.create(name="M31", permissions="OPEN")
        SiderealTargetFactory.create(name="SN 2026a", permissions="OPEN")
        SiderealTargetFactory.create(name="SN 2026b", permissions="OPEN")
        SiderealTargetFactory.create(name="SN 2027x", permissions="PRIVATE")

    def go(self, name, client=None):
        return (client or self.client).get(f"/targets/name/{quote(name)}")

    def test_one_match_is_shown(self):
        self.assertRedirects(self.go("M 31"), self.m31.get_absolute_url(), fetch_redirect_response=False)

    def test_a_name_that_no_database_holds_is_no_error(self):
        for name in ("\x00", "M\x0031"):
            answer = self.client.get(reverse("targets:name-search", args=[name]))
            self.assertEqual(answer.status_code, 302, name)

    def test_a_comets_name_has_a_slash(self):
        comet = SiderealTargetFactory.create(name="C/2020 F3", permissions="OPEN")
        self.assertRedirects(self.go("C/2020 F3"), comet.get_absolute_url(), fetch_redirect_response=False)
        self.assertEqual(reverse("targets:name-search", args=["C/2020 F3"]), "/targets/name/C/2020%20F3")

    def test_several_matches_are_listed(self):
        self.assertRedirects(self.go("SN 2026"), f"{LIST}?name=SN+2026", fetch_redirect_response=False)
        self.assertEqual(set(names(self.client.get(f"{LIST}?name=SN+2026"))), {"SN 2026a", "SN 2026b"})

    def test_no_match_says_so_and_offers_the_catalogues(self):
        for name in ("SN 2027x", "<b>bold</b>"):
            with patch("tom_targets.finding.lookup_url", return_value="/catalogs/?term=x"):
                page = self.client.get(f"/targets/name/{quote(name, safe='')}", follow=True)
            self.assertContains(page, "No target is named")
            self.assertContains(page, "/catalogs/?term=x")
            self.assertNotContains(page, "<b>bold")


class GroupingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.member, cls.other, cls.superuser = make_user(), make_user(), make_superuser()
        cls.grouping = TargetList.objects.create(name="Follow-up")
        grant([cls.member], to=cls.grouping)
        cls.open = SiderealTargetFactory.create(permissions="OPEN")
        cls.private = SiderealTargetFactory.create(permissions="PRIVATE")

    URL, DO = reverse("targets:targetgrouping"), reverse("targets:add-remove-grouping")

    def do(self, user, **data):
        data = {"grouping": self.grouping.pk, "selected-target": [self.open.pk, self.private.pk], **data}
        return logged_in(user).post(self.DO, data)

    def members(self):
        return set(self.grouping.targets.values_list("pk", flat=True))

    def test_each_sees_the_own_groups_and_the_number_of_targets_they_may_see(self):
        self.grouping.targets.add(self.open, self.private)
        mine = logged_in(self.member).get(self.URL)
        self.assertContains(mine, "Follow-up")
        self.assertEqual([row.get_cell("total_targets") for row in mine.context["table"].page], [1])
        self.assertNotContains(logged_in(self.other).get(self.URL), "Follow-up")
        self.assertNotContains(logged_in().get(self.URL), "Follow-up")
        everything = logged_in(self.superuser).get(self.URL, {"sort": "-total_targets"})
        self.assertEqual([row.get_cell("total_targets") for row in everything.context["table"].page], [2])

    def test_who_makes_a_group_owns_it(self):
        client = logged_in(self.other)
        self.assertRedirects(client.post(reverse("targets:create-group"), {"name": "Mine"}), self.URL)
        self.assertTrue(TargetList.objects.deletable_by(self.other).filter(name="Mine").exists())
        wrong = client.post(reverse("targets:create-group"), {"name": "x" * 201})
        self.assertContains(wrong, "at most 200")
        self.assertEqual(logged_in().post(reverse("targets:create-group"), {"name": "No"}).status_code, 302)
        self.assertFalse(TargetList.objects.filter(name="No").exists())

    def test_only_its_owner_deletes_a_group_and_only_by_post(self):
        url = reverse("targets:delete-group", args=[self.grouping.pk])
        self.assertEqual(logged_in(self.other).post(url).status_code, 404)
        self.assertEqual(logged_in().post(url).status_code, 302)
        self.assertContains(logged_in(self.member).get(url), "Its targets stay")
        self.assertTrue(TargetList.objects.filter(pk=self.grouping.pk).exists())
        logged_in(self.member).post(url)
        self.assertFalse(TargetList.objects.filter(pk=self.grouping.pk).exists())
        self.assertTrue(Target.objects.filter(pk=self.open.pk).exists())

    def test_targets_that_one_may_see_are_added_moved_and_taken_out(self):
        self.do(self.member, add="add")
        self.assertEqual(self.members(), {self.open.pk})
        other = TargetList.objects.create(name="Elsewhere")
        grant([self.member], to=other)
        self.do(self.member, move="move", grouping=other.pk)
        self.assertEqual(self.members(), set())
        self.do(self.member, remove="remove", grouping=other.pk)
        self.assertEqual(other.targets.count(), 0)

    def test_all_that_the_filters_leave_can_be_added(self):
        SiderealTargetFactory.create(name="Leave me", permissions="OPEN")
        self.do(self.member, add="add", isSelectAll="True", query_string=f"name={self.open.name}")
        self.assertEqual(self.members(), {self.open.pk})

    def test_nobody_else_changes_a_group(self):
        self.assertEqual(self.do(None, add="add").status_code, 302)
        self.do(self.other, add="add")
        self.assertEqual(self.members(), set())
        grant([self.other], to=self.grouping, actions=["view"])
        self.assertEqual(self.do(self.other, add="add").status_code, 403)
        self.assertEqual(logged_in(self.member).get(self.DO).status_code, 405)

    def test_wrong_input_is_told(self):
        for data in ({"add": "add", "grouping": "x"}, {"add": "add", "grouping": "9" * 30}, {},
                     {"add": "add", "grouping": ""}, {"add": "add", "selected-target": ["x", "-1", "9" * 30]}):
            response = self.do(self.member, **data)
            with self.subTest(data):
                self.assertEqual(response.status_code, 302)
                self.assertTrue(list(get_messages(response.wsgi_request)))
        self.assertEqual(self.members(), set())

    def test_it_goes_back_to_where_one_was_but_to_no_other_host(self):
        back = "/targets/1/?tab=manage-groups"
        self.assertEqual(self.do(self.member, add="add", next=back).url, back)
        self.assertEqual(self.do(self.member, add="add", next="https://evil.example/").url, LIST)
        self.assertEqual(self.do(self.member, add="add", query_string="type=SIDEREAL").url, f"{LIST}?type=SIDEREAL")
