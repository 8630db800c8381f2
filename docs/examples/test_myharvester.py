"""The test of the example, as its author would write it."""

import json

from django.test import SimpleTestCase

from docs.examples.myharvester import VariableStarHarvester
from tom_catalogs.resolve import resolve
from tom_catalogs.testing import HarvesterContract

STAR = {"name": "RR Lyr", "other_names": ["HD 182989"], "ra": 291.36629, "dec": 42.78436, "type": "RRAB",
        "period_days": 0.56686776}


class VariableStarTests(HarvesterContract, SimpleTestCase):
    harvester_class = VariableStarHarvester
    term, position = "RR Lyr", (291.36629, 42.78436)
    responses = {"/stars": json.dumps({"stars": [STAR]}).encode()}
    settings = {"api_key": "a-key"}

    def test_the_period_comes_along(self):
        self.assertEqual(self.ask().fields["ephemeris_period"], 0.56686776)

    def test_several_stars_are_offered(self):
        self.server.responses = {"/stars": json.dumps({"stars": [STAR, {**STAR, "name": "RZ Lyr"}]}).encode()}
        answer = resolve("Variables", "291.3 +42.8", radius_arcsec=600)
        self.assertEqual([candidate.label for candidate in answer.candidates], ["RR Lyr", "RZ Lyr"])

    def test_an_empty_list_is_not_found(self):
        self.server.responses = {"/stars": b'{"stars": []}'}
        self.assertEqual(self.ask().status, "not_found")
