"""Deeds done to targets are done whole, and by who may."""

from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.exceptions import ValidationError
from django.test import TestCase, override_settings

from tom_common.permissions import grant, granted_groups, may
from tom_targets.models import Target, TargetExtra, TargetList, TargetName
from tom_targets.services import (
    create_grouping,
    create_target,
    delete_target,
    groups_of,
    possible_duplicates,
    set_groups,
    shared_with,
    update_target,
)
from tom_targets.testing import SiderealTargetFactory, TargetNameFactory

hook_calls: list[tuple] = []


def remember(target, created):
    hook_calls.append((created, granted_groups(target).count()))


class CreateTests(TestCase):
    def setUp(self):
        hook_calls.clear()
        self.group = Group.objects.create(name="team")
        self.user = User.objects.create_user("u")

    @override_settings(HOOKS={"target_post_save": "tests.tom_targets.test_services.remember"})
    def test_a_target_is_made_with_all_that_comes_along(self):
        target = create_target(
            Target(name="M31", ra=370.0, dec=41.0), user=self.user, extras={"z": 1}, names=["NGC 224"],
            groups=[self.group],
        )
        self.assertEqual((target.ra, target.names, target.tags), (10.0, ["M31", "NGC 224"], {"z": "1"}))
        self.assertTrue(all(may(self.user, action, target) for action in ("view", "change", "delete")))
        self.assertEqual(list(granted_groups(target, "delete")), [self.group])
        self.assertEqual(hook_calls, [(True, 0), (True, 1)])

    def test_what_is_refused_leaves_nothing(self):
        SiderealTargetFactory.create(name="M32")
        bad, clashing = Target(name="bad", ra=1.0, dec=95.0), Target(name="new", ra=1.0, dec=1.0)
        for target, names in ((bad, []), (clashing, ["M32"])):
            with self.assertRaises(ValidationError):
                create_target(target, user=self.user, names=names, extras={"z": 1})
        self.assertEqual(Target.objects.count(), 1)
        self.assertFalse(TargetExtra.objects.exists())

    def test_a_visitor_and_a_superuser_need_no_grant(self):
        for user in (AnonymousUser(), None, User.objects.create_superuser("pi")):
            target = create_target(Target(name=f"by {user}", ra=1.0, dec=1.0), user=user)
            self.assertFalse(target.targetuserobjectpermission_set.exists())


class UpdateTests(TestCase):
    def test_extras_change_and_go_names_come_and_access_stays(self):
        target, group = SiderealTargetFactory.create(name="M31"), Group.objects.create(name="team")
        target.save(extras={"z": 1, "gone": "x"})
        grant([group], to=target)
        update_target(target, extras={"z": 0, "gone": ""}, names=["NGC 224"])
        self.assertEqual((target.tags, target.names), ({"z": "0"}, ["M31", "NGC 224"]))
        self.assertEqual(list(granted_groups(target)), [group])

    def test_only_groups_that_could_be_chosen_lose_access(self):
        mine, other, beyond = (Group.objects.create(name=name) for name in ("mine", "other", "beyond"))
        target = SiderealTargetFactory.create()
        grant([mine, other, beyond], to=target)
        update_target(target, groups=[mine], among=[mine, other])
        self.assertEqual(set(granted_groups(target)), {mine, beyond})
        set_groups(target, [], among=[mine])
        self.assertEqual(set(granted_groups(target)), {beyond})

    def test_a_group_that_has_access_gains_no_more_by_being_named_again(self):
        target, group = SiderealTargetFactory.create(), Group.objects.create(name="readers")
        grant([group], to=target, actions=["view", "change"])
        set_groups(target, [group], among=[group])
        self.assertEqual(list(granted_groups(target, "change")), [group])
        self.assertEqual(list(granted_groups(target, "delete")), [])

    def test_what_is_refused_changes_nothing(self):
        target = SiderealTargetFactory.create(dec=1.0)
        target.dec = 95.0
        with self.assertRaises(ValidationError):
            update_target(target, extras={"z": 1})
        self.assertEqual(Target.objects.get().dec, 1.0)
        self.assertFalse(TargetExtra.objects.exists())

    def test_deleting_takes_all_of_it(self):
        alias = TargetNameFactory.create()
        delete_target(alias.target)
        self.assertFalse(Target.objects.exists() or TargetName.objects.exists())


class GroupsTests(TestCase):
    def test_users_share_with_their_own_groups_and_know_of_no_others(self):
        mine, other = Group.objects.create(name="mine"), Group.objects.create(name="other")
        user, target = User.objects.create_user("u"), SiderealTargetFactory.create()
        user.groups.add(mine)
        grant([mine, other], to=target)
        self.assertEqual(set(groups_of(user)), set(user.groups.all()))
        self.assertEqual(list(shared_with(target, user)), [mine])
        self.assertEqual(set(shared_with(target, User.objects.create_superuser("pi"))), {mine, other})
        self.assertFalse(groups_of(AnonymousUser()).exists() or groups_of(None).exists())

    def test_the_maker_of_a_grouping_may_do_all_with_it(self):
        user = User.objects.create_user("u")
        grouping = create_grouping("list", user=user, targets=SiderealTargetFactory.create_batch(2))
        self.assertEqual(grouping.total_targets, 2)
        self.assertEqual(TargetList.objects.deletable_by(user).get(), grouping)


class DuplicatesTests(TestCase):
    def setUp(self):
        self.pi = User.objects.create_superuser("pi")
        self.twin = SiderealTargetFactory.create(name="SN 2026abc", ra=10.0, dec=0.0)

    def reasons(self, user=None, **values):
        target = Target(**{"name": "new", "ra": 100.0, "dec": 50.0, **values})
        return [(one.target.name, one.same_name, one.separation_arcsec is not None)
                for one in possible_duplicates(target, user=user or self.pi)]

    def test_each_is_told_with_its_reason(self):
        self.assertEqual(self.reasons(name="sn2026-ABC"), [("SN 2026abc", True, False)])
        self.assertEqual(self.reasons(ra=10.0003, dec=0.0), [("SN 2026abc", False, True)])
        self.assertEqual(self.reasons(name="sn2026-ABC", ra=10.0003, dec=0.0), [("SN 2026abc", True, True)])
        self.assertEqual(self.reasons(), [])

    def test_the_edge_of_the_radius_belongs_to_it(self):
        found = possible_duplicates(Target(name="new", ra=10.0, dec=2 / 3600), user=self.pi)
        self.assertAlmostEqual(found[0].separation_arcsec, 2.0, places=6)

    def test_what_the_user_may_not_see_is_not_told(self):
        self.assertEqual(self.reasons(user=AnonymousUser(), name="sn2026abc"), [])

    def test_the_nearest_stand_first(self):
        SiderealTargetFactory.create(name="nearer", ra=10.0, dec=1.4 / 3600)
        found = possible_duplicates(Target(name="SN2026abc", ra=10.0, dec=1 / 3600), user=self.pi)
        self.assertEqual([one.target.name for one in found], ["nearer", "SN 2026abc"])
