from django.core import checks
from django.test import SimpleTestCase, override_settings

from tom_catalogs.harvester import get_service_classes


def found(**harvesters) -> list[str]:
    with override_settings(HARVESTERS=harvesters):
        return [message.id for message in checks.run_checks(tags=["tom"]) if message.id.startswith("tom_catalogs")]


class HarvesterSettings(SimpleTestCase):
    def test_what_makes_sense_passes(self):
        self.assertEqual(found(), [])
        self.assertEqual(found(SIMBAD={"base_url": "http://mirror.example", "timeout_s": 3}, NED=None, TNS={}), [])

    def test_each_mistake_has_its_id(self):
        self.assertEqual(found(NED="https://ned.example"), ["tom_catalogs.E001"])
        self.assertEqual(found(NED={"base_url": "ned.example"}), ["tom_catalogs.E002"])
        for timeout_s in (0, -1, "5", True):
            self.assertEqual(found(NED={"timeout_s": timeout_s}), ["tom_catalogs.E003"])
        self.assertEqual(found(Simbat={"timeout_s": 3}), ["tom_catalogs.W001"])

    @override_settings(HARVESTERS={"NED": "https://ned.example"})
    def test_a_mistake_does_not_stop_the_pages(self):
        self.assertEqual(get_service_classes()["NED"].settings(), {})
