import stat
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.test import SimpleTestCase, TestCase

from tom_setup.answers import Answers
from tom_setup.people import make_first_people
from tom_setup.project import SAVED, SetupRefused, plan, write
from tom_setup.scaffold import scaffold


class WriteTests(SimpleTestCase):
    def setUp(self):
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name, "mytom")
        self.answers = Answers("mytom")

    def write(self, answers: Answers | None = None, **options) -> Path | None:
        return write(plan(self.folder, answers or self.answers), **{"force": False, **options})

    def written(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.folder)): path.read_text()
            for path in self.folder.rglob("*")
            if path.is_file() and SAVED not in path.parts
        }

    def test_an_empty_place_gets_the_whole_project(self):
        self.assertIsNone(self.write())
        self.assertEqual(self.written(), scaffold(self.answers))

    def test_secrets_are_readable_by_their_owner_only_and_manage_py_can_be_run(self):
        self.write()
        self.assertEqual(stat.S_IMODE((self.folder / ".env").stat().st_mode), 0o600)
        self.assertTrue((self.folder / "manage.py").stat().st_mode & stat.S_IXUSR)

    def test_the_same_answers_again_change_nothing(self):
        self.write()
        planned = plan(self.folder, self.answers)
        self.assertEqual((planned.new, planned.replaced, planned.kept), ({}, {}, []))

    def test_a_file_in_the_way_is_named_and_nothing_at_all_is_written(self):
        (self.folder / "mytom").mkdir(parents=True)
        (self.folder / "mytom" / "settings.py").write_text("MINE = True\n")
        with self.assertRaisesMessage(SetupRefused, "mytom/settings.py. Nothing was written."):
            self.write()
        self.assertEqual(self.written(), {"mytom/settings.py": "MINE = True\n"})

    def test_with_force_a_copy_is_saved_first(self):
        self.write()
        settings = self.folder / "mytom" / "settings.py"
        settings.write_text("MINE = True\n")
        saved = self.write(force=True)
        self.assertEqual((saved / "mytom" / "settings.py").read_text(), "MINE = True\n")
        self.assertEqual(settings.read_text(), scaffold(self.answers)["mytom/settings.py"])
        self.assertEqual([path.name for path in saved.rglob("*") if path.is_file()], ["settings.py"])

    def test_the_users_own_code_is_kept_even_with_force(self):
        self.write()
        models = self.folder / "custom_code" / "models.py"
        models.write_text("# my work of a year\n")
        planned = plan(self.folder, self.answers)
        write(planned, force=True)
        self.assertEqual(models.read_text(), "# my work of a year\n")
        self.assertEqual(planned.kept, ["custom_code/models.py"])

    def test_a_secret_that_is_in_use_is_kept(self):
        self.write()
        before = (self.folder / ".env").read_text()
        self.write(Answers("mytom"), force=True)
        self.assertEqual((self.folder / ".env").read_text(), before)

    def test_a_folder_in_the_way_of_a_file_is_told(self):
        (self.folder / "mytom" / "settings.py").mkdir(parents=True)
        with self.assertRaisesMessage(SetupRefused, "is a folder, but a file of that name is needed"):
            self.write(force=True)


class FirstPeopleTests(TestCase):
    people = {"group": "Supernovae", "username": "ada", "email": "ada@example.org", "password": "orion-nebula"}

    def test_the_group_and_the_superuser_are_made(self):
        said = make_first_people(**self.people)
        user = authenticate(username="ada", password="orion-nebula")
        self.assertTrue(user.is_superuser and user.is_staff)
        self.assertEqual(user.email, "ada@example.org")
        self.assertEqual(set(user.groups.values_list("name", flat=True)), {"Supernovae", "Public"})
        self.assertIn("Superuser 'ada' was made.", said)

    def test_once_more_makes_nothing_twice(self):
        make_first_people(**self.people)
        make_first_people(**self.people)
        self.assertEqual(Group.objects.filter(name="Supernovae").count(), 1)
        self.assertEqual(get_user_model().objects.filter(username="ada").count(), 1)

    def test_an_account_that_is_there_is_not_taken_over(self):
        get_user_model().objects.create_user("ada", password="before")
        said = make_first_people(**self.people)
        self.assertIsNone(authenticate(username="ada", password="orion-nebula"))
        self.assertFalse(get_user_model().objects.get(username="ada").is_superuser)
        self.assertTrue(any("keeps the same password and rights" in sentence for sentence in said))
