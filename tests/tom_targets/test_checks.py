"""Mistakes in the settings are told before the first page meets them."""

from django.core.checks import Error, run_checks
from django.test import SimpleTestCase, override_settings


def problems() -> list[str]:
    return [message.msg for message in run_checks(tags=["tom"]) if message.id.startswith("tom_targets.")]


class ExtraFieldsCheckTests(SimpleTestCase):
    def test_sound_settings_pass(self):
        sound = [{"name": "redshift", "type": "number"}, {"name": "note", "type": "string"}]
        with override_settings(EXTRA_FIELDS=sound):
            self.assertEqual(problems(), [])

    def test_each_mistake_is_named(self):
        number = {"name": "redshift", "type": "number"}
        for entries, words in (
            ([{"type": "number"}], "no name"), (["redshift"], "no name"),
            ([{"name": "z", "type": "colour"}], "'colour'"),
            ([{"name": "z"}], "None"), ([number, number], "twice"), ([{"name": "ra", "type": "number"}], "column"),
        ):
            with override_settings(EXTRA_FIELDS=entries):
                self.assertEqual(len(problems()), 1, entries)
                self.assertIn(words, problems()[0])


class MatchManagerCheckTests(SimpleTestCase):
    def test_a_class_that_cannot_be_used_is_named(self):
        for path in ("nowhere.Manager", "tom_targets.matching.Nothing", "django.db.models.Manager", "datetime.UTC"):
            with override_settings(MATCH_MANAGERS={"Target": path}):
                messages = [message for message in run_checks(tags=["tom"]) if message.id == "tom_targets.E002"]
                self.assertEqual(len(messages), 1, path)
                self.assertIsInstance(messages[0], Error)
                self.assertIn(path, messages[0].msg)
