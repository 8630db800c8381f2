"""What has no page of its own: the demo's people, helpers for tests, tuning of databases, tags."""

import os
import sqlite3
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.db import connections
from django.template import Context, Template
from django.test import RequestFactory, SimpleTestCase, TestCase
from django.utils import timezone

from tom_common import demo, jobs
from tom_common.apps import TomCommonConfig
from tom_common.db import BUSY_TIMEOUT_S, sqlite_options, tuned
from tom_common.models import Job
from tom_common.people import visible_users
from tom_common.testing import PASSWORD, logged_in, make_group, make_user, run_queued_jobs

User = get_user_model()


class DemoTests(TestCase):
    def test_three_people_come_once_with_the_password_that_was_given(self):
        self.assertEqual(demo.make_people("demo-1"), "pi, member, guest can log in with the password demo-1")
        pi, member, guest = (User.objects.get(username=name) for name in ("pi", "member", "guest"))
        self.assertTrue(all(user.check_password("demo-1") for user in (pi, member, guest)))
        self.assertEqual([user.is_superuser for user in (pi, member, guest)], [True, False, False])
        self.assertIn(pi, visible_users(member))
        self.assertEqual(list(visible_users(guest)), [guest])
        self.assertIn("there already", demo.make_people("another"))
        pi.refresh_from_db()
        self.assertTrue(pi.check_password("demo-1"))

    def test_the_password_comes_from_the_environment_or_by_chance(self):
        with patch.dict(os.environ, {"DEMO_PASSWORD": "from-outside"}):
            self.assertIn("from-outside", demo.make_people())
        User.objects.all().delete()
        with patch.dict(os.environ):
            os.environ.pop("DEMO_PASSWORD", None)
            password = demo.make_people().rpartition(" ")[2]
        self.assertTrue(User.objects.get(username="pi").check_password(password))
        self.assertGreaterEqual(len(password), 12)

    def test_it_is_contributed_as_demo_content(self):
        self.assertIn("tom_common.demo.make_people", TomCommonConfig.demo_content(None))


class HelperTests(TestCase):
    def test_people_and_groups_have_names_of_their_own(self):
        self.assertNotEqual(make_user().username, make_user().username)
        self.assertNotEqual(make_group().name, make_group().name)
        self.assertTrue(make_user("ada").check_password(PASSWORD))

    def test_jobs_that_start_others_are_all_done(self):
        jobs.start("tests.tom_common.work.nothing", title="a")
        jobs.start("tests.tom_common.work.count", title="b", kwargs={"upto": 1})
        self.assertEqual([job.state for job in run_queued_jobs()], ["done", "done"])


class ProgressTagTests(TestCase):
    def test_the_tag_shows_a_job_on_any_page(self):
        user = make_user()
        job = Job.objects.create(path="x", title="Fetch <M31>", user=user, state="failed", error="It is <down>.")
        request = RequestFactory().get("/")
        request.user = user
        html = Template("{% load user_extras %}{% job_progress job %}").render(
            Context({"job": job, "request": request, "csrf_token": "token"})
        )
        self.assertIn("Fetch &lt;M31&gt;", html)
        self.assertIn("It is &lt;down&gt;.", html)
        self.assertIn('value="token"', html)
        self.assertIn("Try again", html)

    def test_durations_are_told_in_words(self):
        now = timezone.now()
        for seconds, text in ((6, "6 s"), (185, "3 min 5 s"), (7380, "2 h 3 min")):
            self.assertEqual(Job(started=now, finished=now + timedelta(seconds=seconds)).duration_text, text)
        self.assertEqual(Job().duration_text, "")


class DatabaseTests(SimpleTestCase):
    databases = {"tuned"}

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.path = Path(folder) / "tom.sqlite3"
        entry = tuned({"ENGINE": "django.db.backends.sqlite3", "NAME": str(cls.path)})
        connections.databases["tuned"] = connections.configure_settings({"default": entry})["default"]
        cls.addClassCleanup(connections.databases.pop, "tuned")
        super().setUpClass()

    def test_only_sqlite_is_tuned_and_what_is_said_wins(self):
        postgres = {"ENGINE": "django.db.backends.postgresql", "NAME": "tom"}
        self.assertEqual(tuned(postgres), postgres)
        own = tuned({"ENGINE": "django.db.backends.sqlite3", "NAME": "x", "OPTIONS": {"timeout": 3}})
        self.assertEqual(own["OPTIONS"]["timeout"], 3)
        self.assertEqual(own["OPTIONS"]["transaction_mode"], "IMMEDIATE")
        self.assertEqual(sqlite_options()["timeout"], BUSY_TIMEOUT_S)

    def test_a_reader_does_not_wait_and_a_second_writer_waits_its_turn(self):
        connection = connections["tuned"]
        self.addCleanup(connection.close)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            self.assertEqual(cursor.fetchone(), ("wal",))
            cursor.execute("CREATE TABLE star (name text)")
        other = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO star VALUES ('Vega')")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM star")
            self.assertEqual(cursor.fetchone(), (0,))
        threading.Timer(0.1, other.execute, ["COMMIT"]).start()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO star VALUES ('Deneb')")
            cursor.execute("SELECT count(*) FROM star")
            self.assertEqual(cursor.fetchone(), (2,))


class PhoneTests(TestCase):
    def test_names_and_addresses_are_escaped(self):
        user = make_user("ada", first_name="<b>Ada</b>", email="ada@example.org")
        page = logged_in(user).get("/users/")
        self.assertNotContains(page, "<b>Ada")
