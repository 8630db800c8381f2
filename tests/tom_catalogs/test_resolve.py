import json
import logging

from django.test import SimpleTestCase, override_settings

from tests.tom_catalogs.cases import SERVICES, CatalogueCase
from tom_catalogs.answers import Answer, Candidate, Status
from tom_catalogs.harvester import AbstractHarvester, MissingDataException
from tom_catalogs.resolve import TermError, parse_term, resolve
from tom_common.exceptions import ImproperCredentialsException

HERE = "tests.tom_catalogs.test_resolve"


class OldStyle(AbstractHarvester):
    """A project's harvester as they have been written for years."""

    name = "Old"

    def query(self, term):
        self.catalog_data = {"id": term, "where": (10.5, -20.25)} if term != "nothing" else {}

    def to_target(self):
        target = super().to_target()
        target.type = "SIDEREAL"
        target.name = self.catalog_data["id"]
        target.ra, target.dec = self.catalog_data["where"]
        target.extra_names = ["another name"]
        return target


class OldStyleOutOfRange(OldStyle):
    name = "Wrong"

    def to_target(self):
        target = super().to_target()
        target.ra, target.dec = 400.0, 95.0
        return target


class Raising(AbstractHarvester):
    """Raises whatever the term names."""

    name = "Raising"

    def query(self, term):
        class ReadTimeout(OSError):
            pass

        raise {"timeout": ReadTimeout(), "refused": ConnectionRefusedError(), "key": KeyError("ra"),
               "credentials": ImproperCredentialsException("No token."), "missing": MissingDataException(),
               "file": FileNotFoundError("list.csv"), "python timeout": TimeoutError()}[term]


class WhatGoesWrong(CatalogueCase, SimpleTestCase):
    """Every kind of failure has its own status and its own plain words."""

    def statuses(self, **reply) -> dict[str, Answer]:
        for service in SERVICES:
            self.fake.reply(service, **reply)
        return {service: resolve(service, "2020abc") for service in SERVICES}

    def test_unknown_objects_are_not_found_and_the_message_repeats_the_term(self):
        for service in SERVICES:
            answer = resolve(service, "nosuchthing")
            self.assertEqual((answer.status, answer.term), (Status.NOT_FOUND, "nosuchthing"))
            self.assertIn("'nosuchthing'", answer.message)

    def test_a_service_with_a_problem_of_its_own_is_down(self):
        for service, answer in self.statuses(status=503).items():
            self.assertEqual(answer.status, Status.DOWN, service)

    def test_a_service_that_cannot_be_reached_is_down(self):
        configured = self.fake.harvesters.items()
        nowhere = {name: {**settings, "base_url": "http://127.0.0.1:9"} for name, settings in configured}
        with override_settings(HARVESTERS=nowhere):
            for service in SERVICES:
                answer = resolve(service, "M31")
                self.assertEqual(answer.status, Status.DOWN, service)
                self.assertIn("cannot be reached", answer.message)

    def test_a_service_that_takes_too_long_is_slow(self):
        quick = {name: {**settings, "timeout_s": 0.05} for name, settings in self.fake.harvesters.items()}
        with override_settings(HARVESTERS=quick):
            for service, answer in self.statuses(delay_s=2).items():
                self.assertEqual(answer.status, Status.SLOW, service)
                self.assertIn("0.05 s", answer.message)

    def test_a_service_that_asks_for_patience_is_throttled(self):
        for service, answer in self.statuses(status=429, headers={"Retry-After": "60"}).items():
            self.assertEqual(answer.status, Status.THROTTLED, service)

    def test_an_open_service_that_shuts_us_out_wants_patience_not_credentials(self):
        self.fake.reply("Simbad", status=403)
        answer = resolve("Simbad", "M31")
        self.assertEqual(answer.status, Status.THROTTLED)
        self.assertNotIn("credentials", answer.message)

    def test_a_page_of_html_with_status_200_makes_no_sense(self):
        answers = self.statuses(body="<html><h1>Maintenance</h1></html>", content_type="text/html")
        for service, answer in answers.items():
            self.assertEqual(answer.status, Status.NONSENSE, service)

    def test_a_refusal_is_told_in_the_words_of_the_service(self):
        for service, answer in self.statuses(status=400, body={"message": "not like this"}).items():
            self.assertEqual(answer.status, Status.REJECTED, service)
            self.assertIn("not like this", answer.message)

    def test_refused_credentials_are_told_without_the_key(self):
        self.fake.reply("TNS", {"id_message": "Unauthorized a-key-of-nobody"}, status=401)
        answer = resolve("TNS", "2020abc")
        self.assertEqual(answer.status, Status.REJECTED)
        self.assertNotIn("a-key-of-nobody", answer.message)

    @override_settings(HARVESTERS={"TNS": {"api_key": "x"}})
    def test_what_is_not_configured_says_which_setting_is_missing(self):
        answer = resolve("TNS", "2020abc")
        self.assertEqual(answer.status, Status.NOT_CONFIGURED)
        self.assertEqual(answer.message,
                         "Transient Name Server is not configured: HARVESTERS['TNS'] has no bot_id, bot_name.")
        self.assertFalse(self.fake.requests)

    def test_two_different_positions_in_one_answer_are_refused(self):
        self.fake.reply("TNS", {"data": {"objname": "2020abc", "ra": "00:00:10", "dec": "+10:00:00", "radeg": 0.05,
                                         "decdeg": 10.0}})
        answer = resolve("TNS", "2020abc")
        self.assertEqual(answer.status, Status.NONSENSE)
        self.assertIn("two different positions", answer.message)

    def test_a_julian_date_where_an_mjd_is_announced_is_refused(self):
        orbit = {"COM": {"coefficient_names": ["q", "e", "i", "node", "argperi", "peri_time"],
                         "coefficient_values": [1, 0.1, 5, 6, 7, 2459765.4]},
                 "epoch_data": {"epoch": 2460000.5, "timeform": "MJD", "timesystem": "TDT"}}
        self.fake.reply("MPC", {"x": {"found": 1, "permid": "1"}, "mpc_orb": orbit})
        self.assertEqual(resolve("MPC", "x").status, Status.NONSENSE)

    def test_no_catalogue_of_that_name(self):
        answer = resolve("Vizier", "M31")
        self.assertEqual(answer.status, Status.NOT_CONFIGURED)
        self.assertIn("Simbad", answer.message)


@override_settings(TOM_HARVESTER_CLASSES=[f"{HERE}.OldStyle", f"{HERE}.OldStyleOutOfRange", f"{HERE}.Raising"])
class HarvestersOfProjects(SimpleTestCase):
    def test_a_harvester_of_the_old_style_runs_unchanged(self):
        answer = resolve("Old", "Nova 1")
        self.assertEqual(answer.status, Status.FOUND, answer.message)
        self.assertEqual((answer.fields["name"], answer.ra, answer.dec), ("Nova 1", 10.5, -20.25))
        self.assertEqual(answer.names, ["another name"])

    def test_its_empty_answer_is_not_found(self):
        self.assertEqual(resolve("Old", "nothing").status, Status.NOT_FOUND)

    def test_its_impossible_values_are_refused(self):
        answer = resolve("Wrong", "Nova 1")
        self.assertEqual(answer.status, Status.NONSENSE)
        self.assertIn("400", answer.message)

    def test_it_cannot_be_asked_by_position(self):
        self.assertEqual(resolve("Old", "10.5 -20.25").status, Status.UNSUPPORTED)

    def test_the_errors_of_other_libraries_are_told_apart(self):
        for term, status in [("timeout", Status.SLOW), ("refused", Status.DOWN), ("missing", Status.NOT_FOUND),
                             ("python timeout", Status.SLOW),
                             ("credentials", Status.NOT_CONFIGURED)]:
            answer = resolve("Raising", term)
            self.assertEqual(answer.status, status, term)
            self.assertTrue(answer.message)

    def test_a_missing_file_is_the_harvesters_own_fault(self):
        with self.assertLogs("tom_catalogs.resolve", logging.ERROR):
            self.assertEqual(resolve("Raising", "file").status, Status.BROKEN)

    def test_a_plugin_that_breaks_is_named_and_logged(self):
        with self.assertLogs("tom_catalogs.resolve", logging.ERROR):
            answer = resolve("Raising", "key")
        self.assertEqual(answer.status, Status.BROKEN)
        self.assertIn("The harvester for Raising failed (KeyError: 'ra')", answer.message)


class Terms(SimpleTestCase):
    def test_names_that_look_like_positions_stay_names(self):
        for text in ["M31", "0716+714", "1510-089", "0016+73", "4U 1820-30", "PSR B1919+21", "2020 AB1", "433", "67P",
                     "SDSS J123049.42+122328.0", "2MASX J00424433+4116074", "SN 2023ixf", "HD 209458 b", "1 Ceres"]:
            self.assertFalse(parse_term(text).is_position, text)

    def test_positions_are_known_in_any_notation(self):
        for text in ["10:08:22.3 +12:18:23", "152.0929 12.3064", "10h08m22.3s +12d18m23s", "ra=152.0929 dec=12.3064",
                     "10 08 22.3 +12 18 23"]:
            term = parse_term(text)
            self.assertAlmostEqual(term.ra, 152.0929, places=3)
            self.assertAlmostEqual(term.dec, 12.3064, places=3)

    def test_what_is_written_as_a_position_but_is_none_is_told(self):
        for text in ["12:30:49 +95:00:00", "400.0 20", "12:61:00 +10:00:00"]:
            with self.assertRaises(TermError):
                parse_term(text)

    def test_an_empty_an_endless_and_an_unprintable_text(self):
        for text in ["", "   ", "x" * 201, "\x00\x07"]:
            with self.assertRaises(TermError):
                parse_term(text)
        self.assertEqual(parse_term(" M\x00 31\n").text, "M 31")

    def test_a_radius_that_is_none(self):
        for radius in (0, -1, 1e9, float("nan")):
            with self.assertRaises(TermError):
                parse_term("10.0 20.0", radius)

    def test_a_bad_term_is_an_answer_too(self):
        self.assertEqual(resolve("Simbad", "400.0 20").status, Status.REJECTED)


class Answers(SimpleTestCase):
    answer = Answer("Simbad", "M31", Status.FOUND, fields={"name": "M 31", "type": "SIDEREAL", "ra": 10.5},
                    names=["NGC 224", "a, b"], extras={"redshift": -0.001, "object_type": "G"},
                    candidates=[Candidate("x", "y", ra=1.0)])

    def test_an_answer_survives_being_stored(self):
        self.assertEqual(Answer.from_json(self.answer.as_json()), self.answer)
        self.assertEqual(Answer.from_json(self.answer.as_json() | {"of a later release": 1}), self.answer)

    def test_what_no_database_keeps_is_taken_out(self):
        extras = {"z": float("nan"), "when": object}
        answer = Answer("Simbad", "x", Status.NONSENSE, message="a\x00b\ud800", extras=extras)
        stored = answer.as_json()
        self.assertEqual((stored["message"], stored["extras"]["z"]), ("ab?", None))
        json.dumps(stored, allow_nan=False).encode("utf-8")

    def test_the_form_of_a_new_target_is_filled_with_fields_names_and_known_extras(self):
        self.assertEqual(
            self.answer.create_query(("redshift",)), "name=M+31&type=SIDEREAL&ra=10.5&redshift=-0.001&"
            "targetextra_set-0-key=object_type&targetextra_set-0-value=G&names=NGC+224",
        )

    def test_more_names_than_an_address_takes_are_left_out(self):
        names = [f"Catalogue {number:04}" for number in range(500)]
        many = Answer("Simbad", "x", Status.FOUND, fields={"name": "x"}, names=names)
        self.assertLess(len(many.create_query()), 2500)
        self.assertEqual(many.travelling_names[0], "Catalogue 0000")
