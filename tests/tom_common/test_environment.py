from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from tom_common.environment import Environment, read_env_file


class EnvFileTests(SimpleTestCase):
    def test_lines_are_read_with_and_without_quotes_and_export(self):
        text = "A=1\n\n# remark\nexport B = two words # remark\nC='x # y $z'\nD=\"q\" # remark\nE=\nF=a=b#c\n"
        self.assertEqual(
            read_env_file(text), {"A": "1", "B": "two words", "C": "x # y $z", "D": "q", "E": "", "F": "a=b#c"}
        )

    def test_a_line_that_cannot_be_read_is_told_by_its_number(self):
        for line in ("NONSENSE", "2A=1", "=x", "A='open", "A='x' y"):
            with self.subTest(line), self.assertRaisesMessage(ImproperlyConfigured, "Line 2 of .env"):
                read_env_file(f"OK=1\n{line}\n")


class EnvironmentTests(SimpleTestCase):
    def test_the_real_environment_wins_over_the_file(self):
        with TemporaryDirectory() as folder:
            env_file = Path(folder, ".env")
            env_file.write_text("DEBUG=true\nHOST=file\n")
            env = Environment(env_file, environ={"DEBUG": "false"})
        self.assertFalse(env.boolean("DEBUG", True))
        self.assertEqual(env.text("HOST"), "file")

    def test_a_file_that_is_not_there_is_no_error(self):
        self.assertEqual(Environment(Path("/nonexistent/.env"), environ={}).text("A", "default"), "default")

    def test_what_must_be_set_and_is_not_is_told_by_name(self):
        for environ in ({}, {"SECRET_KEY": ""}):
            with self.subTest(environ), self.assertRaisesMessage(ImproperlyConfigured, "SECRET_KEY is not set"):
                Environment(environ=environ).text("SECRET_KEY")

    def test_truth_is_spelt_in_several_ways_and_never_guessed(self):
        for text, expected in (("1", True), ("True", True), ("on", True), ("no", False), ("0", False), ("", False)):
            with self.subTest(text):
                self.assertIs(Environment(environ={"A": text}).boolean("A", not expected), expected)
        self.assertIs(Environment(environ={}).boolean("A", True), True)
        with self.assertRaisesMessage(ImproperlyConfigured, "DEBUG is 'ture'; it should be true or false."):
            Environment(environ={"DEBUG": "ture"}).boolean("DEBUG", False)

    def test_numbers_and_lists(self):
        env = Environment(environ={"PORT": "25", "HOSTS": "a.org, b.org,", "BAD": "2.5"})
        self.assertEqual(env.integer("PORT", 1), 25)
        self.assertEqual(env.integer("OTHER", 1), 1)
        self.assertEqual(env.items("HOSTS"), ["a.org", "b.org"])
        self.assertEqual(env.items("OTHERS", ("x",)), ["x"])
        self.assertEqual(env.items("NONE"), [])
        with self.assertRaisesMessage(ImproperlyConfigured, "BAD is '2.5'"):
            env.integer("BAD", 1)
