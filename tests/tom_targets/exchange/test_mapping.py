"""Columns are known by their names, units and UCDs; a mapping that cannot be is told."""

from django.test import SimpleTestCase

from tom_targets.exchange.mapping import Assignment, Known, checked, factor, from_json, guess, may_be_hours
from tom_targets.exchange.tables import Column

FIELDS = ["name", "type", "permissions", "ra", "dec", "epoch", "parallax", "pm_ra", "pm_dec", "galactic_lng",
          "galactic_lat", "distance", "scheme", "epoch_of_elements", "mean_anomaly", "eccentricity", "inclination",
          "lng_asc_node", "arg_of_perihelion", "semimajor_axis", "abs_mag", "slope", "perihdist"]
KNOWN = Known({name: name for name in FIELDS}, {"redshift": "number"})


def guessed(*columns):
    columns = [column if isinstance(column, Column) else Column(column) for column in columns]
    return [(one.to, one.unit or one.key) for one in guess(columns, KNOWN)]


class GuessTests(SimpleTestCase):
    def test_fields_are_known_under_many_names(self):
        for name, field in (
            ("Name", "name"), ("MAIN_ID", "name"), ("RA_ICRS", "ra"), ("_RAJ2000", "ra"), ("DEJ2000", "dec"),
            ("Right Ascension", "ra"), ("pmRA", "pm_ra"), ("pmDE", "pm_dec"), ("Plx", "parallax"),
            ("GLON", "galactic_lng"), ("Incl.", "inclination"), ("ecc", "eccentricity"),
            ("Parallax [mas]", "parallax"), ("ra (deg)", "ra"),
        ):
            with self.subTest(name):
                self.assertEqual(guessed(name)[0][0], field)

    def test_one_letter_is_an_element_among_elements_and_a_filter_among_magnitudes(self):
        self.assertEqual([to for to, _ in guessed("name", "g", "r", "i", "H", "e_ra", "b")], ["name", *["tag"] * 6])
        self.assertEqual([to for to, _ in guessed("H", "G", "e", "i", "a", "M")],
                         ["abs_mag", "slope", "eccentricity", "inclination", "semimajor_axis", "mean_anomaly"])
        self.assertEqual([to for to, _ in guessed("l", "b")], ["galactic_lng", "galactic_lat"])

    def test_a_field_goes_to_the_column_of_its_very_name(self):
        self.assertEqual([to for to, _ in guessed("RAJ2000", "ra", "name", "MAIN_ID")], ["tag", "ra", "name", "tag"])

    def test_aliases_groups_extras_and_what_nobody_knows(self):
        self.assertEqual(
            guessed("name", "name2", "Alias 3", "groups", "redshift", "note", "extra:ra", "id", "created", "coords"),
            [("name", ""), ("alias", ""), ("alias", ""), ("groups", ""), ("tag", "redshift"), ("tag", "note"),
             ("tag", "ra"), ("", ""), ("", ""), ("position", "")],
        )

    def test_ucds_speak_where_names_do_not(self):
        self.assertEqual(
            [to for to, _ in guessed(Column("x", ucd="POS_EQ_RA_MAIN"), Column("y", ucd="pos.eq.dec;meta.main"),
                                     Column("err", ucd="stat.error;pos.eq.ra"), Column("n", ucd="meta.id;meta.main"),
                                     Column("z", ucd="pos.eq.ra;meta.main"))],
            ["tag", "dec", "tag", "name", "ra"],
        )

    def test_units_come_from_the_file_or_the_name(self):
        self.assertEqual(
            guessed(Column("ra", unit="hourangle"), Column("dec", unit="deg"), Column("pmra", unit="arcsec.yr-1"),
                    Column("pm_dec", unit="mas / yr"), "distance [kpc]", "sma (au)"),
            [("ra", "hour"), ("dec", ""), ("pm_ra", "arcsec/yr"), ("pm_dec", "mas/yr"), ("distance", "kpc"),
             ("semimajor_axis", "AU")],
        )

    def test_a_julian_date_is_only_taken_for_one_when_somebody_says_so(self):
        self.assertEqual(guessed(Column("epoch_of_elements", unit="d")), [("epoch_of_elements", "mjd")])


    def test_right_ascensions_below_24_may_be_hours(self):
        plain = Assignment("ra")
        self.assertTrue(may_be_hours(plain, ["1.5", None, "23.9"]))
        for assignment, samples in ((plain, ["1.5", "25"]), (plain, ["01:00:00", "2"]), (plain, ["3"]),
                                    (Assignment("ra", "deg"), ["1", "2"]), (Assignment("dec"), ["1", "2"])):
            self.assertFalse(may_be_hours(assignment, samples))


class CheckTests(SimpleTestCase):
    def problems(self, *assignments):
        return " ".join(checked(assignments, [Column(f"c{i}") for i in range(len(assignments))], KNOWN))

    def test_what_cannot_be_is_told(self):
        name = Assignment("name")
        position, alias = (Assignment("ra"), Assignment("dec")), Assignment("alias")
        self.assertEqual(self.problems(name, *position, alias, alias), "")
        self.assertIn("has to be the name", self.problems(Assignment("ra"), Assignment("dec")))
        self.assertIn("none for declination", self.problems(name, Assignment("ra")))
        self.assertIn("c1 and c2 are both", self.problems(name, Assignment("epoch"), Assignment("epoch")))
        self.assertIn("both the tag x", self.problems(name, Assignment("tag", key="x"), Assignment("tag", key="x")))
        self.assertIn("no field colour", self.problems(name, Assignment("colour")))
        self.assertIn("at most 200", self.problems(name, Assignment("tag", key="x" * 201)))
        self.assertIn("whole position", self.problems(name, Assignment("position"), *position))
        self.assertIn("other columns", " ".join(checked([name], [Column("a"), Column("b")], KNOWN)))

    def test_assignments_are_kept_as_json(self):
        some = [Assignment("ra", "hour"), Assignment("tag", key="x"), Assignment()]
        self.assertEqual(from_json(one.as_json() for one in some), some)

    def test_factors_are_exact_where_they_can_be(self):
        self.assertEqual(factor("pm_ra", "arcsec/yr"), 1000.0)
        self.assertEqual(factor("distance", "kpc"), 1000.0)
        self.assertEqual(factor("distance", "pc"), 1.0)
        self.assertAlmostEqual(factor("distance", "lyr"), 0.306601, 6)
        self.assertAlmostEqual(factor("inclination", "rad"), 57.29577951, 7)
