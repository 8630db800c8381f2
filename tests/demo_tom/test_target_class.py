"""A project's own target class does all that BaseTarget does, and its columns are everywhere."""

from io import StringIO
from unittest import mock

from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory, TestCase
from guardian.shortcuts import assign_perm
from rest_framework.test import APIClient

from tests.demo_tom import hooks
from tests.demo_tom.models import UserDefinedTarget
from tests.tom_targets.permission_cases import PermissionTableCases
from tom_common.astro.sky import healpix_index
from tom_common.permissions import grant
from tom_targets.base_models import get_target_model_app_label
from tom_targets.extra_fields import custom_fields
from tom_targets.filters import TargetFilterSet
from tom_targets.forms import NonSiderealTargetCreateForm, SiderealTargetCreateForm
from tom_targets.matching import similar_to
from tom_targets.models import BaseTarget, Target, TargetName, TargetUserObjectPermission
from tom_targets.signals.handlers import settle_permissions
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory, TargetGroupingFactory

STAR = {"name": "SN 2026abc", "type": "SIDEREAL", "permissions": "PRIVATE", "ra": "10:00:00", "dec": "-20:00:00",
        "priority": "0"}


class CustomTargetPermissionTests(PermissionTableCases, TestCase):
    """The table, for a custom class: it shares its grants with BaseTarget."""

    def test_grants_are_kept_where_those_of_base_target_are(self):
        target = SiderealTargetFactory.create()
        assign_perm("demo_tom.view_target", self.users["member"], target)
        self.assertEqual(TargetUserObjectPermission.objects.get().content_object.pk, target.pk)
        self.assertEqual(BaseTarget.objects.visible_to(self.users["member"]).get().pk, target.pk)


class ModelTests(TestCase):
    def test_the_target_class_is_the_projects(self):
        self.assertIs(Target, UserDefinedTarget)
        self.assertEqual(get_target_model_app_label(), "demo_tom")
        self.assertIsInstance(SiderealTargetFactory.create(), UserDefinedTarget)

    def test_the_migrations_are_complete(self):
        call_command("makemigrations", "--check", "--dry-run", "demo_tom", "tom_targets", stdout=StringIO())

    def test_everything_is_stored_and_found_through_the_own_class(self):
        target = Target(name="AT 2026abc", ra=0.0, dec=-20.0, redshift=0.0, confirmed=True)
        target.full_clean()
        target.save(names=["ZTF26abc"], extras={"observer note": "bright"})
        stored = Target.objects.in_cone(359.9999, -20.0, 0.01).get()
        self.assertEqual((stored.redshift, stored.confirmed, stored.names), (0.0, True, ["AT 2026abc", "ZTF26abc"]))
        self.assertEqual(stored.extra_fields, {"observer note": "bright"})
        self.assertEqual(Target.objects.named("ztf-26-abc").get(), target)
        self.assertEqual(hooks.calls[-1], ("UserDefinedTarget", "AT 2026abc", True))

    def test_derived_columns_are_true_however_it_is_written(self):
        target = SiderealTargetFactory.create()
        target.ra, target.name = 1.0, "X-1"
        target.save(update_fields=["ra", "name"])
        other = SiderealTargetFactory.create()
        Target.objects.filter(pk=other.pk).update(ra=2.0, dec=3.0, redshift=1.0)
        third = SiderealTargetFactory.create()
        third.dec = 7.0
        Target.objects.bulk_update([third], ["dec", "redshift"])
        partial = Target.objects.only("dec").get(pk=target.pk)
        partial.dec = -7.0
        partial.save()
        for row in Target.objects.all():
            self.assertEqual(row.healpix, healpix_index(row.ra, row.dec))
        self.assertEqual(Target.objects.get(pk=other.pk).redshift, 1.0)
        self.assertTrue(Target.objects.named("x1").exists())

    def test_the_projects_names_are_the_same_names(self):
        SiderealTargetFactory.create(name="AT 2026abc")
        self.assertEqual(TargetName.objects.count(), 0)
        for name in ("SN2026abc", "at2026ABC"):
            with self.assertRaises(ValidationError) as caught:
                Target(name=name, ra=1.0, dec=1.0).full_clean()
            self.assertEqual(set(caught.exception.message_dict), {"name"})

    def test_the_projects_own_check_is_asked(self):
        with self.assertRaises(ValidationError) as caught:
            Target(name="x", ra=1.0, dec=1.0, redshift=-3.0).full_clean()
        self.assertEqual(set(caught.exception.message_dict), {"redshift"})

    def test_look_ups_use_the_indexes_of_base_target(self):
        if connection.vendor != "sqlite":
            self.skipTest("reads SQLite's query plan")
        target = Target(name="x", ra=1.0, dec=1.0)
        for queryset in (Target.objects.in_cone(1.0, 2.0, 0.1), Target.objects.named("x"), similar_to(target)):
            self.assertNotIn("SCAN", queryset.explain())

    def test_deleting_it_takes_the_row_of_base_target_along(self):
        target = SiderealTargetFactory.create()
        grant([User.objects.create_user("u")], to=target)
        target.delete()
        self.assertFalse(BaseTarget.objects.exists() or TargetUserObjectPermission.objects.exists())

    def test_groupings_hold_it(self):
        grouping, target = TargetGroupingFactory.create(), SiderealTargetFactory.create()
        grouping.targets.add(target)
        self.assertEqual(Target.objects.filter(targetlist=grouping).get(), target)


class ColumnsTests(TestCase):
    def test_hidden_columns_are_kept_apart(self):
        names = [field.name for field in custom_fields()]
        self.assertEqual(names, ["redshift", "classification", "survey", "priority", "confirmed", "discovered"])
        self.assertIn("internal_note", [field.name for field in custom_fields(hidden=True)])

    def test_forms_ask_for_them(self):
        for form_class in (SiderealTargetCreateForm, NonSiderealTargetCreateForm):
            form = form_class()
            self.assertLessEqual({"redshift", "classification", "confirmed"}, set(form.fields))
            self.assertNotIn("internal_note", form.fields)
            self.assertNotIn("healpix", form.fields)

    def test_a_form_stores_them(self):
        form = SiderealTargetCreateForm({**STAR, "redshift": "0", "classification": "SN Ia", "priority": "3",
                                         "discovered": "2026-01-02", "observer note": "faint"})
        self.assertTrue(form.is_valid(), form.errors)
        target = form.save()
        self.assertEqual((target.redshift, target.classification, target.priority), (0.0, "SN Ia", 3))
        self.assertEqual(target.extra_fields["observer note"], "faint")

    def test_a_form_tells_their_mistakes_at_their_fields(self):
        form = SiderealTargetCreateForm({**STAR, "redshift": "-3", "classification": "SN X", "priority": "high"})
        self.assertEqual(set(form.errors), {"redshift", "classification", "priority"})

    def found(self, **values) -> set[str]:
        request = RequestFactory().get("/")
        request.user = User(is_superuser=True)
        filterset = TargetFilterSet(values, queryset=Target.objects.all(), request=request)
        self.assertTrue(filterset.is_valid(), filterset.errors)
        return set(filterset.qs.values_list("name", flat=True))

    def test_the_list_is_filtered_by_them(self):
        SiderealTargetFactory.create(
            name="one", redshift=0.0, classification="SN Ia", survey="ZTF", confirmed=True,
            discovered="2026-01-01T00:00Z",
        )
        SiderealTargetFactory.create(name="two", redshift=1.5, classification="SN II", survey="LSST", priority=9)
        for values in (
            {"redshift_max": "1"}, {"redshift_min": "0", "redshift_max": "1"}, {"classification": "SN Ia"},
            {"survey": "zt"}, {"confirmed": "true"}, {"priority_max": "8"}, {"discovered_before": "2026-01-02"},
        ):
            self.assertEqual(self.found(**values), {"one"}, values)
        self.assertEqual(self.found(redshift_min="1"), {"two"})


class ApiTests(TestCase):
    def setUp(self):
        self.client = APIClient()
        self.user, self.group = User.objects.create_user("u"), Group.objects.create(name="team")
        self.client.force_authenticate(self.user)

    def test_its_columns_come_and_go_through_the_api(self):
        data = {"name": "SN 2026abc", "type": "SIDEREAL", "ra": 1.0, "dec": 2.0, "redshift": 0.5, "confirmed": True}
        response = self.client.post("/api/targets/", data)
        self.assertEqual(response.status_code, 201, response.content)
        row = response.json()
        self.assertEqual((row["redshift"], row["confirmed"]), (0.5, True))
        self.assertNotIn("basetarget_ptr", row)
        row = self.client.patch(f"/api/targets/{row['id']}/", {"redshift": 0.0}).json()
        self.assertEqual(row["redshift"], 0.0)
        self.assertEqual(self.client.patch(f"/api/targets/{row['id']}/", {"redshift": -3}).json().keys(), {"redshift"})
        self.assertEqual(self.client.get("/api/targets/", {"redshift_max": 0.1}).json()["count"], 1)
        self.assertEqual(self.client.get("/api/targets/", {"redshift_min": "x"}).status_code, 400)

    def test_moving_targets_too(self):
        NonSiderealTargetFactory.create(permissions="PUBLIC", priority=4)
        self.assertEqual(self.client.get("/api/targets/").json()["results"][0]["priority"], 4)


class CheckTests(TestCase):
    def problems(self) -> list[str]:
        return [message.id for message in run_checks(tags=["tom"]) if message.id.startswith("tom_targets.")]

    def test_the_demo_is_sound(self):
        self.assertEqual(self.problems(), [])

    def test_guardian_has_to_know_of_the_class(self):
        with mock.patch("guardian.conf.settings.GET_CONTENT_TYPE", "guardian.ctypes.get_default_content_type"):
            self.assertEqual(self.problems(), ["tom_targets.E004"])

    def test_permissions_that_were_not_repeated_are_told_and_made(self):
        with mock.patch.object(UserDefinedTarget._meta, "permissions", ()):
            self.assertEqual(self.problems(), ["tom_targets.W003"])
        Permission.objects.filter(content_type__app_label="demo_tom").delete()
        settle_permissions(apps.get_app_config("demo_tom"))
        grant([User.objects.create_user("u")], to=SiderealTargetFactory.create())
