"""Level and grants of many targets at once, with the numbers before and after."""

import re
from unittest import mock

from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.messages import get_messages
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tom_common.models import Job
from tom_common.people import PUBLIC_GROUP
from tom_common.permissions import grant, may
from tom_common.testing import logged_in, make_group, make_superuser, make_user, run_queued_jobs
from tom_targets.bulk_access import AccessChange, apply, preview
from tom_targets.choosing import Choice
from tom_targets.models import Target, TargetEvent, TargetGroupObjectPermission
from tom_targets.testing import SiderealTargetFactory

URL = reverse("targets:bulk-access")


class BulkCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team, cls.second, cls.foreign = make_group("Team"), make_group("Second"), make_group("Foreign")
        cls.owner, cls.mate = make_user(groups=[cls.team, cls.second]), make_user(groups=[cls.team])
        cls.pi = make_superuser()
        cls.mine = SiderealTargetFactory.create_batch(4)
        cls.public = SiderealTargetFactory.create(permissions="PUBLIC")
        cls.others = SiderealTargetFactory.create_batch(2, permissions="OPEN")
        grant([cls.owner], to=[*cls.mine, cls.public])
        grant([cls.team], to=cls.mine[:1], actions=["view"])
        cls.everything = Choice(query="type=SIDEREAL")

    def lines(self, change, user=None, choice=None):
        outlook = preview(choice or self.everything, change, user or self.owner)
        return {line.label: (line.now, line.then) for line in outlook.lines}


class PreviewTests(BulkCase):
    def test_it_counts_what_is_chosen_and_what_may_be_changed(self):
        outlook = preview(self.everything, AccessChange(), self.owner)
        self.assertEqual((outlook.total, outlook.changeable, outlook.left_out), (7, 5, 2))
        self.assertFalse(outlook.is_job)

    def test_before_and_after_a_level(self):
        lines = self.lines(AccessChange(level="PUBLIC"))
        self.assertEqual(lines["Visitors see"], (0, 0))
        self.assertEqual(lines["Whoever is logged in sees"], (1, 5))
        self.assertEqual(lines["Team sees"], (2, 5))
        self.assertEqual(lines["You may change"], (5, 5))
        lines = self.lines(AccessChange(level="PRIVATE"))
        self.assertEqual((lines["Team sees"], lines["Second sees"]), ((2, 1), (1, 0)))

    def test_before_and_after_a_grant_and_its_end(self):
        lines = self.lines(AccessChange(give={self.second.pk: ("view",)}, take={self.team.pk: ("view",)}))
        self.assertEqual(lines["Second sees"], (1, 5))
        self.assertEqual(lines["Team sees"], (2, 1), "the public one stays")

    def test_grants_to_visitors_count_for_all(self):
        grant([AnonymousUser()], to=self.mine[1], actions=["view"])
        lines = self.lines(AccessChange(level="PRIVATE"))
        self.assertEqual(lines["Visitors see"], (1, 1))
        self.assertEqual(lines["Second sees"], (2, 1))

    def test_a_grant_to_the_public_group_counts_for_whoever_is_logged_in(self):
        public = Group.objects.get(name=PUBLIC_GROUP)
        grant([public], to=self.mine[1], actions=["view"])
        lines = self.lines(AccessChange(level="PRIVATE"))
        self.assertEqual(lines["Whoever is logged in sees"], (2, 1))
        self.assertEqual((lines["Visitors see"], lines["Second sees"]), ((0, 0), (2, 1)))
        lines = self.lines(AccessChange(give={public.pk: ("view",)}))
        self.assertEqual((lines["Whoever is logged in sees"], lines["Second sees"]), ((2, 5), (2, 5)))

    def test_what_it_says_is_what_comes(self):
        public = Group.objects.get(name=PUBLIC_GROUP)
        changes = [
            AccessChange(level="PRIVATE", give={public.pk: ("view",)}),
            AccessChange(take={public.pk: ("view", "change", "delete")}),
            AccessChange(level="PRIVATE", give={self.second.pk: ("view", "change")}),
            AccessChange(level="OPEN", take={self.team.pk: ("view", "change", "delete")}),
            AccessChange(take={self.second.pk: ("change", "delete")}, give={self.team.pk: ("view",)}),
        ]
        readers = {"Visitors see": None, "Whoever is logged in sees": make_user(), "Team sees": self.mate,
                   "Second sees": make_user(groups=[self.second])}
        for change in changes:
            told = self.lines(change)
            apply(self.everything, change, self.owner)
            reached = Target.objects.filter(pk__in=[target.pk for target in (*self.mine, self.public)])
            for label, reader in readers.items():
                with self.subTest(change=change, label=label):
                    self.assertEqual(reached.visible_to(reader).count(), told[label][1])

    def test_groups_are_the_own_ones_or_all_for_a_superuser(self):
        self.assertNotIn("Foreign sees", self.lines(AccessChange()))
        self.assertEqual(self.lines(AccessChange(), user=self.pi)["Foreign sees"], (3, 3))
        self.assertNotIn("You may change", self.lines(AccessChange(), user=self.pi))

    def test_who_would_lock_himself_out_is_told_for_how_many(self):
        grant([self.team], to=self.others, actions=["view", "change"])
        change = AccessChange(take={self.team.pk: ("view", "change", "delete")})
        self.assertEqual(preview(self.everything, change, self.owner).locked_out, 2)
        self.assertEqual(preview(self.everything, change, self.pi).locked_out, 0)

    def test_what_one_may_not_delete_one_cannot_let_others_delete(self):
        grant([self.owner], to=self.others, actions=["change"])
        give = {self.team.pk: ("view", "change", "delete")}
        self.assertEqual(preview(self.everything, AccessChange(give=give), self.owner).changeable, 5)
        apply(self.everything, AccessChange(give=give), self.owner)
        self.assertFalse(may(self.mate, "delete", self.others[0]))

    def test_it_takes_the_same_few_queries_for_many(self):
        with CaptureQueriesContext(connection) as few:
            preview(self.everything, AccessChange(level="OPEN"), self.owner)
        SiderealTargetFactory.create_batch(30, permissions="PUBLIC")
        with self.assertNumQueries(len(few)):
            preview(self.everything, AccessChange(level="OPEN"), self.owner)


class ApplyTests(BulkCase):
    def test_only_what_one_may_change_is_changed(self):
        change = AccessChange(level="PRIVATE", give={self.second.pk: ("view", "change")})
        self.assertEqual(apply(self.everything, change, self.owner), 5)
        self.assertEqual(set(Target.objects.values_list("permissions", flat=True)), {"PRIVATE", "OPEN"})
        self.assertEqual(TargetGroupObjectPermission.objects.filter(group=self.second).count(), 10)

    def test_groups_of_other_teams_are_not_reached(self):
        apply(self.everything, AccessChange(give={self.foreign.pk: ("view",)}), self.owner)
        self.assertFalse(TargetGroupObjectPermission.objects.filter(group=self.foreign).exists())

    def test_taking_away_the_own_way_in_still_reaches_all(self):
        grant([self.team], to=self.others, actions=["view", "change"])
        change = AccessChange(level="PRIVATE", take={self.team.pk: ("view", "change", "delete")})
        with mock.patch("tom_targets.bulk_access.BATCH", 2):
            self.assertEqual(apply(self.everything, change, self.owner), 7)
        self.assertFalse(TargetGroupObjectPermission.objects.exists())
        self.assertEqual(Target.objects.filter(permissions="PRIVATE").count(), 7)

    def test_the_timeline_tells_the_level_and_the_grants(self):
        apply(self.everything, AccessChange(level="OPEN", give={self.second.pk: ("view",)}), self.owner)
        events = TargetEvent.objects.filter(target=self.public.pk)
        self.assertEqual(events.get(kind="fields").data["changes"], {"permissions": ["PUBLIC", "OPEN"]})
        self.assertEqual(events.filter(kind="access", about_pk=self.second.pk).count(), 1)

    def test_a_thousand_targets_take_few_queries(self):
        Target.objects.bulk_create([Target(name=f"T{number}", ra=1, dec=number / 100) for number in range(1000)])
        change = AccessChange(level="PUBLIC", give={self.team.pk: ("view",), self.second.pk: ("view",)})
        with CaptureQueriesContext(connection) as captured:
            self.assertEqual(apply(self.everything, change, self.pi), 1007)
        self.assertLessEqual(len(captured), 60, "two batches")


class PageTests(BulkCase):
    def post(self, user=None, **data):
        return logged_in(user or self.owner).post(URL, {"isSelectAll": "True", "query_string": "type=SIDEREAL", **data})

    def previewed(self, response):
        return response.context["previewed"]

    def test_choose_look_and_apply(self):
        first = self.post()
        self.assertContains(first, "Access to 7 targets")
        self.assertContains(first, "Group Team")
        self.assertNotContains(first, "Group Foreign")
        data = {"level": "PUBLIC", f"group-{self.team.pk}": "change"}
        second = self.post(step="preview", **data)
        self.assertContains(second, "2 are left out")
        self.assertContains(second, "Change 5 targets")
        self.assertFalse(may(self.mate, "change", self.mine[1]), "looking changes nothing")
        third = self.post(step="apply", previewed=self.previewed(second), **data)
        self.assertRedirects(third, reverse("targets:list") + "?type=SIDEREAL", fetch_redirect_response=False)
        self.assertEqual([str(one) for one in get_messages(third.wsgi_request)],
                         ["Access to 5 targets was changed.", "2 left out: you may not change them."])
        self.assertTrue(may(self.mate, "change", self.mine[1]))

    def test_ticked_rows(self):
        data = {"isSelectAll": "False", "selected-target": [self.mine[0].pk, self.others[0].pk], "level": "OPEN"}
        page = self.post(step="preview", **data)
        self.assertEqual(len(re.findall('name="selected-target"', page.content.decode())), 2)
        self.post(step="apply", previewed=self.previewed(page), **data)
        self.assertTrue(may(None, "view", self.mine[0]))
        self.assertFalse(may(None, "view", self.mine[1]))

    def test_applying_without_having_looked_shows_the_numbers_first(self):
        page = self.post(step="apply", level="OPEN")
        self.assertContains(page, "Look again")
        self.assertEqual(Target.objects.filter(permissions="OPEN").count(), 2)
        made = self.post(step="preview", level="OPEN")
        more = SiderealTargetFactory.create()
        grant([self.owner], to=more)
        self.assertContains(self.post(step="apply", level="OPEN", previewed=self.previewed(made)), "Look again")
        self.assertEqual(Target.objects.filter(permissions="OPEN").count(), 2)

    def test_locking_oneself_out_needs_a_tick(self):
        grant([self.team], to=self.others, actions=["view", "change"])
        data = {f"group-{self.team.pk}": "nothing"}
        page = self.post(step="preview", **data)
        self.assertContains(page, "could not change 2 of them")
        again = self.post(step="apply", previewed=self.previewed(page), **data)
        self.assertContains(again, "Tick the box")
        self.assertTrue(may(self.owner, "change", self.others[0]))
        self.post(step="apply", previewed=self.previewed(page), confirm="on", **data)
        self.assertFalse(may(self.owner, "change", self.others[0]))

    def test_many_targets_are_a_job(self):
        with mock.patch("tom_targets.bulk_access.AT_ONCE", 3):
            page = self.post(step="preview", level="OPEN")
            answer = self.post(step="apply", level="OPEN", previewed=self.previewed(page))
        self.assertRedirects(answer, Job.objects.get().get_absolute_url(), fetch_redirect_response=False)
        self.assertEqual(Target.objects.filter(permissions="OPEN").count(), 2)
        (job,) = run_queued_jobs()
        self.assertEqual(job.result["message"], "Access to 5 targets was changed.")
        self.assertEqual(Target.objects.filter(permissions="OPEN").count(), 7)

    def test_a_job_whose_owner_is_gone_changes_nothing(self):
        with mock.patch("tom_targets.bulk_access.AT_ONCE", 3):
            page = self.post(step="preview", level="OPEN")
            self.post(step="apply", level="OPEN", previewed=self.previewed(page))
        self.owner.is_active = False
        self.owner.save()
        (job,) = run_queued_jobs()
        self.assertEqual(job.state, Job.State.FAILED)
        self.assertEqual(Target.objects.filter(permissions="OPEN").count(), 2)

    def test_wrong_input_is_told(self):
        self.assertContains(self.post(step="preview"), "Nothing would change")
        self.assertContains(self.post(step="preview", level="SECRET"), "SECRET is not one of")
        self.assertContains(self.post(step="preview", **{f"group-{self.team.pk}": "fly"}), "fly is not one of")
        self.assertEqual(self.post(isSelectAll="False").status_code, 302)
        wrong = self.post(query_string="cone_search=nowhere")
        self.assertIn("Nothing was done: Cone search", str(next(iter(get_messages(wrong.wsgi_request)))))

    def test_nothing_that_one_may_change_cannot_be_applied(self):
        data = {"isSelectAll": "False", "selected-target": [self.others[0].pk], "level": "PRIVATE"}
        page = self.post(step="preview", **data)
        self.assertNotContains(page, 'value="apply"')
        self.post(step="apply", previewed=self.previewed(page), **data)
        self.assertTrue(may(None, "view", self.others[0]))

    def test_visitors_and_looking_by_address_are_turned_away(self):
        self.assertEqual(logged_in().post(URL, {"isSelectAll": "True"}).status_code, 302)
        self.assertEqual(logged_in(self.owner).get(URL).status_code, 405)
