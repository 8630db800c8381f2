"""Saved filters that are lists: made, opened, shown to groups, pinned, and asked for by the API."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import TestCase
from django.urls import reverse

from tom_common.demo import make_people
from tom_common.permissions import grant, may
from tom_common.testing import logged_in, make_group, make_superuser, make_user
from tom_targets.choosing import FilterMistake, filtered, mistake_in
from tom_targets.demo import make_targets
from tom_targets.demo_lists import make_lists
from tom_targets.dynamic_lists import DynamicTargetList, make_dynamic_list
from tom_targets.models import TargetList
from tom_targets.testing import SiderealTargetFactory

LISTS, CREATE, LIST = (reverse(f"targets:{name}") for name in ("targetgrouping", "dynamic-list-create", "list"))


class ListCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("Team")
        cls.owner, cls.mate = make_user("owner", groups=[cls.team]), make_user("mate", groups=[cls.team])
        cls.stranger, cls.pi = make_user("stranger"), make_superuser("pi")
        cls.open = SiderealTargetFactory.create(name="SN open", permissions="OPEN")
        cls.secret = SiderealTargetFactory.create(name="SN secret")
        grant([cls.owner], to=cls.secret)
        cls.list = make_dynamic_list(
            DynamicTargetList(name="Supernovae", query_string="name=SN", pinned=True), user=cls.owner, groups=[cls.team]
        )
        cls.url = reverse("targets:dynamic-list", args=[cls.list.pk])

    def url_of(self, name):
        return reverse(f"targets:{name}", args=[self.list.pk])


class EvaluationTests(ListCase):
    def test_each_reader_finds_what_he_or_she_may_see_today(self):
        for user, names in ((self.owner, {"SN open", "SN secret"}), (self.mate, {"SN open"}), (None, {"SN open"}),
                            (self.pi, {"SN open", "SN secret"})):
            with self.subTest(user):
                found = filtered(self.list.query_string, user or AnonymousUser())
                self.assertEqual({target.name for target in found}, names)
        SiderealTargetFactory.create(name="SN new", permissions="PUBLIC")
        self.assertEqual(filtered(self.list.query_string, self.mate).count(), 2)

    def test_a_filter_that_does_not_hold_any_more_says_so(self):
        grouping = TargetList.objects.create(name="Gone soon")
        grant([self.owner], to=grouping)
        self.list.query_string = f"targetlist__name={grouping.pk}"
        self.list.save()
        self.assertEqual(filtered(self.list.query_string, self.owner).count(), 0)
        with self.assertRaisesMessage(FilterMistake, "Target grouping"):
            filtered(self.list.query_string, self.mate)
        grouping.delete()
        with self.assertRaises(FilterMistake):
            filtered(self.list.query_string, self.owner)

    def test_a_field_that_the_project_took_away_does_not_widen_the_list(self):
        with self.settings(EXTRA_FIELDS=[{"name": "redshift", "type": "number"}]):
            self.list.query_string = "name=SN&redshift_min=1"
            self.assertEqual(filtered(self.list.query_string, self.owner).count(), 0)
        with self.assertRaisesMessage(FilterMistake, "No filter is named redshift_min."):
            filtered(self.list.query_string, self.owner)


class PagesTests(ListCase):
    def test_it_opens_the_target_list_with_its_filters(self):
        answer = logged_in(self.mate).get(self.url)
        self.assertRedirects(answer, f"{LIST}?name=SN")
        page = logged_in(self.mate).get(answer.url)
        self.assertContains(page, "SN open")
        self.assertNotContains(page, "SN secret")

    def test_one_that_does_not_hold_says_so_instead_of_failing(self):
        DynamicTargetList.objects.update(query_string="cone_search=nowhere")
        page = logged_in(self.owner).get(self.url)
        self.assertContains(page, "do not hold")
        self.assertContains(page, "Cone search")
        self.assertContains(page, self.url_of("dynamic-list-update"))
        self.assertNotContains(logged_in(self.mate).get(self.url), self.url_of("dynamic-list-update"))
        self.assertContains(logged_in(self.owner).get(self.url_of("dynamic-list-count")), "do not hold")

    def test_filters_that_another_program_wrote_too_long_are_told_too(self):
        DynamicTargetList.objects.update(query_string="name=" + "x" * 5000)
        self.assertContains(logged_in(self.owner).get(self.url), "longer than")
        self.assertContains(logged_in(self.owner).get(self.url_of("dynamic-list-count")), "do not hold")

    def test_it_is_saved_from_the_filters_of_the_target_list(self):
        client = logged_in(self.stranger)
        page = client.get(f"{CREATE}?name=M31&sort=-name")
        self.assertContains(page, "name=M31&amp;sort=-name")
        data = {"name": "Andromeda", "query_string": "name=M31&sort=-name&type=", "pinned": "on"}
        self.assertRedirects(client.post(CREATE, data), LISTS)
        made = DynamicTargetList.objects.get(name="Andromeda")
        self.assertEqual((made.query_string, made.owner, made.pinned), ("name=M31", self.stranger, True))
        self.assertTrue(may(self.stranger, "delete", made))
        self.assertFalse(may(self.owner, "view", made))

    def test_a_whole_address_can_be_pasted(self):
        address = "https://tom.example/targets/?type=SIDEREAL"
        logged_in(self.stranger).post(CREATE, {"name": "A", "query_string": address})
        self.assertEqual(DynamicTargetList.objects.get(name="A").query_string, "type=SIDEREAL")

    def test_wrong_filters_are_told_at_their_field_and_nothing_is_lost(self):
        for query, message in (("", "required"), ("page=2", "No filter is set"), ("colour=red", "No filter is named"),
                               ("cone_search=nowhere", "Cone search"), ("name=" + "x" * 5000, "longer than")):
            with self.subTest(query[:20]):
                answer = logged_in(self.stranger).post(CREATE, {"name": "Kept name", "query_string": query})
                self.assertContains(answer, message)
                self.assertContains(answer, "Kept name")
        self.assertFalse(DynamicTargetList.objects.filter(name="Kept name").exists())

    def test_it_is_shown_to_groups_of_ones_own_only(self):
        foreign = make_group("Foreign")
        data = {"name": "A", "query_string": "type=SIDEREAL", "groups": [foreign.pk]}
        self.assertContains(logged_in(self.owner).post(CREATE, data), "valid choice")
        logged_in(self.owner).post(CREATE, {**data, "groups": [self.team.pk]})
        made = DynamicTargetList.objects.get(name="A")
        self.assertTrue(may(self.mate, "view", made))
        self.assertFalse(may(self.mate, "change", made))

    def test_who_may_change_it_changes_it_and_only_its_owner_pins_it(self):
        url = self.url_of("dynamic-list-update")
        self.assertEqual(logged_in(self.mate).get(url).status_code, 403)
        self.assertEqual(logged_in(self.stranger).get(url).status_code, 404)
        self.assertContains(logged_in(self.owner).get(url), 'name="pinned"')
        logged_in(self.owner).post(url, {"name": "SNe", "query_string": "name=SN&type=SIDEREAL"})
        self.list.refresh_from_db()
        self.assertEqual((self.list.name, self.list.query_string, self.list.pinned),
                         ("SNe", "name=SN&type=SIDEREAL", False))
        self.assertNotContains(logged_in(self.pi).get(url), 'name="pinned"')
        logged_in(self.pi).post(url, {"name": "SNe", "query_string": "name=SN", "pinned": "on"})
        self.list.refresh_from_db()
        self.assertEqual((self.list.pinned, self.list.owner), (False, self.owner))

    def test_it_is_deleted_by_post_and_by_who_may(self):
        url = self.url_of("dynamic-list-delete")
        self.assertEqual(logged_in(self.mate).post(url).status_code, 403)
        self.assertContains(logged_in(self.owner).get(url), "stay")
        self.assertRedirects(logged_in(self.owner).post(url), LISTS)
        self.assertFalse(DynamicTargetList.objects.exists())

    def test_access_is_changed_as_that_of_groupings(self):
        url = self.url_of("dynamic-list-access")
        logged_in(self.owner).post(url, {f"user-{self.owner.pk}": ["view", "change", "delete"]})
        self.assertFalse(may(self.mate, "view", self.list))

    def test_the_page_of_groups_shows_those_that_one_may_see(self):
        self.assertContains(logged_in(self.mate).get(LISTS), "Supernovae")
        self.assertContains(logged_in(self.owner).get(LISTS), self.url_of("dynamic-list-access"))
        for user in (self.stranger, None):
            self.assertNotContains(logged_in(user).get(LISTS), "Supernovae")

    def test_counts_are_the_readers_own(self):
        url = self.url_of("dynamic-list-count")
        self.assertEqual(logged_in(self.owner).get(url).content.strip(), b"2")
        self.assertEqual(logged_in(self.mate).get(url).content.strip(), b"1")

    def test_pinned_lists_are_on_the_first_page_and_in_the_menu_of_their_owner(self):
        self.assertContains(logged_in(self.owner).get("/"), "Supernovae")
        self.assertContains(logged_in(self.owner).get(reverse("targets:pinned-lists")), self.url)
        for user in (self.mate, self.pi):
            self.assertNotContains(logged_in(user).get("/"), "Supernovae")
            self.assertNotContains(logged_in(user).get(reverse("targets:pinned-lists")), "Supernovae")
        self.assertNotContains(logged_in().get("/"), "Supernovae")

    def test_a_list_outlives_its_owner(self):
        self.owner.delete()
        self.assertContains(logged_in(self.mate).get(LISTS), "Supernovae")
        self.assertEqual(logged_in(self.mate).get(self.url).status_code, 302)


class DemoTests(TestCase):
    def test_the_demo_has_lists_that_hold_and_can_be_made_again(self):
        make_people("a-password-for-tests-1")
        make_targets()
        self.assertEqual([make_lists(), make_lists()], ["Dynamic lists: 2 added.", "Dynamic lists: all are there."])
        member = get_user_model().objects.get(username="member")
        for one in DynamicTargetList.objects.visible_to(member):
            with self.subTest(one.name):
                self.assertEqual(mistake_in(one.query_string, member), "")
                self.assertGreater(filtered(one.query_string, member).count(), 1)
        self.assertEqual(DynamicTargetList.objects.visible_to(member).count(), 2)


class ApiTests(ListCase):
    URL = reverse("api:dynamictargetlist-list")

    def test_it_lists_what_the_reader_may_see_with_the_address_of_the_targets(self):
        for user, names in ((self.owner, ["Supernovae"]), (self.mate, ["Supernovae"]), (self.stranger, []), (None, [])):
            with self.subTest(user):
                rows = logged_in(user).get(self.URL).json()["results"]
                self.assertEqual([row["name"] for row in rows], names)
        (row,) = logged_in(self.mate).get(self.URL).json()["results"]
        self.assertEqual(row["problem"], "")
        found = logged_in(self.mate).get(row["targets"]).json()["results"]
        self.assertEqual([target["name"] for target in found], ["SN open"])

    def test_one_that_does_not_hold_says_why(self):
        DynamicTargetList.objects.update(query_string="colour=red")
        one = reverse("api:dynamictargetlist-detail", args=[self.list.pk])
        self.assertEqual(logged_in(self.mate).get(one).json()["problem"], "No filter is named colour.")

    def test_it_is_made_by_who_is_logged_in(self):
        data = {"name": "Stars", "query_string": "type=SIDEREAL&page=3"}
        self.assertEqual(logged_in().post(self.URL, data).status_code, 403)
        made = logged_in(self.stranger).post(self.URL, data)
        self.assertEqual((made.status_code, made.json()["query_string"]), (201, "type=SIDEREAL"))
        self.assertTrue(may(self.stranger, "change", DynamicTargetList.objects.get(name="Stars")))
        for query in ("colour=red", "page=3", "", "x=" + "1" * 5000):
            with self.subTest(query[:10]):
                wrong = logged_in(self.stranger).post(self.URL, {**data, "query_string": query})
                self.assertEqual((wrong.status_code, list(wrong.json())), (400, ["query_string"]))

    def test_it_is_deleted_by_who_may(self):
        one = reverse("api:dynamictargetlist-detail", args=[self.list.pk])
        self.assertEqual(logged_in(self.mate).delete(one).status_code, 404)
        self.assertEqual(logged_in(self.owner).delete(one).status_code, 204)
        self.assertFalse(DynamicTargetList.objects.exists())
