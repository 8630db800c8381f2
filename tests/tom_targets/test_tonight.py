"""The selection for a night: the table against astropy, its order, its files, its page and who sees what on it."""

import csv
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import numpy as np
from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import reverse

from tom_common.astro.visibility import Limits
from tom_common.permissions import grant
from tom_common.testing import logged_in, make_group, make_user
from tom_targets import tonight
from tom_targets.forms import TargetSelectionForm
from tom_targets.models import Target, TargetExtra, TargetList
from tom_targets.sites import OBSERVATORIES, as_site
from tom_targets.testing import SiderealTargetFactory

SITES = {entry["name"]: entry for entry in OBSERVATORIES}
NIGHT = date(2026, 11, 20)
LIMITS = Limits(airmass=2.0)
PAGE = reverse("targets:target-selection")
CERES = {
    "type": Target.NON_SIDEREAL, "scheme": "MPC_MINOR_PLANET", "epoch_of_elements": 61000, "mean_anomaly": 231.5,
    "arg_of_perihelion": 73.3, "lng_asc_node": 80.25, "inclination": 10.59, "eccentricity": 0.0796,
    "semimajor_axis": 2.7656, "abs_mag": 3.34, "slope": 0.12,
}


def fixed(name, ra, dec, **fields):
    return Target(name=name, type=Target.SIDEREAL, ra=ra, dec=dec, **fields)


def table(targets, *sites, limits=LIMITS, night=NIGHT):
    return list(tonight.rows_of(targets, [SITES[name] for name in sites], night, limits))


def astropy_night(ra, dec, site, mjds):
    """Altitude, the Sun's altitude and the Moon's distance (degrees) at times MJD, by astropy."""
    import astropy.units as u
    from astropy.coordinates import AltAz, EarthLocation, SkyCoord, get_body
    from astropy.time import Time
    from astropy.utils import iers

    entry = SITES[site]
    longitude, latitude, elevation = (entry[key] for key in ("longitude", "latitude", "elevation"))
    where = EarthLocation(lon=longitude * u.deg, lat=latitude * u.deg, height=elevation * u.m)
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
        times = Time(mjds, format="mjd")
        frame = AltAz(obstime=times, location=where)
        target = SkyCoord(ra, dec, unit="deg").transform_to(frame)
        moon = get_body("moon", times, where).transform_to(frame)
        return target.alt.deg, get_body("sun", times, where).transform_to(frame).alt.deg, target.separation(moon).deg


class RowTests(SimpleTestCase):
    def test_rise_set_transit_airmass_hours_and_moon_agree_with_astropy(self):
        places = {"M33": (23.4621, 30.6599), "At RA 0": (0.0, -20.0), "Across RA 0": (359.999, 5.0)}
        for name, (ra, dec) in places.items():
            row = table([fixed(name, ra, dec)], "Kitt Peak")[0]
            altitude = astropy_night(ra, dec, "Kitt Peak", [row.rise, row.set])[0]
            self.assertLess(np.abs(altitude).max(), 0.01, name)
            minute = 1 / 1440
            around = astropy_night(ra, dec, "Kitt Peak", row.transit + np.array([-30, 0, 30]) * minute)[0]
            self.assertGreater(around[1], max(around[0], around[2]))
            self.assertAlmostEqual(around[0], around[2], delta=0.02)
            times = row.transit - 0.5 + np.arange(289) / 288
            altitude, sun, _ = astropy_night(ra, dec, "Kitt Peak", times)
            good = (sun <= -18) & (altitude >= 30)
            self.assertAlmostEqual(row.hours, good.sum() / 12, delta=0.2)
            self.assertAlmostEqual(row.airmass, 1 / np.sin(np.radians(altitude[good])).max(), delta=0.003)
            moon = astropy_night(ra, dec, "Kitt Peak", [row.best])[2][0]
            self.assertAlmostEqual(row.moon_distance, moon, delta=0.05)

    def test_the_poles_are_always_up_or_never_rise(self):
        north, south = fixed("North", 0.0, 90.0), fixed("South", 123.0, -90.0)
        rows = {(row.name, row.site): row for row in table([north, south], "Kitt Peak", "Paranal")}
        self.assertEqual(rows["North", "Kitt Peak"].note, "always up")
        self.assertEqual(rows["North", "Paranal"].note, "never rises")
        self.assertEqual(rows["South", "Paranal"].note, "always up")
        self.assertIsNone(rows["South", "Kitt Peak"].rise)
        self.assertFalse(rows["South", "Kitt Peak"].is_observable)
        self.assertIsNone(rows["South", "Kitt Peak"].airmass)

    def test_a_moving_target_stands_where_its_elements_put_it(self):
        from tom_common.astro.orbits import OrbitalElements, ephemeris

        ceres = Target(name="Ceres", **CERES)
        row = table([ceres], "Paranal")[0]
        there = ephemeris(OrbitalElements.from_target(ceres), row.transit, site=as_site(SITES["Paranal"]))
        still = table([fixed("There", float(there.ra), float(there.dec))], "Paranal")[0]
        self.assertAlmostEqual(row.transit, still.transit, delta=5 / 86400)
        self.assertNotAlmostEqual(row.rise, still.rise, delta=2 / 86400)

    def test_proper_motion_is_followed(self):
        barnard = fixed("Barnard", 269.452, 4.6934, pm_ra=-802.8, pm_dec=10362.5, epoch=2000.0)
        still = fixed("Still", 269.452, 4.6934)
        fast, slow = table([barnard, still], "Kitt Peak")
        self.assertGreater(abs(fast.rise - slow.rise) * 86400, 10)

    def test_what_cannot_be_computed_says_why_in_its_row_and_costs_the_others_nothing(self):
        broken = Target(name="Broken", **{**CERES, "eccentricity": None})
        rows = table([Target(name="Nowhere", type=Target.SIDEREAL), broken, fixed("M33", 23.46, 30.66)], "Kitt Peak",
                     "Paranal")
        self.assertEqual([row.name for row in rows], ["Nowhere"] * 2 + ["Broken"] * 2 + ["M33"] * 2)
        self.assertEqual(rows[0].problem, "no position yet")
        self.assertIn("Eccentricity is needed", rows[2].problem)
        self.assertTrue(rows[4].hours > 5 and not rows[4].problem)

    def test_limits_change_what_is_observable(self):
        target = [fixed("Equator", 60.0, 0.0)]
        strict = table(target, "Kitt Peak", limits=Limits(airmass=1.2))[0]
        loose = table(target, "Kitt Peak")[0]
        self.assertLess(strict.hours, loose.hours)
        moonlit = table(target, "Kitt Peak", limits=Limits(airmass=2, moon_distance=180.0))[0]
        self.assertLess(moonlit.hours, loose.hours)

    def test_a_time_means_the_night_it_falls_in(self):
        target = [fixed("M33", 23.4621, 30.6599)]
        by_time = table(target, "Kitt Peak", night=datetime(2026, 11, 21, 9, tzinfo=UTC))[0]
        self.assertEqual(by_time.transit, table(target, "Kitt Peak")[0].transit)

    def test_more_targets_than_a_chunk_keep_their_order(self):
        targets = [fixed(f"T{i}", i * 7.0 % 360, 10.0) for i in range(25)]
        with patch.object(tonight, "CHUNK", 10):
            rows = table(iter(targets), "Kitt Peak")
        self.assertEqual([row.name for row in rows], [target.name for target in targets])
        self.assertEqual([row.airmass for row in rows], [row.airmass for row in table(targets, "Kitt Peak")])

    def test_rows_sort_by_every_column_and_what_is_unknown_stands_last(self):
        targets = [fixed("b", 23.0, 30.0), fixed("a", 60.0, 0.0), Target(name="C", type=Target.SIDEREAL)]
        rows = table(targets, "Kitt Peak")
        for column in tonight.COLUMNS[2:]:
            rising = [getattr(row, column.key) for row in tonight.ordered(rows, column.key)]
            falling = [getattr(row, column.key) for row in tonight.ordered(rows, f"-{column.key}")]
            self.assertIsNone(rising[2])
            self.assertEqual(falling, [rising[1], rising[0], None])
            self.assertLess(rising[0], rising[1])
        self.assertEqual([row.name for row in tonight.ordered(rows, "name")], ["a", "b", "C"])
        self.assertEqual(tonight.ordered(rows, "nonsense; DROP"), rows)


class FormTests(TestCase):
    def form(self, **data):
        return TargetSelectionForm({"observatory": ["Paranal"], "window_start": "2026-11-20", **data})

    def test_a_night_is_a_date_or_a_time(self):
        form = self.form()
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.cleaned_data["window_start"], date(2026, 11, 20))
        self.assertEqual(form.cleaned_data["airmass"], 2.0)
        form = self.form(window_start="2026-11-20T23:00:00+02:00")
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.cleaned_data["window_start"], datetime(2026, 11, 20, 21, tzinfo=UTC))

    def test_what_is_wrong_is_told_at_its_field(self):
        wrong = {
            "window_start": ("tomorrow", "1066-10-14", "2026-02-30", "2026-11-20T99:00"), "observatory": ([], ["Mars"]),
            "airmass": ("0.5", "x", "nan", "1e9"), "moon_distance": ("-1", "181"), "target_list": ("7", "x"),
        }
        for name, values in wrong.items():
            for value in values:
                with self.subTest(name, value=value):
                    self.assertIn(name, self.form(**{name: value}).errors)


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.member, cls.other = make_user(groups=[cls.team]), make_user()
        cls.group = TargetList.objects.create(name="Tonight")
        for name, ra, permissions in (("Open star", 23.0, "OPEN"), ("Hidden star", 60.0, "PRIVATE")):
            target = SiderealTargetFactory.create(name=name, ra=ra, dec=20.0, permissions=permissions)
            cls.group.targets.add(target)
        SiderealTargetFactory.create(name="Elsewhere", ra=80.0, dec=20.0, permissions="OPEN")
        grant([cls.team], to=cls.group, actions=("view",))
        grant([cls.team], to=Target.objects.get(name="Hidden star"), actions=("view",))

    def ask(self, user=None, **query):
        asked = {"observatory": "Kitt Peak", "window_start": "2026-11-20", **query}
        return logged_in(user or self.member).get(PAGE, asked)

    def names(self, response):
        self.assertEqual(response.status_code, 200)
        self.assertFalse(response.context["form"].errors)
        return [row.name for row in response.context["observable_targets"]]

    def test_the_empty_page_offers_tonight_at_the_last_site(self):
        client = logged_in(self.member)
        client.get(PAGE, {"observatory": "Paranal", "window_start": "2026-11-20"})
        form = client.get(PAGE).context["form"]
        self.assertEqual(form["observatory"].value(), ["Paranal"])
        self.assertLess(abs((form["window_start"].value() - datetime.now(UTC).date()).days), 3)

    def test_a_list_over_sites_with_times(self):
        response = self.ask(target_list=self.group.pk, observatory=["Kitt Peak", "Paranal"])
        self.assertEqual(self.names(response), ["Hidden star", "Hidden star", "Open star", "Open star"])
        self.assertContains(response, "Kitt Peak")
        self.assertContains(response, "4 of 4 rows observable")

    def test_everybody_is_shown_what_they_may_see(self):
        self.assertEqual(self.names(self.ask(self.other)), ["Elsewhere", "Open star"])
        self.assertEqual(self.names(self.ask()), ["Elsewhere", "Hidden star", "Open star"])
        response = self.ask(self.other, target_list=self.group.pk)
        self.assertIn("target_list", response.context["form"].errors)
        self.assertNotContains(response, "Hidden star")
        self.assertEqual(logged_in().get(PAGE).status_code, 302)

    def test_sorting_and_only_what_is_observable(self):
        SiderealTargetFactory.create(name="At the Sun", ra=236.0, dec=-20.0, permissions="OPEN")
        rising = self.names(self.ask(sort="transit"))
        self.assertEqual([name for name in rising if name != "At the Sun"], ["Open star", "Hidden star", "Elsewhere"])
        self.assertEqual(self.names(self.ask(sort="-transit")), rising[::-1])
        self.assertIn("At the Sun", self.names(self.ask()))
        self.assertNotIn("At the Sun", self.names(self.ask(observable_only="on")))

    def test_the_csv_holds_all_rows_sorted_and_safe_for_spreadsheets(self):
        SiderealTargetFactory.create(name="=1+1", ra=90.0, dec=20.0, permissions="OPEN")
        Target.objects.create(name="Nowhere", type=Target.SIDEREAL, permissions="OPEN")
        response = self.ask(format="csv", sort="transit")
        self.assertEqual(response["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn("selection-2026-11-20.csv", response["Content-Disposition"])
        rows = list(csv.DictReader(response.getvalue().decode().splitlines()))
        self.assertEqual([row["target"] for row in rows],
                         ["Open star", "Hidden star", "Elsewhere", "'=1+1", "Nowhere"])
        transit = datetime.fromisoformat(rows[0]["transit_utc"])
        self.assertLess(transit - datetime(2026, 11, 21, 5, tzinfo=UTC), timedelta(hours=3))
        self.assertEqual((rows[4]["note"], rows[4]["min_airmass"]), ("no position yet", ""))

    @override_settings(SELECTION_EXTRA_FIELDS=["distance", "Classification", "names"])
    def test_extra_fields_are_shown_sorted_and_exported(self):
        near, far = Target.objects.get(name="Open star"), Target.objects.get(name="Elsewhere")
        Target.objects.filter(pk=near.pk).update(distance=10.0)
        Target.objects.filter(pk=far.pk).update(distance=900.0)
        TargetExtra.objects.create(target=near, key="Classification", value="SN Ia")
        self.assertContains(self.ask(), "SN Ia")
        self.assertEqual(self.names(self.ask(sort="-distance")), ["Elsewhere", "Open star", "Hidden star"])
        self.assertEqual(self.names(self.ask(sort="Classification"))[0], "Open star")
        rows = list(csv.DictReader(self.ask(format="csv").getvalue().decode().splitlines()))
        self.assertEqual({row["target"]: row["distance"] for row in rows}["Elsewhere"], "900.0")

    def test_a_long_list_is_computed_part_by_part_and_its_csv_is_whole(self):
        with patch("tom_targets.views.selection.MAX_ROWS", 2), patch("tom_targets.views.selection.ROWS_PER_PART", 2):
            first = self.ask()
            self.assertEqual(self.names(first), ["Elsewhere", "Hidden star"])
            self.assertContains(first, "This list is long")
            self.assertEqual(self.names(self.ask(page=2)), ["Open star"])
            self.assertEqual(len(self.ask(format="csv", sort="transit").getvalue().decode().splitlines()), 4)

    def test_a_file_of_a_whole_survey_is_refused_at_the_field(self):
        with patch("tom_targets.views.selection.MAX_CSV_ROWS", 2):
            response = self.ask(format="csv")
        self.assertIn("Choose a group", response.context["form"].errors["target_list"][0])

    def test_a_form_that_was_posted_becomes_an_address(self):
        client = logged_in(self.member)
        response = client.post(PAGE, {"observatory": ["Kitt Peak", "Paranal"], "window_start": "2026-11-20"})
        self.assertEqual(response.status_code, 302)
        self.assertEqual(len(self.names(client.get(response["Location"]))), 6)
        wrong = client.post(PAGE, {"observatory": ["Kitt Peak"], "window_start": "soon"})
        self.assertContains(wrong, "Enter a valid date.")

    def test_a_page_costs_the_same_queries_however_many_targets(self):
        client = logged_in(self.member)
        asked = {"observatory": ["Kitt Peak"], "window_start": "2026-11-20"}
        client.get(PAGE, asked)
        for i in range(30):
            SiderealTargetFactory.create(name=f"More {i}", ra=i, dec=20.0, permissions="OPEN")
        with self.assertNumQueries(4):
            client.get(PAGE, asked)
