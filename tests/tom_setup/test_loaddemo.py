from io import StringIO
from unittest.mock import patch

from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import TestCase

from tom_common.integration import Contribution


def add_one() -> str:
    Group.objects.get_or_create(name="First")
    return "one group"


def break_off() -> str:
    Group.objects.create(name="Half-way")
    raise RuntimeError("no light curve")


def add_two() -> str:
    Group.objects.get_or_create(name="Second")
    return "another group"


class LoadDemoTests(TestCase):
    def load(self, *names: str) -> str:
        app = apps.get_app_config("tom_setup")
        contributions = [Contribution(app, f"{__name__}.{name}") for name in names]
        output = StringIO()
        with patch("tom_setup.management.commands.loaddemo.collect", return_value=contributions):
            call_command("loaddemo", stdout=output, stderr=output)
        return output.getvalue()

    def groups(self) -> set[str]:
        return set(Group.objects.filter(name__in=["First", "Second", "Half-way"]).values_list("name", flat=True))

    def test_each_says_what_it_added_in_the_order_of_the_apps(self):
        self.assertRegex(self.load("add_one", "add_two"), r"(?s)one group.*another group")
        self.assertEqual(self.groups(), {"First", "Second"})

    def test_it_can_be_run_again(self):
        self.load("add_one")
        self.load("add_one")
        self.assertEqual(Group.objects.filter(name="First").count(), 1)

    def test_one_that_fails_leaves_nothing_half_done_and_the_others_are_kept(self):
        with self.assertRaisesMessage(CommandError, "break_off"):
            self.load("add_one", "break_off", "add_two")
        self.assertEqual(self.groups(), {"First", "Second"})

    def test_without_demo_content_it_says_so(self):
        self.assertIn("None of the installed apps brings demo content.", self.load())
