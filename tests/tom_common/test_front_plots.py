"""What a plot's URL answers: compact, without colours unless the project chose a theme of its own."""

import base64
import json

import numpy as np
import plotly.graph_objects as go
from django.test import SimpleTestCase, override_settings

from tom_common.plots import figure_json, figure_response, nothing_to_plot, scatter_class


class FigureTests(SimpleTestCase):
    def test_arrays_travel_as_bytes(self):
        x = np.linspace(60000, 61000, 10_000)
        text = figure_json(go.Figure(go.Scatter(x=x, y=np.sin(x))))
        self.assertLess(len(text), 300_000)
        sent = json.loads(text)["data"][0]["x"]
        self.assertTrue(np.array_equal(np.frombuffer(base64.b64decode(sent["bdata"]), sent["dtype"]), x))

    def test_what_json_cannot_say_is_null(self):
        drawn = json.loads(figure_json({"data": [{"y": [1.0, float("nan"), float("inf")]}]}))
        self.assertEqual(drawn["data"][0]["y"], [1.0, None, None])

    def test_the_page_gives_the_colours(self):
        for theme in ("plotly_white", "plotly_dark", "plotly"):
            with override_settings(PLOTLY_THEME=theme):
                drawn = json.loads(figure_json(go.Figure(go.Scatter(y=[1, 2]))))
                self.assertFalse(drawn["layout"].get("template"))

    def test_a_theme_of_the_projects_choice_is_kept(self):
        with override_settings(PLOTLY_THEME="ggplot2"):
            drawn = json.loads(figure_json(go.Figure(go.Scatter(y=[1, 2]))))
        self.assertIn("colorway", drawn["layout"]["template"]["layout"])

    def test_a_theme_that_plotly_does_not_know_is_logged_and_the_plot_comes(self):
        with override_settings(PLOTLY_THEME="midnight"), self.assertLogs("tom_common", "ERROR") as logs:
            drawn = json.loads(figure_json(go.Figure(go.Scatter(y=[1, 2]))))
        self.assertFalse(drawn["layout"].get("template"))
        self.assertIn("ggplot2", logs.output[0])

    def test_long_series_are_drawn_by_webgl(self):
        self.assertIs(scatter_class(2000), go.Scatter)
        self.assertIs(scatter_class(2001), go.Scattergl)


class AnswerTests(SimpleTestCase):
    def test_a_figure_is_answered_as_json(self):
        response = figure_response(go.Figure(go.Scatter(y=[1])), headers={"Cache-Control": "no-store"})
        self.assertEqual((response["Content-Type"], response["Cache-Control"]), ("application/json", "no-store"))
        self.assertIn("data", json.loads(response.content))

    def test_no_figure_is_answered_in_words(self):
        response = nothing_to_plot("No data yet.")
        self.assertEqual(json.loads(response.content), {"data": [], "message": "No data yet."})
        self.assertEqual(nothing_to_plot("The archive sleeps.", status=503).status_code, 503)
