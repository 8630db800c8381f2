"""Storing measurements: once, whole, and each bad row with its reason."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tom_common.permissions import grant
from tom_dataproducts.measurements import ingest
from tom_dataproducts.models import DataProduct, ReducedDatum
from tom_targets.testing import SiderealTargetFactory

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def light_curve(number, **more):
    return [
        {"mjd": 60000 + day, "magnitude": 17 + day * 0.001, "error": 0.02, "filter": "r", **more}
        for day in range(number)
    ]


class IngestTests(TestCase):
    def setUp(self):
        self.target = SiderealTargetFactory.create()

    def test_the_same_rows_twice_are_stored_once(self):
        first = ingest(self.target, light_curve(50), source_name="ZTF")
        again = ingest(self.target, light_curve(50), source_name="ZTF")
        self.assertEqual((first.inserted, first.unchanged), (50, 0))
        self.assertEqual((again.inserted, again.unchanged), (0, 50))
        self.assertEqual(ReducedDatum.objects.count(), 50)

    def test_other_column_names_and_shapes_are_the_same_rows(self):
        ingest(self.target, light_curve(3), source_name="ZTF")
        moments = [datetime(2023, 2, 25, tzinfo=UTC) + timedelta(days=day) for day in range(3)]
        nested = [
            {"timestamp": when.isoformat(), "value": {"mag": str(17 + day * 0.001), "mag_err": 0.02, "band": "r"}}
            for day, when in enumerate(moments)
        ]
        tuples = [
            (when, {"magnitude": 17 + day * 0.001, "error": 0.02, "filter": "r"}, "ZTF")
            for day, when in enumerate(moments)
        ]
        for rows in (nested, tuples, [{**row, "mjd": None, "jd": row["mjd"] + 2400000.5} for row in light_curve(3)]):
            report = ingest(self.target, rows, source_name="ZTF")
            self.assertEqual((report.inserted, report.unchanged, report.refused), (0, 3, []))

    def test_a_row_that_comes_twice_in_one_call_is_stored_once(self):
        report = ingest(self.target, [*light_curve(2), *light_curve(2)], source_name="ZTF")
        self.assertEqual((report.inserted, report.unchanged), (2, 2))

    def test_one_bad_row_of_a_thousand_is_refused_with_its_reason_and_the_rest_stored(self):
        rows = light_curve(1000)
        rows[437]["magnitude"] = float("nan")
        report = ingest(self.target, rows, source_name="ZTF")
        self.assertEqual(report.inserted, 999)
        self.assertEqual([(refused.row, refused.reason) for refused in report.refused],
                         [(437, "magnitude is nan; leave out what was not measured.")])
        self.assertIn("999 stored", str(report))
        self.assertIn("row 438", str(report))

    def test_rows_of_any_nonsense_never_raise(self):
        nonsense = [None, 5, "row", {}, [], (1,), (NOON, None), (NOON, {"magnitude": []}, 7),
                    {"mjd": "x", "magnitude": 1},
                    {"timestamp": datetime(2024, 1, 1), "magnitude": 17}, {"mjd": 60000, "value": [1]},
                    {"mjd": 60000, "magnitude": 17, "source_id": "x" * 256}, {"jd": 1e300, "magnitude": 1},
                    {"mjd": 60000, "magnitude": {"a": 1}}]  # fmt: skip
        report = ingest(self.target, nonsense, source_name="ZTF")
        self.assertEqual((report.inserted, len(report.refused)), (0, len(nonsense)))
        self.assertTrue(all(refused.reason for refused in report.refused))

    def test_typed_columns_are_filled_and_the_value_kept(self):
        row = {"timestamp": NOON, "value": {"mag": "17.2", "error": 0.05, "filter": "r", "unit": "AB", "seeing": 1.1},
               "telescope": "1m0a", "instrument": "fa03", "exposure_time": 60, "source_location": "file.csv"}
        ingest(self.target, [row], source_name="LCO")
        datum = ReducedDatum.objects.get()
        self.assertEqual(
            (datum.bandpass, datum.brightness, datum.brightness_error, datum.limit, datum.unit, datum.telescope,
             datum.instrument, datum.exposure_time, datum.source_location),
            ("r", 17.2, 0.05, None, "mag(AB)", "1m0a", "fa03", 60.0, "file.csv"),
        )  # fmt: skip
        self.assertEqual(datum.value, row["value"])
        self.assertEqual(datum.timestamp, NOON)

    def test_a_limit_is_stored_as_a_limit(self):
        rows = [{"mjd": 60000, "limit": 20.5, "filter": "g"}, {"mjd": 60001, "mag": ">20.4"}]
        ingest(self.target, rows, source_name="x")
        self.assertEqual(ReducedDatum.objects.filter(brightness=None).count(), 2)
        self.assertEqual(sorted(ReducedDatum.objects.values_list("limit", flat=True)), [20.4, 20.5])

    def test_the_number_of_queries_does_not_grow_with_the_rows(self):
        counts = []
        for number in (10, 800):
            target = SiderealTargetFactory.create()
            with CaptureQueriesContext(connection) as queries:
                ingest(target, light_curve(number), source_name="ZTF")
            counts.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))
        self.assertLess(counts[0], 5)
        # One INSERT may hold only so many rows on SQLite.
        self.assertLess(counts[1], 25)

    def test_spectra_are_stored_once_too(self):
        value = {"wavelength": [4000.0, 4002.0], "flux": [1.0, 2.0], "flux_units": "Jy", "wavelength_units": "Angstrom"}
        for inserted in (1, 0):
            report = ingest(self.target, [(NOON, value, "")], source_name="x", data_type="spectroscopy")
            self.assertEqual((report.inserted, report.refused), (inserted, []))


class SupersessionTests(TestCase):
    def setUp(self):
        self.target = SiderealTargetFactory.create()

    def store(self, magnitude, source_name="ZTF"):
        row = {"mjd": 60000, "magnitude": magnitude, "filter": "r", "source_id": "c1"}
        return ingest(self.target, [row], source_name=source_name)

    def test_a_new_value_replaces_the_old_one_which_stays(self):
        self.store(17.0)
        before = timezone.now()
        report = self.store(17.1)
        self.assertEqual((report.inserted, report.superseded), (1, 1))
        self.assertEqual(ReducedDatum.objects.current().get().brightness, 17.1)
        self.assertEqual(ReducedDatum.objects.as_known_on(before).get().brightness, 17.0)
        self.assertEqual(ReducedDatum.objects.as_known_on(timezone.now()).get().brightness, 17.1)

    def test_a_replaced_value_does_not_come_back(self):
        self.store(17.0)
        self.store(17.1)
        report = self.store(17.0)
        self.assertEqual((report.inserted, report.unchanged), (0, 1))
        self.assertEqual(ReducedDatum.objects.current().get().brightness, 17.1)

    def test_another_source_replaces_nothing(self):
        self.store(17.0)
        self.assertEqual(self.store(17.1, "ATLAS").superseded, 0)
        self.assertEqual(ReducedDatum.objects.current().count(), 2)

    def test_of_two_values_in_one_call_the_last_counts(self):
        rows = [{"mjd": 60000, "magnitude": magnitude, "source_id": "c1"} for magnitude in (17.0, 17.1, 17.2)]
        report = ingest(self.target, rows, source_name="ZTF")
        self.assertEqual((report.inserted, report.superseded), (3, 2))
        self.assertEqual(ReducedDatum.objects.current().get().brightness, 17.2)

    def test_save_replaces_as_well(self):
        self.store(17.0)
        ReducedDatum.objects.create(
            target=self.target, data_type="photometry", source_name="ZTF", source_id="c1", timestamp=NOON,
            value={"magnitude": 17.3, "filter": "r"},
        )
        self.assertEqual(ReducedDatum.objects.current().get().brightness, 17.3)


class OrmTests(TestCase):
    def setUp(self):
        self.target = SiderealTargetFactory.create()
        self.fields = {"target": self.target, "data_type": "photometry", "source_name": "ZTF", "timestamp": NOON}

    def test_save_fills_the_columns_and_refuses_what_is_there(self):
        datum = ReducedDatum.objects.create(value={"magnitude": 17.2, "filter": "r"}, **self.fields)
        self.assertEqual((datum.brightness, datum.bandpass), (17.2, "r"))
        with self.assertRaisesMessage(ValidationError, "This measurement is stored already."):
            ReducedDatum.objects.create(value={"band": "r", "mag": "17.20"}, **self.fields)
        self.assertEqual(ingest(self.target, [(NOON, {"mag": 17.2, "band": "r"}, "ZTF")], source_name="").unchanged, 1)

    def test_save_says_what_cannot_be_stored(self):
        for fields, reason in (
            ({"value": {"magnitude": "bright"}}, "not a number"),
            ({"value": {"magnitude": 17}, "timestamp": datetime(2024, 5, 1)}, "no zone"),
            ({"value": {}}, "neither a brightness nor a limit"),
        ):
            with self.subTest(fields), self.assertRaisesMessage(ValidationError, reason):
                ReducedDatum.objects.create(**self.fields | fields)

    def test_columns_alone_make_a_measurement(self):
        datum = ReducedDatum.objects.create(value={}, brightness=17.2, bandpass="r", **self.fields)
        self.assertEqual(datum.value, {"brightness": 17.2, "bandpass": "r"})

    def test_saving_again_changes_the_fingerprint_with_the_value(self):
        datum = ReducedDatum.objects.create(value={"magnitude": 17.2}, **self.fields)
        was = datum.fingerprint
        datum.save()
        self.assertEqual(datum.fingerprint, was)
        datum.value = {"magnitude": 17.3}
        datum.save(update_fields=["value"])
        datum.refresh_from_db()
        self.assertEqual(datum.brightness, 17.3)
        self.assertNotEqual(datum.fingerprint, was)

    def test_get_or_create_finds_any_spelling(self):
        made, created = ReducedDatum.objects.get_or_create(value={"magnitude": 17.2, "filter": "r"}, **self.fields)
        found, again = ReducedDatum.objects.get_or_create(value={"mag": "17.20", "band": "r"}, **self.fields)
        self.assertEqual((created, again, found.pk), (True, False, made.pk))

    def test_bulk_create_fills_the_columns(self):
        ReducedDatum.objects.bulk_create(
            ReducedDatum(value={"magnitude": 17 + number}, **self.fields) for number in range(3)
        )
        self.assertEqual(list(ReducedDatum.objects.order_by("brightness").values_list("brightness", flat=True)),
                         [17.0, 18.0, 19.0])
        self.assertFalse(ReducedDatum.objects.filter(fingerprint=None).exists())

    def test_update_moves_data_to_another_target_and_drops_doubles(self):
        other = SiderealTargetFactory.create()
        ingest(self.target, light_curve(5), source_name="ZTF")
        ingest(other, light_curve(2), source_name="ZTF")
        ReducedDatum.objects.filter(target=self.target).update(target=other)
        self.assertEqual(other.reduceddatum_set.count(), 5)
        self.assertEqual(ingest(other, light_curve(5), source_name="ZTF").inserted, 0)

    def test_update_of_what_is_no_identity_is_one_statement(self):
        ingest(self.target, light_curve(5), source_name="ZTF")
        with self.assertNumQueries(1):
            ReducedDatum.objects.filter(target=self.target).update(reduction_version="2")

    def test_bulk_update_of_values_refills_the_columns(self):
        ingest(self.target, light_curve(3), source_name="ZTF")
        datums = list(ReducedDatum.objects.all())
        for datum in datums:
            datum.value = datum.value | {"magnitude": datum.brightness + 1}
        ReducedDatum.objects.bulk_update(datums, ["value"])
        self.assertEqual(ReducedDatum.objects.order_by("timestamp").first().brightness, 18.0)

    def test_a_data_product_knows_its_type_and_file(self):
        product = DataProduct(target=self.target, data_product_type="photometry", data="star/none/lc.csv")
        self.assertEqual(
            (product.get_type_display(), product.get_file_name(), product.get_file_extension(), str(product)),
            ("Photometry", "lc.csv", ".csv", "lc.csv"),
        )
        product.data_product_type = "poetry"
        with self.assertRaisesMessage(ValidationError, "'poetry' is no data product type"):
            product.full_clean()
        upload_to = DataProduct._meta.get_field("data").upload_to
        self.assertEqual(upload_to(product, "x.fits"), f"{self.target.name}/none/x.fits")


class VisibilityTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.targets = {
            level: SiderealTargetFactory.create(name=level, permissions=level)
            for level in ("OPEN", "PUBLIC", "PRIVATE")
        }
        for target in cls.targets.values():
            ingest(target, light_curve(1), source_name="ZTF")
        cls.member, cls.other = User.objects.create_user("member"), User.objects.create_user("other")
        cls.pi = User.objects.create_superuser("pi")
        grant([cls.member], to=cls.targets["PRIVATE"], actions=("view",))

    def seen(self, user, action="view"):
        datums = ReducedDatum.objects.all().allowed(user, action)
        return sorted(datums.values_list("target__name", flat=True))

    def test_data_follow_their_target(self):
        self.assertEqual(self.seen(None), ["OPEN"])
        self.assertEqual(self.seen(self.other), ["OPEN", "PUBLIC"])
        self.assertEqual(self.seen(self.member), ["OPEN", "PRIVATE", "PUBLIC"])
        self.assertEqual(self.seen(self.pi), ["OPEN", "PRIVATE", "PUBLIC"])

    def test_who_may_not_change_the_target_may_not_change_its_data(self):
        self.assertEqual(self.seen(self.member, "change"), [])
        grant([self.member], to=self.targets["OPEN"], actions=("change",))
        self.assertEqual(self.seen(self.member, "change"), ["OPEN"])
        self.assertEqual(self.seen(self.member, "delete"), ["OPEN"])

    def test_without_target_permissions_only_each_datum_needs_a_grant_of_its_own(self):
        with override_settings(TARGET_PERMISSIONS_ONLY=False):
            self.assertEqual(self.seen(self.member), [])
            for datum in ReducedDatum.objects.all():
                grant([self.member, self.other], to=datum, actions=("view",))
            self.assertEqual(self.seen(self.member), ["OPEN", "PRIVATE", "PUBLIC"])
            self.assertEqual(self.seen(self.other), ["OPEN", "PUBLIC"])
            self.assertEqual(self.seen(self.pi), ["OPEN", "PRIVATE", "PUBLIC"])
            self.assertEqual(self.seen(None), [])

    def test_an_inactive_superuser_sees_nothing(self):
        self.pi.is_active = False
        self.assertEqual(self.seen(self.pi), [])
