from unittest.mock import patch

from django.test import SimpleTestCase

from tom_setup.answers import QUESTIONS, AnswerRefused, Answers, gather, project_name
from tom_setup.cli import parser

NOTHING = {question.field: None for question in QUESTIONS}


class ProjectNameTests(SimpleTestCase):
    def test_an_identifier_that_stands_for_nothing_yet_is_taken(self):
        self.assertEqual(project_name(" my_tom2 "), "my_tom2")

    def test_what_python_cannot_import_is_refused_with_the_reason(self):
        for name in ("my-tom", "2tom", "my tom", "", "tom!", "../tom", "tøm", "_tom"):
            with self.subTest(name), self.assertRaisesMessage(AnswerRefused, "letters, digits and underscores"):
                project_name(name)

    def test_words_of_the_language_are_refused(self):
        for name in ("class", "lambda", "match"):
            with self.subTest(name), self.assertRaisesMessage(AnswerRefused, "word of the Python language"):
                project_name(name)

    def test_a_name_that_would_shadow_a_module_is_refused_and_another_is_proposed(self):
        for name in ("django", "json", "sys", "tom_common", "numpy", "custom_code", "test", "Static"):
            with self.subTest(name), self.assertRaisesMessage(AnswerRefused, f"{name}_tom"):
                project_name(name)


class FlagTests(SimpleTestCase):
    def test_every_question_has_a_flag_and_every_flag_is_read(self):
        options = vars(parser().parse_args([
            "mytom", "--tom-name", "My  TOM", "--target-type", "non-sidereal", "--target-permissions-only", "no",
            "--hints", "NO", "--group", "Comet  hunters", "--username", "ada", "--email", "ada@example.org",
            "--password", "orion-nebula", "--no-input",
        ]))
        self.assertEqual({question.field for question in QUESTIONS} - set(options), set())
        answers = gather("mytom", options)
        self.assertEqual(
            (answers.tom_name, answers.target_type, answers.target_permissions_only, answers.hints, answers.group,
             answers.username, answers.email, answers.password),
            ("My TOM", "NON_SIDEREAL", False, False, "Comet hunters", "ada", "ada@example.org", "orion-nebula"),
        )

    def test_without_flags_and_without_asking_the_defaults_stand(self):
        with patch.dict("os.environ", clear=False) as environment:
            environment.pop("DJANGO_SUPERUSER_PASSWORD", None)
            answers = gather("my_tom", NOTHING)
        self.assertEqual(
            (answers.tom_name, answers.target_type, answers.target_permissions_only, answers.group, answers.username),
            ("My Tom", "SIDEREAL", True, "Public", "pi"),
        )
        self.assertEqual(answers.password, "")

    def test_the_password_may_come_from_the_environment(self):
        with patch.dict("os.environ", {"DJANGO_SUPERUSER_PASSWORD": "orion-nebula"}):
            self.assertEqual(gather("mytom", NOTHING).password, "orion-nebula")

    def test_a_wrong_answer_is_refused_with_the_flag_it_came_by(self):
        wrong = {
            "tom_name": ("x" * 61, "at most 60"),
            "target_type": ("planet", "Known: SIDEREAL, NON_SIDEREAL"),
            "target_permissions_only": ("maybe", "neither yes nor no"),
            "hints": ("2", "neither yes nor no"),
            "group": ("  ", "1 to 150"),
            "username": ("two words", "cannot be a login name"),
            "email": ("nobody", "not an e-mail address"),
            "password": ("short", "at least 8"),
        }
        for question in QUESTIONS:
            answer, reason = wrong[question.field]
            with self.subTest(question.field), self.assertRaises(AnswerRefused) as refused:
                gather("mytom", NOTHING | {question.field: answer})
            self.assertTrue(str(refused.exception).startswith(f"{question.flag}: "))
            self.assertIn(reason, str(refused.exception))

    def test_a_name_that_would_end_a_string_is_refused(self):
        for name in ('The "best" TOM', "back\\slash"):
            with self.subTest(name), self.assertRaisesMessage(AnswerRefused, "--tom-name"):
                gather("mytom", NOTHING | {"tom_name": name})

    def test_passwords_that_are_guessed_first_are_refused(self):
        for password, reason in (("31415926535", "digits alone"), ("Password1", "common passwords")):
            with self.subTest(password), self.assertRaisesMessage(AnswerRefused, reason):
                gather("mytom", {**NOTHING, "password": password})

    def test_two_projects_never_share_a_secret(self):
        one, other = Answers("one"), Answers("other")
        self.assertNotEqual(one.secret_key, other.secret_key)
        self.assertGreaterEqual(len(one.secret_key), 50)


class AskingTests(SimpleTestCase):
    def ask(self, typed: list[str], secrets: list[str], options: dict | None = None) -> tuple[Answers, list, list]:
        asked, said, typed, secrets = [], [], iter(typed), iter(secrets)

        def read(prompt: str) -> str:
            asked.append(prompt)
            return next(typed)

        with patch.dict("os.environ", clear=False) as environment:
            environment.pop("DJANGO_SUPERUSER_PASSWORD", None)
            answers = gather("mytom", options or NOTHING, read, lambda prompt: next(secrets), said.append)
        return answers, asked, said

    def test_an_empty_answer_takes_the_default_that_the_question_shows(self):
        answers, asked, said = self.ask([""] * 7, [""])
        self.assertEqual((answers.target_type, answers.group, answers.hints), ("SIDEREAL", "Public", True))
        self.assertIn("[SIDEREAL]: ", asked[1])
        self.assertIn("[yes]: ", asked[2])
        self.assertEqual(said, [])

    def test_a_wrong_answer_is_explained_and_asked_again(self):
        answers, _, said = self.ask(["", "planet", "sidereal", "", "", "", "", ""], [""])
        self.assertEqual(answers.target_type, "SIDEREAL")
        self.assertEqual(len(said), 1)
        self.assertIn("'planet' is not a target type", said[0])

    def test_the_password_is_asked_twice_and_again_when_they_differ(self):
        answers, _, said = self.ask([""] * 7, ["orion-nebula", "orion-nebul", "orion-nebula", "orion-nebula"])
        self.assertEqual(answers.password, "orion-nebula")
        self.assertEqual(said, ["The two passwords differ."])

    def test_a_password_that_is_no_good_is_told_before_it_is_asked_again(self):
        answers, _, said = self.ask([""] * 7, ["short", "orion-nebula", "orion-nebula"])
        self.assertEqual(answers.password, "orion-nebula")
        self.assertEqual(said, ["A password has at least 8 characters."])

    def test_what_a_flag_has_answered_is_not_asked(self):
        options = {**NOTHING, "target_type": "NON_SIDEREAL", "password": "orion-nebula"}
        answers, asked, _ = self.ask([""] * 6, [], options)
        self.assertEqual(answers.target_type, "NON_SIDEREAL")
        self.assertFalse([prompt for prompt in asked if "SIDEREAL" in prompt])
