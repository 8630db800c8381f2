"""Nights, altitudes, Sun and Moon, held against astropy and astroplan."""

import math
import subprocess
import sys
import warnings
from datetime import UTC, date, datetime
from unittest import TestCase

import astropy.units as u
import numpy as np
from astroplan import Observer, moon_illumination
from astropy.coordinates import AltAz, EarthLocation, HADec, SkyCoord, get_body, get_sun
from astropy.time import Time
from astropy.utils import iers
from astropy_iers_data import IERS_A_FILE
from hypothesis import given
from hypothesis import strategies as st

from tom_common.astro import sky
from tom_common.astro.earth import Earth, orientation
from tom_common.astro.orbits import MPC_MINOR_PLANET, OrbitalElements, ephemeris
from tom_common.astro.visibility import (
    Limits,
    Site,
    airmass_curve,
    body_visibility,
    night,
    night_times,
    rise_set_transit,
    sun_moon,
    tonight,
    tonight_moving,
    visibility,
)

SITES = [
    Site("Cerro Tololo", -70.806, -30.169, 2207), Site("Haleakala", -156.257, 20.707, 3055),
    Site("Siding Spring", 149.07, -31.273, 1149), Site("Teide", -16.51, 28.3, 2330), Site("South Pole", 0, -90, 2835),
]
NEO = OrbitalElements(
    MPC_MINOR_PLANET, 0.2, 5.0, 30.0, 60.0, epoch_of_elements=61000, mean_anomaly=10.0, semimajor_axis=1.1, abs_mag=20)


def location(site: Site) -> EarthLocation:
    return EarthLocation.from_geodetic(site.longitude, site.latitude, site.elevation)


class OfflineTestCase(TestCase):
    """astropy, asked for the expected values, keeps to the installed Earth-orientation table."""

    def setUp(self):
        for name, value in (("auto_download", False), ("auto_max_age", None)):
            setting = iers.conf.set_temp(name, value)
            setting.__enter__()
            self.addCleanup(setting.__exit__, None, None, None)


class AgainstAstropyTests(OfflineTestCase):
    times = 61366.0 + np.arange(0, 1, 1 / 48)

    def setUp(self):
        super().setUp()
        random = np.random.default_rng(3)
        self.ra, self.dec = random.uniform(0, 360, 30), np.degrees(np.arcsin(random.uniform(-1, 1, 30)))
        self.ra[:3], self.dec[3:6] = 0, [90, -90, 89.99]
        self.seen = visibility(self.ra, self.dec, self.times, SITES)
        self.moment = Time(self.times, format="mjd")

    def test_airmass_is_astropys_to_a_tenth_of_the_bar(self):
        stars = SkyCoord(self.ra, self.dec, unit="deg")[:, None]
        for row, site in enumerate(SITES):
            with self.subTest(site=site.name):
                frame = AltAz(obstime=self.moment[None], location=location(site))
                expected = stars.transform_to(frame)
                airmass = expected.secz.value
                up = (airmass > 0) & (airmass < 5)
                np.testing.assert_allclose(self.seen.airmass[:, row][up], airmass[up], atol=1e-5)
                np.testing.assert_allclose(self.seen.altitude[:, row], expected.alt.deg, atol=1 / 3600)
                self.assertTrue((self.seen.airmass[:, row][airmass < 0] == np.inf).all())
                across = (self.seen.azimuth[:, row] - expected.az.deg + 180) % 360 - 180
                self.assertLess(np.abs(across * np.cos(expected.alt.rad)).max() * 3600, 1)
                turned = stars.transform_to(HADec(obstime=self.moment[None], location=location(site)))
                late = (self.seen.hour_angle[:, row] - turned.ha.hour + 12) % 24 - 12
                self.assertLess(np.abs(late * 15 * np.cos(turned.dec.rad)).max() * 3600, 1)

    def test_sun_and_moon_are_astropys(self):
        bodies = sun_moon(self.times, SITES)
        for row, site in enumerate(SITES):
            frame = AltAz(obstime=self.moment, location=location(site))
            sun = get_sun(self.moment).transform_to(frame)
            moon = get_body("moon", self.moment, location(site)).transform_to(frame)
            np.testing.assert_allclose(bodies.sun_altitude[row], sun.alt.deg, atol=1 / 3600)
            np.testing.assert_allclose(bodies.moon_altitude[row], moon.alt.deg, atol=3 / 3600)
            np.testing.assert_allclose((bodies.moon_azimuth[row] - moon.az.deg + 180) % 360, 180, atol=10 / 3600)
            np.testing.assert_allclose((bodies.sun_azimuth[row] - sun.az.deg + 180) % 360, 180, atol=3 / 3600)
            star = SkyCoord(self.ra[7], self.dec[7], unit="deg").transform_to(frame)
            np.testing.assert_allclose(self.seen.moon_distance[7, row], star.separation(moon).deg, atol=3 / 3600)
        np.testing.assert_allclose(bodies.moon_phase, moon_illumination(self.moment), atol=1e-4)

    def test_each_site_with_its_own_times_is_the_same_as_alone(self):
        times = night_times(SITES, "2026-11-20")
        self.assertEqual(times.shape, (5, 145))
        together = visibility(self.ra, self.dec, times, SITES)
        for row, site in enumerate(SITES):
            alone = visibility(self.ra, self.dec, times[row], [site])
            for name in ("altitude", "azimuth", "moon_distance"):
                np.testing.assert_allclose(getattr(together, name)[:, row], getattr(alone, name)[:, 0], atol=1e-9)
            np.testing.assert_allclose(together.sun_altitude[row], alone.sun_altitude[0], atol=1e-10)

    def test_positions_by_time_are_the_same_as_fixed_ones(self):
        shape = (len(self.ra), len(self.times))
        moving = visibility(
            np.broadcast_to(self.ra[:, None], shape), np.broadcast_to(self.dec[:, None], shape), self.times, SITES)
        np.testing.assert_allclose(moving.altitude, self.seen.altitude, atol=1e-9)
        np.testing.assert_allclose(moving.moon_distance, self.seen.moon_distance, atol=1e-7)

    def test_earth_orientation_is_astropys_table(self):
        table = iers.IERS_A.open(IERS_A_FILE)
        mjd = np.linspace(41700, table["MJD"][-1].value - 1, 3000)
        ut1_utc, x, y = orientation(mjd)
        np.testing.assert_allclose(ut1_utc, table.ut1_utc(mjd + 2400000.5).value, atol=1e-9)
        np.testing.assert_allclose(np.degrees([x, y]) * 3600, [pole.value for pole in table.pm_xy(mjd + 2400000.5)],
                                   atol=1e-9)

    def test_dates_beyond_the_table_degrade_and_never_fail(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for mjd in (-20000.0, 20000.0, 61700.0, 66000.0, 90000.0):
                seen = visibility([10.0], [20.0], [mjd], SITES)
                self.assertTrue(np.isfinite(seen.altitude).all() and np.isfinite(seen.moon_distance).all())


class MovingTests(OfflineTestCase):
    def test_a_body_seen_from_a_site_is_where_its_own_ephemeris_puts_it(self):
        times = night_times(SITES, "2026-11-20")
        seen = body_visibility([NEO], times, SITES)
        for row, site in enumerate(SITES):
            place = ephemeris(NEO, times[row], site=site)
            alone = visibility(place.ra[None], place.dec[None], times[row], [site])
            np.testing.assert_allclose(seen.altitude[0, row], alone.altitude[0, 0], atol=0.05 / 3600)
            centre = ephemeris(NEO, times[row])
            shifted = visibility(
                centre.ra[None], centre.dec[None], times[row], [site], distance_au=centre.delta_au[None])
            np.testing.assert_allclose(shifted.altitude[0, 0], alone.altitude[0, 0], atol=0.05 / 3600)

    def test_shared_times_give_the_same(self):
        times = 61364.9 + np.arange(50) / 144
        seen = body_visibility([NEO, NEO], times, SITES[:2])
        self.assertEqual(seen.altitude.shape, (2, 2, 50))
        place = ephemeris(NEO, times, site=SITES[1])
        alone = visibility(place.ra[None], place.dec[None], times, [SITES[1]])
        np.testing.assert_allclose(seen.altitude[1, 1], alone.altitude[0, 0], atol=0.05 / 3600)

    def test_tonights_table_takes_moving_bodies(self):
        row = tonight_moving([NEO], SITES, "2026-11-20", limits=Limits(airmass=3))
        self.assertEqual(row.min_airmass.shape, (1, 5))


class LimitTests(TestCase):
    times = 61364.7 + np.arange(145) / 144
    site = SITES[0]

    def mask(self, limits: Limits, site: Site | None = None, ra=83.6, dec=-5.4):
        seen = visibility(ra, dec, self.times, [site or self.site], limits=limits)
        return seen, seen.observable[0, 0]

    def test_each_limit_cuts_where_it_says(self):
        for limits, expected in (
            (Limits(sun_altitude=None), lambda s: s.altitude[0, 0] > 0),
            (Limits(sun_altitude=-12), lambda s: (s.altitude[0, 0] > 0) & (s.sun_altitude[0] <= -12)),
            (Limits(sun_altitude=None, airmass=1.5), lambda s: s.airmass[0, 0] <= 1.5),
            (Limits(sun_altitude=None, altitude=40), lambda s: s.altitude[0, 0] >= 40),
            (Limits(sun_altitude=None, hour_angle=2), lambda s: np.abs(s.hour_angle[0, 0]) <= 2),
            (Limits(sun_altitude=None, moon_distance=80),
             lambda s: (s.altitude[0, 0] > 0) & ((s.moon_altitude[0] < 0) | (s.moon_distance[0, 0] >= 80))),
            (Limits(sun_altitude=None, moon_phase=0.5), lambda s: (s.altitude[0, 0] > 0) & (s.moon_altitude[0] < 0)),
        ):
            with self.subTest(limits=limits):
                seen, mask = self.mask(limits)
                self.assertTrue(0 < mask.sum() < len(mask))
                np.testing.assert_array_equal(mask, expected(seen))

    def test_a_sites_own_limits_hold_besides(self):
        all_sky = Limits(sun_altitude=None)
        place = {"name": "x", "longitude": -70.8, "latitude": -30.2}
        seen, mask = self.mask(all_sky, Site(**place, horizon=30.0))
        np.testing.assert_array_equal(mask, seen.altitude[0, 0] >= 30)
        seen, mask = self.mask(all_sky, Site(**place, hour_angle_limit=1.0))
        np.testing.assert_array_equal(mask, np.abs(seen.hour_angle[0, 0]) <= 1)
        seen, mask = self.mask(all_sky, Site(**place, maximum_altitude=60.0))
        np.testing.assert_array_equal(mask, (seen.altitude[0, 0] > 0) & (seen.altitude[0, 0] <= 60))
        skyline = Site(**place, horizon=((0, 10), (90, 50), (180, 10), (270, 20)))
        seen, mask = self.mask(all_sky, skyline)
        np.testing.assert_array_equal(mask, seen.altitude[0, 0] >= skyline.horizon_at(seen.azimuth[0, 0]))
        self.assertAlmostEqual(skyline.horizon_at(315), 15)

    def test_other_limits_can_be_asked_of_the_same_answer(self):
        seen, _ = self.mask(Limits())
        np.testing.assert_array_equal(seen.within(Limits(airmass=1.2)), self.mask(Limits(airmass=1.2))[0].observable)

    def test_a_target_without_position_is_never_observable(self):
        seen, mask = self.mask(Limits(), ra=math.nan, dec=math.nan)
        self.assertFalse(mask.any())
        self.assertTrue(np.isinf(seen.airmass).all())
        self.assertTrue(np.isinf(seen.summary().min_airmass).all())

    def test_wrong_shapes_and_places_are_refused(self):
        for wrong in (
            lambda: visibility(1, 2, [[61000.0], [61001.0]], SITES), lambda: visibility(1, 2, [61000.0], []),
            lambda: visibility(np.zeros((2, 3)), np.zeros((2, 3)), [61000.0, 61001.0], SITES),
            lambda: visibility(1, 2, [math.nan], SITES), lambda: Site("x", 0, 91), lambda: Site("x", 500, 0),
        ):
            with self.assertRaises(ValueError):
                wrong()


class NightTests(OfflineTestCase):
    def test_sunset_twilights_and_moon_are_astroplans(self):
        for site, evening in ((SITES[0], "2026-11-20"), (SITES[1], "2026-06-10"), (SITES[2], "2027-03-21")):
            with self.subTest(site=site.name):
                tonight_here = night(site, evening)
                observer = Observer(location(site))
                start = Time(tonight_here.start, format="mjd")
                limb = {"which": "next", "n_grid_points": 400, "horizon": -0.833 * u.deg}
                fine = {"which": "next", "n_grid_points": 400}
                for name, expected in (
                    ("sunset", observer.sun_set_time(start, **limb)),
                    ("sunrise", observer.sun_rise_time(start, **limb)),
                    ("civil_dusk", observer.twilight_evening_civil(start, **fine)),
                    ("nautical_dawn", observer.twilight_morning_nautical(start, **fine)),
                    ("astronomical_dusk", observer.twilight_evening_astronomical(start, **fine)),
                    ("astronomical_dawn", observer.twilight_morning_astronomical(start, **fine)),
                    ("moonrise", observer.moon_rise_time(start, **limb)),
                    ("moonset", observer.moon_set_time(start, **limb)),
                ):
                    self.assertAlmostEqual(getattr(tonight_here, name), expected.mjd, delta=2 / 86400, msg=name)

    def test_the_date_is_the_local_evening_everywhere(self):
        for longitude in (-180, -120, 0, 60, 179.9):
            site = Site("x", longitude, 10)
            self.assertAlmostEqual(night(site, date(2026, 11, 20)).midnight, 61365 - longitude / 360)
            self.assertEqual(night(site, "2026-11-20"), night(site, date(2026, 11, 20)))
        site = SITES[1]
        inside = night(site, date(2026, 11, 20))
        self.assertEqual(night(site, inside.midnight), inside)
        self.assertEqual(night(site, inside.end - 0.01), inside)
        self.assertEqual(night(site, datetime(2026, 11, 21, 10, tzinfo=UTC)), inside)

    def test_polar_day_polar_night_and_the_days_between(self):
        summer, winter = night(Site("x", 20, 80), "2026-06-21"), night(Site("x", 20, 80), "2026-12-21")
        self.assertTrue(summer.polar_day)
        self.assertEqual((summer.sunset, summer.dark(), len(summer.times())), (None, None, 0))
        self.assertTrue(winter.polar_night and winter.sunrise is None)
        self.assertEqual(winter.dark(-0.833), (winter.start, winter.end))
        dusk, dawn = winter.dark()
        self.assertLess(dusk, dawn)
        pole = night(SITES[4], "2026-06-21")
        self.assertEqual(pole.dark(), (pole.start, pole.end))
        white = night(Site("x", 25, 62), "2026-06-21")
        self.assertLess(white.sunset, white.sunrise)
        self.assertEqual((white.civil_dusk, white.nautical_dusk, white.dark()), (None, None, None))

    def test_every_place_and_date_has_a_night_in_order(self):
        @given(st.floats(-180, 180), st.floats(-90, 90), st.floats(58000, 64000))
        def check(longitude, latitude, when):
            here = night(Site("x", longitude, latitude), when)
            self.assertTrue(here.start <= when <= here.end + 1e-9)
            order = [here.sunset, here.civil_dusk, here.nautical_dusk, here.astronomical_dusk]
            known = [moment for moment in order if moment is not None]
            self.assertEqual(known, sorted(known))
            self.assertTrue(all(here.start <= moment <= here.end for moment in known))
            self.assertFalse(here.polar_day and here.polar_night)
            self.assertTrue(0 <= here.moon_phase <= 1)
            for level in (-0.833, -18):
                span = here.dark(level)
                if span:
                    self.assertTrue(here.start <= span[0] <= span[1] <= here.end)

        check()

    def test_times_are_evenly_spaced_within_the_dark(self):
        here = night(SITES[0], "2026-11-20")
        times = here.times(10, -18)
        self.assertAlmostEqual(times[0], here.astronomical_dusk)
        self.assertLess(times[-1], here.astronomical_dawn)
        np.testing.assert_allclose(np.diff(times), 10 / 1440)
        self.assertEqual(len(here.times(60, None)), 25)


class PlanTests(OfflineTestCase):
    def test_rise_transit_and_set_are_astroplans(self):
        site = SITES[0]
        observer = Observer(location(site))
        start = Time(night(site, "2026-11-20").start, format="mjd")
        for ra, dec in ((83.6, 22.0), (10.0, -40.0), (310.0, 5.0)):
            found = rise_set_transit(ra, dec, site, "2026-11-20")
            star = SkyCoord(ra, dec, unit="deg")
            for name, expected in (
                ("rise", observer.target_rise_time(start, star, "next", n_grid_points=400)),
                ("transit", observer.target_meridian_transit_time(start, star, "next", n_grid_points=400)),
                ("set", observer.target_set_time(start, star, "next", n_grid_points=400)),
            ):
                # The sidereal day is shorter than the window: an event may come twice
                apart = (getattr(found, name) - expected.mjd) % 0.99726957
                self.assertLess(min(apart, 0.99726957 - apart) * 86400, 2)

    def test_what_never_rises_or_never_sets_says_so(self):
        found = rise_set_transit([0.0, 0.0, 0.0], [-89.0, 89.0, -30.0], SITES[0], "2026-11-20")
        self.assertEqual(found.always_up.tolist(), [True, False, False])
        self.assertEqual(found.never_up.tolist(), [False, True, False])
        self.assertTrue(np.isnan(found.rise[:2]).all() and np.isnan(found.set[:2]).all())
        # Declination -30 in 2000 is -29.85 in 2026
        self.assertAlmostEqual(found.max_altitude[2], 90 - (30.169 - 29.85), delta=0.02)
        higher = rise_set_transit(0.0, -89.0, SITES[0], "2026-11-20", altitude=40.0)
        self.assertTrue(higher.never_up)

    def test_tonights_table_says_what_a_fine_grid_says(self):
        random = np.random.default_rng(5)
        ra, dec = random.uniform(0, 360, 40), random.uniform(-90, 90, 40)
        limits = Limits(airmass=2.0, moon_distance=30)
        rough = tonight(ra, dec, SITES[:3], "2026-11-20", limits=limits)
        fine = tonight(ra, dec, SITES[:3], "2026-11-20", limits=limits, step_minutes=1)
        up = rough.hours_observable > 0.5
        self.assertTrue(up.any() and not up.all())
        np.testing.assert_allclose(rough.min_airmass[up], fine.min_airmass[up], atol=0.1)
        np.testing.assert_allclose(rough.hours_observable, fine.hours_observable, atol=0.5)
        np.testing.assert_allclose(rough.moon_distance[up], fine.moon_distance[up], atol=0.5)
        np.testing.assert_allclose(rough.transit * 86400, fine.transit * 86400, atol=2)
        self.assertTrue(np.isnan(rough.best_mjd[rough.hours_observable == 0]).all())

    def test_a_curve_has_gaps_where_the_target_is_too_low(self):
        curve = airmass_curve(83.6, -5.4, SITES[0], "2026-11-20", airmass_limit=2.0)
        self.assertTrue(np.isnan(curve.airmass).any())
        self.assertAlmostEqual(np.nanmin(curve.airmass), 1 / math.cos(math.radians(30.169 - 5.4)), places=2)
        self.assertLessEqual(np.nanmax(curve.airmass), 2.0)
        self.assertAlmostEqual(curve.mjd[0], curve.night.sunset)
        self.assertEqual(len(airmass_curve(0, 0, Site("x", 20, 80), "2026-06-21").mjd), 0)

    def test_the_earth_can_be_shared(self):
        times = 61364.9 + np.arange(5) / 144
        earth = Earth(times)
        alone, shared = visibility(10, 20, times, SITES), visibility(10, 20, times, SITES, earth=earth)
        np.testing.assert_array_equal(alone.altitude, shared.altitude)


class ImportTests(TestCase):
    def test_planning_needs_neither_django_nor_astropys_tables(self):
        program = (
            "import sys; from tom_common.astro import angles, times, sky, orbits, visibility as v; "
            "v.tonight([10.0], [20.0], [v.Site('x', 0, 0)], '2026-11-20'); "
            "print([name for name in ('astropy.coordinates', 'astropy.table', 'django') if name in sys.modules])"
        )
        answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        self.assertEqual(answer.stdout.strip(), "[]")

    def test_the_separation_of_a_pole_star_is_what_its_altitude_says(self):
        # At latitude phi the pole stands at altitude phi; an independent check of the whole chain
        seen = visibility(37.95, 89.264, 61365.0 + np.arange(145) / 144, [SITES[3]])
        apart = sky.separation(0.0, 90.0, 37.95, 89.264)
        self.assertAlmostEqual(float(np.ptp(seen.altitude)), 2 * apart, delta=0.4)
        self.assertAlmostEqual(float(seen.altitude.mean()), 28.3, delta=0.05)
