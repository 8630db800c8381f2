"""The same against answers of the real services, where the folder with them is at hand."""

import json
import math

from django.test import SimpleTestCase

from tests.recorded import RECORDED, needs_recorded
from tests.tom_catalogs.cases import CatalogueCase
from tom_catalogs import votable
from tom_catalogs.answers import Status
from tom_catalogs.harvesters import mpc
from tom_catalogs.resolve import resolve
from tom_common.astro.orbits import OrbitalElements, ephemeris
from tom_common.astro.sky import separation
from tom_targets.models import Target

TENTH_ARCSEC = 0.1 / 3600


@needs_recorded
class RecordedAnswers(CatalogueCase, SimpleTestCase):
    recorded = RECORDED

    def assert_at(self, answer, ra: float, dec: float) -> None:
        self.assertEqual(answer.status, Status.FOUND, answer.message)
        self.assertAlmostEqual(answer.ra, ra, delta=TENTH_ARCSEC)
        self.assertAlmostEqual(answer.dec, dec, delta=TENTH_ARCSEC)

    def test_simbad_m31_without_proper_motion(self):
        answer = resolve("Simbad", "M31")
        self.assert_at(answer, 10.684708, 41.26875)
        self.assertNotIn("pm_ra", answer.fields)

    def test_simbad_barnards_star(self):
        answer = resolve("Simbad", "Barnard's star")
        self.assert_at(answer, 269.4520769586, 4.693364966)
        self.assertEqual((answer.fields["pm_ra"], answer.fields["pm_dec"], answer.fields["parallax"]),
                         (-801.551, 10362.394, 546.9759))

    def test_ned_m31(self):
        answer = resolve("NED", "m31")
        self.assert_at(answer, 10.68479292, 41.26906505)
        self.assertEqual(answer.extras["redshift"], -0.001001)

    def test_ned_offers_what_lies_around_a_position(self):
        answer = resolve("NED", "83.822083 -5.391111", radius_arcsec=120)
        self.assertEqual(answer.status, Status.SEVERAL, answer.message)
        self.assertEqual(answer.candidates[0].label, "COUP 0900")
        self.assertEqual(answer.candidates[0].detail, "5.2″ *")

    def test_mpc_didymos(self):
        fields = resolve("MPC", "65803").fields
        self.assertEqual((fields["name"], fields["epoch_of_elements"]), ("65803 Didymos", 60600.0))
        self.assertAlmostEqual(fields["semimajor_axis"], 1.01307147379597 / (1 - 0.383251174842473), places=9)

    def test_mpc_answers_of_every_version_of_the_format(self):
        for name in ("65803_mpc_orb", "inner_2062_v05", "inner_2062_v07", "inner_2020AB", "inner_2012HN13_yarkovsky"):
            orbit = json.loads((RECORDED / "mpc" / f"get_orb_{name}.json").read_text())
            harvester = mpc.MPCHarvester()
            harvester.catalog_data = {"identity": {}, "orbit": orbit}
            target = harvester.to_target()
            target.clean()
            self.assertTrue(0 <= target.mean_anomaly < 360, name)

    def test_axis_and_mean_anomaly_agree_with_the_state_vector_of_the_same_answer(self):
        for name in ("65803_mpc_orb", "inner_2062_v07", "inner_2020AB"):
            orbit = json.loads((RECORDED / "mpc" / f"get_orb_{name}.json").read_text())
            harvester = mpc.MPCHarvester()
            harvester.catalog_data = {"identity": {}, "orbit": orbit}
            target = harvester.to_target()
            x, y, z, vx, vy, vz = orbit["CAR"]["coefficient_values"][:6]
            r, gm = math.hypot(x, y, z), 0.01720209895**2
            a = 1 / (2 / r - (vx**2 + vy**2 + vz**2) / gm)
            e_sin = (x * vx + y * vy + z * vz) / math.sqrt(gm * a)
            anomaly = math.degrees(math.atan2(e_sin, 1 - r / a) - e_sin) % 360
            self.assertAlmostEqual(target.semimajor_axis, a, places=7)
            self.assertAlmostEqual(target.mean_anomaly, anomaly, places=4)

    def test_horizons_ceres(self):
        fields = resolve("JPL Horizons", "Ceres").fields
        self.assertEqual((fields["name"], fields["abs_mag"], fields["slope"]), ("1 Ceres", 3.53, 0.12))
        self.assertEqual(fields["epoch_of_elements"], 51544.0)
        self.assertAlmostEqual(fields["mean_anomaly"], 6.069622713669460, places=10)
        self.assertAlmostEqual(fields["semimajor_axis"], 2.766494289599058, places=12)

    def test_the_elements_of_ceres_lead_to_the_place_where_horizons_sees_it(self):
        sheet = (RECORDED / "jpl_horizons" / "ceres_ephemerides_single.txt").read_text()
        heads = next(line for line in sheet.splitlines() if "R.A._(ICRF)" in line).split(",")
        row = sheet.split("$$SOE")[1].strip().splitlines()[0].split(",")
        seen = {head.strip(): cell.strip() for head, cell in zip(heads, row, strict=True)}
        elements = OrbitalElements.from_target(Target(**resolve("JPL Horizons", "Ceres").fields))
        place = ephemeris(elements, 51544.0)
        apart = separation(float(place.ra), float(place.dec), float(seen["R.A._(ICRF)"]), float(seen["DEC_(ICRF)"]))
        self.assertLess(apart * 3600, 5)

    def test_horizons_offers_the_apparitions_of_a_comet(self):
        answer = resolve("JPL Horizons", "73P")
        self.assertEqual([candidate.detail for candidate in answer.candidates],
                         ["the orbit closest to today", "elements of 1930", "elements of 1979", "elements of 2017"])

    def test_horizons_says_no_and_knows_nothing(self):
        for name, status in [("json_unknown.json", Status.NOT_FOUND), ("json_error_400.json", Status.REJECTED)]:
            self.fake.reply("JPL Horizons", (RECORDED / "jpl_horizons" / name).read_bytes(),
                            status=400 if "400" in name else 200)
            self.assertEqual(resolve("JPL Horizons", "x").status, status)

    def test_horizons_knows_a_body_without_magnitude(self):
        sheet = (RECORDED / "jpl_horizons" / "no_H.txt").read_text().split("$$SOE")[0]
        self.assertIn("H= n.a.", sheet)
        table = (RECORDED / "jpl_horizons" / "ceres_elements_single.txt").read_text()
        self.fake.reply("JPL Horizons", {"result": table.replace("H= 3.53 ", "H= n.a. ")})
        self.assertNotIn("abs_mag", resolve("JPL Horizons", "Ceres").fields)

    def test_tns_2020ubb(self):
        answer = resolve("TNS", "AT 2020ubb")
        self.assert_at(answer, 0.518164, 0.361964)
        self.assertIn("ZTF20acddzrd", answer.names)
        self.assertNotIn("redshift", answer.extras)

    def test_tns_refusals(self):
        for name, http, status in [("error_401.json", 401, Status.REJECTED), ("error_429.json", 429, Status.THROTTLED),
                                   ("object_404.json", 404, Status.NOT_FOUND),
                                   ("object_404.json", 200, Status.NOT_FOUND)]:
            self.fake.reply("TNS", (RECORDED / "tns" / name).read_bytes(), status=http)
            self.assertEqual(resolve("TNS", "2020ubb").status, status, (name, http))

    def test_every_recorded_votable_can_be_read(self):
        for path in [*RECORDED.glob("simbad/query*.xml"), *RECORDED.glob("ned/objsearch*.xml")]:
            self.assertIsInstance(votable.rows(path.read_bytes(), service="test"), list)

    def test_what_simbad_and_ned_write_when_there_is_nothing(self):
        self.fake.reply("Simbad", (RECORDED / "simbad" / "query_object_empty.xml").read_bytes())
        self.assertEqual(resolve("Simbad", "nosuchthing").status, Status.NOT_FOUND)
        self.fake.reply("Simbad", (RECORDED / "simbad" / "tap_error_400.xml").read_bytes(), status=400)
        self.assertEqual(resolve("Simbad", "x").status, Status.REJECTED)
        self.fake.reply("NED", (RECORDED / "ned" / "objectlookup_unknown.json").read_bytes())
        self.assertEqual(resolve("NED", "nosuchthing").status, Status.NOT_FOUND)
        self.fake.reply("NED", (RECORDED / "ned" / "error_no_note.xml").read_bytes(), content_type="text/xml")
        self.assertEqual(resolve("NED", "12 +30.5").status, Status.NOT_FOUND)
