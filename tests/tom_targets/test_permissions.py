"""Who may do what with targets and groupings."""

from unittest import mock

from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import TestCase
from guardian.shortcuts import assign_perm, get_objects_for_user

from tests.tom_targets.permission_cases import PermissionTableCases
from tom_common.permissions import grant, granted, may, revoke
from tom_targets.models import Target, TargetList, TargetListGroupObjectPermission, TargetUserObjectPermission
from tom_targets.permissions import grant_content_type
from tom_targets.signals.handlers import settle_permissions
from tom_targets.testing import SiderealTargetFactory, TargetGroupingFactory


class TargetPermissionTests(PermissionTableCases, TestCase):
    """The table, for BaseTarget. The demo TOM runs it for a custom class."""

    def test_the_list_walks_its_index_instead_of_sorting(self):
        if connection.vendor != "sqlite":
            self.skipTest("reads SQLite's query plan")
        rows = Target.objects.visible_to(self.users["member"])
        for order in (("-created", "-pk"), ("-modified", "-pk"), ("name",), ("ra", "pk"), ("-dec", "-pk")):
            self.assertNotIn("TEMP B-TREE", rows.order_by(*order).explain(), order)


class GroupingPermissionTests(TestCase):
    def setUp(self):
        self.user, self.group = User.objects.create_user("u"), Group.objects.create(name="g")
        self.user.groups.add(self.group)
        self.grouping = TargetGroupingFactory.create()

    def test_a_grouping_is_seen_by_who_has_a_grant(self):
        self.assertFalse(TargetList.objects.visible_to(self.user).exists())
        self.assertFalse(TargetList.objects.visible_to(AnonymousUser()).exists())
        assign_perm("tom_targets.view_targetlist", self.group, self.grouping)
        self.assertEqual(TargetList.objects.visible_to(self.user).get(), self.grouping)
        self.assertEqual(get_objects_for_user(self.user, "tom_targets.view_targetlist").get(), self.grouping)
        self.assertTrue(self.user.has_perm("tom_targets.view_targetlist", self.grouping))
        self.assertFalse(may(self.user, "delete", self.grouping))

    def test_grants_are_given_taken_and_go_with_the_grouping(self):
        grant([self.group], to=self.grouping)
        self.assertTrue(may(self.user, "delete", self.grouping))
        revoke([self.group], to=self.grouping, actions=["delete"])
        self.assertFalse(may(self.user, "delete", self.grouping))
        self.grouping.delete()
        self.assertFalse(TargetListGroupObjectPermission.objects.exists())

    def test_seeing_a_grouping_is_not_seeing_its_targets(self):
        self.grouping.targets.add(SiderealTargetFactory.create())
        grant([self.user], to=self.grouping)
        self.assertFalse(Target.objects.visible_to(self.user).exists())


class OtherModelsTests(TestCase):
    """The rule holds as well for models whose grants are in guardian's own table."""

    def test_grants_on_a_model_without_a_table_of_its_own(self):
        user, group = User.objects.create_user("u"), Group.objects.create(name="g")
        user.groups.add(group)
        one, other = Group.objects.create(name="one"), Group.objects.create(name="other")
        assign_perm("auth.view_group", user, one)
        grant([group], to=[one, other], actions=["change"])
        self.assertEqual(list(Group.objects.filter(granted(Group, user, "view"))), [one])
        self.assertEqual(list(Group.objects.filter(granted(Group, user, "change")).order_by("pk")), [one, other])
        self.assertFalse(Group.objects.filter(granted(Group, None, "view")).exists())
        revoke([group], to=[one, other], actions=["change"])
        self.assertFalse(Group.objects.filter(granted(Group, user, "change")).exists())

    def test_a_permission_that_a_model_does_not_have_is_named(self):
        with self.assertRaisesMessage(ValueError, "fly_target"):
            grant([User.objects.create_user("u")], to=SiderealTargetFactory.create(), actions=["fly"])

    def test_targets_of_every_class_share_one_content_type(self):
        target = SiderealTargetFactory.build()
        self.assertEqual(grant_content_type(target), grant_content_type(Target))
        self.assertEqual(grant_content_type(User), ContentType.objects.get_for_model(User))


class SettlingTests(TestCase):
    def test_grants_given_under_another_class_follow_the_target_class(self):
        target, user = SiderealTargetFactory.create(), User.objects.create_user("u")
        elsewhere = Permission.objects.create(
            codename="view_target", name="View", content_type=ContentType.objects.get_for_model(User)
        )
        stray = TargetUserObjectPermission(user=user, content_object=target, permission=elsewhere)
        TargetUserObjectPermission.objects.bulk_create([stray])
        self.assertFalse(get_objects_for_user(user, "view_target", Target).exists())
        for _ in range(2):
            settle_permissions(apps.get_app_config("tom_targets"))
        self.assertEqual(get_objects_for_user(user, "view_target", Target).get(), target)
        TargetUserObjectPermission.objects.bulk_create(
            [TargetUserObjectPermission(user=user, content_object=target, permission=elsewhere)]
        )
        settle_permissions(apps.get_app_config("tom_targets"))
        self.assertEqual(TargetUserObjectPermission.objects.count(), 1)

    def test_it_waits_for_the_tables(self):
        node = ("tom_targets", "0001_squashed_0030_alter_basetarget_slope")
        early = MigrationLoader(connection).project_state(node).apps
        nothing = MigrationLoader(connection).project_state(("contenttypes", "0002_remove_content_type_name")).apps
        with self.assertNumQueries(0):
            settle_permissions(apps.get_app_config("tom_targets"), apps=nothing)
        with mock.patch("tom_targets.signals.handlers._follow") as follow:
            settle_permissions(apps.get_app_config("tom_targets"), apps=early)
            follow.assert_not_called()
            settle_permissions(apps.get_app_config("tom_targets"))
            follow.assert_called()

    def test_permissions_that_a_class_forgot_are_made(self):
        Permission.objects.filter(codename="delete_target").delete()
        settle_permissions(apps.get_app_config("tom_targets"))
        grant([User.objects.create_user("u")], to=SiderealTargetFactory.create(), actions=["delete"])
