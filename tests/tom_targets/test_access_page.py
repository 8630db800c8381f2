"""The page that says who may do what with a target, and why, and changes it."""

from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.messages import get_messages
from django.test import TestCase
from django.urls import reverse
from guardian.utils import get_anonymous_user

from tom_common.people import PUBLIC_GROUP
from tom_common.permissions import grant, may
from tom_common.testing import logged_in, make_group, make_superuser, make_user
from tom_targets.access import EVERYBODY, LOGGED_IN, LockedOut, change_access, who_may
from tom_targets.models import Target, TargetEvent
from tom_targets.testing import SiderealTargetFactory

ALL = ["view", "change", "delete"]


class PageCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team, cls.foreign = make_group("Team"), make_group("Foreign team")
        cls.owner, cls.mate = make_user("owner", groups=[cls.team]), make_user("mate", groups=[cls.team])
        cls.stranger = make_user("stranger", groups=[cls.foreign])
        cls.pi = make_superuser("pi")
        cls.target = SiderealTargetFactory.create(name="Secret", permissions="PRIVATE")
        grant([cls.owner], to=cls.target)
        cls.url = reverse("targets:access", args=[cls.target.pk])
        # what the form sends when nothing is touched
        cls.untouched = {"permissions": "PRIVATE", f"user-{cls.owner.pk}": ALL}

    def post(self, user, **data):
        return logged_in(user).post(self.url, {**self.untouched, **data})

    def cells(self, reader=None):
        return {row.name: row.cells for row in who_may(self.target, reader=reader or self.owner)}


class ReasonsTests(PageCase):
    def test_own_grants_groups_and_superusers_are_named_with_the_reason(self):
        grant([self.team], to=self.target, actions=["view"])
        cells = self.cells()
        self.assertEqual(cells["owner"], ["own grant, in Team", "own grant", "own grant"])
        self.assertEqual(cells["mate"], ["in Team", "", ""])
        self.assertEqual(cells["Team"], ["granted to the group", "", ""])
        self.assertEqual(cells["pi"], ["superuser"] * 3)
        self.assertNotIn("stranger", cells)

    def test_levels_are_reasons(self):
        self.assertNotIn(EVERYBODY, self.cells())
        self.target.permissions = "PUBLIC"
        self.assertEqual(self.cells()[LOGGED_IN], ["the level is Public", "", ""])
        self.target.permissions = "OPEN"
        self.assertEqual(self.cells()[EVERYBODY], ["the level is Open", "", ""])

    def test_what_visitors_are_granted_everybody_has(self):
        grant([AnonymousUser()], to=self.target, actions=["view"])
        self.assertEqual(self.cells()[EVERYBODY], ["granted to visitors", "", ""])
        get_anonymous_user().groups.add(self.team)
        grant([self.team], to=self.target, actions=["change"])
        self.assertEqual(self.cells()[EVERYBODY][1], "granted to Team, which visitors are in")

    def test_a_grant_to_the_public_group_is_one_to_every_account(self):
        grant([Group.objects.get(name=PUBLIC_GROUP)], to=self.target, actions=["view"])
        self.assertEqual(self.cells()[LOGGED_IN], ["granted to Public, which every account is in", "", ""])
        self.assertTrue(may(make_user(), "view", self.target))

    def test_members_of_a_group_that_one_is_not_in_are_counted_not_named(self):
        grant([self.foreign], to=self.target, actions=["view"])
        rows = {row.name: row for row in who_may(self.target, reader=self.owner)}
        self.assertEqual(rows["Foreign team"].note, "1 member")
        self.assertNotIn("stranger", rows)
        self.assertEqual(self.cells(self.pi)["stranger"], ["in Foreign team", "", ""])

    def test_who_left_is_not_listed(self):
        gone = make_user("gone", is_active=False)
        grant([gone], to=self.target)
        self.assertNotIn("gone", self.cells(self.pi))

    def test_the_page_agrees_with_the_rule(self):
        grant([self.team], to=self.target, actions=["view", "change"])
        grant([self.stranger], to=self.target, actions=["delete"])
        cells = self.cells(self.pi)
        for user in (self.owner, self.mate, self.stranger, self.pi):
            for action, reason in zip(ALL, cells[user.username], strict=True):
                with self.subTest(user=user.username, action=action):
                    self.assertEqual(bool(reason), may(user, action, self.target))

    def test_only_who_may_change_the_target_sees_the_page(self):
        self.assertEqual(logged_in().get(self.url).status_code, 302)
        self.assertEqual(logged_in(self.mate).get(self.url).status_code, 404)
        grant([self.mate], to=self.target, actions=["view"])
        self.assertEqual(logged_in(self.mate).get(self.url).status_code, 403)
        self.assertContains(logged_in(self.owner).get(self.url), "own grant")
        self.assertContains(logged_in(self.pi).get(self.url), "Foreign team")


class ChangingTests(PageCase):
    def test_the_level_is_changed_here(self):
        self.assertRedirects(self.post(self.owner, permissions="OPEN"), self.url)
        self.assertTrue(may(None, "view", self.target))
        event = TargetEvent.objects.filter(target=self.target.pk, kind="fields").get()
        self.assertEqual(event.data["changes"], {"permissions": ["PRIVATE", "OPEN"]})

    def test_a_group_is_given_rights_and_loses_them(self):
        name = f"group-{self.team.pk}"
        self.post(self.owner, **{name: ["change"]})
        self.assertTrue(may(self.mate, "view", self.target), "who may change may see")
        self.assertTrue(may(self.mate, "change", self.target))
        self.assertFalse(may(self.mate, "delete", self.target))
        self.post(self.owner, **{name: ["view"]})
        self.assertFalse(may(self.mate, "change", self.target))
        self.post(self.owner)
        self.assertFalse(may(self.mate, "view", self.target))

    def test_a_person_is_given_rights(self):
        self.post(self.owner, add_user="mate", add_user_actions=["view"])
        self.assertTrue(may(self.mate, "view", self.target))
        self.post(self.owner)
        self.assertFalse(may(self.mate, "view", self.target))

    def test_nothing_touched_changes_nothing(self):
        response = self.post(self.owner)
        self.assertEqual([str(one) for one in get_messages(response.wsgi_request)], ["Nothing was changed."])
        self.assertTrue(may(self.owner, "delete", self.target))

    def test_only_own_groups_and_their_people_are_reached(self):
        self.post(self.owner, **{f"group-{self.foreign.pk}": ALL, f"user-{self.stranger.pk}": ALL})
        self.assertFalse(may(self.stranger, "view", self.target))
        response = self.post(self.owner, add_user="stranger", add_user_actions=["view"])
        self.assertContains(response, "Select a valid choice")
        self.assertFalse(may(self.stranger, "view", self.target))
        self.post(self.pi, **{f"group-{self.foreign.pk}": ["view"]})
        self.assertTrue(may(self.stranger, "view", self.target))

    def test_groups_that_are_not_named_stay_as_they_are(self):
        grant([self.foreign], to=self.target, actions=["view"])
        self.post(self.owner, permissions="PUBLIC")
        self.assertTrue(may(self.stranger, "view", self.target))

    def test_nobody_hands_on_what_he_does_not_have(self):
        grant([self.mate], to=self.target, actions=["view", "change"])
        data = {"permissions": "PRIVATE", f"user-{self.mate.pk}": ["view", "change"], f"user-{self.owner.pk}": ["view",
                "change"]}
        refused = logged_in(self.mate).post(self.url, {**data, f"group-{self.team.pk}": ALL})
        self.assertContains(refused, "Select a valid choice. delete is not one of")
        self.assertFalse(may(self.mate, "delete", self.target))
        logged_in(self.mate).post(self.url, data)
        self.assertTrue(may(self.owner, "delete", self.target), "what he does not have, he does not take either")

    def test_nobody_locks_himself_out_without_a_warning(self):
        data = {"permissions": "PUBLIC"}
        warned = logged_in(self.owner).post(self.url, data)
        self.assertContains(warned, "could not change Secret any more")
        self.target.refresh_from_db()
        self.assertEqual(self.target.permissions, "PRIVATE", "nothing was changed yet")
        self.assertTrue(may(self.owner, "change", self.target))
        done = logged_in(self.owner).post(self.url, {**data, "confirm": "on"})
        self.assertRedirects(done, reverse("targets:list"))
        self.assertFalse(may(self.owner, "change", self.target))

    def test_who_keeps_access_through_a_group_is_not_warned(self):
        self.assertRedirects(
            logged_in(self.owner).post(self.url, {"permissions": "PRIVATE", f"group-{self.team.pk}": ALL}), self.url
        )
        self.assertTrue(may(self.owner, "change", self.target))

    def test_wrong_input_is_told_at_its_field(self):
        for data, message in (({"permissions": "SECRET"}, "SECRET is not one of"), ({"permissions": ""}, "required"),
                              ({f"group-{self.team.pk}": ["fly"]}, "fly is not one of"),
                              ({"add_user": "mate", "add_user_actions": []}, "Say what this person may do"),
                              ({"add_user": "nobody"}, "valid choice"), ({"add_user": "x\x00"}, "Null characters")):
            with self.subTest(data):
                self.assertContains(self.post(self.owner, **data), message)
        self.assertFalse(may(self.mate, "view", self.target))

    def test_the_service_says_so_too(self):
        with self.assertRaises(LockedOut):
            change_access(self.target, user=self.owner, grants={self.owner: []})
        self.assertTrue(Target.objects.changeable_by(self.owner).exists())
        self.assertTrue(change_access(self.target, user=self.owner, grants={self.owner: []}, even_if_locked_out=True))
        self.assertFalse(Target.objects.changeable_by(self.owner).exists())
