"""Times in and out, scales, and epochs that cannot be."""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from unittest import TestCase

import numpy as np
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st

from tom_common.astro.times import (
    TimeError,
    check_mjd,
    format_time,
    from_mjd,
    jd_to_mjd,
    julian_year,
    looks_like_jd,
    mjd_of_julian_year,
    mjd_to_jd,
    parse_time,
    to_mjd,
    tt_to_utc,
    utc_to_tt,
)

MOMENT = 61100 + 12.5 / 24  # 2026-03-01 12:30 UTC


class ParseTests(TestCase):
    def test_one_moment_in_every_notation(self):
        for text in (
            "2026-03-01 12:30:00", "2026-03-01T12:30:00Z", "2026-03-01T12:30", "2026-03-01 12:30:00.000 UTC",
            "2026-03-01T14:30:00+02:00", "2026-03-01T14:30+0200", "20260301T123000", "20260301T1230",
            "2026 03 01 12:30", "2026-Mar-01 12:30", "2026 March 1 12:30 UT", "2026/03/01 12:30", "2026-3-1 12:30",
            "A.D. 2026-Mar-01 12:30:00", "MJD 61100.5208333333", "JD 2461101.0208333333", "2461101.0208333333",
            "61100.5208333333", "jd=2461101.0208333333",
        ):
            with self.subTest(text=text):
                self.assertAlmostEqual(parse_time(text), MOMENT, places=8)
        self.assertAlmostEqual(parse_time("2026 Mar 01.52"), 61100.52)
        self.assertAlmostEqual(parse_time("2026Mar01.52"), 61100.52)
        self.assertEqual(parse_time("2026-03-01"), 61100)
        self.assertEqual(parse_time("2026-03-01 24:00"), 61101)

    def test_a_scale_is_taken_from_the_text_or_the_argument(self):
        expected = Time("2026-03-01 12:30", scale="tdb").utc.mjd
        said = "2026-03-01 12:30"
        for text, scale in ((f"{said} TDB", "utc"), (said, "tdb"), (f"{said} (TT)", "utc")):
            self.assertAlmostEqual(parse_time(text, scale=scale), expected, places=7)
        self.assertAlmostEqual(parse_time("2451545.0 TT"), Time(2451545.0, format="jd", scale="tt").utc.mjd, places=9)
        self.assertAlmostEqual(parse_time("J2016.0"), Time("J2016.0", scale="tt").utc.mjd, places=9)
        self.assertAlmostEqual(parse_time("61100.5", scale="tai"), 61100.5 - 37 / 86400, places=9)
        with self.assertRaises(ValueError):
            parse_time("61100.5", scale="ut1")

    def test_what_is_no_time_is_refused_with_the_reason(self):
        for text, reason in (
            ("", "No time"), (None, "No time"), ("tomorrow", "is no time"), ("2026", "looks like a year"),
            ("20260301", "calendar date"), ("1772368200", "seconds since 1970"), ("2026-02-30", "is no date"),
            ("2026-13-01", "is no date"), ("01/03/2026", "put the year first"), ("2026-03-01 25:00", "no time of day"),
            ("2026-03-01 12:61", "no time of day"), ("BJD 2461101.02", "barycentric"), ("HJD2461101.02", "barycentric"),
            ("nan", "is no time"), ("MJD 2461101.5", "looks like a Julian Date"), ("2026-Foo-01", "is no time"),
            ("2026-03-01.5 12:30", "is no time"), ("2026-03-01T12:30+19:00", "nobody keeps"), ("-9e9", "outside"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(TimeError, reason):
                parse_time(text)

    @given(st.text(max_size=30))
    def test_no_text_whatever_does_more_than_raise_time_error(self, text):
        try:
            self.assertTrue(math.isfinite(parse_time(text)))
        except TimeError:
            pass


class CheckTests(TestCase):
    def test_an_epoch_that_cannot_be_an_mjd_is_refused_with_what_it_looks_like(self):
        for value, reason in (
            (2459800.5, r"looks like a Julian Date, which would be MJD 59800"), (2022, "looks like a year"),
            (2022.5, "looks like a year"), (20220810, "calendar date"), (1660000000, "seconds since 1970"),
            (math.nan, "finite"), (math.inf, "finite"), ("abc", "is a number"), (None, "is a number"),
            (-8e5, "outside"),
        ):
            with self.subTest(value=value), self.assertRaisesRegex(TimeError, reason):
                check_mjd(value)
        with self.assertRaisesRegex(TimeError, "^Epoch of elements is a Modified"):
            check_mjd(2459800.5, "Epoch of elements")

    def test_mjds_of_all_ages_pass(self):
        for value in (59800, 59800.123, 0, -50000.5, 28097.0, "59800.5", 41684):
            self.assertEqual(check_mjd(value), float(value))

    def test_julian_dates_are_recognised(self):
        self.assertTrue(looks_like_jd(2459800.5))
        self.assertFalse(looks_like_jd(59800.0))
        self.assertEqual(jd_to_mjd(2459800.5), 59800)
        self.assertEqual(mjd_to_jd(np.array([59800.0]))[0], 2459800.5)


class ConversionTests(TestCase):
    def test_datetimes_dates_and_astropy_times_become_mjd(self):
        moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
        for when in (moment, moment.replace(tzinfo=None), moment.astimezone(timezone(timedelta(hours=-7))),
                     Time("2026-03-01 12:30"), "2026-03-01 12:30", MOMENT):
            with self.subTest(when=when):
                self.assertAlmostEqual(to_mjd(when), MOMENT, places=9)
        self.assertEqual(to_mjd(date(2026, 3, 1)), 61100)
        np.testing.assert_allclose(to_mjd([moment, moment]), [MOMENT, MOMENT])

    @given(st.datetimes(datetime(1800, 1, 1), datetime(2300, 1, 1)))
    def test_a_datetime_comes_back_to_the_microsecond(self, when):
        back = from_mjd(to_mjd(when))
        self.assertEqual(back.tzinfo, UTC)
        self.assertLessEqual(abs(back - when.replace(tzinfo=UTC)), timedelta(microseconds=2))

    def test_datetimes_are_astropys(self):
        for mjd in (40587.25, 51544.5, 60000.987654, 61366.1):
            self.assertLess(abs(from_mjd(mjd) - Time(mjd, format="mjd").to_datetime(UTC)), timedelta(microseconds=2))
        self.assertEqual(len(from_mjd([60000, 60001])), 2)
        for mjd in (math.nan, 1e9, -1e9):
            with self.assertRaises(TimeError):
                from_mjd(mjd)

    def test_terrestrial_time_is_astropys_since_1972(self):
        mjd = np.array([41400.0, 44000.3, 50000.0, 57753.0, 57754.1, 61366.0])
        expected = Time(mjd, format="mjd", scale="utc").tt.mjd
        np.testing.assert_allclose((utc_to_tt(mjd) - expected) * 86400, 0, atol=1e-4)
        np.testing.assert_allclose((tt_to_utc(utc_to_tt(mjd)) - mjd) * 86400, 0, atol=1e-4)
        self.assertTrue(np.isfinite(utc_to_tt(np.array([-100000.0, 20000.0, 200000.0]))).all())

    def test_julian_years(self):
        self.assertEqual(julian_year(51544.5), 2000)
        self.assertAlmostEqual(mjd_of_julian_year(2016.0), 57388.5)


class FormatTests(TestCase):
    def test_every_style(self):
        self.assertEqual(format_time(MOMENT), "2026-03-01 12:30:00")
        self.assertEqual(format_time(MOMENT, "isot", 3), "2026-03-01T12:30:00.000Z")
        self.assertEqual(format_time(MOMENT, "date"), "2026-03-01")
        self.assertEqual(format_time(MOMENT, "day", 4), "2026-03-01.5208")
        self.assertEqual(format_time(MOMENT, "mjd", 5), "61100.52083")
        self.assertEqual(format_time(MOMENT, "jd", 5), "2461101.02083")
        self.assertEqual((format_time(None), format_time(math.nan)), ("", ""))
        with self.assertRaises(ValueError):
            format_time(MOMENT, "stardate")

    def test_rounding_carries_into_the_next_day(self):
        self.assertEqual(format_time(60000.9999999), "2023-02-26 00:00:00")
        self.assertEqual(format_time(60000.999999, "day", 4), "2023-02-26.0000")

    @given(st.floats(0, 100000), st.integers(0, 5))
    def test_what_is_written_is_read_back(self, mjd, precision):
        for style in ("iso", "isot"):
            back = parse_time(format_time(mjd, style, precision))
            self.assertAlmostEqual(back, mjd, delta=0.6 / 86400 * 10**-precision)
