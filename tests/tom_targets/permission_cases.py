"""Every cell of the table of who may do what with a target; run for each class that stands for a target."""

from itertools import product

from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm, get_objects_for_user, get_perms, remove_perm
from guardian.utils import get_anonymous_user

from tom_common.permissions import grant, granted_groups, granted_users, may, require, revoke
from tom_targets.models import BaseTarget, Target, TargetGroupObjectPermission, TargetUserObjectPermission
from tom_targets.permissions import targets_for_user
from tom_targets.testing import SiderealTargetFactory

LEVELS = ("OPEN", "PUBLIC", "PRIVATE")
ACTIONS = ("view", "change", "delete")
WAYS = ("none", "own", "group", "anonymous", "anonymous group", "other")
ROLES = ("superuser", "anonymous", "member", "inactive")


def expected(role: str, level: str, action: str, way: str, granted_action: str) -> bool:
    """The table, written out once more."""
    if role == "superuser":
        return True
    if role == "inactive":
        return False
    if action == "view" and (level == "OPEN" or (level == "PUBLIC" and role == "member")):
        return True
    reaches = {"own": role == "member", "group": role == "member", "anonymous": True, "anonymous group": True}
    return action == granted_action and reaches.get(way, False)


class PermissionTableCases:
    """Mix into a TestCase."""

    @classmethod
    def setUpTestData(cls):
        cls.label = Target._meta.app_label
        cls.group, cls.other_group = Group.objects.create(name="team"), Group.objects.create(name="other team")
        cls.anonymous_group = Group.objects.create(name="everybody")
        get_anonymous_user().groups.add(cls.anonymous_group)
        cls.users = {
            "superuser": User.objects.create_superuser("pi"), "anonymous": AnonymousUser(),
            "member": User.objects.create_user("member"), "inactive": User.objects.create_user("gone", is_active=False),
        }
        for role in ("member", "inactive"):
            cls.users[role].groups.add(cls.group)
        cls.stranger = User.objects.create_user("stranger")

    def give(self, way: str, target: Target, action: str) -> None:
        holders = {
            "own": [self.users["member"], self.users["inactive"]], "group": [self.group],
            "anonymous": [get_anonymous_user()], "anonymous group": [self.anonymous_group],
            "other": [self.other_group, self.stranger],
        }
        grant(holders.get(way, []), to=target, actions=[action])

    def test_every_cell_of_the_table(self):
        cases = [
            (level, way, granted, SiderealTargetFactory.create(permissions=level))
            for level, way, granted in product(LEVELS, WAYS, ACTIONS)
        ]
        for _, way, granted, target in cases:
            self.give(way, target, granted)
        for role, action in product(ROLES, ACTIONS):
            user = self.users[role]
            allowed = set(Target.objects.all().allowed(user, action).values_list("pk", flat=True))
            for level, way, granted, target in cases:
                with self.subTest(role=role, action=action, level=level, way=way, granted=granted):
                    self.assertEqual(target.pk in allowed, expected(role, level, action, way, granted))

    def test_all_ways_of_asking_agree(self):
        target = SiderealTargetFactory.create()
        self.give("group", target, "change")
        member = self.users["member"]
        self.assertEqual(list(Target.objects.changeable_by(member)), [target])
        self.assertFalse(Target.objects.visible_to(member).exists())
        self.assertFalse(Target.objects.deletable_by(member).exists())
        for action in ("change", "change_target", f"{self.label}.change_target"):
            self.assertEqual(list(targets_for_user(member, Target.objects.all(), action)), [target])
        self.assertTrue(may(member, "change", target))
        require(member, "change", target)
        with self.assertRaises(PermissionDenied):
            require(member, "view", target)

    def test_none_is_a_visitor(self):
        for level in LEVELS:
            SiderealTargetFactory.create(permissions=level)
        self.assertEqual([target.permissions for target in Target.objects.visible_to(None)], ["OPEN"])

    # Guardian's own words

    def test_guardian_gives_and_takes_and_answers(self):
        target, member = SiderealTargetFactory.create(), self.users["member"]
        permission = f"{self.label}.view_target"
        for holder in (member, self.group):
            assign_perm(permission, holder, target)
            self.assertEqual(list(Target.objects.visible_to(member)), [target])
            self.assertEqual(list(get_objects_for_user(member, permission)), [target])
            self.assertEqual(list(get_objects_for_user(member, permission, Target)), [target])
            self.assertEqual(list(get_objects_for_user(member, "view_target", BaseTarget.objects.all())),
                             [BaseTarget.objects.get(pk=target.pk)])
            self.assertIn("view_target", get_perms(member, target))
            remove_perm(permission, holder, target)
            self.assertFalse(Target.objects.visible_to(member).exists())

    def test_guardian_takes_lists_and_querysets(self):
        targets = SiderealTargetFactory.create_batch(3)
        permission = f"{self.label}.view_target"
        assign_perm(permission, self.group, Target.objects.all())
        self.assertEqual(Target.objects.visible_to(self.users["member"]).count(), 3)
        remove_perm(permission, self.group, Target.objects.filter(pk=targets[0].pk))
        self.assertEqual(Target.objects.visible_to(self.users["member"]).count(), 2)
        assign_perm(permission, [self.group, self.other_group], targets[0])
        self.assertEqual(Target.objects.visible_to(self.users["member"]).count(), 3)

    def test_has_perm_follows_the_rule_under_both_app_labels(self):
        granted = SiderealTargetFactory.create()
        self.give("own", granted, "change")
        open_to_all, private = SiderealTargetFactory.create(permissions="OPEN"), SiderealTargetFactory.create()
        member = self.users["member"]
        for label in {self.label, "tom_targets"}:
            self.assertTrue(User.objects.get(pk=member.pk).has_perm(f"{label}.change_target", granted))
            self.assertFalse(member.has_perm(f"{label}.delete_target", granted))
            self.assertTrue(member.has_perm(f"{label}.view_target", open_to_all))
            self.assertTrue(AnonymousUser().has_perm(f"{label}.view_target", open_to_all))
            self.assertFalse(member.has_perm(f"{label}.view_target", private))
            self.assertTrue(self.users["superuser"].has_perm(f"{label}.delete_target", private))
        self.assertFalse(member.has_perm("auth.add_user"))
        self.assertFalse(member.has_perm("auth.change_group", self.group))

    def test_the_row_seen_as_base_target_has_the_same_grants(self):
        target = SiderealTargetFactory.create()
        self.give("own", target, "view")
        base = BaseTarget.objects.get(pk=target.pk)
        self.assertEqual(list(BaseTarget.objects.visible_to(self.users["member"])), [base])
        assign_perm(f"{self.label}.change_target", self.users["member"], base)
        self.assertEqual(list(Target.objects.changeable_by(self.users["member"])), [target])

    # Giving and taking

    def test_giving_twice_changes_nothing_and_taking_leaves_the_rest(self):
        target = SiderealTargetFactory.create()
        for _ in range(2):
            grant([self.group, self.users["member"]], to=target)
        self.assertEqual(TargetGroupObjectPermission.objects.count(), 3)
        self.assertEqual(TargetUserObjectPermission.objects.count(), 3)
        revoke([self.group], to=target, actions=["delete"])
        self.assertEqual(TargetGroupObjectPermission.objects.count(), 2)
        self.assertTrue(may(self.users["member"], "delete", target))
        self.assertEqual(list(granted_groups(target)), [self.group])
        self.assertEqual(list(granted_groups(target, "delete")), [])
        self.assertEqual(list(granted_users(target, "delete")), [self.users["member"]])

    def test_give_user_access_takes_users_and_groups(self):
        target = SiderealTargetFactory.create()
        target.give_user_access(self.users["member"])
        target.give_user_access(self.other_group)
        target.give_user_access(self.users["superuser"])
        target.give_user_access(None)
        self.assertTrue(all(may(self.users["member"], action, target) for action in ACTIONS))
        self.assertEqual(list(granted_groups(target)), [self.other_group])
        self.assertEqual(TargetUserObjectPermission.objects.count(), 3)

    def test_grants_go_with_their_target_and_with_their_holder(self):
        target, other = SiderealTargetFactory.create_batch(2)
        grant([self.group, self.stranger], to=[target, other])
        target.delete()
        self.assertEqual(TargetGroupObjectPermission.objects.count(), 3)
        self.stranger.delete()
        self.other_group.delete()
        self.assertEqual(TargetUserObjectPermission.objects.count(), 0)
        self.group.delete()
        self.assertEqual(TargetGroupObjectPermission.objects.count(), 0)

    def test_leaving_a_group_takes_its_targets_away(self):
        target = SiderealTargetFactory.create()
        self.give("group", target, "view")
        self.users["member"].groups.clear()
        self.assertFalse(may(self.users["member"], "view", target))

    # Cost

    def test_granting_many_targets_takes_few_queries(self):
        targets = SiderealTargetFactory.create_batch(60)
        with CaptureQueriesContext(connection) as captured:
            grant([self.group, self.other_group, self.stranger], to=targets)
        self.assertLessEqual(len(captured), 8)
        self.assertEqual(TargetGroupObjectPermission.objects.count(), 360)

    def test_a_list_is_one_query_with_a_look_up_a_row(self):
        with self.assertNumQueries(1):
            list(Target.objects.visible_to(self.users["member"])[:25])
        if connection.vendor == "sqlite":
            plan = Target.objects.visible_to(self.users["member"]).order_by("-created", "-pk").explain()
            self.assertIn("tom_targets_user_grant", plan)
            self.assertIn("tom_targets_group_grant", plan)
