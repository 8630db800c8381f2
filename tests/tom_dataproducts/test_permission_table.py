"""Who may do what with data: every cell of the table, with TARGET_PERMISSIONS_ONLY and without."""

from datetime import UTC, datetime
from itertools import product

from django.contrib.auth.models import AnonymousUser, Group, User
from django.test import TestCase, override_settings
from guardian.utils import get_anonymous_user

from tests.tom_targets.permission_cases import ACTIONS, LEVELS, ROLES, WAYS, expected
from tom_common.permissions import grant, may
from tom_dataproducts.models import DataProduct, ReducedDatum
from tom_targets.testing import SiderealTargetFactory


def reaches(role: str, way: str) -> bool:
    """Whether a grant given that way is one of this role."""
    return expected(role, "PRIVATE", "change", way, "change")


class DataPermissionCases:
    """Mix into a TestCase; `make` makes one row of a target."""

    @classmethod
    def setUpTestData(cls):
        cls.group, cls.other_group = Group.objects.create(name="team"), Group.objects.create(name="other team")
        cls.anonymous_group = Group.objects.create(name="everybody")
        get_anonymous_user().groups.add(cls.anonymous_group)
        cls.users = {
            "superuser": User.objects.create_superuser("pi"), "anonymous": AnonymousUser(),
            "member": User.objects.create_user("member"), "inactive": User.objects.create_user("gone", is_active=False),
        }
        for role in ("member", "inactive"):
            cls.users[role].groups.add(cls.group)
        cls.holders = {
            "none": [], "own": [cls.users["member"], cls.users["inactive"]], "group": [cls.group],
            "anonymous": [get_anonymous_user()], "anonymous group": [cls.anonymous_group],
            "other": [cls.other_group, User.objects.create_user("stranger")],
        }

    def allowed(self, model, role, action):
        return set(model.objects.all().allowed(self.users[role], action).values_list("pk", flat=True))

    def test_data_follow_their_target(self):
        cases = []
        for level, way, granted in product(LEVELS, WAYS, ACTIONS):
            target = SiderealTargetFactory.create(permissions=level)
            grant(self.holders[way], to=target, actions=[granted])
            cases.append((level, way, granted, self.make(target)))
        for role, action in product(ROLES, ACTIONS):
            allowed = self.allowed(type(cases[0][-1]), role, action)
            for level, way, granted, row in cases:
                with self.subTest(role=role, action=action, level=level, way=way, granted=granted):
                    of_target = "view" if action == "view" else "change"
                    self.assertEqual(row.pk in allowed, expected(role, level, of_target, way, granted))

    @override_settings(TARGET_PERMISSIONS_ONLY=False)
    def test_otherwise_the_target_is_visible_and_the_row_has_a_grant_of_its_own(self):
        cases = []
        for level, way, own_way, granted in product(LEVELS, WAYS, WAYS, ACTIONS):
            target = SiderealTargetFactory.create(permissions=level)
            grant(self.holders[way], to=target, actions=["view"])
            row = self.make(target)
            grant(self.holders[own_way], to=row, actions=[granted])
            cases.append((level, way, own_way, granted, row))
        for role, action in product(ROLES, ACTIONS):
            allowed = self.allowed(type(cases[0][-1]), role, action)
            for level, way, own_way, granted, row in cases:
                with self.subTest(role=role, action=action, level=level, way=way, own_way=own_way, granted=granted):
                    visible = expected(role, level, "view", way, "view")
                    wanted = role == "superuser" or (visible and action == granted and reaches(role, own_way))
                    self.assertEqual(row.pk in allowed, wanted)

    def test_a_grant_on_data_alone_opens_nothing(self):
        row = self.make(SiderealTargetFactory.create())
        grant([self.users["member"]], to=row)
        for only in (True, False):
            with self.subTest(only), override_settings(TARGET_PERMISSIONS_ONLY=only):
                self.assertFalse(any(may(self.users["member"], action, row) for action in ACTIONS))

    def test_grants_on_data_go_with_the_row_and_with_its_target(self):
        target = SiderealTargetFactory.create()
        rows = [self.make(target), self.make(target)]
        grant([self.group, self.users["member"]], to=rows)
        grants = self.grants(type(rows[0]))
        self.assertEqual([model.objects.count() for model in grants], [6, 6])
        rows[0].delete()
        self.assertEqual([model.objects.count() for model in grants], [3, 3])
        target.delete()
        self.assertEqual([model.objects.count() for model in grants], [0, 0])

    def grants(self, model):
        from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

        return get_user_obj_perms_model(model), get_group_obj_perms_model(model)


class ReducedDatumPermissionTests(DataPermissionCases, TestCase):
    def make(self, target):
        return ReducedDatum.objects.create(
            target=target, data_type="photometry", source_name="ZTF",
            timestamp=datetime(2026, 1, 1, ReducedDatum.objects.filter(target=target).count(), tzinfo=UTC),
            value={"magnitude": 17.0, "error": 0.1, "filter": "r"},
        )


class DataProductPermissionTests(DataPermissionCases, TestCase):
    def make(self, target):
        return DataProduct.objects.create(
            target=target, product_id=f"p{DataProduct.objects.count()}", data_product_type="photometry"
        )
