from django.core import checks
from django.test import SimpleTestCase, override_settings

from tom_common.conf import Setting, TomSettings, tom_settings


class SettingTests(SimpleTestCase):
    def test_a_value_is_read_each_time(self):
        self.assertEqual(tom_settings.TOM_NAME, "Test TOM")
        with override_settings(TOM_NAME="Another"):
            self.assertEqual(tom_settings.TOM_NAME, "Another")

    def test_a_default_that_can_change_is_made_anew(self):
        first, second = tom_settings.OPEN_URLS, tom_settings.OPEN_URLS
        self.assertEqual((first, second), ([], []))
        self.assertIsNot(first, second)

    def test_every_setting_says_what_it_is(self):
        for setting in tom_settings:
            self.assertTrue(setting.help, setting.name)
            self.assertFalse(isinstance(setting.default, (list, dict)), f"{setting.name} shares its default")
            self.assertEqual(setting.problem(), "", setting.name)
            self.assertTrue(setting.name.isupper())

    def test_the_defaults_are_what_the_settings_themselves_demand(self):
        for setting in tom_settings:
            value = setting.default_value()
            if setting.types and value is not None:
                self.assertIsInstance(value, setting.types, setting.name)
            if setting.choices:
                self.assertIn(value, setting.choices, setting.name)

    def test_none_is_fine_where_the_default_is_none(self):
        with override_settings(ROBOTS_TXT_PATH=None):
            self.assertEqual(TomSettings.ROBOTS_TXT_PATH.problem(), "")
        with override_settings(HOOKS=None):
            self.assertIn("should be of type dict", TomSettings.HOOKS.problem())

    def test_an_older_name_is_read_too(self):
        class Newer:
            NEW = Setting(1, "x", older_name="OLD")

        with override_settings(OLD=2):
            self.assertEqual(Newer().NEW, 2)
            with override_settings(NEW=3):
                self.assertEqual(Newer().NEW, 3)
        self.assertEqual(Newer().NEW, 1)

    def test_mistakes_come_out_of_the_check(self):
        with override_settings(AUTH_STRATEGY="OPEN", TARGET_PERMISSIONS_ONLY="yes"):
            found = {message.id: message for message in checks.run_checks(tags=["tom"])}
            texts = [message.msg for message in checks.run_checks(tags=["tom"])]
        self.assertIn("tom_common.E101", found)
        self.assertIn("AUTH_STRATEGY is 'OPEN'; it should be one of 'READ_ONLY', 'LOCKED'.", texts)
        self.assertIn("TARGET_PERMISSIONS_ONLY is 'yes'; it should be of type bool.", texts)
        self.assertTrue(all(message.hint for message in found.values()))
        self.assertEqual(checks.run_checks(tags=["tom"]), [])
