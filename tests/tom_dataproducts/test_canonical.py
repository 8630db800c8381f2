"""One form for measurements that come in many."""

import json
import math
import warnings
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
from astropy.time import Time
from django.test import SimpleTestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tom_dataproducts.canonical import (
    PHOTOMETRY_NAMES,
    MeasurementRefused,
    canonical_unit,
    from_mjd,
    measure,
    read_spectrum,
    read_timestamp,
    to_mjd,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def photometry(value, **equipment):
    return measure("photometry", NOON, value, **equipment)


class PhotometryTests(SimpleTestCase):
    def test_every_known_name_of_a_column_is_read(self):
        for names in (
            {"magnitude": 17.2, "error": 0.05, "filter": "r"},
            {"mag": "17.2", "mag_err": "0.05", "band": " r "},
            {"brightness": Decimal("17.2"), "brightness_error": np.float64(0.05), "bandpass": "r", "unit": "mag"},
            {"magnitude": 17.2, "magnitude_error": 0.05, "f": "r", "telescope": "", "limit": None},
        ):
            with self.subTest(names):
                point = photometry(names)
                self.assertEqual((point.brightness, point.brightness_error, point.bandpass), (17.2, 0.05, "r"))
                self.assertIsNone(point.limit)
                self.assertEqual(point.unit, "mag")

    def test_spelling_does_not_change_the_fingerprint_but_the_measurement_does(self):
        said = photometry({"magnitude": 17.2, "error": 0.05, "filter": "r"})
        same = photometry({"band": "r", "mag_err": "0.050", "mag": "17.20", "unit": "mag"})
        others = [
            photometry({"magnitude": 17.21, "error": 0.05, "filter": "r"}),
            photometry({"magnitude": 17.2, "error": 0.05, "filter": "i"}),
            photometry({"magnitude": 17.2, "error": 0.05, "filter": "r", "unit": "AB"}),
            photometry({"magnitude": 17.2, "error": 0.05, "filter": "r", "seeing": 1.2}),
            photometry({"limit": 17.2, "filter": "r"}),
        ]
        prints = [point.fingerprint(1, "photometry", "ZTF") for point in (said, *others)]
        self.assertEqual(said.fingerprint(1, "photometry", "ZTF"), same.fingerprint(1, "photometry", "ZTF"))
        self.assertEqual(len(set(prints)), len(prints))
        self.assertNotEqual(said.fingerprint(1, "photometry", "ZTF"), said.fingerprint(2, "photometry", "ZTF"))
        self.assertNotEqual(said.fingerprint(1, "photometry", "ZTF"), said.fingerprint(1, "photometry", "LT"))

    def test_the_fingerprint_is_the_same_in_every_process(self):
        point = photometry({"magnitude": 17.2, "error": 0.05, "filter": "r"})
        self.assertEqual(point.fingerprint(7, "photometry", "ZTF").hex, "772bc5916c8d5b81b99fb425a76be327")

    def test_a_limit_is_never_a_brightness(self):
        for value in ({"limit": 20.5, "filter": "g"}, {"magnitude": ">20.5", "filter": "g"},
                      {"magnitude": "", "limit": "20.5", "error": 0.1}, {"mag": "> 20.5"}):
            with self.subTest(value):
                point = photometry(value)
                self.assertIsNone(point.brightness)
                self.assertIsNone(point.brightness_error)
                self.assertEqual(point.limit, 20.5)

    def test_a_detection_may_say_how_deep_its_image_is(self):
        point = photometry({"magnitude": 18.0, "limit": 20.5})
        self.assertEqual((point.brightness, point.limit), (18.0, 20.5))

    def test_zero_is_a_magnitude(self):
        self.assertEqual(photometry({"magnitude": 0, "filter": "V"}).brightness, 0.0)

    def test_what_cannot_be_true_is_refused_with_its_reason(self):
        for value, reason in (
            ({"magnitude": float("nan")}, "magnitude is nan"),
            ({"magnitude": float("inf")}, "magnitude is inf"),
            ({"magnitude": "nan"}, "brightness is nan"),
            ({"magnitude": 17, "error": float("nan")}, "error is nan"),
            ({"magnitude": "bright"}, "'bright', which is not a number"),
            ({"magnitude": True}, "True, which is not a number"),
            ({"magnitude": 99.0}, "99 is a placeholder"),
            ({"limit": -999}, "limit -999 is a placeholder"),
            ({"magnitude": 17, "error": 99}, "error of 99 mag is a placeholder"),
            ({"magnitude": 17, "error": -0.1}, "error is negative"),
            ({"magnitude": 17, "mag": 18}, "given twice"),
            ({"filter": "r"}, "neither a brightness nor a limit"),
            ({"flux": 3.0}, "flux has no unit"),
            ({"magnitude": 17, "unit": "parsnips"}, "unit 'parsnips' is not known"),
            ({"magnitude": 17, "filter": "r" * 101}, "101 characters"),
            ({"magnitude": 17, "exposure_time": -1}, "exposure time is negative"),
            ({"magnitude": 17, "image": object()}, "cannot be stored"),
            ({"magnitude": 17, "filter": "r\x00"}, "contains the character NUL"),
            ({"magnitude": 17, "note\ud800": 1}, "is no valid text"),
            ({"magnitude": 10**400}, "which is not a number"),
            ({"magnitude": 17, "filter": "r", "band": "g" * 300}, "given twice"),
            ("not json", "not JSON"),
            (17.2, "should name what was measured"),
        ):
            with self.subTest(value), self.assertRaisesMessage(MeasurementRefused, reason):
                photometry(value)

    def test_a_value_without_bottom_is_refused(self):
        value = {"magnitude": 17}
        for _ in range(3000):
            value = {"in": value}
        for bottomless in (value, "[" * 100_000):
            with self.assertRaises(MeasurementRefused):
                photometry(bottomless)

    def test_a_flux_with_its_unit_is_a_brightness(self):
        point = photometry({"flux": -3.5, "flux_error": 1.2, "flux_unit": "uJy", "filter": "o"})
        self.assertEqual((point.brightness, point.brightness_error, point.unit), (-3.5, 1.2, "uJy"))

    def test_units_are_written_in_one_way(self):
        for unit, wanted in (("AB mag", "mag(AB)"), ("ABmag", "mag(AB)"), ("Vega", "mag(Vega)"), ("", "mag"),
                             ("uJy", "uJy"), ("mJy", "mJy"), ("erg / (s cm2 AA)", "erg / (Angstrom s cm2)")):
            with self.subTest(unit):
                self.assertEqual(canonical_unit(unit), wanted)

    def test_telescope_and_exposure_may_stand_beside_the_value(self):
        point = photometry({"magnitude": 17}, telescope="1m0a", exposure_time="30")
        self.assertEqual((point.telescope, point.exposure_time), ("1m0a", 30.0))
        point = photometry({"magnitude": 17, "telescope": "2m0a"}, telescope="1m0a")
        self.assertEqual(point.telescope, "2m0a")

    def test_the_value_stays_as_it_came(self):
        value = {"mag": "17.20", "band": "r", "extra": {"seeing": np.float32(1.5), "flags": np.array([1, 2])}}
        self.assertEqual(
            photometry(value).value, {"mag": "17.20", "band": "r", "extra": {"seeing": 1.5, "flags": [1, 2]}}
        )


#: what a JSON file, a table or a mistake may hold
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.datetimes()
    | st.decimals() | st.binary()
    | st.sampled_from(["17.2", ">19", " ", "nan", "1e999", "99", np.float64(17), np.ma.masked]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
KNOWN = [name for names in PHOTOMETRY_NAMES.values() for name in names]
COLUMNS = st.sampled_from([*KNOWN, "exptime", "telescope", "x"])


class AnyValueTests(SimpleTestCase):
    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.dictionaries(COLUMNS, ANYTHING, max_size=6) | ANYTHING)
    def test_a_value_is_read_or_refused_and_what_is_read_can_be_stored(self, value):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                point = photometry(value)
        except MeasurementRefused as refused:
            self.assertTrue(str(refused))
            str(refused).encode()
            return
        json.dumps(point.value, allow_nan=False).encode()
        self.assertFalse(point.brightness is None and point.limit is None)
        for number in (point.brightness, point.brightness_error, point.limit, point.exposure_time):
            self.assertTrue(number is None or math.isfinite(number))
        again = photometry(json.loads(json.dumps(point.value)))
        self.assertEqual(again.fingerprint(1, "photometry", "x"), point.fingerprint(1, "photometry", "x"))


class TimeTests(SimpleTestCase):
    def test_every_zone_becomes_utc(self):
        chile = timezone(timedelta(hours=-4))
        for moment in (datetime(2024, 5, 1, 8, tzinfo=chile), "2024-05-01T12:00:00Z", "2024-05-01 08:00:00-04:00",
                       Time("2024-05-01T12:00:00", scale="utc"), Time("2024-05-01T12:00:37", scale="tai")):
            with self.subTest(moment):
                self.assertEqual(read_timestamp(moment), NOON)

    def test_a_time_without_zone_or_sense_is_refused(self):
        for moment, reason in (
            (datetime(2024, 5, 1, 8), "has no zone"), ("2024-05-01T12:00:00", "has no zone"),
            ("2024-05-41T12:00:00Z", "is not a date"), ("yesterday", "is not a date"), (59000.5, "should be a date"),
            (None, "should be a date"), (Time("2016-12-31T23:59:60.5", scale="utc"), "cannot be stored"),
            (datetime(9000, 1, 1, tzinfo=UTC), "lies outside"),
        ):
            with self.subTest(moment), self.assertRaisesMessage(MeasurementRefused, reason):
                read_timestamp(moment)

    def test_mjd_agrees_with_astropy_to_the_microsecond(self):
        for mjd in (46849.316, 59000.123456789, 61200.0, 15020.5):
            with self.subTest(mjd):
                wanted = Time(mjd, format="mjd", scale="utc").to_datetime(timezone=UTC)
                self.assertLess(abs(from_mjd(mjd) - wanted), timedelta(microseconds=2))
                self.assertAlmostEqual(to_mjd(from_mjd(mjd)), mjd, places=9)
        for mjd in ("x", float("nan"), None, 1e12):
            with self.subTest(mjd), self.assertRaises(MeasurementRefused):
                from_mjd(mjd)


class SpectrumTests(SimpleTestCase):
    value = {
        "wavelength": [4000.0, 4001.5, 4003.0], "flux": [1.0, 2.0, 1.5], "flux_units": "erg / (Angstrom s cm2)",
        "wavelength_units": "Angstrom",
    }

    def test_both_shapes_give_the_same_spectrum(self):
        older = {
            str(number): {"wavelength": wavelength, "flux": flux}
            for number, (wavelength, flux) in enumerate(
                zip(self.value["wavelength"], self.value["flux"], strict=True)
            )
        }
        for value in (self.value, older):
            spectrum = read_spectrum(value)
            self.assertEqual(spectrum.wavelength, [4000.0, 4001.5, 4003.0])
            self.assertEqual(spectrum.flux, [1.0, 2.0, 1.5])

    def test_the_flux_unit_is_the_unit_of_the_row(self):
        taken = measure("spectroscopy", NOON, self.value)
        self.assertEqual(taken.unit, "erg / (Angstrom s cm2)")
        self.assertIsNone(taken.brightness)

    def test_one_pixel_changes_the_fingerprint(self):
        changed = self.value | {"flux": [1.0, 2.0, 1.5000001]}
        prints = {
            measure("spectroscopy", NOON, value).fingerprint(1, "spectroscopy", "x")
            for value in (self.value, changed, self.value | {"wavelength_units": "nm"})
        }
        self.assertEqual(len(prints), 3)

    def test_what_is_no_spectrum_is_refused(self):
        for change, reason in (
            ({"flux": [1.0, 2.0]}, "3 wavelengths and 2 fluxes"),
            ({"flux": [1.0, float("nan"), 2.0]}, "flux[1] is nan"),
            ({"flux": [1.0, None, 2.0]}, "flux[1] is missing"),
            ({"flux": "1, 2, 3"}, "not a list of numbers"),
            ({"flux": [], "wavelength": []}, "0 wavelengths and 0 fluxes"),
            ({"wavelength": [-1.0, 2.0, 3.0]}, "wavelength of -1"),
            ({"flux_error": [0.1]}, "3 fluxes and 1 errors"),
        ):
            with self.subTest(change), self.assertRaisesMessage(MeasurementRefused, reason):
                measure("spectroscopy", NOON, self.value | change)
