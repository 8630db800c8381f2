"""The demo's measurements: there once, the same every time, and called simulated."""

from time import process_time

from django.test import TestCase

from tom_dataproducts.canonical import read_spectrum
from tom_dataproducts.demo import SOURCE, make_data, simulated_rows
from tom_dataproducts.demo_recipes import with_recipe
from tom_dataproducts.models import ReducedDatum
from tom_dataproducts.plots import is_simulated
from tom_targets.demo import make_targets
from tom_targets.models import Target


class MakeDataTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        make_targets()
        started = process_time()
        cls.said = make_data()
        cls.took = process_time() - started

    def test_it_takes_seconds(self):
        self.assertLess(self.took, 10)

    def test_again_adds_nothing(self):
        number = ReducedDatum.objects.count()
        self.assertGreater(number, 10_000)
        self.assertIn(f"{number} stored", self.said)
        self.assertIn(f"0 stored, {number} there already.", make_data())
        self.assertEqual(ReducedDatum.objects.count(), number)

    def test_nothing_is_refused_and_all_is_called_simulated(self):
        self.assertNotIn("refused", self.said)
        self.assertEqual(set(ReducedDatum.objects.values_list("source_name", flat=True)), {SOURCE})
        self.assertTrue(is_simulated(SOURCE))

    def test_every_recipe_is_of_a_target_of_the_demo(self):
        self.assertEqual(with_recipe() - set(Target.objects.values_list("name", flat=True)), set())

    def test_supernovae_have_limits_before_they_explode_and_points_in_several_bands_after(self):
        for name in ("SN 2011fe", "SN 2023ixf", "AT 2017gfo", "SN 1987A"):
            with self.subTest(name):
                datums = ReducedDatum.objects.filter(target__name=name, data_type="photometry").order_by("timestamp")
                self.assertIsNone(datums.first().brightness)
                self.assertIsNotNone(datums.first().limit)
                self.assertGreaterEqual(datums.exclude(brightness=None).values("bandpass").distinct().count(), 3)

    def test_the_brightest_points_are_those_published(self):
        for name, band, magnitude in (("SN 2011fe", "B", 9.94), ("SN 1987A", "V", 2.97), ("SN 2014J", "V", 10.61),
                                      ("SN 2012aw", "V", 13.35), ("Algol", "V", 2.1)):
            with self.subTest(name):
                datums = ReducedDatum.objects.filter(target__name=name, bandpass=band).exclude(brightness=None)
                brightest = sorted(datums.values_list("brightness", flat=True))[:5]
                self.assertAlmostEqual(sum(brightest) / 5, magnitude, delta=0.3)

    def test_rows_depend_on_the_name_alone(self):
        target = Target.objects.get(name="Vesta")
        rows = simulated_rows(target)
        self.assertEqual(rows, simulated_rows(target))
        self.assertGreater(len(rows), 30)
        self.assertNotEqual(simulated_rows(Target.objects.get(name="SN 2011fe"))[0],
                            simulated_rows(Target.objects.get(name="SN 2013dy"))[0])

    def test_spectra_can_be_read(self):
        spectra = ReducedDatum.objects.filter(data_type="spectroscopy")
        self.assertGreater(spectra.count(), 60)
        for datum in spectra:
            self.assertEqual(len(read_spectrum(datum.value).flux), 700)

    def test_a_target_without_elements_is_passed_over(self):
        Target.objects.filter(name="Vesta").update(type="SIDEREAL", ra=1.0, dec=1.0)
        ReducedDatum.objects.filter(target__name="Vesta").delete()
        make_data()
        self.assertFalse(ReducedDatum.objects.filter(target__name="Vesta").exists())
