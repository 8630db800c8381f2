"""The project's harvester keeps its contract, and makes targets of the project's class."""

from django.test import TestCase

from tests.demo_tom.harvesters import DemoHarvester
from tests.demo_tom.models import UserDefinedTarget
from tom_catalogs.harvester import get_service_classes
from tom_catalogs.testing import HarvesterContract


class DemoHarvesterTests(HarvesterContract, TestCase):
    harvester_class = DemoHarvester
    term, position = "NGC 1300", (49.9208, -19.4111)
    responses = {"/objects": b'{"name": "NGC 1300", "ra": 49.9208, "dec": -19.4111, "aliases": ["ESO 547-31"]}'}

    def test_it_makes_targets_of_the_projects_class(self):
        harvester = DemoHarvester()
        harvester.query("NGC 1300")
        self.assertIsInstance(harvester.to_target(), UserDefinedTarget)


class DeclarationTests(TestCase):
    def test_the_app_offers_it_beside_the_frameworks_own(self):
        self.assertIs(get_service_classes()["Demo catalogue"], DemoHarvester)
        self.assertGreater(len(get_service_classes()), 1)
