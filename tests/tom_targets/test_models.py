"""What a target is and what it refuses to be."""

import math
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from unittest import mock

from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models import QuerySet
from django.test import SimpleTestCase, TestCase, override_settings
from guardian.models import GroupObjectPermission, UserObjectPermission

from tom_targets import models
from tom_targets.base_models import get_target_model_app_label
from tom_targets.models import BaseTarget, PersistentShare, Target, TargetExtra, TargetList, TargetName
from tom_targets.testing import (
    CometTargetFactory,
    NonSiderealTargetFactory,
    PersistentShareFactory,
    SiderealTargetFactory,
    TargetExtraFactory,
    TargetGroupingFactory,
    TargetNameFactory,
)

EXTRA_FIELDS = [
    {"name": "redshift", "type": "number"},
    {"name": "confirmed", "type": "boolean"},
    {"name": "discovered", "type": "datetime"},
    {"name": "host", "type": "string", "hidden": True},
]


def errors_of(target: Target) -> dict[str, list[str]]:
    try:
        target.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


class SiderealValidationTests(TestCase):
    def errors(self, **values):
        return errors_of(Target(**{"name": "X", "type": "SIDEREAL", "ra": 10.0, "dec": 10.0, **values}))

    def test_zero_is_a_position(self):
        self.assertEqual(self.errors(ra=0.0, dec=0.0), {})

    def test_right_ascension_is_wrapped_into_one_turn(self):
        for given, kept in ((360.0, 0.0), (370.5, 10.5), (-10.0, 350.0), (-1e-17, 0.0), (359.999, 359.999)):
            target = Target(name=f"X {given}", ra=given, dec=0.0)
            target.full_clean()
            self.assertEqual(target.ra, kept)

    def test_a_declination_beyond_the_poles_is_refused_with_its_value(self):
        self.assertEqual(self.errors(dec=90.0), {})
        self.assertEqual(self.errors(dec=-90.0), {})
        self.assertIn("90.0001", self.errors(dec=90.0001)["dec"][0])
        self.assertIn("dec", self.errors(dec=-91.0))

    def test_no_number_may_be_infinite_or_not_a_number(self):
        floats = [field.name for field in BaseTarget._meta.fields if field.get_internal_type() == "FloatField"]
        self.assertGreater(len(floats), 25)
        for name in floats:
            for value in (math.nan, math.inf, -math.inf):
                self.assertIn("finite", " ".join(self.errors(**{name: value})[name]), name)

    def test_half_a_position_is_refused(self):
        self.assertIn("ra", self.errors(ra=None))
        self.assertIn("dec", self.errors(dec=None))
        self.assertEqual(self.errors(ra=None, dec=None), {})

    def test_distances_are_positive(self):
        self.assertIn("distance", self.errors(distance=0.0))
        self.assertIn("distance", self.errors(distance=-3.0))
        self.assertIn("distance_err", self.errors(distance_err=-0.1))
        self.assertEqual(self.errors(distance=3.0, distance_err=0.0), {})

    def test_a_negative_parallax_is_a_measurement(self):
        self.assertEqual(self.errors(parallax=-0.2), {})

    def test_an_epoch_is_a_julian_year(self):
        self.assertEqual(self.errors(epoch=2015.5), {})
        self.assertIn("Julian years", self.errors(epoch=60000.0)["epoch"][0])

    def test_a_name_is_needed_and_loses_spaces_around_it(self):
        self.assertIn("name", self.errors(name=""))
        target = Target(name="  M  31 ", ra=1.0, dec=1.0)
        target.full_clean()
        self.assertEqual(target.name, "M 31")

    def test_a_name_of_spaces_is_no_name(self):
        self.assertIn("spaces", self.errors(name="   ")["name"][0])

    def test_an_unknown_permission_level_is_refused(self):
        self.assertIn("permissions", self.errors(permissions="SECRET"))


class NonSiderealValidationTests(TestCase):
    minor_planet = {
        "name": "Ceres", "type": "NON_SIDEREAL", "scheme": "MPC_MINOR_PLANET", "epoch_of_elements": 60800.0,
        "mean_anomaly": 0.0, "arg_of_perihelion": 0.0, "lng_asc_node": 0.0, "inclination": 0.0, "eccentricity": 0.0,
        "semimajor_axis": 2.77,
    }
    comet = {
        "name": "Halley", "type": "NON_SIDEREAL", "scheme": "MPC_COMET", "epoch_of_elements": 46480.0,
        "arg_of_perihelion": 111.8, "lng_asc_node": 58.9, "inclination": 162.2, "eccentricity": 1.0, "perihdist": 0.58,
        "epoch_of_perihelion": 46470.9,
    }

    def errors(self, elements, **changed):
        return errors_of(Target(**{**elements, **changed}))

    def test_elements_that_are_zero_are_elements(self):
        self.assertEqual(self.errors(self.minor_planet), {})

    def test_every_scheme_is_complete_with_its_required_elements(self):
        self.assertEqual(self.errors(self.comet), {})
        self.assertEqual(self.errors(self.minor_planet, scheme="JPL_MAJOR_PLANET", mean_daily_motion=0.2), {})

    def test_each_missing_element_is_named_at_its_field(self):
        for elements in (self.minor_planet, self.comet):
            required = set(elements) - {"name", "type", "scheme"}
            for name in required:
                errors = self.errors(elements, **{name: None})
                self.assertEqual(set(errors), {name})
                self.assertIn("need this value", errors[name][0])

    def test_without_a_scheme_it_is_asked_for(self):
        self.assertIn("scheme", self.errors(self.minor_planet, scheme=None))

    def test_a_julian_date_is_refused_with_the_modified_one_it_would_be(self):
        for name in ("epoch_of_elements", "epoch_of_perihelion"):
            message = self.errors(self.comet, **{name: 2460800.5})[name][0]
            self.assertIn("60800", message)
            self.assertIn("Julian Date", message)

    def test_a_year_is_no_epoch_of_elements(self):
        self.assertIn("year", self.errors(self.comet, epoch_of_elements=2024.5)["epoch_of_elements"][0])

    def test_inclination_and_eccentricity_have_their_ranges(self):
        self.assertIn("inclination", self.errors(self.comet, inclination=180.1))
        self.assertIn("inclination", self.errors(self.comet, inclination=-0.1))
        self.assertEqual(self.errors(self.comet, inclination=180.0, eccentricity=3.36), {})
        self.assertIn("eccentricity", self.errors(self.comet, eccentricity=-0.1))

    def test_an_open_orbit_has_no_semimajor_axis(self):
        self.assertIn("MPC Comet", self.errors(self.minor_planet, eccentricity=1.2)["eccentricity"][0])

    def test_lengths_are_positive(self):
        self.assertIn("semimajor_axis", self.errors(self.minor_planet, semimajor_axis=-2.0))
        self.assertIn("perihdist", self.errors(self.comet, perihdist=0.0))


class ReadingTests(TestCase):
    def test_names_are_the_name_then_the_aliases(self):
        target = SiderealTargetFactory.create(name="M31")
        TargetNameFactory.create(target=target, name="NGC 224")
        TargetNameFactory.create(target=target, name="Andromeda")
        self.assertEqual(target.names, ["M31", "NGC 224", "Andromeda"])

    def test_the_constellation_is_that_of_the_position(self):
        self.assertEqual(Target(name="x", ra=10.68, dec=41.27).constellation, "Andromeda")
        self.assertIsNone(Target(name="x").constellation)
        self.assertIsNone(Target(name="x", ra=1.0, dec=95.0).constellation)

    @override_settings(EXTRA_FIELDS=EXTRA_FIELDS)
    def test_declared_extras_have_their_types_and_the_rest_are_tags(self):
        target = SiderealTargetFactory.create()
        target.save(extras={
            "redshift": 0.5, "confirmed": False, "discovered": "2026-01-02", "host": "NGC 1", "priority": 3,
        })
        self.assertEqual(target.extra_fields, {
            "confirmed": False, "discovered": datetime(2026, 1, 2, tzinfo=UTC), "host": "NGC 1", "redshift": 0.5,
        })
        self.assertEqual(target.tags, {"priority": "3"})

    def test_as_dict_has_the_fields_of_its_type(self):
        star = SiderealTargetFactory.build(ra=0.0)
        self.assertEqual(star.as_dict()["ra"], 0.0)
        self.assertNotIn("eccentricity", star.as_dict())
        rock = NonSiderealTargetFactory.build()
        self.assertIn("eccentricity", rock.as_dict())
        self.assertNotIn("ra", rock.as_dict())

    def test_apps_that_are_not_there_leave_nothing_behind(self):
        target = SiderealTargetFactory.create()
        with mock.patch.object(BaseTarget, "dataproduct_set", None, create=True):
            self.assertIsNone(target.featured_image())
        with mock.patch.object(BaseTarget, "observationrecord_set", None, create=True):
            self.assertEqual(target.future_observations, [])

    def test_the_address_is_that_of_the_page(self):
        target = SiderealTargetFactory.create()
        self.assertEqual(target.get_absolute_url(), f"/targets/{target.pk}/")
        self.assertEqual(str(target), target.name)

    @override_settings(TARGET_DEFAULT_PERMISSION="PUBLIC")
    def test_the_permission_level_of_a_new_target_is_a_setting(self):
        self.assertEqual(Target().permissions, BaseTarget.Permissions.PUBLIC)


class ExtraTests(TestCase):
    def read(self, value):
        extra = TargetExtraFactory.create(value=value)
        extra.refresh_from_db()
        return extra.value, extra.float_value, extra.bool_value, extra.time_value

    def test_a_value_is_read_in_every_type_it_can_be(self):
        self.assertEqual(self.read("1.5"), ("1.5", 1.5, None, None))
        self.assertEqual(self.read("0"), ("0", 0.0, False, None))
        self.assertEqual(self.read(True), ("True", None, True, None))
        self.assertEqual(self.read("spiral"), ("spiral", None, None, None))
        self.assertEqual(self.read(""), ("", None, None, None))
        self.assertEqual(self.read("nan"), ("nan", None, None, None))

    def test_a_time_without_zone_is_utc_and_digits_are_no_time(self):
        self.assertEqual(self.read("2026-03-04T05:06")[3], datetime(2026, 3, 4, 5, 6, tzinfo=UTC))
        self.assertEqual(self.read("2026-03-04T05:06+01:00")[3], datetime(2026, 3, 4, 4, 6, tzinfo=UTC))
        self.assertIsNone(self.read("20260304")[3])
        self.assertIsNone(self.read("2026-13-45")[3])

    def test_changing_the_value_changes_what_is_read_from_it(self):
        extra = TargetExtraFactory.create(value="1.5")
        extra.value = "2.5"
        extra.save(update_fields=["value"])
        extra.refresh_from_db()
        self.assertEqual(extra.float_value, 2.5)
        TargetExtra.objects.filter(pk=extra.pk).update(value="yes")
        extra.refresh_from_db()
        self.assertEqual((extra.float_value, extra.bool_value), (None, True))

    def test_typed_value_gives_what_is_asked_for(self):
        extra = TargetExtraFactory.create(value="1")
        self.assertEqual(extra.typed_value("number"), 1.0)
        self.assertIs(extra.typed_value("boolean"), True)
        self.assertEqual(extra.typed_value("string"), "1")
        self.assertIsNone(extra.typed_value("datetime"))

    def test_a_target_has_a_key_once(self):
        extra = TargetExtraFactory.create()
        with self.assertRaises(IntegrityError), transaction.atomic():
            TargetExtraFactory.create(target=extra.target, key=extra.key)


class BelongingsTests(TestCase):
    def test_what_belongs_to_a_target_goes_with_it(self):
        target = SiderealTargetFactory.create()
        TargetNameFactory.create(target=target)
        TargetExtraFactory.create(target=target)
        PersistentShareFactory.create(target=target)
        grouping = TargetGroupingFactory.create()
        grouping.targets.add(target)
        target.delete()
        for model in (TargetName, TargetExtra, PersistentShare):
            self.assertFalse(model.objects.exists(), model)
        self.assertEqual(grouping.total_targets, 0)

    def test_a_grouping_counts_its_targets_and_links_to_their_list(self):
        grouping = TargetGroupingFactory.create()
        grouping.targets.add(*SiderealTargetFactory.create_batch(3))
        self.assertEqual(grouping.total_targets, 3)
        self.assertEqual(grouping.get_absolute_url(), f"/targets/?targetlist__name={grouping.pk}")

    def test_groupings_are_listed_newest_first(self):
        first, second = TargetGroupingFactory.create(), TargetGroupingFactory.create()
        self.assertEqual(list(TargetList.objects.all()), [second, first])


class FactoryTests(TestCase):
    def test_what_the_factories_make_is_valid(self):
        for factory in (SiderealTargetFactory, NonSiderealTargetFactory, CometTargetFactory):
            for target in factory.build_batch(30):
                self.assertEqual(errors_of(target), {})

    def test_targets_made_for_tests_never_lie_on_each_other(self):
        targets = SiderealTargetFactory.create_batch(50)
        for target in targets:
            self.assertEqual(Target.objects.in_cone(target.ra, target.dec, 2 / 3600).count(), 1)


class TargetClassTests(SimpleTestCase):
    def test_the_target_class_is_base_target_unless_configured(self):
        self.assertIs(Target, BaseTarget)
        self.assertEqual(get_target_model_app_label(), "tom_targets")

    @override_settings(TARGET_MODEL_CLASS="tom_targets.models.Nowhere")
    def test_a_class_that_is_not_there_is_named(self):
        with self.assertRaisesMessage(ImproperlyConfigured, "tom_targets.models.Nowhere"):
            models.get_target_model_class()

    @override_settings(TARGET_MODEL_CLASS="django.contrib.auth.models.Group")
    def test_a_class_that_is_no_target_is_refused(self):
        with self.assertRaisesMessage(ImproperlyConfigured, "does not derive from BaseTarget"):
            models.get_target_model_class()


class MigrationTests(TestCase):
    def test_the_models_and_the_migrations_agree(self):
        loader = MigrationLoader(connection)
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        self.assertNotIn("tom_targets", detector.changes(loader.graph))

    def test_the_names_that_other_apps_depend_on_are_replaced(self):
        replaced = {
            name for migration in MigrationLoader(connection).disk_migrations.values()
            for app, name in migration.replaces if app == "tom_targets"
        }
        for name in ("0010_merge_20190612_1227", "0026_alter_basetarget_permissions", "0030_alter_basetarget_slope",
                     "0031_basetarget_shared_by_basetarget_shared_from"):
            self.assertIn(name, replaced)
        self.assertEqual(len(replaced), 36)

    def test_fixtures_of_earlier_releases_get_their_derived_columns(self):
        fixture = (
            '[{"model": "tom_targets.basetarget", "pk": 7, "fields": {"name": "NGC 1300", "ra": 49.9, "dec": -19.4,'
            ' "modified": "2020-01-01T00:00:00Z"}},'
            ' {"model": "tom_targets.targetname", "pk": 1, "fields": {"target": 7, "name": "ESO 547-31",'
            ' "created": "2020-01-01T00:00:00Z", "modified": "2020-01-01T00:00:00Z"}}]'
        )
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write(fixture)
            file.flush()
            call_command("loaddata", file.name, verbosity=0)
        self.assertEqual(Target.objects.named("eso547-31").in_cone(49.9, -19.4, 0.001).count(), 1)


class TakeOverTests(TestCase):
    """A database that an earlier release made gets the new columns filled and its grants moved."""

    def test_columns_are_filled_and_grants_moved(self):
        migration = import_module("tom_targets.migrations.0033_fill_columns_and_move_grants")
        target, grouping = SiderealTargetFactory.create(name="NGC 1300"), TargetGroupingFactory.create()
        TargetNameFactory.create(target=target, name="ESO 547-31")
        QuerySet.update(BaseTarget.objects.all(), healpix=None, name_simplified="")
        QuerySet.update(TargetName.objects.all(), name_simplified="")
        user, group = User.objects.create_user("u"), Group.objects.create(name="g")
        grants = ((UserObjectPermission, {"user": user}), (GroupObjectPermission, {"group": group}))
        for permission in Permission.objects.filter(codename__in=["view_target", "view_targetlist"]):
            of = target if permission.codename == "view_target" else grouping
            for pk in (of.pk, 99999):
                for model, holder in grants:
                    model.objects.bulk_create([model(
                        permission=permission, content_type=permission.content_type, object_pk=str(pk), **holder
                    )])
        editor = mock.Mock(connection=connection)
        migration.fill_columns(apps, editor)
        migration.move_grants(apps, editor)
        self.assertEqual(Target.objects.named("eso54731").in_cone(target.ra, target.dec, 0.001).get(), target)
        self.assertEqual(Target.objects.visible_to(user).get(), target)
        self.assertEqual(TargetList.objects.visible_to(user).get(), grouping)
        user.groups.add(group)
        self.assertTrue(user.has_perm("tom_targets.view_targetlist", grouping))
        self.assertFalse(UserObjectPermission.objects.exists() or GroupObjectPermission.objects.exists())
        migration.move_grants_back(apps, editor)
        self.assertEqual(UserObjectPermission.objects.count() + GroupObjectPermission.objects.count(), 4)
