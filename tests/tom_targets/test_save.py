"""However a target is written, its derived columns are true, and it is written whole or not at all."""

import math
from unittest import mock

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Upper
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext

from tom_common.astro.sky import galactic, healpix_index
from tom_targets.derived import rederive
from tom_targets.models import BaseTarget, Target, TargetExtra, TargetName
from tom_targets.names import simplify_name
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory, TargetExtraFactory, TargetNameFactory

hook_calls: list[tuple] = []


def remember(target, created):
    hook_calls.append((target.name, created, target.names, target.tags))


def refuse(target, created):
    raise RuntimeError("the hook failed")


class DerivedColumnsTests(TestCase):
    """Each test writes in another way."""

    def assertTrueColumns(self):
        for target in Target.objects.all():
            self.assertEqual(target.healpix, healpix_index(target.ra, target.dec), target.name)
            self.assertEqual(target.name_simplified, simplify_name(target.name))
        for alias in TargetName.objects.all():
            self.assertEqual(alias.name_simplified, simplify_name(alias.name))

    def setUp(self):
        self.target = SiderealTargetFactory.create(name="NGC 1", ra=10.0, dec=20.0)
        self.other = SiderealTargetFactory.create(name="NGC 2", ra=30.0, dec=40.0)

    def test_save(self):
        self.target.ra, self.target.name = 11.0, "IC-7 (b)"
        self.target.save()
        self.assertEqual(self.target.name_simplified, "ic7b")
        self.assertTrueColumns()

    def test_save_with_update_fields(self):
        self.target.ra, self.target.name = 11.0, "other"
        self.target.save(update_fields=["ra", "name"])
        self.assertTrueColumns()
        self.assertEqual(Target.objects.get(pk=self.target.pk).ra, 11.0)

    def test_save_of_a_row_that_was_loaded_in_part(self):
        partial = Target.objects.only("ra", "dec").get(pk=self.target.pk)
        partial.dec = -33.0
        partial.save()
        partial = Target.objects.only("name").get(pk=self.target.pk)
        partial.name = "renamed"
        partial.save()
        partial = Target.objects.only("ra").get(pk=self.target.pk)
        partial.ra = 1.0
        partial.save()
        self.assertTrueColumns()
        self.assertEqual(Target.objects.get(pk=self.target.pk).dec, -33.0)

    def test_update_with_values(self):
        Target.objects.filter(pk=self.target.pk).update(ra=1.0, dec=2.0)
        Target.objects.filter(pk=self.target.pk).update(name="new name")
        self.assertTrueColumns()

    def test_update_of_one_coordinate(self):
        self.assertEqual(Target.objects.update(dec=5.0), 2)
        self.assertTrueColumns()

    def test_update_with_expressions(self):
        Target.objects.update(ra=F("ra") + 1, name=Upper("name"))
        Target.objects.update(ra=Value(3.0), dec=Value(4.0))
        self.assertTrueColumns()

    def test_update_whose_condition_no_longer_holds_afterwards(self):
        Target.objects.filter(ra__lt=20).update(ra=200.0)
        self.assertTrueColumns()

    def test_update_of_something_else_takes_one_query(self):
        with self.assertNumQueries(1):
            Target.objects.update(distance=3.0)

    def test_update_to_no_position(self):
        Target.objects.filter(pk=self.target.pk).update(ra=None, dec=None)
        self.assertIsNone(Target.objects.get(pk=self.target.pk).healpix)

    def test_bulk_create(self):
        Target.objects.bulk_create([Target(name=f"B-{n}", ra=n * 10.0, dec=n) for n in range(5)])
        TargetName.objects.bulk_create([TargetName(target=self.target, name="A (1)")])
        self.assertTrueColumns()

    def test_bulk_create_that_updates(self):
        Target.objects.bulk_create(
            [Target(name="NGC 1", ra=99.0, dec=9.0, modified="2020-01-01T00:00Z")],
            update_conflicts=True, update_fields=["ra", "dec"],
            # MySQL takes whatever key is hit.
            unique_fields=["name"] if connection.features.supports_update_conflicts_with_target else None,
        )
        self.assertEqual(Target.objects.get(name="NGC 1").ra, 99.0)
        self.assertTrueColumns()

    def test_bulk_update(self):
        self.target.ra, self.other.ra = 1.0, 2.0
        Target.objects.bulk_update([self.target, self.other], ["ra"])
        alias = TargetNameFactory.create(target=self.target)
        alias.name = "X 1"
        TargetName.objects.bulk_update([alias], ["name"])
        self.assertTrueColumns()

    def test_get_or_create_and_update_or_create(self):
        Target.objects.get_or_create(name="G 1", defaults={"ra": 5.0, "dec": 6.0})
        Target.objects.update_or_create(name="G 1", defaults={"ra": 7.0})
        TargetName.objects.update_or_create(target=self.target, name="Q 1")
        self.assertTrueColumns()

    def test_through_the_relation(self):
        self.target.aliases.create(name="R 1")
        self.target.aliases.update(name="R 2")
        self.assertTrueColumns()

    def test_columns_that_went_wrong_are_mended(self):
        QuerySet.update(BaseTarget.objects.all(), healpix=1, name_simplified="?")
        self.assertEqual(rederive(BaseTarget), 2)
        self.assertEqual(rederive(BaseTarget), 0)
        self.assertTrueColumns()

    def test_a_target_without_a_position_has_no_index(self):
        self.assertIsNone(NonSiderealTargetFactory.create().healpix)
        self.assertIsNone(SiderealTargetFactory.create(dec=95.0).healpix)

    def test_extras_are_read_in_bulk_too(self):
        TargetExtra.objects.bulk_create([TargetExtra(target=self.target, key="z", value="0.5")])
        self.assertEqual(TargetExtra.objects.get().float_value, 0.5)


class MissingNumbersTests(TestCase):
    """NaN is how tables write what is missing; it never gets into the database."""

    def test_it_is_stored_as_nothing_by_every_writer(self):
        target = Target(name="one", ra=1.0, dec=1.0, parallax=math.nan, pm_ra=math.inf)
        target.save()
        self.assertEqual((target.parallax, target.pm_ra), (None, None))
        Target.objects.bulk_create([Target(name="two", ra=math.nan, dec=math.nan)])
        Target.objects.filter(name="one").update(distance=math.nan, ra=math.nan)
        for stored in Target.objects.all():
            self.assertEqual((stored.ra, stored.parallax, stored.pm_ra, stored.distance, stored.healpix), (None,) * 5)


class GalacticTests(TestCase):
    def test_galactic_coordinates_are_computed_when_absent(self):
        target = SiderealTargetFactory.create(ra=266.41683, dec=-29.00781)
        self.assertAlmostEqual(target.galactic_lng % 360, 359.9442, places=3)
        self.assertAlmostEqual(target.galactic_lat, -0.0462, places=3)

    def test_they_follow_a_position_that_changes(self):
        target = SiderealTargetFactory.create()
        for write in ("same object", "loaded anew", "some columns"):
            if write != "same object":
                target = Target.objects.get(pk=target.pk)
            target.ra = (target.ra + 10) % 360
            target.save(**({"update_fields": ["ra"]} if write == "some columns" else {}))
            stored = Target.objects.get(pk=target.pk)
            expected = galactic(stored.ra, stored.dec)
            self.assertAlmostEqual(stored.galactic_lng, expected[0], msg=write)
            self.assertAlmostEqual(stored.galactic_lat, expected[1], msg=write)

    def test_values_that_were_given_stay(self):
        target = SiderealTargetFactory.create(galactic_lng=1.0, galactic_lat=2.0)
        target.ra = 100.0
        target.save()
        self.assertEqual((target.galactic_lng, target.galactic_lat), (1.0, 2.0))

    def test_save_wraps_right_ascension(self):
        self.assertEqual(SiderealTargetFactory.create(ra=-1.0).ra, 359.0)


class SaveWithBelongingsTests(TestCase):
    def setUp(self):
        hook_calls.clear()

    def test_extras_and_names_are_stored_with_the_target(self):
        target = Target(name="M31", ra=10.68, dec=41.27)
        target.save(extras={"z": -0.001, "kind": "spiral"}, names=["NGC 224", "Andromeda"])
        stored = Target.objects.get()
        self.assertEqual(stored.names, ["M31", "NGC 224", "Andromeda"])
        self.assertEqual(stored.tags, {"kind": "spiral", "z": "-0.001"})
        self.assertEqual(stored.targetextra_set.get(key="z").float_value, -0.001)

    def test_saving_again_overwrites_extras_and_passes_over_known_names(self):
        target = SiderealTargetFactory.create(name="M31")
        target.save(extras={"z": 1, "other": "a"}, names=["NGC 224"])
        target.save(extras={"z": 2}, names=["NGC 224", "M31", " NGC 224 ", "And", ""])
        self.assertEqual(target.names, ["M31", "NGC 224", "And"])
        self.assertEqual(target.tags, {"other": "a", "z": "2"})
        self.assertEqual(target.targetextra_set.get(key="z").float_value, 2.0)

    def test_names_that_differ_in_case_are_stored_or_passed_over_but_break_nothing(self):
        target = SiderealTargetFactory.create(name="M31")
        target.save(names=["NGC 224", "Andromeda"])
        target.save(names=["ngc 224", "m31", "ANDROMEDA", "andromeda", "UGC 454"])
        expected = {"M31", "NGC 224", "Andromeda", "UGC 454"}
        if connection.vendor != "mysql":
            expected |= {"ngc 224", "m31", "ANDROMEDA", "andromeda"}
        self.assertEqual(set(target.names), expected)

    def test_a_name_of_another_target_stores_nothing(self):
        other = SiderealTargetFactory.create(name="M31")
        TargetNameFactory.create(target=other, name="NGC 224")
        for name in ("M31", "NGC 224"):
            with self.assertRaisesMessage(ValidationError, name):
                Target(name="new", ra=1.0, dec=1.0).save(extras={"z": 1}, names=["fine", name])
        self.assertEqual(Target.objects.get(), other)
        self.assertFalse(TargetExtra.objects.exists())
        self.assertEqual(TargetName.objects.count(), 1)

    def test_a_name_that_is_too_long_is_refused(self):
        with self.assertRaisesMessage(ValidationError, "too long"):
            Target(name="new", ra=1.0, dec=1.0).save(names=["x" * 101])

    @override_settings(HOOKS={"target_post_save": "tests.tom_targets.test_save.remember"})
    def test_the_hook_sees_the_whole_target_and_whether_it_is_new(self):
        target = Target(name="M31", ra=1.0, dec=1.0)
        target.save(extras={"z": 1}, names=["NGC 224"])
        target.save()
        self.assertEqual(hook_calls, [
            ("M31", True, ["M31", "NGC 224"], {"z": "1"}), ("M31", False, ["M31", "NGC 224"], {"z": "1"}),
        ])

    @override_settings(HOOKS={"target_post_save": "tests.tom_targets.test_save.refuse"})
    def test_what_a_hook_raises_reaches_the_caller(self):
        with self.assertRaisesMessage(RuntimeError, "the hook failed"):
            SiderealTargetFactory.create()

    def test_a_failure_on_the_way_leaves_nothing(self):
        failing = mock.patch("tom_targets.base_models.store_names", side_effect=RuntimeError)
        with failing, self.assertRaises(RuntimeError):
            Target(name="M31", ra=1.0, dec=1.0).save(extras={"z": 1})
        self.assertFalse(Target.objects.exists())

    def test_the_number_of_queries_does_not_grow_with_names_and_extras(self):
        def queries(count):
            with CaptureQueriesContext(connection, ) as captured:
                Target(name=f"T{count}", ra=1.0, dec=1.0).save(
                    extras={f"key {n}": n for n in range(count)}, names=[f"name {count} {n}" for n in range(count)]
                )
            return len(captured)

        few = queries(2)
        self.assertLessEqual(few, 9)
        self.assertEqual(queries(20), few)

    def test_removing_a_target_with_much_takes_few_queries(self):
        target = SiderealTargetFactory.create()
        for _ in range(20):
            TargetExtraFactory.create(target=target)
            TargetNameFactory.create(target=target)
        with CaptureQueriesContext(connection) as captured:
            target.delete()
        self.assertLessEqual(len(captured), 25)
