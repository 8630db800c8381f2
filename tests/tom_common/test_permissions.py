"""The one rule, on the model that everything else hangs on."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import TestCase
from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm
from guardian.utils import get_anonymous_user

from tom_common.permissions import ACTIONS, grant, granted_groups, granted_users, may, require, revoke
from tom_common.testing import make_group, make_superuser, make_user
from tom_targets.models import Target

LEVELS = ("OPEN", "PUBLIC", "PRIVATE")


class RuleTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("Team")
        cls.people = {
            "superuser": make_superuser(), "visitor": AnonymousUser(), "nobody": None, "stranger": make_user(),
            "barred": make_user(is_active=False), "barred superuser": make_superuser(is_active=False),
            "member": make_user(groups=[cls.team]), "holder": make_user(),
        }
        cls.targets = {
            level: Target.objects.create(name=level, type="SIDEREAL", ra=1, dec=1, permissions=level)
            for level in LEVELS
        }

    def allowed(self, action: str) -> dict[str, str]:
        """who -> the first letters of the levels they may do it with."""
        short = {"OPEN": "O", "PUBLIC": "P", "PRIVATE": "X"}
        return {
            who: "".join(short[level] for level in LEVELS
                         if Target.objects.all().allowed(user, action).filter(name=level).exists())
            for who, user in self.people.items()
        }

    def test_without_grants(self):
        self.assertEqual(self.allowed("view"), {
            "superuser": "OPX", "visitor": "O", "nobody": "O", "stranger": "OP", "barred": "", "barred superuser": "",
            "member": "OP", "holder": "OP",
        })
        for action in ("change", "delete"):
            self.assertEqual(set(self.allowed(action).items()) - {("superuser", "OPX")},
                             {(who, "") for who in self.people if who != "superuser"})

    def test_with_grants_to_a_user_and_to_a_group(self):
        for target in self.targets.values():
            grant([self.people["holder"], self.team], to=target, actions=["view", "change"])
        for action, expected in (("view", "OPX"), ("change", "OPX"), ("delete", "")):
            allowed = self.allowed(action)
            self.assertEqual((allowed["holder"], allowed["member"]), (expected, expected), action)
        self.assertEqual(self.allowed("view")["stranger"], "OP")
        self.assertEqual(self.allowed("change")["stranger"], "")

    def test_a_grant_to_a_barred_user_opens_nothing(self):
        grant([self.people["barred"]], to=self.targets["PRIVATE"])
        self.assertEqual(self.allowed("view")["barred"], "")

    def test_a_grant_to_the_account_of_visitors_counts_for_everybody(self):
        grant([get_anonymous_user()], to=self.targets["PRIVATE"], actions=["view"])
        allowed = self.allowed("view")
        self.assertEqual((allowed["visitor"], allowed["nobody"], allowed["stranger"]), ("OX", "OX", "OPX"))
        self.assertEqual(allowed["barred"], "")

    def test_leaving_the_group_takes_the_right_along(self):
        grant([self.team], to=self.targets["PRIVATE"])
        self.people["member"].groups.remove(self.team)
        self.assertEqual(self.allowed("view")["member"], "OP")

    def test_a_row_is_listed_once_however_many_grants_there_are(self):
        member, target = self.people["member"], self.targets["PRIVATE"]
        member.groups.add(second := make_group())
        grant([member, self.team, second, get_anonymous_user()], to=target)
        self.assertEqual(Target.objects.all().visible_to(member).filter(name="PRIVATE").count(), 1)

    def test_a_list_costs_one_query(self):
        grant([self.team], to=self.targets["PRIVATE"])
        with self.assertNumQueries(1):
            self.assertEqual(len(Target.objects.all().visible_to(self.people["member"])), 3)

    def test_one_object(self):
        target, holder = self.targets["PRIVATE"], self.people["holder"]
        self.assertFalse(may(holder, "view", target))
        with self.assertRaisesMessage(PermissionDenied, "You may not change PRIVATE."):
            require(holder, "change", target)
        grant([holder], to=target)
        require(holder, "change", target)
        self.assertTrue(all(may(holder, action, target) for action in ACTIONS))


class GrantTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team, cls.user = make_group("Team"), make_user()
        cls.targets = [
            Target.objects.create(name=f"T{number}", type="SIDEREAL", ra=number, dec=1, permissions="PRIVATE")
            for number in range(3)
        ]

    def test_many_objects_and_holders_at_once_and_twice(self):
        for _ in range(2):
            grant([self.team, self.user], to=self.targets)
        self.assertEqual(Target.objects.all().deletable_by(self.user).count(), 3)
        self.assertEqual([list(granted_groups(target)) for target in self.targets], [[self.team]] * 3)
        self.assertEqual(list(granted_users(self.targets[0], "change")), [self.user])

    def test_what_is_given_can_be_taken_back(self):
        grant([self.team, self.user], to=self.targets)
        revoke([self.user], to=self.targets[:2], actions=["change", "delete"])
        self.assertEqual(Target.objects.all().changeable_by(self.user).count(), 1)
        self.assertEqual(Target.objects.all().visible_to(self.user).count(), 3)
        self.assertEqual(list(granted_groups(self.targets[0], "change")), [self.team])
        revoke([self.user], to=self.targets)
        self.assertEqual(Target.objects.all().visible_to(self.user).count(), 0)

    def test_nothing_to_nobody_is_nothing(self):
        grant([], to=self.targets)
        grant([self.user], to=[])
        revoke([self.user], to=[])
        self.assertEqual(Target.objects.all().visible_to(self.user).count(), 0)

    def test_grants_and_guardians_own_functions_are_the_same(self):
        target = self.targets[0]
        assign_perm("tom_targets.view_target", self.user, target)
        self.assertTrue(may(self.user, "view", target))
        grant([self.team], to=target, actions=["view"])
        member = make_user(groups=[self.team])
        found = get_objects_for_user(member, "tom_targets.view_target", Target.objects.all())
        self.assertEqual(list(found), [target])
        self.assertTrue(member.has_perm("tom_targets.view_target", target))
        remove_perm("tom_targets.view_target", self.user, target)
        self.assertFalse(may(self.user, "view", target))

    def test_a_permission_that_does_not_exist_is_told(self):
        with self.assertRaises(ValueError):
            grant([self.user], to=self.targets, actions=["bewitch"])

    def test_the_grants_go_with_their_object(self):
        grant([self.team, self.user], to=self.targets)
        Target.objects.all().delete()
        fresh = Target.objects.create(pk=self.targets[0].pk, name="New", type="SIDEREAL", permissions="PRIVATE")
        self.assertFalse(may(self.user, "view", fresh))
