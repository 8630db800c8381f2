"""The templates against their published shapes, and against the values they gave before."""

import numpy as np
from django.test import SimpleTestCase

from tom_dataproducts import simulated_spectra as spectra
from tom_dataproducts import simulations as sim
from tom_dataproducts.demo_recipes import light_curve_recipes, spectrum_epochs, with_recipe


def at(curve, *days, **parameters):
    return curve(np.array(days, float), **parameters)


class SupernovaTests(SimpleTestCase):
    def test_a_thermonuclear_supernova_declines_by_its_dm15(self):
        for dm15 in (0.8, 1.1, 1.5):
            peak, later = at(sim.type_ia, 0.0, 15.0, band="B", peak=14.0, dm15=dm15)
            self.assertAlmostEqual(later - peak, dm15, delta=0.06)

    def test_it_is_not_there_before_it_explodes_and_has_a_second_maximum_in_i(self):
        self.assertTrue(np.isinf(at(sim.type_ia, -18.0, band="B", peak=14.0, dm15=1.1)[0]))
        dip, bump = at(sim.type_ia, 15.0, 26.0, band="I", peak=14.0, dm15=1.1)
        late = at(sim.type_ia, 50.0, band="I", peak=14.0, dm15=1.1)[0]
        self.assertLess(bump - dip, 0.35)
        self.assertGreater(late, bump + 0.8)

    def test_a_plateau_is_flat_and_its_tail_declines_as_cobalt_decays(self):
        early, middle, end = at(sim.type_iip, 20, 50, 85, plateau=13.0, length=115, slope=0.0)
        self.assertLess(max(early, middle, end) - min(early, middle, end), 0.01)
        first, last = at(sim.type_iip, 160, 260, plateau=13.0, length=115, slope=0.0)
        self.assertAlmostEqual((last - first) / 100, 0.0098, places=4)
        self.assertAlmostEqual(first, 13.0 + 2.0 + 0.0098 * 45, places=3)

    def test_a_tidal_disruption_falls_with_the_power_5_3(self):
        peak, later = at(sim.power_law, 30, 300, peak=15.0, peak_day=30, index=5 / 3)
        self.assertAlmostEqual(peak, 15.0)
        self.assertAlmostEqual(later - peak, 2.5 * 5 / 3)


class VariableTests(SimpleTestCase):
    def test_periodic_stars_repeat_and_keep_their_range(self):
        curves = {
            "mira": (lambda days: sim.mira(days, 332, 3.4, 9.2), 332, 3.4, 9.2),
            "algol": (lambda days: sim.eclipses(days, 2.867, 2.12, 1.27, 0.06, 0.14), 2.867, 2.12, 3.39),
            "transit": (lambda days: sim.transit(days, 3.5, 7.65, 0.015, 0.128), 3.5, 7.65, 7.6664),
        }
        for name, (curve, period, brightest, faintest) in curves.items():
            with self.subTest(name):
                days = np.linspace(0, period, 4001)
                self.assertAlmostEqual(curve(days).min(), brightest, places=3)
                self.assertAlmostEqual(curve(days).max(), faintest, places=3)
                np.testing.assert_allclose(curve(days), curve(days + 3 * period), atol=1e-6)

    def test_a_cepheid_is_brightest_at_phase_zero_and_rises_faster_than_it_falls(self):
        days = np.linspace(0, 5.366, 2001)
        magnitudes = sim.pulsator(days, 5.366, 3.95, 0.85, sim.CEPHEID)
        self.assertAlmostEqual(magnitudes[0], magnitudes.min(), places=3)
        self.assertAlmostEqual(np.ptp(magnitudes), 0.85, places=3)
        self.assertAlmostEqual(magnitudes[:-1].mean(), 3.95, places=3)
        self.assertGreater(np.argmax(magnitudes), 1000)

    def test_a_mira_rises_in_its_fraction_of_the_period(self):
        days = np.linspace(0, 332, 3321)
        self.assertAlmostEqual(days[np.argmax(sim.mira(days, 332, 3.4, 9.2, rise=0.4))] / 332, 0.6, places=2)

    def test_a_random_walk_has_the_scatter_and_memory_it_was_given(self):
        rng = np.random.default_rng(1)
        days = np.arange(0, 200_000, 10.0)
        walk = sim.damped_random_walk(days, rng, tau=100, sigma=0.3)
        self.assertAlmostEqual(walk.std(), 0.3, delta=0.02)
        self.assertAlmostEqual(np.corrcoef(walk[:-10], walk[10:])[0, 1], np.exp(-1), delta=0.06)


class ObservingTests(SimpleTestCase):
    def test_errors_say_how_far_the_points_scatter(self):
        for true in (12.0, 18.0, 19.5):
            rows = sim.observed(np.arange(4000.0), np.full(4000, true), "r", "mag", np.random.default_rng(2))
            pulls = [(row["magnitude"] - true) / row["error"] for row in rows if "magnitude" in row]
            self.assertAlmostEqual(np.std(pulls), 1.0, delta=0.12)

    def test_what_is_too_faint_becomes_a_limit(self):
        rng = np.random.default_rng(3)
        rows = sim.observed(np.arange(200.0), np.array([15.0, np.inf] * 100), "r", "mag", rng, deepest=20.0)
        self.assertTrue(all("magnitude" in row for row in rows[::2]))
        self.assertTrue(all("limit" in row and "magnitude" not in row for row in rows[1::2]))
        self.assertTrue(all(18.8 < row["limit"] < 20.8 for row in rows[1::2]))


class SpectrumTests(SimpleTestCase):
    def test_a_black_body_peaks_where_wien_says(self):
        wavelength = np.arange(2000, 20000, 1.0)
        for temperature in (4000.0, 5772.0, 9500.0):
            peak = wavelength[np.argmax(spectra.black_body(wavelength, temperature))]
            self.assertAlmostEqual(peak * temperature, 2.897772e7, delta=3e4)

    def test_silicon_stands_where_its_velocity_puts_it(self):
        wavelength = np.arange(5900, 6350, 1.0)
        ratio = spectra.type_ia(wavelength, 0.0) / spectra.black_body(wavelength, 12_150)
        self.assertAlmostEqual(wavelength[np.argmin(ratio)], 6355 * (1 - 11_000 / 299_792.458), delta=8)

    def test_a_quasars_lines_are_redshifted(self):
        wavelength = np.arange(5600, 6400, 1.0)
        flux = spectra.seyfert(wavelength, 0.15834) / spectra.power_law(wavelength / 1.15834, -1.2)
        self.assertAlmostEqual(wavelength[np.argmax(flux)], 5006.8 * 1.15834, delta=2)

    def test_every_spectrum_is_positive_and_finite(self):
        wavelength = np.arange(3600, 9200, 8.0)
        for name in with_recipe():
            for mjd, flux_of in spectrum_epochs(name):
                flux = flux_of(wavelength)
                self.assertTrue(np.isfinite(flux).all() and (flux > 0).all(), (name, mjd))


GOLDEN = {
    "type_ia B": [15.0354, 14.0128, 15.1, 17.3479],
    "type_iip": [13.6126, 12.9775, 14.1725, 16.0055],
    "mira": [3.4, 6.3183, 9.1995, 4.192],
    "cepheid": [3.4897, 3.8112, 3.9861, 4.33],
    "rr_lyrae": [7.1864, 7.5965, 7.979, 7.7728],
    "algol": [3.39, 2.9433, 2.12, 2.1799],
    "contact": [8.4734, 7.7753, 8.411],
    "dwarf_nova": [11.9, 10.1504, 8.4234, 11.9],
    "dust": [0.0, 4.2334, 4.1388, 0.133],
}


class GoldenTests(SimpleTestCase):
    """What the demo shows stays what it is; a change of a template is made here on purpose."""

    def test_templates_at_a_few_epochs(self):
        found = {
            "type_ia B": at(sim.type_ia, -10, 0, 15, 60, band="B", peak=14.0, dm15=1.1),
            "type_iip": at(sim.type_iip, 1, 50, 115, 200, plateau=13.0, length=115, slope=0.003),
            "mira": at(sim.mira, 0, 100, 200, 300, period=332, brightest=3.4, faintest=9.2),
            "cepheid": at(sim.pulsator, 0, 1, 2, 4, period=5.366, mean=3.95, amplitude=0.85, series=sim.CEPHEID),
            "rr_lyrae": at(sim.pulsator, 0, 0.1, 0.3, 0.5, period=0.567, mean=7.75, amplitude=0.9, series=sim.RR_LYRAE),
            "algol": at(
                sim.eclipses, 0, 0.1, 0.5, 1.43, period=2.867, outside=2.12, depth=1.27, secondary=0.06, width=0.14
            ),
            "contact": at(sim.contact_binary, 0, 0.08, 0.17, period=0.33363749, mean=8.05, amplitude=0.73),
            "dwarf_nova": at(sim.dwarf_nova, -5, 1, 5, 30, outbursts=[0.0], quiet=11.9, outburst=8.4),
            "dust": at(sim.dust_fading, 0, 10, 100, 400, depth=6.5, fall=9.0, recovery=60.0),
        }
        for name, values in found.items():
            with self.subTest(name):
                np.testing.assert_allclose(values, GOLDEN[name], atol=5e-4)

    def test_a_light_curve_is_the_same_every_time(self):
        recipe = light_curve_recipes()["SN 2011fe"]
        first, again = recipe(np.random.default_rng(5)), recipe(np.random.default_rng(5))
        self.assertEqual(first, again)
        self.assertNotEqual(first, recipe(np.random.default_rng(6)))
