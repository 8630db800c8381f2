import json
from datetime import UTC, date, datetime
from unittest import mock

from django.test import SimpleTestCase, override_settings

from tests.fake_services import FakeServices
from tests.tom_catalogs.cases import SERVICES, CatalogueCase
from tom_catalogs.answers import Status
from tom_catalogs.harvester import MissingDataException, SeveralMatchesException, get_service_classes
from tom_catalogs.harvesters.jplhorizons import command
from tom_catalogs.resolve import resolve
from tom_catalogs.small_bodies import parse_designation
from tom_targets.models import Target

TENTH_ARCSEC = 0.1 / 3600

#: service, term, name, fields, some of its other names. Positions to 0.1", the rest as published.
GOLDEN = [
    ("Simbad", "M31", "M 31", {"ra": 10.684708, "dec": 41.26875, "distance": 761_000, "distance_err": 11_000},
     {"NGC 224", "Andromeda Galaxy"}),
    ("Simbad", "andromeda galaxy", "M 31", {"ra": 10.684708, "dec": 41.26875}, {"NGC 224"}),
    ("Simbad", "Barnard's star", "Barnard's star",
     {"ra": 269.452077, "dec": 4.693365, "pm_ra": -801.551, "pm_dec": 10362.394, "parallax": 546.9759, "epoch": 2000},
     {"HIP 87937", "V2500 Oph"}),
    ("Simbad", "Polaris", "alf UMi", {"ra": 37.954561, "dec": 89.264109, "pm_ra": 44.48, "parallax": 7.54},
     {"Polaris"}),
    ("Simbad", "NGC 7814", "NGC 7814", {"ra": 0.812042, "dec": 16.145528, "distance": 14.4e6}, {"Caldwell 43"}),
    ("NED", "m31", "MESSIER 031", {"ra": 10.684793, "dec": 41.269065}, set()),
    ("NED", "3C273", "3C 273", {"ra": 187.277915, "dec": 2.052389}, set()),
    ("TNS", "SN 2023ixf", "SN 2023ixf", {"ra": 210.910675, "dec": 54.31165}, {"2023ixf", "ZTF23aaklqou"}),
    ("TNS", "2023ixf", "SN 2023ixf", {"ra": 210.910675, "dec": 54.31165}, {"ATLAS23lvb"}),
    ("TNS", "PTF11kly", "SN 2011fe", {"ra": 210.774208, "dec": 54.273719}, {"PTF11kly"}),
    ("TNS", "AT2024xyz", "AT 2024xyz", {"ra": 359.999583, "dec": -0.002778}, {"ZTF24aaaaaaa"}),
    ("MPC", "433", "433 Eros",
     {"scheme": "MPC_MINOR_PLANET", "epoch_of_elements": 60600, "eccentricity": 0.2228, "inclination": 10.828,
      "lng_asc_node": 304.27, "arg_of_perihelion": 178.93, "semimajor_axis": 1.458055, "mean_anomaly": 86.379232,
      "abs_mag": 10.41, "slope": 0.46}, {"Eros", "433", "1898 DQ"}),
    ("MPC", "(433) Eros", "433 Eros", {"semimajor_axis": 1.458055}, {"Eros"}),
    ("MPC", "2012 HN13", "2012 HN13", {"epoch_of_elements": 60000, "semimajor_axis": 1.408471}, set()),
    ("MPC", "67P/Churyumov-Gerasimenko", "67P/Churyumov-Gerasimenko",
     {"scheme": "MPC_COMET", "epoch_of_elements": 59600, "epoch_of_perihelion": 59520.06, "perihdist": 1.2107,
      "eccentricity": 0.6497}, {"67P"}),
    ("MPC", "C/2023 A3 (Tsuchinshan-ATLAS)", "C/2023 A3 (Tsuchinshan-ATLAS)",
     {"scheme": "MPC_COMET", "eccentricity": 1.000093, "perihdist": 0.39142}, {"C/2023 A3"}),
    ("MPC", "1I", "1I/`Oumuamua", {"scheme": "MPC_COMET", "eccentricity": 1.20113, "perihdist": 0.25591}, {"2017 U1"}),
    ("JPL Horizons", "Eros", "433 Eros",
     {"scheme": "MPC_MINOR_PLANET", "epoch_of_elements": 60600, "semimajor_axis": 1.458055, "mean_anomaly": 86.379232,
      "mean_daily_motion": 0.559814, "abs_mag": 10.41, "slope": 0.46}, {"Eros", "1898 DQ"}),
    ("JPL Horizons", "2012 HN13", "2012 HN13", {"eccentricity": 0.30798}, set()),
    ("JPL Horizons", "90000704;", "67P/Churyumov-Gerasimenko",
     {"scheme": "MPC_COMET", "epoch_of_perihelion": 59520.06, "perihdist": 1.2107, "abs_mag": 13.0, "slope": 6.5},
     {"67P"}),
    ("JPL Horizons", "C/2023 A3", "C/2023 A3 (Tsuchinshan-ATLAS)", {"abs_mag": 6.4, "slope": 9.0}, {"C/2023 A3"}),
    ("JPL Horizons", "Mars", "Mars", {"scheme": "JPL_MAJOR_PLANET", "mean_daily_motion": 0.523986}, set()),
]


class GoldenValues(CatalogueCase, SimpleTestCase):
    def test_each_catalogue_gives_names_positions_and_elements_as_published(self):
        for service, term, name, fields, names in GOLDEN:
            with self.subTest(service=service, term=term):
                answer = resolve(service, term)
                self.assertEqual((answer.status, answer.name), (Status.FOUND, name), answer.message)
                for field, value in fields.items():
                    if isinstance(value, str):
                        self.assertEqual(answer.fields[field], value)
                    else:
                        delta = TENTH_ARCSEC if field in ("ra", "dec") else 1e-6 * max(abs(value), 1)
                        self.assertAlmostEqual(answer.fields[field], value, delta=delta, msg=field)
                self.assertLessEqual(names, set(answer.names))

    def test_what_was_found_is_a_target_that_passes_its_own_validation(self):
        for service, term, *_ in GOLDEN:
            with self.subTest(service=service, term=term):
                Target(**resolve(service, term).fields).clean()

    def test_a_target_never_has_its_own_name_as_an_alias(self):
        for service, term, *_ in GOLDEN:
            answer = resolve(service, term)
            simple = [name.replace(" ", "").lower() for name in (answer.name, *answer.names)]
            self.assertEqual(len(simple), len(set(simple)), (service, term, simple))

    def test_redshift_and_type_come_along(self):
        self.assertEqual(resolve("NED", "3C 273").extras, {"redshift": 0.158339, "object_type": "QSO"})
        self.assertEqual(resolve("Simbad", "3C 273").extras["redshift"], 0.158339)
        self.assertEqual(resolve("TNS", "SN 2023ixf").extras["host"], "M101")

    def test_a_missing_value_is_left_out_and_is_not_zero(self):
        answer = resolve("Simbad", "M31")
        self.assertFalse({"pm_ra", "pm_dec", "parallax"} & answer.fields.keys())
        self.assertNotIn("redshift", resolve("TNS", "2024xyz").extras)
        self.assertNotIn("redshift", resolve("NED", "SN 2011fe").extras)

    def test_the_latest_measured_distance_counts_and_its_source_is_named(self):
        self.assertEqual(resolve("Simbad", "M31").notes, ["Distance 0.761 Mpc (2021ApJ...920...84L, the latest of 2)."])

    def test_an_object_without_a_position_is_told_apart_from_an_unknown_one(self):
        answer = resolve("Simbad", "GRB 990123")
        self.assertEqual((answer.status, answer.message),
                         (Status.NOT_FOUND, "SIMBAD knows the object but has no position for it."))


class ByPosition(CatalogueCase, SimpleTestCase):
    def test_one_object_in_the_cone_is_the_answer_with_all_its_names(self):
        answer = resolve("Simbad", "00:42:44.33 +41:16:07.5")
        self.assertEqual((answer.name, answer.found), ("M 31", True))
        self.assertIn("NGC 224", answer.names)

    def test_several_in_the_cone_are_offered_nearest_first_with_their_separation(self):
        answer = resolve("Simbad", "05:34:31.9 +22:01:00", radius_arcsec=60)
        self.assertEqual(answer.status, Status.SEVERAL)
        self.assertEqual([(candidate.label, candidate.term) for candidate in answer.candidates],
                         [("M 1", "M 1"), ("CM Tau", "V* CM Tau")])
        self.assertTrue(answer.candidates[0].detail.startswith("3.2″"))
        self.assertEqual(resolve("Simbad", answer.candidates[1].term).name, "CM Tau")

    def test_nothing_in_the_cone_is_said_with_the_radius(self):
        for service in ("Simbad", "NED", "TNS"):
            answer = resolve(service, "12:00:00 -60:00:00", radius_arcsec=20)
            self.assertEqual(answer.status, Status.NOT_FOUND, service)
        self.assertIn("20″", resolve("Simbad", "12:00:00 -60:00:00", radius_arcsec=20).message)

    def test_a_cone_reaches_across_right_ascension_zero(self):
        answer = resolve("TNS", "0.0002 -0.0027", radius_arcsec=5)
        self.assertEqual(answer.name, "AT 2024xyz")

    def test_a_position_may_be_two_numbers(self):
        self.assertEqual(resolve("Simbad", (10.6847, 41.2687)).name, "M 31")

    def test_ned_takes_the_radius_in_arcminutes(self):
        resolve("NED", "187.2779 +2.0524", radius_arcsec=90)
        self.assertEqual(self.fake.asked("NED")[0].query["radius"], "1.500000")

    def test_catalogues_of_moving_bodies_say_that_they_are_asked_by_name(self):
        for service in ("MPC", "JPL Horizons"):
            answer = resolve(service, "12:00:00 -60:00:00")
            self.assertEqual(answer.status, Status.UNSUPPORTED)
            self.assertFalse(self.fake.requests)


class HowTheyAreAsked(CatalogueCase, SimpleTestCase):
    def test_simbad_is_asked_by_tap_with_quotes_doubled(self):
        resolve("Simbad", "Barnard's star'; DROP")
        form = self.fake.asked("Simbad")[0].form
        self.assertEqual((form["REQUEST"], form["LANG"], form["FORMAT"]), ("doQuery", "ADQL", "votable"))
        self.assertIn("ident.id = 'Barnard''s star''; DROP'", form["QUERY"])

    def test_the_minor_planet_center_is_asked_by_get_with_a_json_body(self):
        resolve("MPC", "(433) Eros")
        identifier, orbit = self.fake.asked("MPC")
        self.assertEqual((identifier.method, json.loads(identifier.body)), ("GET", {"ids": ["433", "(433) Eros"]}))
        self.assertEqual(json.loads(orbit.body), {"desig": "433"})

    def test_tns_is_sent_the_marker_of_the_bot_and_the_key_in_the_body(self):
        resolve("TNS", "2023ixf")
        request = self.fake.asked("TNS")[0]
        self.assertEqual(request.headers["User-Agent"], 'tns_marker{"tns_id": 1, "type": "bot", "name": "nobody_bot"}')
        self.assertEqual(request.form["api_key"], "a-key-of-nobody")
        self.assertEqual(json.loads(request.form["data"]), {"objname": "2023ixf"})

    def test_horizons_is_asked_for_heliocentric_elements_of_today(self):
        now = datetime(2024, 2, 29, 23, 0, tzinfo=UTC)
        with mock.patch("tom_catalogs.harvesters.jplhorizons.timezone.now", return_value=now):
            resolve("JPL Horizons", "Eros")
        query = self.fake.asked("JPL Horizons")[0].query
        self.assertEqual((query["CENTER"], query["EPHEM_TYPE"]), ("'500@10'", "ELEMENTS"))
        self.assertEqual((query["REF_PLANE"], query["REF_SYSTEM"], query["OUT_UNITS"]), ("ECLIPTIC", "ICRF", "AU-D"))
        self.assertEqual(float(query["TLIST"]), 2440587.5 + (date(2024, 2, 29) - date(1970, 1, 1)).days)

    def test_horizons_takes_names_numbers_and_designations_in_its_own_notation(self):
        for term, sent in [("Ceres", "Ceres;"), ("433", "433;"), ("(433) Eros", "433;"),
                           ("2012 HN13", "DES=2012 HN13;"), ("67P/Churyumov-Gerasimenko", "DES=67P;"),
                           ("C/2012 S1 (ISON)", "DES=C/2012 S1;"),
                           ("mars", "499"), ("90000704;", "90000704;"), ("DES=67P;CAP;NOFRAG", "DES=67P;CAP;NOFRAG")]:
            self.assertEqual(command(term), sent)

    def test_the_answer_may_come_in_the_shapes_of_earlier_years(self):
        inner = json.loads(self.fake_answer("MPC", "433"))[0]["mpc_orb"][0]
        for shape in ([{"mpc_orb": inner}, 200], {"mpc_orb": [inner]}, [{"mpc_orb": [inner]}, 200]):
            answers = [{"433": {"found": 1, "permid": "433", "name": "Eros"}}, shape]
            with mock.patch("tom_common.remote.RemoteClient.get_json", side_effect=answers):
                self.assertEqual(resolve("MPC", "433").name, "433 Eros")

    def test_tns_answers_of_before_2025_are_read_as_well(self):
        data = json.loads(self.fake_answer("TNS", "2023ixf"))["data"]
        self.fake.reply("TNS", {"id_code": 200, "id_message": "OK", "data": {"reply": data}})
        self.assertEqual(resolve("TNS", "2023ixf").name, "SN 2023ixf")

    def fake_answer(self, service: str, term: str) -> bytes:
        """The last body that the fake sends for this term."""
        resolve(service, term)
        return self.fake.answer(self.fake.asked(service)[-1]).body


class SeveralMatches(CatalogueCase, SimpleTestCase):
    def test_the_apparitions_of_a_comet_are_offered_with_the_latest_first(self):
        answer = resolve("JPL Horizons", "67P")
        self.assertEqual(answer.status, Status.SEVERAL)
        self.assertEqual([candidate.term for candidate in answer.candidates],
                         ["DES=67P;CAP;NOFRAG", "90000702;", "90000703;", "90000704;"])
        self.assertEqual(answer.candidates[-1].detail, "elements of 2021")
        for candidate in answer.candidates:
            self.assertEqual(resolve("JPL Horizons", candidate.term).name, "67P/Churyumov-Gerasimenko")

    def test_numbered_bodies_and_apparitions_of_one_name_are_told_apart(self):
        self.fake.reply("JPL Horizons", {"result": (
            "\n    NAME = HALLEY;\n\n Matching small-bodies: \n\n"
            "    Record #  Epoch-yr  Primary Desig  >MATCH NAME<\n"
            "    --------  --------  -------------  -------------------------\n"
            "        2688            2688           Halley\n"
            "        2688            1982 HG1       Halley\n"
            "    90000001     -239   1P             Halley\n"
            "    90000030     1994   1P             Halley\n\n (4 matches. To SELECT, enter record #.)\n")})
        found = [(c.term, c.label, c.detail) for c in resolve("JPL Horizons", "Halley").candidates]
        self.assertEqual(found, [
            ("2688;", "2688 Halley", "record 2688"), ("90000001;", "1P Halley", "elements of -239"),
            ("90000030;", "1P Halley", "elements of 1994"),
        ])

    def test_several_major_bodies_are_offered_by_their_number(self):
        self.fake.reply("JPL Horizons", {"result": (
            "\n Multiple major-bodies match string \"JUP*\"\n\n  ID#      Name                               Desig\n"
            "  -------  ---------------------------------- -----------\n        5  Jupiter Barycenter\n"
            "      599  Jupiter\n\n   Number of matches =  2. Use ID# to make unique selection.\n")})
        answer = resolve("JPL Horizons", "Jup")
        self.assertEqual({c.term: c.label for c in answer.candidates}, {"5": "Jupiter Barycenter", "599": "Jupiter"})

    def test_the_minor_planet_center_lists_what_a_name_may_mean(self):
        entry = {"permid": "1221", "name": "Amor", "unpacked_primary_provisional_designation": "1932 EA1"}
        self.fake.reply("MPC", {"Amor": {"found": 2, "disambiguation_list": [entry, "1932 XY"]}})
        answer = resolve("MPC", "Amor")
        self.assertEqual([candidate.term for candidate in answer.candidates], ["1221", "1932 XY"])
        self.assertEqual(answer.candidates[0].label, "1221 1932 EA1 Amor")

    def test_tns_lists_what_a_survey_name_may_mean(self):
        self.fake.reply("TNS", {"id_code": 200, "data": [{"objname": "2020a", "prefix": "SN"}, {"objname": "2020b"}]})
        self.assertEqual([c.label for c in resolve("TNS", "ZTF20aaa").candidates], ["SN 2020a", "2020b"])


class Designations(SimpleTestCase):
    def test_each_way_of_writing_a_small_body_is_understood(self):
        for typed, kind, short in [
            ("433", "number", "433"), ("(433)", "number", "433"), ("(433) Eros", "number", "433"),
            ("433 Eros", "number", "433"), ("2012 HN13", "provisional", "2012 HN13"),
            ("2040 P-L", "provisional", "2040 P-L"), ("A899 OF", "provisional", "A899 OF"), ("67P", "comet", "67P"),
            ("73P-B", "comet", "73P-B"), ("C/2012 S1", "comet", "C/2012 S1"),
            ("C/2012 S1 (ISON)", "comet", "C/2012 S1"), ("1I/`Oumuamua", "comet", "1I"), ("Eros", "name", "Eros"),
            ("  Van  de   Graaff ", "name", "Van de Graaff"),
        ]:
            found = parse_designation(typed)
            self.assertEqual((found.kind, found.short), (kind, short), typed)


class Registered(SimpleTestCase):
    def test_every_tom_offers_the_five_catalogues(self):
        self.assertEqual(tuple(get_service_classes()), SERVICES)

    @override_settings(TOM_HARVESTER_CLASSES=["tom_catalogs.harvesters.mpc.MPCExplorerHarvester"])
    def test_the_setting_replaces_what_the_apps_contribute(self):
        self.assertEqual(list(get_service_classes()), ["MPC Explorer"])

    @override_settings(EXCLUDE_HARVESTER_CLASSES=["tom_catalogs.harvesters.tns.TNSHarvester"])
    def test_a_catalogue_can_be_left_out(self):
        self.assertNotIn("TNS", get_service_classes())

    @override_settings(INCLUDE_HARVESTER_CLASSES=["tom_catalogs.harvesters.ned.NEDHarvester"])
    def test_a_project_can_name_the_only_ones_it_wants(self):
        self.assertEqual(list(get_service_classes()), ["NED"])

    @override_settings(HARVESTERS={"SIMBAD": {"base_url": "http://mirror.example"}, "jpl horizons": {"timeout_s": 5}})
    def test_the_address_and_time_limit_come_from_the_settings_however_the_name_is_written(self):
        classes = get_service_classes()
        self.assertEqual(classes["Simbad"]().client().base_url, "http://mirror.example")
        self.assertEqual(classes["JPL Horizons"]().client().timeout_s, 5)
        self.assertEqual(classes["NED"]().client().base_url, "https://ned.ipac.caltech.edu")
        self.assertEqual(classes["NED"]().client().timeout_s, 60)

    def test_asking_for_a_target_before_a_query_says_that_there_is_no_data(self):
        with FakeServices() as fake, override_settings(HARVESTERS=fake.harvesters):
            for harvester_class in get_service_classes().values():
                with self.assertRaises(MissingDataException):
                    harvester_class().to_target()

    def test_several_matches_are_a_kind_of_missing_data_for_older_code(self):
        self.assertTrue(issubclass(SeveralMatchesException, MissingDataException))
        self.assertEqual(get_service_classes()["MPC"].jd_to_mjd(2400000.5), 0)
