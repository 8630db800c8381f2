"""Projects that the scaffolder made, run as their owners run them: in a Python of their own, from their own folder."""

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from django.test import SimpleTestCase

PASSWORD = "orion-nebula"
#: Tasks are a part of Django from 6.0 on.
TASKS = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run it without what this test run itself has in the environment."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DJANGO_SETTINGS_MODULE", "TEST_DATABASE_URL", "DJANGO_SUPERUSER_PASSWORD"}
    }
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=clean | environment, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )


def tom_setup(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return run(["-m", "tom_setup.cli", *arguments], folder, **environment)


class ProjectTestCase(SimpleTestCase):
    """One project for a class of tests, made by `arguments`."""

    arguments: tuple[str, ...] = ("mytom", "--no-input")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        temporary = TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.here = Path(temporary.name)
        cls.folder = cls.here / "mytom"
        cls.made = tom_setup(cls.here, *cls.arguments, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        assert cls.made.returncode == 0, cls.made.stderr

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return run(["manage.py", *arguments], self.folder, **environment)

    def assert_succeeds(self, done: subprocess.CompletedProcess) -> str:
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def shell(self, code: str, **environment: str) -> str:
        return self.assert_succeeds(self.manage("shell", "--no-imports", "-c", code, **environment)).strip()


class FromNothingTests(ProjectTestCase):
    arguments = ("mytom", "--no-input", "--group", "Supernova team", "--username", "ada", "--email", "ada@example.org")

    def test_database_group_and_superuser_are_there_and_the_password_works(self):
        code = (
            "from django.contrib.auth import authenticate;"
            f"user = authenticate(username='ada', password='{PASSWORD}');"
            "print(user.is_superuser, user.email, sorted(user.groups.values_list('name', flat=True)))"
        )
        self.assertEqual(self.shell(code), "True ada@example.org ['Public', 'Supernova team']")

    def test_the_password_that_was_given_is_not_shown(self):
        self.assertNotIn(PASSWORD, self.made.stdout + self.made.stderr)
        self.assertIn("python manage.py runtom", self.made.stdout)

    def test_it_passes_its_own_checks(self):
        self.assertIn("no issues", self.assert_succeeds(self.manage("check", "--fail-level", "WARNING")))

    def test_it_passes_its_own_tests_without_a_warning(self):
        told = self.assert_succeeds(run(["-W", "default", "manage.py", "test"], self.folder))
        self.assertRegex(told, r"Ran \d{2,} tests")
        self.assertNotIn("No directory at", told)

    def test_no_migration_is_missing(self):
        self.assert_succeeds(self.manage("makemigrations", "--check", "--dry-run"))

    def test_on_a_server_the_deployment_checks_are_clean(self):
        told = self.assert_succeeds(
            self.manage("check", "--deploy", "--fail-level", "WARNING", DEBUG="false", ALLOWED_HOSTS="tom.example.org")
        )
        self.assertIn("no issues", told)

    def test_without_its_environment_file_it_is_strict_and_says_what_it_needs(self):
        hidden = (self.folder / ".env").rename(self.folder / "hidden.env")
        self.addCleanup(lambda: hidden.rename(self.folder / ".env"))
        refused = self.manage("check")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("SECRET_KEY is not set", refused.stderr)
        code = "from django.conf import settings as s; print(s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE)"
        self.assertEqual(self.shell(code, SECRET_KEY="x" * 60), "False True True")

    def test_storage_cache_mail_and_jobs_come_from_the_environment(self):
        code = (
            "from django.conf import settings as s;"
            "print(s.STORAGES['default']['BACKEND'], s.STORAGES['default']['OPTIONS']['bucket_name'],"
            "s.CACHES['default']['BACKEND'], s.EMAIL_BACKEND, s.TASKS['default']['BACKEND'],"
            "s.DATABASES['default']['ENGINE'], s.SECURE_PROXY_SSL_HEADER, s.HARVESTERS['TNS']['bot_id'])"
        )
        # Read from the settings alone: none of those services is here.
        told = run(
            ["-c", f"import django; {code}"], self.folder, DJANGO_SETTINGS_MODULE="mytom.settings", S3_BUCKET="plates",
            REDIS_URL="redis://127.0.0.1:1/0", EMAIL_HOST="mail.example.org", TASKS_BACKEND="immediate",
            DATABASE_URL="postgres://u:p@127.0.0.1:1/tom", BEHIND_PROXY="true", TNS_BOT_ID="42",
        )
        self.assertEqual(
            self.assert_succeeds(told).split(),
            ["storages.backends.s3.S3Storage", "plates", "django.core.cache.backends.redis.RedisCache",
             "django.core.mail.backends.smtp.EmailBackend", f"{TASKS}.backends.immediate.ImmediateBackend",
             "django.db.backends.postgresql", "('HTTP_X_FORWARDED_PROTO',", "'https')", "42"],
        )

    def test_sqlite_lets_readers_and_a_writer_work_together(self):
        code = (
            "from django.db import connection as c; cursor = c.cursor();"
            "names = ('journal_mode', 'busy_timeout', 'foreign_keys');"
            "print([cursor.execute(f'PRAGMA {name}').fetchone()[0] for name in names])"
        )
        self.assertEqual(self.shell(code), "['wal', 20000, 1]")

    def test_the_same_command_again_changes_nothing(self):
        again = tom_setup(self.here, *self.arguments, DJANGO_SUPERUSER_PASSWORD="another-nebula")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("keeps the same password", again.stdout)

    def test_other_answers_need_force_and_the_reason_names_the_files(self):
        refused = tom_setup(self.here, "mytom", "--no-input", "--hints", "no", "--files-only")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("mytom/settings.py", refused.stderr)
        self.assertIn("--force", refused.stderr)


class OtherAnswersTests(ProjectTestCase):
    arguments = (
        "mytom", "--no-input", "--target-type", "NON_SIDEREAL", "--target-permissions-only", "no", "--hints", "no",
        "--tom-name", "Comets & Co",
    )

    def test_it_passes_its_own_checks_and_tests(self):
        self.assert_succeeds(self.manage("check", "--fail-level", "WARNING"))
        self.assert_succeeds(self.manage("test"))

    def test_the_answers_are_in_force(self):
        code = (
            "from tom_common.conf import tom_settings as s;"
            "print(s.TARGET_TYPE, s.TARGET_PERMISSIONS_ONLY, s.HINTS_ENABLED, s.TOM_NAME)"
        )
        self.assertEqual(self.shell(code), "NON_SIDEREAL False False Comets & Co")


class ExamplesTests(ProjectTestCase):
    """Whoever takes the # away from an example finds that it works."""

    arguments = ("mytom", "--no-input", "--files-only")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        apps = cls.folder / "custom_code" / "apps.py"
        apps.write_text(re.sub(r"^( {12})# ", r"\1", apps.read_text(), flags=re.MULTILINE))
        models = cls.folder / "custom_code" / "models.py"
        models.write_text(re.sub(r"^# ?", "", models.read_text(), flags=re.MULTILINE))
        settings = cls.folder / "mytom" / "settings.py"
        example = r'^( *)# (?=TARGET_MODEL_CLASS|MATCH_MANAGERS|"target_post_save"|EXCLUDE_HARVESTER|CSS_THEME)'
        settings.write_text(re.sub(example, r"\1", settings.read_text(), flags=re.MULTILINE))
        for command in (["makemigrations", "custom_code"], ["migrate", "--verbosity", "0"]):
            done = run(["manage.py", *command], cls.folder)
            assert done.returncode == 0, done.stdout + done.stderr

    def test_the_project_still_passes_its_checks_and_tests(self):
        self.assert_succeeds(self.manage("check", "--fail-level", "WARNING"))
        self.assert_succeeds(self.manage("test"))

    def test_every_example_shows_where_it_says(self):
        seen = self.shell(
            """
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from tom_catalogs.harvester import get_service_classes
from tom_targets.models import Target
from tom_targets.sites import known_sites
user = get_user_model().objects.create_superuser("ada", password="orion-nebula")
target = Target.objects.create(name="M 31", type="SIDEREAL", ra=10.684708, dec=41.26875, redshift=-0.001)
client = Client(HTTP_HOST="localhost")
client.force_login(user)
detail = client.get(reverse("targets:detail", args=[target.pk])).content.decode()
listed = client.get(reverse("targets:list")).content.decode()
profile = client.get(reverse("user-profile")).content.decode()
print(type(target).__name__)
print("tab" if "M 31 elsewhere" in detail else "NO TAB")
print("panel" if "On the web" in detail else "NO PANEL")
print("button" if "btn btn-outline-secondary" in detail and ">SIMBAD</a>" in detail else "NO BUTTON")
print("nav" if ">About</a>" in detail else "NO NAV")
print("column" if "Constellation" in listed and "Andromeda" in listed else "NO COLUMN")
print("profile" if "Good seeing, ada" in profile else "NO PROFILE")
print("css" if "tom_common/css/ours.css" in detail else "NO CSS")
print("harvester" if "Our list" in get_service_classes() else "NO HARVESTER")
print("site" if any(site.name == "Our dome" for site in known_sites().values()) else "NO SITE")
print("match" if Target.matches.match_cone_search(10.684708, 41.26875, 1).count() == 1 else "NO MATCH")
""",
            LOG_LEVEL="ERROR",
        )
        self.assertEqual(
            seen.splitlines(),
            ["MytomTarget", "tab", "panel", "button", "nav", "column", "profile", "css", "harvester", "site", "match"],
        )


class WrongAnswersTests(SimpleTestCase):
    def setUp(self):
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.here = Path(temporary.name)

    def test_each_is_refused_with_a_plain_message_and_nothing_is_written(self):
        (self.here / "taken").write_text("a file")
        for arguments, reason in (
            (["json", "--no-input"], "already the name of a Python module"),
            (["my-tom", "--no-input"], "letters, digits and underscores"),
            (["--no-input"], "give the name of the project"),
            (["mytom", "--no-input", "--target-type", "planet"], "--target-type: 'planet' is not a target type"),
            (["mytom", "--no-input", "--folder", "taken"], "is a file"),
            (["mytom"], "stopped"),
        ):
            with self.subTest(arguments):
                done = tom_setup(self.here, *arguments)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(reason, done.stderr)
                self.assertNotIn("Traceback", done.stderr)
                self.assertEqual([path.name for path in self.here.iterdir()], ["taken"])


class StartedProjectTests(SimpleTestCase):
    """`manage.py tom_setup` in what `django-admin startproject` made."""

    def setUp(self):
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        started = run(["-m", "django", "startproject", "mytom", "."], self.folder)
        assert started.returncode == 0, started.stderr
        settings = self.folder / "mytom" / "settings.py"
        settings.write_text(settings.read_text() + '\nINSTALLED_APPS += ["tom_setup"]\n')
        self.before = settings.read_text()

    def setup_command(self, *arguments: str) -> subprocess.CompletedProcess:
        command = ["manage.py", "tom_setup", "--no-input", *arguments]
        return run(command, self.folder, DJANGO_SUPERUSER_PASSWORD=PASSWORD)

    def test_it_refuses_to_overwrite_and_with_force_it_saves_a_copy(self):
        refused = self.setup_command()
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("mytom/settings.py", refused.stderr)
        self.assertEqual((self.folder / "mytom" / "settings.py").read_text(), self.before)
        self.assertFalse((self.folder / "custom_code").exists())

        done = self.setup_command("--force", "--username", "ada")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        saved = list((self.folder / ".tom_setup_saved").glob("*/mytom/settings.py"))
        self.assertEqual([path.read_text() for path in saved], [self.before])
        self.assertEqual(run(["manage.py", "check", "--fail-level", "WARNING"], self.folder).returncode, 0)
        users = run(["manage.py", "shell", "--no-imports", "-c", "from django.contrib.auth.models import User;"
                     "print(User.objects.get(username='ada').is_superuser)"], self.folder)
        self.assertEqual(users.stdout.strip(), "True", users.stderr)

    def test_settings_in_another_place_are_not_guessed_at(self):
        (self.folder / "mytom" / "settings.py").rename(self.folder / "mytom" / "production.py")
        done = run(["manage.py", "tom_setup", "--no-input", "--settings", "mytom.production"], self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("The settings here are mytom.production", done.stderr)
