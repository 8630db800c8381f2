"""The sites that apps contribute, and what time it is there."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

from django.test import SimpleTestCase

from tom_common.integration import Contribution
from tom_targets import sites
from tom_targets.plan import tonight

PARANAL = {"name": "Paranal", "code": "PAR", "latitude": -24.6272, "longitude": -70.4042, "elevation": 2635}


def contributed(*entries):
    app = SimpleNamespace(label="custom_code")
    return patch("tom_targets.sites.collect", return_value=[Contribution(app, entry) for entry in entries])


class KnownSitesTests(SimpleTestCase):
    def test_our_own_observatories_are_contributed_through_the_door_that_all_apps_use(self):
        known = sites.known_sites()
        self.assertGreaterEqual(len(known), 20)
        self.assertAlmostEqual(known["Paranal"].latitude, -24.6272, places=3)
        self.assertAlmostEqual(known["Siding Spring"].longitude, 149.0612, places=3)

    def test_positions_are_within_two_kilometres_of_the_published_ones(self):
        # astropy's site list, as published by the observatories
        published = {
            "Kitt Peak": (31.9633, -111.6), "La Silla": (-29.2567, -70.73), "Cerro Pachón": (-30.24075, -70.736693),
            "Roque de los Muchachos": (28.7583, -17.88), "Palomar": (33.356, -116.863),
            "Mauna Kea": (19.8261, -155.4717),
            "Apache Point": (32.7803, -105.8204), "Calar Alto": (37.2236, -2.5463), "Paranal": (-24.6253, -70.4033),
        }
        known = sites.known_sites()
        for name, (latitude, longitude) in published.items():
            with self.subTest(name):
                self.assertLess(abs(known[name].latitude - latitude) * 111, 2)
                self.assertLess(abs(known[name].longitude - longitude) * 111, 2)

    def test_every_zone_fits_the_longitude(self):
        """A zone named wrongly shows as hours of difference from the Sun's time."""
        winter = datetime(2026, 1, 15, 12, tzinfo=UTC)
        for entry in sites.OBSERVATORIES:
            with self.subTest(entry["name"]):
                offset = winter.astimezone(sites.site_timezone(entry)).utcoffset()
                self.assertLess(abs(offset - timedelta(hours=entry["longitude"] / 15)), timedelta(hours=2.1))

    def test_codes_and_names_are_each_given_once(self):
        self.assertEqual(len({entry["code"] for entry in sites.OBSERVATORIES}), len(sites.OBSERVATORIES))
        self.assertEqual(len({entry["name"] for entry in sites.OBSERVATORIES}), len(sites.OBSERVATORIES))

    def test_a_bad_site_is_logged_and_the_others_stay(self):
        beyond = {**PARANAL, "name": "North", "latitude": 91}
        bad = ({"name": "Nowhere"}, "text", beyond, {**PARANAL, "elevation": None})
        with contributed(*bad, PARANAL), self.assertLogs("tom_targets.sites", "ERROR") as logged:
            self.assertEqual(list(sites.known_sites()), ["Paranal"])
        self.assertEqual(len(logged.output), 4)
        self.assertIn("custom_code", logged.output[0])

    def test_of_two_sites_of_one_name_the_first_counts(self):
        with contributed(PARANAL, {**PARANAL, "elevation": 1}):
            self.assertEqual(sites.known_sites()["Paranal"].elevation, 2635)


class SiteTimeTests(SimpleTestCase):
    def test_a_site_without_a_zone_keeps_the_suns_time(self):
        self.assertEqual(datetime(2026, 1, 1, tzinfo=UTC).astimezone(sites.site_timezone(PARANAL)).hour, 19)

    def test_an_unknown_zone_is_logged_and_the_suns_time_kept(self):
        with self.assertLogs("tom_targets.sites", "WARNING"):
            zone = sites.site_timezone({**PARANAL, "timezone": "Mars/Olympus"})
        self.assertEqual(datetime(2026, 1, 1, tzinfo=UTC).astimezone(zone).hour, 19)

    def test_tonight_is_the_night_that_is_on(self):
        self.assertEqual(tonight(PARANAL, datetime(2026, 3, 2, 6, tzinfo=UTC)).isoformat(), "2026-03-01")

    def test_once_the_sun_is_up_tonight_is_the_night_to_come(self):
        self.assertEqual(tonight(PARANAL, datetime(2026, 3, 2, 14, tzinfo=UTC)).isoformat(), "2026-03-02")

    def test_an_evening_beyond_the_date_line_has_its_own_date(self):
        auckland = {**PARANAL, "longitude": 174.0}
        self.assertEqual(tonight(auckland, datetime(2026, 3, 1, 10, tzinfo=UTC)).isoformat(), "2026-03-01")
        hawaii = {**PARANAL, "longitude": -155.5, "latitude": 19.8}
        self.assertEqual(tonight(hawaii, datetime(2026, 3, 2, 10, tzinfo=UTC)).isoformat(), "2026-03-01")
