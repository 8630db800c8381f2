import io
import json
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import TestCase, override_settings
from django.utils import timezone

from tom_common import health
from tom_common.models import STALLED_AFTER, Job
from tom_common.people import PUBLIC_GROUP
from tom_common.testing import make_superuser, make_user

KEY = "k8f!qz7@x2m#w9v$b4n%c6l&j1h*g3f(d5s)a0pQWERTYUIOPLKJ"


class DoctorTests(TestCase):
    def setUp(self):
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        self.static = folder / "static"
        (self.static / "vendor/bootstrap").mkdir(parents=True)
        (self.static / "vendor/bootstrap/bootstrap.min.css").write_text("")
        self.enterContext(override_settings(
            SECRET_KEY=KEY, MEDIA_ROOT=folder / "media", STATIC_ROOT=self.static, ALLOWED_HOSTS=["tom.example.org"],
        ))
        self.media = folder / "media"
        make_superuser("pi")

    def examine(self, *args: str) -> tuple[int, str]:
        out, code = io.StringIO(), 0
        try:
            call_command("doctor", *args, stdout=out, no_color=True)
        except SystemExit as end:
            code = end.code
        return code, out.getvalue()

    def test_a_tom_that_is_well(self):
        code, report = self.examine()
        self.assertEqual(code, 0, report)
        self.assertIn("Everything is well.", report)
        self.assertNotIn("problem", report)
        for subject in health.EXAMINATIONS:
            self.assertRegex(report, f"(?m)^{subject} +ok ")

    def test_as_json(self):
        code, report = self.examine("--json")
        found = json.loads(report)
        self.assertEqual((code, found["problems"], set(found["findings"])), (0, 0, set(health.EXAMINATIONS)))
        self.assertEqual(set(found["findings"]["cache"][0]), {"level", "what", "mend"})

    def assert_problem(self, *words: str) -> None:
        code, report = self.examine()
        self.assertEqual(code, 1, report)
        for word in words:
            self.assertIn(word, report)
        self.assertIn("→", report)

    def test_a_setting_of_the_wrong_type(self):
        with override_settings(AUTH_STRATEGY="OPEN"):
            self.assert_problem("AUTH_STRATEGY is 'OPEN'")

    def test_a_weak_secret_key(self):
        with override_settings(SECRET_KEY="django-insecure-" + KEY):
            self.assert_problem("SECRET_KEY is short")

    def test_any_host_allowed(self):
        with override_settings(ALLOWED_HOSTS=["*"]):
            self.assert_problem("ALLOWED_HOSTS")

    def test_debug_is_worth_a_note_and_no_more(self):
        with override_settings(DEBUG=True):
            code, report = self.examine()
        self.assertEqual(code, 0, report)
        self.assertIn("DEBUG is on", report)

    def test_a_plugin_that_cannot_be_imported(self):
        with override_settings(TOM_HARVESTER_CLASSES=["no.such.Harvester"]), self.assertLogs("tom_common.plugins"):
            self.assert_problem("no.such.Harvester", "Mend the dotted path")

    def test_migrations_that_are_not_applied(self):
        with patch("tom_common.health.MigrationExecutor") as executor:
            executor.return_value.migration_plan.return_value = [
                (type("Migration", (), {"app_label": "tom_targets", "name": f"00{n}"}), False) for n in range(7)
            ]
            self.assert_problem("tom_targets.000", "and 2 more", "manage.py migrate")

    def test_nobody_who_can_manage(self):
        from django.contrib.auth import get_user_model

        get_user_model().objects.filter(username="pi").update(is_active=False)
        self.assert_problem("No superuser can log in", "createsuperuser")

    def test_the_public_group_is_gone_or_somebody_is_outside(self):
        make_user("ada").groups.clear()
        code, report = self.examine()
        self.assertIn("1 accounts are not in the group Public", report)
        self.assertEqual(code, 0)
        Group.objects.filter(name=PUBLIC_GROUP).delete()
        self.assert_problem("no group named Public")

    def test_grants_without_an_object(self):
        from guardian.shortcuts import assign_perm

        group = Group.objects.create(name="short-lived")
        assign_perm("auth.change_group", make_user("ada"), group)
        self.assertEqual(self.examine()[0], 0)
        Group.objects.filter(pk=group.pk)._raw_delete("default")
        self.assert_problem("1 grants belong to objects that are gone", "clean_orphan_obj_perms")

    def test_a_folder_that_takes_no_files(self):
        self.media.write_text("a file where the folder should be")
        self.assert_problem("Files cannot be kept", "MEDIA_ROOT")

    def test_the_file_of_the_test_is_taken_away_again(self):
        self.examine()
        self.assertEqual(list(self.media.iterdir()), [])

    def test_jobs_without_a_worker(self):
        Job.objects.create(path="x", title="Waiting one", created=timezone.now() - timedelta(minutes=5))
        self.assert_problem("no worker takes them (Waiting one)", "db_worker")

    def test_a_job_that_waits_for_a_busy_worker_is_no_problem(self):
        now = timezone.now()
        Job.objects.create(path="x", title="Waiting one", created=now - timedelta(minutes=5))
        Job.objects.create(path="x", title="Busy", state="running", started=now, heartbeat=now, worker="elsewhere 1")
        code, report = self.examine()
        self.assertEqual(code, 0, report)
        self.assertIn("a worker took one just now", report)

    def test_jobs_whose_worker_is_gone(self):
        Job.objects.create(path="x", title="Dead one", state="running", heartbeat=timezone.now() - 2 * STALLED_AFTER)
        self.assert_problem("1 jobs are stalled", "Dead one")

    def test_a_queue_that_cannot_be_made(self):
        with override_settings(TASKS={"default": {"BACKEND": "no.such.Backend"}}):
            self.assert_problem("The queue for jobs cannot be made")

    def test_a_cache_that_does_not_answer(self):
        with patch("tom_common.health.cache") as cache:
            cache.set.side_effect = ConnectionError("refused")
            self.assert_problem("The cache does not answer", "refused")

    def test_a_cache_that_forgets_is_worth_a_note(self):
        with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}):
            code, report = self.examine()
        self.assertEqual(code, 0, report)
        self.assertIn("forgets at once (DummyCache)", report)

    def test_static_files_that_were_not_collected(self):
        shutil.rmtree(self.static)
        self.assert_problem("static files are missing", "collectstatic")

    def test_an_examination_that_breaks_is_told_and_the_others_go_on(self):
        def broken():
            raise RuntimeError("the database is on fire")
            yield

        with patch.dict(health.EXAMINATIONS, {"storage": broken}):
            self.assert_problem("The storage could not be examined: RuntimeError: the database is on fire", "cache")
