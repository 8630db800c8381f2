from django.test import SimpleTestCase, override_settings

from tom_common import hooks

called: list[tuple] = []


def note(*args, **kwargs):
    called.append((args, kwargs))
    return "noted"


def fail(*args, **kwargs):
    raise ValueError("the project's own code")


class HookTests(SimpleTestCase):
    def setUp(self):
        called.clear()

    @override_settings(HOOKS={"my_hook": f"{__name__}.note"})
    def test_a_hook_is_called_with_what_it_is_given(self):
        self.assertEqual(hooks.run_hook("my_hook", 1, created=True), "noted")
        self.assertEqual(called, [((1,), {"created": True})])

    def test_without_a_hook_nothing_happens(self):
        for configured in ({}, {"my_hook": ""}, {"my_hook": None}, None):
            with override_settings(HOOKS=configured):
                self.assertIsNone(hooks.run_hook("my_hook", 1))
        self.assertEqual(called, [])

    def test_what_a_hook_raises_goes_to_the_caller(self):
        with override_settings(HOOKS={"my_hook": f"{__name__}.fail"}), self.assertRaises(ValueError):
            hooks.run_hook("my_hook")
        with override_settings(HOOKS={"my_hook": "no.such.function"}), self.assertRaises(ImportError):
            hooks.run_hook("my_hook")

    def test_the_hooks_of_the_framework_write_a_line(self):
        with self.assertLogs("tom_common.hooks", "INFO") as logs:
            hooks.target_post_save(target="M31", created=True)
            hooks.target_post_save(target="M31", created=False)
        self.assertIn("Target M31 was made.", logs.output[0])
        self.assertIn("changed", logs.output[1])

    def test_a_method_is_found_by_its_path(self):
        self.assertIs(hooks.import_method(f"{__name__}.note"), note)
