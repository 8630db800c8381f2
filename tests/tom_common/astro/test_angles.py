"""Angles in every notation, in and out."""

import math
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from tom_common.astro.angles import (
    AngleError,
    deg_to_sexagesimal,
    format_dec,
    format_position,
    format_ra,
    parse_dec,
    parse_position,
    parse_ra,
    wrap_ra,
)

RA, DEC = (12 + 30 / 60 + 49.42 / 3600) * 15, 12 + 23 / 60 + 28 / 3600

PASTED = [
    "12:30:49.42 +12:23:28", "12h30m49.42s +12d23m28s", "12h30m49.42s 12d23m28s", "12 30 49.42 +12 23 28",
    "12 30 49.42 12 23 28", "12:30:49.42 12:23:28", "12:30:49.42,+12:23:28", "12:30:49.42 , 12:23:28",
    "12h 30m 49.42s, +12d 23m 28s", "12h30m49s.42 +12°23′28″", "12ʰ30ᵐ49.42ˢ +12°23′28″", "12h30'49.42\" +12d23'28\"",
    "J123049.42+122328.0", "SDSS J123049.42+122328.0", "2MASX J12304942+1223280", "123049.42+122328.0",
    "ra=12:30:49.42, dec=+12:23:28", "RA: 12h30m49.42s  Dec: 12d23m28s", "R.A. = 12:30:49.42; Decl. = +12:23:28",
    "α = 12h30m49.42s δ = +12°23'28\"", "(12:30:49.42, +12:23:28)", "12:30:49.42 +12:23:28 J2000",
    "12:30:49.42 +12:23:28 (J2000.0)", "ICRS 12:30:49.42 +12:23:28", "RA (J2000) 12 30 49.42 Dec (J2000) +12 23 28",
    "12hours 30min 49.42sec +12deg 23arcmin 28arcsec", "１２:３０:４９.４２　＋12:23:28", "12:30:49.42\n+12:23:28",
    "12:30:49.42\t+12:23:28", "12: 30: 49.42 +12: 23: 28", "12:30:49.42/+12:23:28", "dec=+12:23:28 ra=12:30:49.42",
]
IN_DEGREES = [
    "187.7059 12.3911", "187.7059, +12.3911", "187.7059;12.3911", "187.7059+12.3911", "187.7059d +12.3911d",
    "187.7059° 12.3911°", "ra=187.7059&dec=12.3911", '{"ra": 187.7059, "dec": 12.3911}', "[187.7059, 12.3911]",
    "187,7059 12,3911", "RA(deg)=187.7059 Dec(deg)=12.3911", "1.877059e2 1.23911E+1", "187.7059 12.3911 2000.0",
    "12.513726666666667h 12.3911",
]


#: every notation as a template of hours, minutes, seconds; sign, degrees, minutes, seconds
SEXAGESIMAL = [
    "{h:02d}:{m:02d}:{s:05.2f} {sign}{d:02d}:{n:02d}:{t:04.1f}", "{h}:{m}:{s:.2f},{sign}{d}:{n}:{t:.1f}",
    "{h:02d} {m:02d} {s:05.2f} {sign}{d:02d} {n:02d} {t:04.1f}", "{h}h{m}m{s:.2f}s {sign}{d}d{n}m{t:.1f}s",
    "{h:02d}h {m:02d}m {s:05.2f}s, {sign}{d:02d}d {n:02d}m {t:04.1f}s", "{h}ʰ{m}ᵐ{s:.2f}ˢ {sign}{d}°{n}′{t:.1f}″",
    "{h}h{m}'{s:.2f}\" {sign}{d}°{n}'{t:.1f}\"", "J{h:02d}{m:02d}{s:05.2f}{sign}{d:02d}{n:02d}{t:04.1f}",
    "SDSS J{h:02d}{m:02d}{s:05.2f}{sign}{d:02d}{n:02d}{t:04.1f}", "ra={h}:{m}:{s:.2f}&dec={sign}{d}:{n}:{t:.1f}",
    "RA {h} {m} {s:.2f} Dec {sign}{d} {n} {t:.1f}", "dec: {sign}{d}:{n}:{t:.1f}, ra: {h}:{m}:{s:.2f}",
    "({h}:{m}:{s:.2f}, {sign}{d}:{n}:{t:.1f}) J2000", "{h}hours {m}min {s:.2f}sec {sign}{d}deg {n}arcmin {t:.1f}arcsec",
]
DECIMAL = [
    "{ra!r} {dec!r}", "{ra!r},{dec!r}", "{ra!r};{dec!r}", "{ra!r} {dec:+}", "{ra!r}d {dec!r}d", "{ra!r}° {dec!r}°",
    "ra={ra!r}, dec={dec!r}", "RA(deg): {ra!r} Dec(deg): {dec!r}", '{{"ra": {ra!r}, "dec": {dec!r}}}',
    "[{ra!r}, {dec!r}]", "{ra!r}\t{dec!r}", "{ra!r} | {dec!r}", "ICRS {ra!r} {dec!r}", "{ra:.12e} {dec:.12e}",
]


class PositionTests(TestCase):
    @given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 5999), st.sampled_from("+-−"), st.integers(0, 89),
           st.integers(0, 59), st.integers(0, 599))
    def test_any_sexagesimal_position_reads_the_same_in_every_notation(self, h, m, s, sign, d, n, t):
        ra, dec = (h + m / 60 + s / 360000) * 15, (d + n / 60 + t / 36000) * (1 if sign == "+" else -1)
        for notation in SEXAGESIMAL:
            text = notation.format(h=h, m=m, s=s / 100, sign=sign, d=d, n=n, t=t / 10)
            read = parse_position(text)
            self.assertAlmostEqual(read[0], ra, places=9, msg=text)
            self.assertAlmostEqual(read[1], dec, places=9, msg=text)

    @given(st.floats(0, 360, exclude_max=True), st.floats(-90, 90))
    def test_any_decimal_position_reads_the_same_in_every_notation(self, ra, dec):
        for notation in DECIMAL:
            text = notation.format(ra=ra, dec=dec)
            read = parse_position(text)
            self.assertAlmostEqual((read[0] - ra + 180) % 360, 180, places=9, msg=text)
            self.assertAlmostEqual(read[1], dec, places=9, msg=text)

    def test_sexagesimal_positions_are_hours_and_degrees_in_every_notation(self):
        for text in PASTED:
            with self.subTest(text=text):
                ra, dec = parse_position(text)
                self.assertAlmostEqual(ra, RA, places=9)
                self.assertAlmostEqual(dec, DEC, places=9)

    def test_plain_decimals_are_degrees_in_every_notation(self):
        for text in IN_DEGREES:
            with self.subTest(text=text):
                ra, dec = parse_position(text)
                self.assertAlmostEqual(ra, 187.7059, places=9)
                self.assertAlmostEqual(dec, 12.3911, places=9)

    def test_a_minus_sign_of_any_kind_survives_zero_degrees(self):
        for minus in "-−–‐—":
            with self.subTest(minus=minus):
                self.assertAlmostEqual(parse_position(f"12:30:49.42 {minus}00:00:28")[1], -28 / 3600, places=12)
                self.assertAlmostEqual(parse_position(f"187.7 {minus}0.5")[1], -0.5)

    def test_a_degree_sign_makes_sexagesimal_right_ascension_degrees(self):
        for text in ("187d42m21s +12d23m28s", "187°42′21″ +12°23′28″", "187d42m21s 12d23m28s"):
            with self.subTest(text=text):
                self.assertAlmostEqual(parse_position(text)[0], 187 + 42 / 60 + 21 / 3600, places=9)

    def test_what_is_no_position_is_refused_with_what_was_found_and_what_is_understood(self):
        for text in (
            "", "   ", None, "M31", "NGC 1234", "3C 273", "SN 2011fe", "187.7", "12:30:49", "187.7 12.3 5", "187,12,5",
            "12:61:00 +3:00:00", "12:30:61 +3:00:00", "25:00:00 +1:00:00", "187.7 95", "187.7 -90.0001", "nan nan",
            "12:30:49 +12:23:28 B1950", "PSR J0534+2200", "187.7059 12h23m", "+ -", "--", "1e999 0", "ra= dec=",
            "12.5:30:00 +1:00:00", "12:30.5:10 +1:00:00", "1" * 5000, "j" * 5000, "1 " * 3000,
        ):
            with self.subTest(text=text):
                with self.assertRaises(AngleError) as caught:
                    parse_position(text)
                self.assertGreater(len(str(caught.exception)), 20)
                self.assertLess(len(str(caught.exception)), 500)

    @given(st.text(max_size=40))
    def test_no_text_whatever_does_more_than_raise_angle_error(self, text):
        try:
            ra, dec = parse_position(text)
        except AngleError:
            return
        self.assertTrue(0 <= ra < 360 and -90 <= dec <= 90)

    @given(st.text(alphabet="0123456789:.+- hdms,jJ°'\"", max_size=30))
    def test_no_text_of_digits_and_marks_does_more_than_raise_angle_error(self, text):
        self.test_no_text_whatever_does_more_than_raise_angle_error.hypothesis.inner_test(self, text)


class SingleAngleTests(TestCase):
    def test_right_ascension_wraps_and_numbers_are_degrees(self):
        for given_value, expected in ((360, 0), (-10, 350), ("-10", 350), (0, 0),
                                      ("24:00:00", 0), ("359.5", 359.5), (-1e-20, 0), ("12h", 180),
                                      ("12.5h", 187.5), ("12", 12), ("12 30", 187.5)):
            with self.subTest(value=given_value):
                self.assertAlmostEqual(parse_ra(given_value), expected)

    def test_a_unit_settles_a_bare_number_but_yields_to_letters(self):
        self.assertAlmostEqual(parse_ra("12.5", unit="hour"), 187.5)
        self.assertAlmostEqual(parse_ra(12.5, unit="hour"), 187.5)
        self.assertAlmostEqual(parse_ra("12:30:00", unit="deg"), 12.5)
        self.assertAlmostEqual(parse_ra("12d30m", unit="hour"), 12.5)
        self.assertAlmostEqual(parse_ra("12h30m", unit="deg"), 187.5)
        with self.assertRaises(ValueError):
            parse_ra("12", unit="radian")

    def test_plain_degrees_that_went_once_too_often_around_are_wrapped_when_asked(self):
        self.assertAlmostEqual(parse_ra("370", wrap=True), 10)
        self.assertAlmostEqual(parse_ra(-370, wrap=True), 350)
        for value in ("730", "361d00m00s", "25:00:00", "25h"):
            with self.subTest(value=value), self.assertRaises(AngleError):
                parse_ra(value, wrap=True)

    def test_right_ascension_beyond_a_turn_is_refused(self):
        for value in (361, "370", "25:00:00", "25h", float("nan"), float("inf"), "-400", "", None, "-01:00:00",
                      "12x"):
            with self.subTest(value=value), self.assertRaises(AngleError):
                parse_ra(value)

    def test_declination_beyond_the_poles_or_in_hours_is_refused(self):
        for value in (90.0001, "-90:00:00.1", "+91", "12h30m", float("nan"), "", None, True, "12:30:49 +3"):
            with self.subTest(value=value), self.assertRaises(AngleError):
                parse_dec(value)
        self.assertEqual(parse_dec("+90:00:00"), 90)
        self.assertEqual(parse_dec(-90), -90)

    def test_sixty_seconds_of_careless_software_are_the_next_minute(self):
        self.assertAlmostEqual(parse_ra("12:30:60.0"), parse_ra("12:31:00"))

    def test_a_message_names_the_fault(self):
        with self.assertRaisesRegex(AngleError, "minutes run from 0 to 59, found 61"):
            parse_dec("12:61:00")
        with self.assertRaisesRegex(AngleError, r"-90 to \+90 degrees, found 95"):
            parse_dec("95")
        with self.assertRaisesRegex(AngleError, "write 200d30m00s"):
            parse_ra("200:30:00")

    def test_wrapping_never_returns_360(self):
        self.assertEqual(wrap_ra(-1e-17), 0.0)
        self.assertEqual(wrap_ra(720.5), 0.5)


class FormatTests(TestCase):
    def test_known_values(self):
        self.assertEqual(format_ra(RA), "12:30:49.42")
        self.assertEqual(format_dec(DEC), "+12:23:28.0")
        self.assertEqual(format_ra(RA, "letters", 1), "12h30m49.4s")
        self.assertEqual(format_ra(RA, "unicode", 0), "12ʰ30ᵐ49ˢ")
        self.assertEqual(format_dec(-DEC, "unicode", 0), "-12°23′28″")
        self.assertEqual(format_ra(RA, "space", 2), "12 30 49.42")
        self.assertEqual(format_ra(187.70591666, "dms", 1), "187:42:21.3")
        self.assertEqual(format_ra(187.7059, "deg", 4), "187.7059")
        self.assertEqual(format_dec(12.3911, "deg", 4), "+12.3911")
        self.assertEqual("J" + format_ra(RA, "compact", 2) + format_dec(DEC, "compact", 1), "J123049.42+122328.0")
        self.assertEqual(format_position(RA, DEC), "12:30:49.42 +12:23:28.0")
        self.assertEqual(deg_to_sexagesimal(RA, "hms"), "12:30:49.420")
        self.assertEqual(deg_to_sexagesimal(-0.5, "dms"), "-00:30:00.000")

    def test_rounding_carries_through_and_around(self):
        self.assertEqual(format_ra(359.9999999), "00:00:00.00")
        self.assertEqual(format_ra(359.99999999, "deg", 4), "0.0000")
        self.assertEqual(format_ra(14.99999999), "01:00:00.00")
        self.assertEqual(format_dec(89.99999999), "+90:00:00.0")
        self.assertEqual(format_dec(-0.999999999, precision=0), "-01:00:00")

    def test_the_sign_of_a_declination_just_below_zero_is_kept(self):
        self.assertEqual(format_dec(-0.0001), "-00:00:00.4")

    def test_no_position_is_an_empty_text_and_a_wrong_style_is_refused(self):
        self.assertEqual((format_ra(None), format_dec(math.nan)), ("", ""))
        with self.assertRaises(ValueError):
            format_ra(1, "hmm")
        with self.assertRaises(ValueError):
            format_dec(1, precision=-1)
        with self.assertRaises(ValueError):
            deg_to_sexagesimal(1, "x")

    @given(st.floats(0, 360, exclude_max=True), st.floats(-90, 90), st.integers(0, 6),
           st.sampled_from(["hms", "letters", "space", "unicode", "deg"]))
    def test_what_is_written_is_read_back_to_the_last_digit(self, ra, dec, precision, style):
        text = f"{format_ra(ra, style, precision)} {format_dec(dec, style if style != 'hms' else 'dms', precision)}"
        ra_back, dec_back = parse_position(text)
        step = 10.0**-precision * (1 if style == "deg" else 1 / 3600)
        ra_step = step if style == "deg" else step * 15
        apart = abs((ra_back - ra + 180) % 360 - 180)
        self.assertLessEqual(apart, ra_step * 0.5000001 + 1e-12)
        self.assertLessEqual(abs(dec_back - dec), step * 0.5000001 + 1e-12)

    @given(st.floats(0, 360, exclude_max=True), st.floats(-90, 90), st.integers(0, 9))
    def test_no_part_ever_reaches_sixty(self, ra, dec, precision):
        for text in (format_ra(ra, precision=precision), format_dec(dec, precision=precision)):
            _, minutes, seconds = text.split(":")
            self.assertLess(int(minutes), 60)
            self.assertLess(float(seconds), 60)
