"""Figures of light curves and spectra, as data."""

import base64
import json
from datetime import UTC, datetime, timedelta

import numpy as np
from django.test import SimpleTestCase, TestCase

from tom_common.plots import figure_json
from tom_dataproducts.bands import STYLES, band_style, plain_band
from tom_dataproducts.measurements import ingest
from tom_dataproducts.models import ReducedDatum
from tom_dataproducts.plots import light_curve, spectrum
from tom_targets.testing import SiderealTargetFactory

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def point(day=0, **columns):
    columns = {"bandpass": "r", "brightness": 17.0, "unit": "mag(AB)", "source_name": "ZTF"} | columns
    return ReducedDatum(timestamp=NOON + timedelta(days=day), **columns)


def taken(day=0, unit="Jy", wavelength_unit="Angstrom", **columns):
    value = {"wavelength": [400.0, 401.0], "flux": [2.0, 4.0], "wavelength_units": wavelength_unit, "flux_units": unit}
    return ReducedDatum(timestamp=NOON + timedelta(days=day), value=value, **({"source_name": "LT"} | columns))


class BandTests(SimpleTestCase):
    def test_spellings_of_a_band_are_drawn_alike(self):
        for spelling, band in (
            ("r'", "r"), ("rp", "r"), ("ZTF-g", "g"), ("ztfg", "g"), ("sdss i", "i"), ("Bessell-V", "V"), ("V", "V"),
            ("atlas_o", "o"), ("ps1_z", "z"), ("UVW1", "uvw1"), ("ks", "Ks"), ("R", "R"), ("G_RP", "RP"), ("BP", "BP"),
        ):  # fmt: skip
            with self.subTest(spelling):
                self.assertEqual(plain_band(spelling), band)
                self.assertEqual(band_style(spelling), STYLES[band])

    def test_no_two_bands_share_colour_and_marker(self):
        looks = [(style.colour, style.symbol) for style in STYLES.values()]
        self.assertEqual(len(set(looks)), len(looks))

    def test_an_unknown_band_always_looks_the_same(self):
        self.assertEqual(band_style("F814W"), band_style("F814W"))
        self.assertEqual(band_style("").symbol, band_style("").symbol)


class LightCurveTests(SimpleTestCase):
    def test_magnitudes_grow_downwards(self):
        figure = light_curve([point(0), point(1, brightness=18.0)])
        self.assertEqual(figure.layout.yaxis.autorange, "reversed")
        self.assertEqual(figure.layout.yaxis.title.text, "Magnitude [mag(AB)]")
        self.assertEqual(list(figure.data[0].y), [17.0, 18.0])

    def test_times_are_milliseconds_and_mjd(self):
        trace = light_curve([point(0)]).data[0]
        self.assertEqual(trace.x[0], NOON.timestamp() * 1000)
        self.assertAlmostEqual(trace.customdata[0][0], 60431.5)
        self.assertIn("MJD", trace.hovertemplate)
        self.assertIn("UTC", trace.hovertemplate)

    def test_limits_are_open_triangles_and_no_points(self):
        figure = light_curve([point(0), point(1, brightness=None, limit=20.5)])
        detections, limits = figure.data
        self.assertEqual(limits.marker.symbol, "triangle-down-open")
        self.assertEqual((list(detections.y), list(limits.y)), ([17.0], [20.5]))
        self.assertFalse(limits.showlegend)
        self.assertEqual(limits.marker.color, detections.marker.color)

    def test_limits_alone_stand_in_the_legend(self):
        (limits,) = light_curve([point(0, brightness=None, limit=20.5)]).data
        self.assertTrue(limits.showlegend)
        self.assertEqual(limits.name, "r (limits)")

    def test_bands_keep_their_colour_whatever_else_is_shown(self):
        alone = light_curve([point(0, bandpass="g")]).data[0].marker
        among = light_curve([point(0, bandpass=band) for band in "izgr"])
        self.assertEqual([trace.name for trace in among.data], ["g", "r", "i", "z"])
        self.assertEqual(among.data[0].marker.color, alone.color)
        self.assertEqual(among.data[0].marker.symbol, alone.symbol)

    def test_error_bars_are_drawn_where_there_are_errors(self):
        trace = light_curve([point(0, brightness_error=0.1), point(1)]).data[0]
        self.assertAlmostEqual(float(trace.error_y.array[0]), 0.1, places=6)
        self.assertTrue(np.isnan(trace.error_y.array[1]))
        self.assertIsNone(light_curve([point(0)]).data[0].error_y.array)

    def test_fluxes_have_an_axis_of_their_own(self):
        figure = light_curve([point(0), point(0, brightness=100.0, unit="uJy")])
        self.assertEqual([trace.yaxis for trace in figure.data], ["y", "y2"])
        self.assertEqual(figure.layout.yaxis2.side, "right")
        self.assertTrue(figure.layout.yaxis2.autorange)
        alone = light_curve([point(0, brightness=100.0, unit="uJy")])
        self.assertEqual((alone.data[0].yaxis, alone.layout.yaxis.autorange), ("y", True))

    def test_more_than_2000_points_are_drawn_by_webgl(self):
        self.assertEqual(light_curve([point(day) for day in range(2000)]).data[0].type, "scatter")
        self.assertEqual(light_curve([point(day) for day in range(2001)]).data[0].type, "scattergl")

    def test_simulated_data_are_called_so(self):
        self.assertEqual(light_curve([point(0)]).layout.annotations, ())
        (note,) = light_curve([point(0, source_name="Simulated (demo)")]).layout.annotations
        self.assertEqual(note.text, "simulated data")

    def test_sources_are_told_apart_and_no_markup_gets_through(self):
        figure = light_curve([point(0), point(0, source_name="<b>x</b>%{y}")])
        self.assertEqual([trace.name for trace in figure.data], ["r · &lt;b&gt;x&lt;/b&gt;% {y}", "r · ZTF"])
        self.assertNotIn("<b>x", figure.data[0].hovertemplate)

    def test_nothing_makes_an_empty_figure(self):
        self.assertEqual(light_curve([]).data, ())

    def test_arrays_travel_as_base64(self):
        sent = json.loads(figure_json(light_curve([point(day) for day in range(100)])))
        array = sent["data"][0]["y"]
        self.assertEqual(np.frombuffer(base64.b64decode(array["bdata"]), array["dtype"]).tolist(), [17.0] * 100)


class SpectrumTests(SimpleTestCase):
    def test_wavelengths_come_in_angstrom_whatever_was_given(self):
        for unit, wanted in (("Angstrom", 400.0), ("nm", 4000.0), ("um", 4e6), ("", 400.0)):
            with self.subTest(unit):
                self.assertAlmostEqual(spectrum([taken(wavelength_unit=unit)]).data[0].x[0], wanted)

    def test_spectra_stand_in_the_order_of_time(self):
        figure = spectrum([taken(2), taken(0, telescope="LT", instrument="SPRAT"), taken(1)])
        self.assertEqual([trace.name for trace in figure.data], ["2024-05-01 LT SPRAT", "2024-05-02", "2024-05-03"])
        self.assertEqual(len({trace.line.color for trace in figure.data}), 3)
        self.assertEqual(figure.layout.yaxis.title.text, "Flux [Jy]")

    def test_different_flux_units_become_relative_flux(self):
        figure = spectrum([taken(0, unit="Jy"), taken(1, unit="mJy")])
        self.assertEqual(figure.layout.yaxis.title.text, "Relative flux")
        self.assertAlmostEqual(float(np.median(figure.data[0].y)), 1.0, places=6)

    def test_what_is_no_spectrum_is_left_out(self):
        broken = ReducedDatum(timestamp=NOON, value={"flux": [1.0]}, source_name="x")
        self.assertEqual(len(spectrum([broken, taken()]).data), 1)


class QuerysetTests(TestCase):
    def test_a_queryset_gives_the_figure_of_its_rows_in_one_query(self):
        target = SiderealTargetFactory.create()
        rows = [{"mjd": 60000 + day, "magnitude": 17.0 + day, "filter": "r"} for day in (2, 0, 1)]
        ingest(target, rows, source_name="ZTF")
        datums = ReducedDatum.objects.filter(target=target)
        with self.assertNumQueries(1):
            figure = light_curve(datums)
        self.assertEqual(list(figure.data[0].y), [17.0, 18.0, 19.0])
        self.assertEqual(figure_json(figure), figure_json(light_curve(list(datums))))
