"""Groupings filled by ticked rows and by whole filtered lists, renamed, shared, and asked for by the API."""

from unittest import mock

from django.contrib.messages import get_messages
from django.db import IntegrityError, connection
from django.db.models.signals import m2m_changed
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tom_common.permissions import grant, may
from tom_common.testing import htmx_headers, logged_in, make_group, make_superuser, make_user
from tom_targets import groups
from tom_targets.choosing import Choice, FilterMistake, filtered, normalized
from tom_targets.models import Target, TargetExtra, TargetList
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory

DO = reverse("targets:add-remove-grouping")


class FillingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.member = make_user("member")
        cls.one, cls.other = TargetList.objects.create(name="One"), TargetList.objects.create(name="Other")
        cls.foreign = TargetList.objects.create(name="Foreign")
        grant([cls.member], to=[cls.one, cls.other])
        cls.seen = SiderealTargetFactory.create_batch(3, permissions="PUBLIC")
        cls.hidden = SiderealTargetFactory.create()

    def do(self, **data):
        response = logged_in(self.member).post(DO, {"grouping": self.one.pk, **data})
        return [str(message) for message in get_messages(response.wsgi_request)]

    def ticked(self, *targets):
        return [target.pk for target in targets]

    def members(self, grouping):
        return set(grouping.targets.values_list("pk", flat=True))

    def test_the_ticked_rows_are_added_and_each_number_is_told(self):
        self.one.targets.add(self.seen[0])
        told = self.do(add="add", **{"selected-target": self.ticked(*self.seen, self.hidden)})
        self.assertEqual(self.members(self.one), {target.pk for target in self.seen})
        self.assertEqual(told, ["2 targets added to One.", "1 target was in it already.",
                                "1 target was left out: no longer there, or not for you."])

    def test_the_ticked_rows_are_taken_out(self):
        self.one.targets.add(*self.seen[:2])
        told = self.do(remove="remove", **{"selected-target": self.ticked(*self.seen[1:])})
        self.assertEqual(self.members(self.one), {self.seen[0].pk})
        self.assertEqual(told, ["1 target taken out of One.", "1 target was not in it."])

    def test_moving_takes_them_out_of_every_grouping_that_one_may_change(self):
        self.other.targets.add(*self.seen)
        self.foreign.targets.add(*self.seen)
        told = self.do(move="move", **{"selected-target": self.ticked(*self.seen[:2])})
        self.assertEqual(told, ["2 targets moved to One."])
        self.assertEqual(self.members(self.one), set(self.ticked(*self.seen[:2])))
        self.assertEqual(self.members(self.other), {self.seen[2].pk})
        self.assertEqual(len(self.members(self.foreign)), 3)

    def test_a_whole_filtered_list_is_moved_by_the_grouping_it_was_filtered_by(self):
        self.other.targets.add(*self.seen)
        told = self.do(move="move", isSelectAll="True", query_string=f"targetlist__name={self.other.pk}")
        self.assertEqual(told, ["3 targets moved to One."])
        self.assertEqual((len(self.members(self.one)), self.members(self.other)), (3, set()))

    def test_hidden_targets_in_a_grouping_stay_where_they_are(self):
        self.other.targets.add(*self.seen, self.hidden)
        self.do(move="move", isSelectAll="True", query_string=f"targetlist__name={self.other.pk}")
        self.assertEqual(self.members(self.other), {self.hidden.pk})
        self.do(remove="remove", isSelectAll="True", grouping=self.other.pk, query_string="")
        self.assertEqual(self.members(self.other), {self.hidden.pk})

    def test_a_filter_that_makes_no_sense_changes_nothing(self):
        for query in ("cone_search=nowhere", "targetlist__name=987654", "redshift_min=1", "type=COMET"):
            with self.subTest(query):
                told = self.do(add="add", isSelectAll="True", query_string=query)
                self.assertTrue(told[0].startswith("Nothing was done: "), told)
                self.assertEqual(self.members(self.one), set())

    def test_what_is_filtered_by_everything_that_lists_can_be_shown_with_is_taken(self):
        told = self.do(add="add", isSelectAll="True", query_string="type=SIDEREAL&page=2&sort=-name&per_page=5&query=")
        self.assertEqual(told, ["3 targets added to One."])

    def test_nothing_ticked_is_told(self):
        self.assertEqual(self.do(add="add"), ["No targets were selected."])

    def test_a_target_that_a_search_finds_twice_is_added_once(self):
        for key in ("a", "b"):
            TargetExtra.objects.create(target=self.seen[0], key=key, value="x")
        doubled = Target.objects.filter(targetextra__value="x")
        self.assertEqual(doubled.count(), 2)
        done = groups.regroup("add", doubled, self.one, user=self.member)
        self.assertEqual((done.changed, done.unchanged), (1, 0))

    def test_somebody_who_adds_at_the_same_moment_is_no_error(self):
        real, calls = groups._insert, []

        def clash(*args):
            calls.append(args)
            if len(calls) == 1:
                raise IntegrityError("somebody was faster")
            return real(*args)

        with mock.patch("tom_targets.groups._insert", clash):
            done = groups.regroup("add", Target.objects.filter(pk=self.seen[0].pk), self.one, user=self.member)
        self.assertEqual(done.changed, 1)

    def test_the_functions_take_filters_as_a_mapping_too(self):
        request = logged_in(self.member).get("/").wsgi_request
        groups.add_all_to_grouping({"type": "SIDEREAL"}, self.one, request)
        self.assertEqual(len(self.members(self.one)), 3)
        groups.remove_selected_from_grouping([str(self.seen[0].pk)], self.one, request)
        groups.move_all_to_grouping({"type": ["SIDEREAL"]}, self.other, request)
        self.assertEqual((len(self.members(self.one)), len(self.members(self.other))), (0, 3))
        groups.move_selected_to_grouping(self.ticked(*self.seen), self.one, request)
        groups.remove_all_from_grouping({}, self.one, request)
        groups.add_selected_to_grouping(["x", self.seen[0].pk], self.one, request)
        self.assertEqual(self.members(self.one), {self.seen[0].pk})

    def test_who_listens_to_django_hears_of_it(self):
        heard = []

        def listen(action, instance, pk_set, **kwargs):
            heard.append((action, instance, pk_set))

        m2m_changed.connect(listen, sender=TargetList.targets.through)
        self.addCleanup(m2m_changed.disconnect, listen, sender=TargetList.targets.through)
        keys, chosen = set(self.ticked(*self.seen)), filtered("type=SIDEREAL", self.member)
        groups.regroup("add", chosen, self.one, user=self.member)
        groups.regroup("move", chosen, self.other, user=self.member)
        self.assertEqual(heard, [
            ("pre_add", self.one, keys), ("post_add", self.one, keys), ("pre_add", self.other, keys),
            ("post_add", self.other, keys), ("pre_remove", self.one, keys), ("post_remove", self.one, keys),
        ])

    def test_a_changed_grouping_comes_first_among_those_changed_last(self):
        before = self.one.modified
        groups.regroup("add", Target.objects.none(), self.one, user=self.member)
        self.one.refresh_from_db()
        self.assertEqual(self.one.modified, before)
        groups.regroup("add", Target.objects.filter(pk=self.seen[0].pk), self.one, user=self.member)
        self.one.refresh_from_db()
        self.assertGreater(self.one.modified, before)

    def test_the_number_of_statements_does_not_grow_with_the_targets(self):
        def statements(verb, count):
            Target.objects.exclude(pk__in=self.ticked(*self.seen)).delete()
            SiderealTargetFactory.create_batch(count, permissions="OPEN", type="SIDEREAL")
            chosen = filtered("type=SIDEREAL", self.member)
            if verb != "add":
                groups.regroup("add", chosen, self.other, user=self.member)
            with CaptureQueriesContext(connection) as captured:
                self.assertGreater(groups.regroup(verb, chosen, self.one if verb == "move" else self.other).changed, 0)
            return len(captured)

        for verb in ("add", "move", "remove"):
            with self.subTest(verb):
                self.assertEqual(statements(verb, 5), statements(verb, 40))


class ChoiceTests(TestCase):
    def test_what_is_no_key_is_passed_over(self):
        target, user = SiderealTargetFactory.create(permissions="OPEN"), make_user()
        choice = Choice(keys=(target.pk, 987654))
        self.assertEqual(list(choice.targets(user)), [target])
        self.assertEqual(choice.as_post(), [("selected-target", str(target.pk)), ("selected-target", "987654")])
        self.assertTrue(Choice().is_empty)
        self.assertFalse(Choice(query="").is_empty)

    def test_every_mistake_is_named_with_its_field(self):
        with self.assertRaisesMessage(FilterMistake, "No filter is named colour."):
            filtered("colour=red", make_user())
        with self.assertRaisesMessage(FilterMistake, "Cone search: "):
            filtered("cone_search=here", make_user())

    def test_filters_that_are_too_long_are_refused_not_cut(self):
        with self.assertRaisesMessage(FilterMistake, "longer than 4,000"):
            filtered("type=SIDEREAL&name=" + "x" * 4000, make_user())

    def test_a_filter_without_a_value_is_no_filter(self):
        SiderealTargetFactory.create(permissions="OPEN")
        self.assertEqual(filtered("?colour=&name=&type=", make_user()).count(), 1)

    def test_only_what_filters_is_kept(self):
        kept = normalized("?name=M31&page=3&sort=name&type=&query=", make_user())
        self.assertEqual(kept, "name=M31")

    def test_ranges_of_extra_fields_are_known(self):
        with self.settings(EXTRA_FIELDS=[{"name": "redshift", "type": "number"}, {"name": "seen", "type": "datetime"}]):
            near = SiderealTargetFactory.create(permissions="OPEN")
            near.save(extras={"redshift": 0.1})
            NonSiderealTargetFactory.create(permissions="OPEN").save(extras={"redshift": 2})
            self.assertEqual(filtered("redshift_max=1&redshift_min=&seen_after=", make_user()).get().pk, near.pk)


class PagesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.owner, cls.mate = make_user("owner", groups=[cls.team]), make_user(groups=[cls.team])
        cls.other = make_user()
        cls.grouping = TargetList.objects.create(name="Follow-up")
        grant([cls.owner], to=cls.grouping)

    def test_a_grouping_is_renamed_by_who_may_change_it(self):
        url = reverse("targets:update-group", args=[self.grouping.pk])
        self.assertContains(logged_in(self.owner).get(url), "Follow-up")
        self.assertRedirects(logged_in(self.owner).post(url, {"name": " Winter "}), reverse("targets:targetgrouping"))
        self.grouping.refresh_from_db()
        self.assertEqual(self.grouping.name, "Winter")
        self.assertEqual(logged_in(self.other).post(url, {"name": "Mine"}).status_code, 404)
        grant([self.team], to=self.grouping, actions=["view"])
        self.assertEqual(logged_in(self.mate).post(url, {"name": "Mine"}).status_code, 403)
        for wrong in ("", "   ", "x" * 201):
            with self.subTest(wrong):
                self.assertEqual(logged_in(self.owner).post(url, {"name": wrong}).status_code, 200)
        self.grouping.refresh_from_db()
        self.assertEqual(self.grouping.name, "Winter")

    def test_it_is_shown_to_a_group_and_its_targets_keep_their_own_access(self):
        self.grouping.targets.add(SiderealTargetFactory.create())
        url = reverse("targets:group-access", args=[self.grouping.pk])
        self.assertNotContains(logged_in(self.owner).get(url), "Level")
        logged_in(self.owner).post(url, {f"group-{self.team.pk}": ["view"], f"user-{self.owner.pk}":
                                         ["view", "change", "delete"]})
        self.assertTrue(may(self.mate, "view", self.grouping))
        self.assertFalse(may(self.mate, "change", self.grouping))
        self.assertFalse(Target.objects.visible_to(self.mate).exists())
        self.assertEqual(logged_in(self.mate).get(url).status_code, 403)

    def test_the_api_lists_groupings(self):
        for user, names in ((self.owner, ["Follow-up"]), (self.other, []), (None, []),
                            (make_superuser(), ["Follow-up"])):
            with self.subTest(user):
                answer = logged_in(user).get(reverse("api:targetlist-list"))
                self.assertEqual(answer.status_code, 200)
                self.assertEqual([row["name"] for row in answer.json()["results"]], names)
        one = reverse("api:targetlist-detail", args=[self.grouping.pk])
        self.assertEqual(logged_in(self.other).delete(one).status_code, 404)
        self.assertEqual(logged_in(self.owner).delete(one).status_code, 204)
        self.assertFalse(TargetList.objects.exists())

    def test_the_page_of_groups_asks_no_more_for_many_groups_than_for_one(self):
        client, url = logged_in(self.owner), reverse("targets:targetgrouping")
        client.get(url)
        with CaptureQueriesContext(connection) as one:
            client.get(url)
        grant([self.owner], to=[TargetList.objects.create(name=f"Group {number}") for number in range(8)])
        with CaptureQueriesContext(connection) as nine:
            self.assertContains(client.get(url), "Group 7")
        self.assertEqual(len(nine), len(one))

    def test_a_target_in_two_groups_counts_once_in_each_and_hidden_ones_not_at_all(self):
        both, hidden = SiderealTargetFactory.create(permissions="OPEN"), SiderealTargetFactory.create()
        other, empty = TargetList.objects.create(name="Other"), TargetList.objects.create(name="Empty")
        grant([self.owner], to=[other, empty])
        self.grouping.targets.add(both)
        other.targets.add(both, hidden, SiderealTargetFactory.create(permissions="PUBLIC"))
        for sort, expected in (("name", {"Empty": 0, "Follow-up": 1, "Other": 2}),
                               ("-total_targets", {"Other": 2, "Follow-up": 1, "Empty": 0})):
            with self.subTest(sort):
                page = logged_in(self.owner).get(reverse("targets:targetgrouping"), {"sort": sort})
                shown = [(row.record.name, row.get_cell("total_targets")) for row in page.context["table"].page]
                self.assertEqual(shown, list(expected.items()))

    def test_the_list_of_targets_counts_no_further_than_it_shows(self):
        SiderealTargetFactory.create(permissions="OPEN")
        for headers in ({}, htmx_headers()):
            with CaptureQueriesContext(connection) as captured:
                logged_in(self.owner).get(reverse("targets:list"), headers=headers)
            counts = [query["sql"] for query in captured if "COUNT(" in query["sql"] and "basetarget" in query["sql"]]
            self.assertEqual([sql for sql in counts if "LIMIT" not in sql], [])
