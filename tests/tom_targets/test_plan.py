"""A target's night: facts and figures, against astropy and where the Sun behaves oddly."""

import json
from datetime import UTC, date, datetime

from django.http import QueryDict
from django.test import RequestFactory, SimpleTestCase

from tom_common.plots import figure_json
from tom_targets import moving, plots
from tom_targets.models import Target
from tom_targets.plan import PlanForm, best_site, make_plan, plan_values, remember_site
from tom_targets.sites import OBSERVATORIES

SITES = {entry["name"]: entry for entry in OBSERVATORIES}
M31 = {"name": "M31", "ra": 10.684708, "dec": 41.26875}
TROMSO = {"name": "Tromsø", "latitude": 69.65, "longitude": 18.96, "elevation": 10, "timezone": "Europe/Oslo"}


def facts(plan):
    return {fact.label: fact for fact in plan.facts}


def ceres(**changed):
    elements = {
        "name": "Ceres", "type": Target.NON_SIDEREAL, "scheme": "MPC_MINOR_PLANET", "epoch_of_elements": 61000,
        "mean_anomaly": 231.5, "arg_of_perihelion": 73.3, "lng_asc_node": 80.25, "inclination": 10.59,
        "eccentricity": 0.0796, "semimajor_axis": 2.7656, "abs_mag": 3.34, "slope": 0.12,
    }
    return Target(**elements | changed)


class NightPlanTests(SimpleTestCase):
    def test_airmass_agrees_with_astropy(self):
        import astropy.units as u
        from astropy.coordinates import AltAz, EarthLocation, SkyCoord
        from astropy.time import Time
        from astropy.utils import iers

        plan = make_plan(Target(**M31), SITES["Kitt Peak"], date(2025, 10, 15))
        where = EarthLocation(lon=-111.5997 * u.deg, lat=31.9599 * u.deg, height=2120 * u.m)
        with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
            frame = AltAz(obstime=Time(plan.times, format="mjd"), location=where)
            altitude = SkyCoord(M31["ra"], M31["dec"], unit="deg").transform_to(frame).alt.deg
        self.assertLess(abs(altitude - plan.seen.altitude[0, 0]).max(), 0.01)

    def test_an_autumn_night_of_m31(self):
        told = facts(make_plan(Target(**M31), SITES["Kitt Peak"], date(2025, 10, 15)))
        # 2025-10-16: M31 transits at RA 0h43m; local sidereal time at 06:30 UTC is 0h43m there
        self.assertTrue(told["Transit"].value.startswith("06:3"), told["Transit"])
        self.assertIn("23:3", told["Transit"].note)
        self.assertIn("airmass 1.01", told["Best"].value)
        self.assertGreater(float(told["Observable"].value.split()[0]), 7)

    def test_a_target_that_never_rises_says_so(self):
        told = facts(make_plan(Target(name="Polaris", ra=37.95, dec=89.26), SITES["Paranal"], date(2026, 1, 1)))
        self.assertEqual(told["Target"].value, "stays below the horizon")
        self.assertNotIn("Observable", told)

    def test_a_target_that_never_sets_says_so(self):
        told = facts(make_plan(Target(name="Polaris", ra=37.95, dec=89.26), SITES["Kitt Peak"], date(2026, 1, 1)))
        self.assertEqual(told["Rises"].value, "always up")
        self.assertNotIn("Sets", told)

    def test_a_target_near_the_sun_is_not_observable(self):
        # On 2026-03-20 the Sun stands at RA 0, Dec 0
        told = facts(make_plan(Target(name="Spring", ra=0.0, dec=0.0), SITES["Paranal"], date(2026, 3, 20)))
        self.assertEqual(told["Observable"].value, "not this night")

    def test_a_polar_day_and_a_polar_night_have_words(self):
        summer = facts(make_plan(Target(**M31), TROMSO, date(2026, 6, 21)))
        winter = facts(make_plan(Target(**M31), TROMSO, date(2026, 12, 21)))
        self.assertEqual(summer["Sun"].value, "does not set")
        self.assertEqual(winter["Sun"].value, "does not rise")
        self.assertIn("Dark from", winter)

    def test_a_bright_summer_night_is_never_dark(self):
        stockholm = {**TROMSO, "name": "Stockholm", "latitude": 59.3, "longitude": 18.1}
        told = facts(make_plan(Target(**M31), stockholm, date(2026, 6, 21)))
        self.assertEqual(told["Astronomical night"].value, "not reached")
        self.assertIn("UTC", told["Sunset"].value)

    def test_a_moving_target_is_followed_through_the_night(self):
        plan = make_plan(ceres(), SITES["Paranal"], date(2025, 12, 1))
        seen = moving.ephemeris_of(plan.target, plan.times)
        self.assertGreater(abs(seen.ra[-1] - seen.ra[0]), 0.02)
        self.assertIn("Transit", facts(plan))

    def test_a_target_without_a_position_says_why(self):
        with self.assertRaisesMessage(moving.NoPosition, "no position yet"):
            make_plan(Target(name="new"), SITES["Paranal"], date(2026, 1, 1))
        with self.assertRaisesMessage(moving.NoPosition, "Inclination"):
            make_plan(ceres(inclination=None), SITES["Paranal"], date(2026, 1, 1))

    def test_zero_is_a_position(self):
        plan = make_plan(Target(name="zero", ra=0.0, dec=0.0), SITES["Paranal"], date(2026, 9, 1))
        self.assertIn("Transit", facts(plan))


class VisibilityFigureTests(SimpleTestCase):
    def figure(self, evening=date(2025, 10, 15), site="Kitt Peak", compare=(), target=None, **kwargs):
        plan = make_plan(target or Target(**M31), SITES.get(site, TROMSO), evening)
        return json.loads(figure_json(plots.visibility_plot(plan, [SITES[name] for name in compare], **kwargs)))

    def named(self, figure, start):
        return next(trace for trace in figure["data"] if trace.get("name", "").startswith(start))

    def test_it_shows_target_moon_and_when_the_target_is_observable(self):
        figure = self.figure()
        names = [trace.get("name", "") for trace in figure["data"]]
        self.assertIn("M31", names)
        self.assertTrue(any(name.startswith("Moon, 24%") for name in names), names)
        observable = self.named(figure, "observable")
        self.assertIn(None, observable["y"])
        self.assertTrue(all(value is None or value >= 29.9 for value in observable["y"]))

    def test_each_twilight_is_a_band_within_the_one_before(self):
        bands = [shape for shape in self.figure()["layout"]["shapes"] if shape["type"] == "rect"]
        self.assertEqual(len(bands), 4)
        self.assertEqual([band["x0"] for band in bands], sorted(band["x0"] for band in bands))
        self.assertEqual([band["x1"] for band in bands], sorted((band["x1"] for band in bands), reverse=True))

    def test_a_night_without_darkness_has_fewer_bands(self):
        shapes = self.figure(date(2026, 6, 21), "Tromsø")["layout"]["shapes"]
        bands = [shape for shape in shapes if shape["type"] == "rect"]
        self.assertEqual(bands, [])

    def test_now_is_marked_in_its_night_only(self):
        during = self.figure(now=datetime(2025, 10, 16, 6, tzinfo=UTC))
        after = self.figure(now=datetime(2025, 10, 17, 6, tzinfo=UTC))
        self.assertEqual([note["text"] for note in during["layout"]["annotations"]], ["now"])
        self.assertEqual(during["layout"]["annotations"][0]["x"], "2025-10-16 06:00:00")
        self.assertNotIn("annotations", after["layout"])

    def test_time_is_utc_below_and_the_sites_own_above(self):
        layout = self.figure()["layout"]
        below, above = layout["xaxis"], layout["xaxis2"]
        self.assertEqual(below["tickvals"], above["tickvals"])
        place = below["ticktext"].index("06 h")
        self.assertEqual(above["ticktext"][place], "23 h")
        self.assertIn("Kitt Peak (MST)", above["title"]["text"])

    def test_other_sites_are_drawn_while_it_is_dark_there(self):
        trace = self.named(self.figure(compare=["Siding Spring"]), "Siding Spring")
        self.assertIn(None, trace["y"])
        self.assertTrue(any(value is not None for value in trace["y"]))

    def test_the_look_is_taken_when_it_is_one(self):
        wanted = plots.Look.of(QueryDict("background=%23102030&label_color=white&grid=off"))
        layout = self.figure(look_like=wanted)["layout"]
        self.assertEqual((layout["paper_bgcolor"], layout["font"]["color"]), ("#102030", "white"))
        self.assertFalse(layout["xaxis"]["showgrid"])
        nonsense = plots.Look.of(QueryDict("background=%3Cscript%3E&label_color=url(x)"))
        self.assertEqual(nonsense, plots.Look())

    def test_it_is_small(self):
        plan = make_plan(Target(**M31), SITES["Kitt Peak"], date(2025, 10, 15))
        self.assertLess(len(figure_json(plots.visibility_plot(plan))), 25_000)


class MoonDistanceFigureTests(SimpleTestCase):
    def test_distance_and_phase_agree_with_astropy(self):
        import astropy.units as u
        from astropy.coordinates import SkyCoord, get_body
        from astropy.time import Time
        from astropy.utils import iers

        now = datetime(2025, 10, 15, tzinfo=UTC)
        figure = json.loads(figure_json(plots.moon_distance_plot(Target(**M31), days=10, now=now)))
        lit, distance = figure["data"]
        with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
            times = Time(now) + [0, 5, 10] * u.day
            moon = get_body("moon", times)
            # Not .icrs: seen from the barycentre the Moon stands elsewhere.
            expected = moon.separation(SkyCoord(M31["ra"], M31["dec"], unit="deg").transform_to(moon.frame)).deg
        for place, value in zip((0, 40, 80), expected, strict=True):
            self.assertAlmostEqual(distance["y"][place], value, delta=0.2)
        # new Moon was on 2025-10-21, 12:25 UTC
        self.assertLess(lit["y"][50], 1)
        self.assertEqual(len(lit["y"]), 81)


class PlanFormTests(SimpleTestCase):
    def errors(self, **changed):
        form = PlanForm({"site": "Paranal", "night": "2026-01-01", "airmass": "2", **changed})
        form.is_valid()
        return form.errors

    def test_wrong_input_is_told_at_its_field(self):
        for field, value in (
            ("site", "Atlantis"), ("night", "yesterday"), ("night", "1700-01-01"), ("night", "9999-12-31"),
            ("airmass", "0.5"), ("airmass", "x"), ("airmass", "nan"), ("airmass", "inf"), ("compare", ["Atlantis"]),
            ("compare", list(SITES)[:7]),
        ):
            with self.subTest(field=field, value=value):
                self.assertEqual(list(self.errors(**{field: value})), [field])

    def test_an_empty_airmass_is_two(self):
        form = PlanForm({"site": "Paranal", "night": "2026-01-01", "airmass": ""})
        self.assertTrue(form.is_valid())
        self.assertEqual(form.cleaned_data["airmass"], 2.0)

    def test_the_site_of_last_time_comes_again(self):
        request = RequestFactory().get("/")
        request.session = {}
        remember_site(request, "Siding Spring")
        self.assertEqual(plan_values(request)["site"], "Siding Spring")
        request.session = {"tom_targets_plan_site": "a site that is gone"}
        self.assertIn(plan_values(request)["site"], SITES)

    def test_the_first_time_the_site_is_one_where_the_target_is_up_at_night(self):
        request = RequestFactory().get("/")
        request.session = {}
        lmc, m81 = Target(name="LMC", ra=80.9, dec=-69.8), Target(name="M81", ra=148.9, dec=69.1)
        for target, hemisphere in ((lmc, -1), (m81, 1)):
            site = SITES[plan_values(request, target)["site"]]
            self.assertGreater(site["latitude"] * hemisphere, 0, site)
        self.assertIn(plan_values(request, Target(name="Nowhere"))["site"], SITES)

    def test_it_is_the_site_with_the_longest_dark_time_above_the_airmass(self):
        entries = {name: SITES[name] for name in ("Paranal", "Siding Spring", "Kitt Peak")}
        m31 = Target(**M31)
        self.assertEqual(best_site(m31, entries, datetime(2025, 10, 15, tzinfo=UTC)), "Kitt Peak")

    def test_the_start_of_an_older_link_names_the_night(self):
        request = RequestFactory().get("/", {"start_time": "2026-02-03T22:00", "airmass": "1.5"})
        request.session = {}
        values = plan_values(request)
        self.assertEqual((values["night"], values["airmass"]), ("2026-02-03", "1.5"))


class SkyMapTests(SimpleTestCase):
    def test_mollweide_keeps_areas_and_reaches_the_edge(self):
        import numpy as np

        x, y = plots.mollweide([0, 0, 0, 179.9999999, 180.0], [0, 90, -90, 0, 0])
        np.testing.assert_allclose(y, [0, 2**0.5, -(2**0.5), 0, 0], atol=1e-9)
        np.testing.assert_allclose(x, [0, 0, 0, -(8**0.5), 8**0.5], atol=1e-6)
        # equal areas: half of the sky lies within 30 degrees of the equator, so half of the ellipse
        _, edge = plots.mollweide(0, 30)
        r = 2**0.5
        inside = 2 * (edge * np.sqrt(r * r - edge * edge) + r * r * np.arcsin(edge / r)) * 2
        self.assertAlmostEqual(inside / (np.pi * 2 * r * r), 0.5, places=6)

    def test_latitudes_near_the_poles_are_exact(self):
        import numpy as np

        dec = np.array([-89.999, -89.95, -89.5, -85, 85, 89.5, 89.95, 89.999])
        _, y = plots.mollweide(np.zeros(8), dec)
        theta = np.arcsin(y / 2**0.5)
        np.testing.assert_allclose(
            (2 * theta + np.sin(2 * theta)) / np.pi, np.sin(np.radians(dec)), atol=2e-6
        )
