import math

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_services.deep_sky import votable as as_votable
from tom_catalogs import values, votable
from tom_catalogs.harvester import AbstractHarvester, MissingDataException
from tom_catalogs.resolve import TermError, parse_term
from tom_common.exceptions import RemoteAnswerInvalid, RemoteRejected

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=5,
)


class Numbers(SimpleTestCase):
    def test_what_stands_for_no_value_is_none_and_zero_is_zero(self):
        for missing in (None, "", " ", "n.a.", "N/A", "--", "null", "NaN", float("nan")):
            self.assertIsNone(values.number(missing, "redshift", service="NED"), missing)
        for zero in (0, 0.0, "0", " 0.000 ", "-0"):
            self.assertEqual(values.number(zero, "redshift", service="NED"), 0)

    def test_numbers_are_read_as_they_are_written(self):
        for text, value in [("1.5e-3", 0.0015), (" 7 ", 7), ("+3.2", 3.2), (".5", 0.5), ("11.", 11)]:
            self.assertEqual(values.number(text, "x", service="NED"), value)

    def test_what_is_no_number_or_out_of_range_is_refused_by_name(self):
        for bad in ("abc", True, [], {}, "1_000", "12:30", b"1", "1e999", math.inf):
            with self.assertRaisesRegex(RemoteAnswerInvalid, "NED gives the redshift"):
                values.number(bad, "redshift", service="NED")
        with self.assertRaisesRegex(RemoteAnswerInvalid, "should lie between -1 and 10"):
            values.number(11, "redshift", service="NED", low=-1, high=10)

    @given(ANYTHING)
    @settings(max_examples=300, deadline=None)
    def test_whatever_comes_is_a_finite_number_none_or_a_refusal(self, value):
        try:
            found = values.number(value, "x", service="S")
        except RemoteAnswerInvalid:
            return
        self.assertTrue(found is None or math.isfinite(found))

    @given(ANYTHING, ANYTHING)
    @settings(max_examples=300, deadline=None)
    def test_whatever_comes_is_a_position_on_the_sky_or_none(self, ra, dec):
        try:
            found = values.position(ra, dec, service="S")
        except RemoteAnswerInvalid:
            return
        self.assertTrue(found == (None, None) or (0 <= found[0] < 360 and -90 <= found[1] <= 90))


class Positions(SimpleTestCase):
    def test_degrees_and_sexagesimal_parts(self):
        self.assertEqual(values.position(10.5, "-20.25", service="S"), (10.5, -20.25))
        ra, dec = values.position("00:42:44.33", "+41:16:07.5", service="S")
        self.assertAlmostEqual(ra, 10.684708, places=6)
        self.assertAlmostEqual(dec, 41.268750, places=6)

    def test_edges(self):
        self.assertEqual(values.position(360, 90, service="S"), (0, 90))
        self.assertEqual(values.position(0, -90, service="S"), (0, -90))
        for ra, dec in [(-0.1, 0), (360.1, 0), (0, 90.1), (0, -91), ("25:00:00", "0"), ("0", "+91:00:00")]:
            with self.assertRaises(RemoteAnswerInvalid):
                values.position(ra, dec, service="S")

    def test_both_or_neither(self):
        self.assertEqual(values.position(None, "", service="S"), (None, None))
        with self.assertRaisesRegex(RemoteAnswerInvalid, "only one of"):
            values.position(10, None, service="S")


class Epochs(SimpleTestCase):
    def test_an_mjd_and_a_jd_are_not_taken_for_each_other(self):
        self.assertEqual(values.mjd(60000, "epoch", service="S"), 60000)
        self.assertEqual(values.mjd_of_jd("2460000.5", "epoch", service="S"), 60000)
        for read, value in [(values.mjd, 2460000.5), (values.mjd_of_jd, 60000), (values.mjd, None)]:
            with self.assertRaises(RemoteAnswerInvalid):
                read(value, "epoch", service="S")

    def test_angles_are_wrapped(self):
        for value, wrapped in [(-10, 350), (360, 0), (725 - 360, 5), (-1e-20, 0)]:
            self.assertAlmostEqual(values.angle(value, "node", service="S"), wrapped)
            self.assertLess(values.angle(value, "node", service="S"), 360)


class Tables(SimpleTestCase):
    fields = {"name": ("char", ""), "ra": ("double", "deg"), "n": ("int", "")}

    def test_rows_come_as_plain_values_with_none_for_empty_cells(self):
        content = as_votable(self.fields, [{"name": "a", "ra": 1.5, "n": 3}, {"name": "b"}])
        rows = votable.rows(content, service="S", units={"ra": "deg"})
        self.assertEqual(rows, [{"name": "a", "ra": 1.5, "n": 3}, {"name": "b", "ra": None, "n": None}])
        self.assertIs(type(rows[0]["ra"]), float)

    def test_another_unit_is_refused(self):
        content = as_votable({**self.fields, "ra": ("double", "rad")}, [{"name": "a", "ra": 1.5}])
        with self.assertRaisesRegex(RemoteAnswerInvalid, "in rad, where deg is expected"):
            votable.rows(content, service="S", units={"ra": "deg"})

    def test_a_table_without_rows_and_an_answer_without_a_table(self):
        self.assertEqual(votable.rows(as_votable(self.fields, []), service="S"), [])
        empty = b'<VOTABLE version="1.4"><RESOURCE type="results"></RESOURCE></VOTABLE>'
        self.assertEqual(votable.rows(empty, service="S"), [])

    def test_an_error_inside_the_table_is_told_in_its_words(self):
        content = (b'<VOTABLE version="1.4"><RESOURCE type="results"><INFO name="QUERY_STATUS" value="ERROR">'
                   b"no such table</INFO></RESOURCE></VOTABLE>")
        with self.assertRaisesRegex(RemoteRejected, "no such table"):
            votable.rows(content, service="S")


class NewTargets(SimpleTestCase):
    class Harvester(AbstractHarvester):
        name = "Test"

    def test_values_are_checked_and_none_is_left_out(self):
        target = self.Harvester().new_target(
            name="  a   star ", ra="10:00:00", dec=-5, parallax="3.5", pm_ra=None,
            names=["A-Star", "HD 1", None, "hd1"], extras={"redshift": 0, "host": ""},
        )
        self.assertEqual((target.name, target.ra, target.dec, target.parallax, target.pm_ra),
                         ("a star", 150.0, -5.0, 3.5, None))
        self.assertEqual((target.type, target.pk, target.extra_names), ("SIDEREAL", None, ["HD 1"]))
        self.assertEqual(target.catalog_extras, {"redshift": 0})

    def test_a_target_without_a_name_or_a_place_is_refused(self):
        with self.assertRaisesRegex(RemoteAnswerInvalid, "gives no name"):
            self.Harvester().new_target(name=None, ra=1, dec=1)
        with self.assertRaisesRegex(MissingDataException, "no position"):
            self.Harvester().new_target(name="x")

    def test_impossible_values_name_themselves(self):
        wrong = {"parallax": 1e6, "eccentricity": -0.1, "inclination": 181, "epoch_of_elements": 2.4e6}
        for field, value in wrong.items():
            with self.assertRaisesRegex(RemoteAnswerInvalid, field.replace("_", " ")):
                self.Harvester().new_target(name="x", scheme="MPC_COMET", **{field: value})


class AnyText(SimpleTestCase):
    @given(st.text(max_size=250))
    @settings(max_examples=300, deadline=None)
    def test_any_text_is_a_term_or_is_refused_with_words(self, text):
        try:
            term = parse_term(text)
        except TermError as error:
            self.assertTrue(str(error))
            return
        self.assertTrue(term.text)
        self.assertTrue(term.ra is None or (0 <= term.ra < 360 and -90 <= term.dec <= 90))
