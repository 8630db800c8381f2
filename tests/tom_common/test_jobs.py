"""Long work: what becomes of it, and what its pages show."""

import io
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from unittest.mock import patch

from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tom_common import job_queue, job_runs, jobs
from tom_common.models import STALLED_AFTER, Job, this_process
from tom_common.processes import Child, Family
from tom_common.testing import htmx_headers, logged_in, make_superuser, make_user, run_queued_jobs

WORK = "tests.tom_common.work"


def start(name: str = "nothing", **kwargs) -> Job:
    return jobs.start(f"{WORK}.{name}", **{"title": name, **kwargs})


def make_stalled(**fields) -> Job:
    long_ago = timezone.now() - 2 * STALLED_AFTER
    return Job.objects.create(path=f"{WORK}.nothing", title="silent", state=Job.State.RUNNING, started=long_ago,
                              heartbeat=long_ago, worker="another-machine 1", **fields)


class RunTests(TestCase):
    def test_a_job_that_is_done_keeps_result_and_progress(self):
        user = make_user()
        job = start("count", user=user, kwargs={"upto": 3})
        self.assertEqual((job.state, job.percent, job.user), (Job.State.QUEUED, None, user))
        run_queued_jobs()
        job.refresh_from_db()
        self.assertEqual((job.state, job.done, job.total, job.percent), (Job.State.DONE, 3, 3, 100))
        self.assertEqual(job.result["message"], "3 counted.")
        self.assertLessEqual(job.created, job.started)
        self.assertLessEqual(job.started, job.finished)
        self.assertEqual(job.worker, this_process())

    def test_a_function_that_raises_makes_the_job_fail_with_words_and_traceback(self):
        job = start("break_down")
        with self.assertLogs("tom_common.job_runs", "ERROR"):
            run_queued_jobs()
        job.refresh_from_db()
        self.assertEqual((job.state, job.error, job.message), ("failed", "ZeroDivisionError: by nought", "Half way"))
        self.assertIn("break_down", job.traceback)
        self.assertIsNone(job.active_key)

    def test_an_error_raised_on_purpose_speaks_for_itself(self):
        job = start("say_why")
        with self.assertNoLogs("tom_common.job_runs", "ERROR"):
            run_queued_jobs()
        job.refresh_from_db()
        self.assertEqual(job.error, "The catalogue has no such object.")

    def test_a_result_that_is_no_json_is_a_failure(self):
        job = start("return_no_json")
        with self.assertLogs("tom_common.job_runs", "ERROR"):
            run_queued_jobs()
        job.refresh_from_db()
        self.assertEqual(job.state, "failed")
        self.assertIn("TypeError", job.error)

    def test_a_worker_that_is_stopped_says_so_and_stops(self):
        job = start("be_stopped")
        with self.assertRaises(SystemExit):
            jobs.run(job.pk)
        job.refresh_from_db()
        self.assertEqual(job.state, "failed")
        self.assertIn("was stopped", job.error)

    def test_a_job_is_run_once(self):
        job = start()
        self.assertEqual(jobs.run(job.pk).state, "done")
        self.assertIsNone(jobs.run(job.pk))

    def test_what_cannot_be_imported_or_is_no_json_is_refused_at_the_start(self):
        with self.assertRaises(ImportError):
            jobs.start("tests.tom_common.work.no_such", title="x")
        with self.assertRaises(TypeError):
            start(kwargs={"a": object()})
        with self.assertRaises(ValueError):
            start(kwargs={"a": float("nan")})
        self.assertFalse(Job.objects.exists())

    def test_a_long_title_and_message_are_cut(self):
        job = start(title="t" * 500)
        with jobs.Progress(job) as progress:
            progress.update(1, 2, "m" * 900)
        self.assertEqual(len(job.title), 200)
        self.assertEqual(len(progress.latest()["message"]), 500)

    def test_progress_is_written_at_most_twice_a_second(self):
        job = start("count", kwargs={"upto": 500})
        clock = iter([1.0 + number / 1000 for number in range(5000)])
        real = jobs.Progress._exchange
        with patch("tom_common.job_runs.time.monotonic", side_effect=clock), \
                patch.object(jobs.Progress, "_exchange", autospec=True, side_effect=real) as exchange:
            jobs.run(job.pk)
        self.assertEqual(exchange.call_count, 2, "500 words within 0.5 s")


class StartTests(TestCase):
    def test_a_second_start_with_the_same_key_returns_the_first(self):
        ada, bob = make_user("ada"), make_user("bob")
        first = start(key="update-1", user=ada)
        self.assertEqual(start(key="update-1", user=ada), first)
        self.assertEqual(start(key="update-1", user=bob), first)
        self.assertEqual(Job.objects.count(), 1)
        self.assertEqual(list(Job.objects.visible_to(bob)), [first])
        self.assertNotEqual(start(key="update-2"), first)
        run_queued_jobs()
        self.assertNotEqual(start(key="update-1"), first)

    def test_two_starts_at_the_same_moment_are_one_job(self):
        first = start(key="k")
        with patch("tom_common.jobs._unfinished", side_effect=[None, first]):
            self.assertEqual(start(key="k"), first)

    def test_a_dead_job_does_not_hold_its_key(self):
        dead = make_stalled(key="k", active_key="k")
        fresh = start(key="k")
        self.assertNotEqual(fresh, dead)
        dead.refresh_from_db()
        self.assertEqual((dead.state, dead.error), ("failed", job_runs.WORKER_DIED))

    def test_what_somebody_waits_for_goes_before_what_may_take_the_night(self):
        with self.captureOnCommitCallbacks(execute=True):
            patient, urgent = start(title="patient"), start(title="urgent", urgent=True)
        order = list(DBTaskResult.objects.ready().values_list("args_kwargs", flat=True))
        self.assertEqual([entry["args"] for entry in order], [[urgent.pk], [patient.pk]])

    def test_nothing_is_queued_before_the_transaction_is_committed(self):
        with self.captureOnCommitCallbacks(execute=True) as callbacks:
            job = start()
            self.assertFalse(DBTaskResult.objects.exists())
        self.assertEqual(len(callbacks), 1)
        job.refresh_from_db()
        task = DBTaskResult.objects.get()
        self.assertEqual((task.args_kwargs["args"], str(task.id)), ([job.pk], job.task_id))

    def test_a_queue_that_is_down_makes_the_job_fail(self):
        with patch("tom_common.tasks.run_job") as run_job, self.assertLogs("tom_common.jobs", "ERROR"):
            run_job.enqueue.side_effect = ConnectionError("Redis is away")
            with self.captureOnCommitCallbacks(execute=True):
                job = start(key="k")
        self.assertEqual(job.state, "failed")
        self.assertIn("Redis is away", job.error)
        self.assertIsNone(job.active_key)

    @override_settings(TASKS={"default": {"BACKEND": job_queue.immediate_backend()}})
    def test_with_the_immediate_backend_it_is_done_when_start_returns(self):
        with self.captureOnCommitCallbacks(execute=True):
            job = start("count", kwargs={"upto": 2})
        self.assertEqual((job.state, job.result["message"]), ("done", "2 counted."))
        self.assertTrue(job_queue.is_immediate())
        self.assertIsNone(job_queue.worker_command())


class WorkerTests(TransactionTestCase):
    def test_the_worker_command_does_the_work(self):
        job, broken = start("count", kwargs={"upto": 2}), start("break_down")
        with self.assertLogs("tom_common.job_runs", "ERROR"):
            call_command("db_worker", "--batch", "--no-startup-delay", "--no-reload", "--queue-name", "*", verbosity=0)
        job.refresh_from_db()
        broken.refresh_from_db()
        self.assertEqual((job.state, broken.state), ("done", "failed"))

    def test_progress_of_a_worker_is_seen_before_its_transaction_ends(self):
        """On a database that takes two connections; SQLite in memory is written through one."""
        seen, go_on = threading.Event(), threading.Event()
        written = []

        def exchange(progress):
            written.append(progress.latest()["message"])
            seen.set()
            return go_on.wait(5)

        job = start()
        with patch("tom_common.job_runs._can_beat", return_value=True), \
                patch.object(jobs.Progress, "_exchange", exchange), patch("tom_common.job_runs.connection"):
            with jobs.Progress(job) as progress, transaction.atomic():
                progress.update(1, 2, "inside")
                self.assertTrue(seen.wait(5))
                go_on.set()
        self.assertEqual(written[0], "inside")

    def test_a_locked_database_costs_no_progress_but_the_one_word(self):
        tried = threading.Event()

        def locked(progress):
            tried.set()
            raise OperationalError("database is locked")

        job = start()
        with patch("tom_common.job_runs._can_beat", return_value=True), \
                patch.object(jobs.Progress, "_exchange", locked), patch("tom_common.job_runs.connection"):
            with jobs.Progress(job) as progress:
                progress.update(1)
                self.assertTrue(tried.wait(5))

    def test_the_end_is_written_when_the_database_was_locked_for_a_moment(self):
        job = start()
        update = type(Job.objects.all()).update
        failures = [OperationalError("database is locked")]

        def flaky(queryset, **fields):
            if "finished" in fields and failures:
                raise failures.pop()
            return update(queryset, **fields)

        with patch.object(type(Job.objects.all()), "update", flaky), patch("tom_common.job_runs.time.sleep") as sleep, \
                patch("tom_common.job_runs.close_old_connections"):
            self.assertEqual(jobs.run(job.pk).state, "done")
        sleep.assert_called_once_with(0.2)

    def test_memory_databases_are_written_through_one_connection(self):
        if connection.vendor == "sqlite" and connection.is_in_memory_db():
            self.assertFalse(job_runs._can_beat())
        with transaction.atomic():
            self.assertFalse(job_runs._can_beat())


class CancelTests(TestCase):
    def test_a_waiting_job_is_cancelled_at_once_and_never_run(self):
        job = start(key="k")
        self.assertTrue(jobs.cancel(job))
        self.assertIsNone(jobs.run(job.pk))
        job.refresh_from_db()
        self.assertEqual((job.state, job.active_key), ("cancelled", None))

    def test_a_running_job_stops_at_its_next_word(self):
        job = start("ask_for_own_end")
        run_queued_jobs()
        job.refresh_from_db()
        self.assertEqual((job.state, job.done, job.error), ("cancelled", 2, ""))

    def test_what_is_over_stays_as_it_is(self):
        job = start()
        run_queued_jobs()
        self.assertFalse(jobs.cancel(job))
        job.refresh_from_db()
        self.assertEqual(job.state, "done")

    def test_a_stalled_job_is_cancelled_at_once(self):
        job = make_stalled()
        self.assertTrue(jobs.cancel(job))
        job.refresh_from_db()
        self.assertEqual(job.state, "cancelled")


class RetryTests(TestCase):
    def test_a_failed_job_is_tried_again_as_a_new_one(self):
        job = start("say_why", kwargs={}, user=make_user(), key="k")
        run_queued_jobs()
        again = jobs.retry(job)
        self.assertEqual((again.retry_of, again.attempts, again.path, again.user, again.active_key),
                         (job, 2, job.path, job.user, "k"))
        self.assertEqual(again.state, "queued")

    def test_what_runs_or_went_well_is_not_tried_again(self):
        job = start()
        with self.assertRaises(jobs.JobFailed):
            jobs.retry(job)
        run_queued_jobs()
        with self.assertRaises(jobs.JobFailed):
            jobs.retry(job)

    def test_a_stalled_job_is_given_up_and_tried_again(self):
        job = make_stalled()
        again = jobs.retry(job)
        job.refresh_from_db()
        self.assertEqual((job.state, again.retry_of), ("failed", job))


class StalledTests(TestCase):
    def test_a_worker_elsewhere_is_dead_when_it_is_silent(self):
        job = make_stalled()
        self.assertTrue(job.is_stalled)
        job.heartbeat = timezone.now()
        self.assertFalse(job.is_stalled)

    def test_a_worker_on_this_machine_is_dead_when_its_process_is_gone(self):
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        job = make_stalled()
        job.heartbeat = timezone.now()
        job.worker = this_process().rpartition(" ")[0] + f" {gone.pid}"
        self.assertTrue(job.is_stalled)
        job.worker = this_process()
        job.heartbeat = timezone.now() - 2 * STALLED_AFTER
        self.assertFalse(job.is_stalled, "a long transaction may keep a living worker silent")
        job.heartbeat = timezone.now() - timedelta(hours=1)
        self.assertTrue(job.is_stalled)

    def test_the_next_job_clears_up_after_a_dead_worker(self):
        dead = make_stalled()
        start()
        run_queued_jobs()
        dead.refresh_from_db()
        self.assertEqual((dead.state, dead.error), ("failed", job_runs.WORKER_DIED))


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ada, cls.bob, cls.pi = make_user("ada"), make_user("bob"), make_superuser("pi")

    def test_one_sees_ones_own_jobs_and_a_superuser_all(self):
        job = start("count", title="Count stars", user=self.ada, kwargs={"upto": 1})
        for user, sees in ((self.ada, True), (self.bob, False), (self.pi, True)):
            client = logged_in(user)
            self.assertEqual("Count stars" in client.get(reverse("job-list")).content.decode(), sees)
            for name in ("job-detail", "job-progress"):
                self.assertEqual(client.get(reverse(name, args=[job.pk])).status_code, 200 if sees else 404)
            for name in ("job-cancel", "job-retry"):
                self.assertEqual(client.get(reverse(name, args=[job.pk])).status_code, 405)
        for name in ("job-cancel", "job-retry"):
            self.assertEqual(logged_in(self.bob).post(reverse(name, args=[job.pk])).status_code, 404)
            self.assertRedirects(logged_in().post(reverse(name, args=[job.pk])),
                                 f"{reverse('login')}?next={reverse(name, args=[job.pk])}")
        job.refresh_from_db()
        self.assertEqual(job.state, "queued")

    def test_the_bar_asks_again_until_the_job_is_over(self):
        job = start("count", user=self.ada, kwargs={"upto": 4})
        Job.objects.filter(pk=job.pk).update(state="running", started=timezone.now(), heartbeat=timezone.now(),
                                             done=1, total=4, message="Number 1", worker=this_process())
        client, url = logged_in(self.ada), reverse("job-progress", args=[job.pk])
        running = client.get(url, headers=htmx_headers())
        self.assertContains(running, f'hx-get="{url}"')
        self.assertContains(running, 'hx-trigger="load delay:1500ms"')
        self.assertContains(running, 'data-width="25"')
        self.assertEqual(running["Cache-Control"], "no-store")
        Job.objects.filter(pk=job.pk).update(state="done", result={"message": "4 counted.", "url": "/targets/"})
        over = client.get(url, headers=htmx_headers())
        self.assertNotContains(over, "hx-get")
        self.assertContains(over, "4 counted.")
        self.assertContains(over, 'href="/targets/"')
        self.assertNotIn("HX-Refresh", over)
        self.assertEqual(client.get(f"{url}?page=detail", headers=htmx_headers())["HX-Refresh"], "true")

    def test_a_stalled_job_stops_asking_and_offers_another_try(self):
        job = make_stalled(user=self.ada)
        page = logged_in(self.ada).get(reverse("job-detail", args=[job.pk]))
        self.assertNotContains(page, reverse("job-progress", args=[job.pk]))
        self.assertContains(page, "stalled")
        self.assertContains(page, reverse("job-retry", args=[job.pk]))

    def test_a_job_that_waits_long_asks_for_a_worker(self):
        job = start(user=self.ada)
        Job.objects.filter(pk=job.pk).update(created=timezone.now() - timedelta(minutes=5))
        self.assertContains(logged_in(self.ada).get(reverse("job-detail", args=[job.pk])), "runtom")

    def test_cancel_and_retry_by_post(self):
        job = start("say_why", user=self.ada)
        client = logged_in(self.ada)
        self.assertRedirects(client.post(reverse("job-cancel", args=[job.pk])), job.get_absolute_url())
        job.refresh_from_db()
        self.assertEqual(job.state, "cancelled")
        response = client.post(reverse("job-retry", args=[job.pk]))
        again = Job.objects.get(retry_of=job)
        self.assertRedirects(response, again.get_absolute_url())
        self.assertContains(client.get(job.get_absolute_url()), again.get_absolute_url())
        response = client.post(reverse("job-cancel", args=[job.pk]), follow=True)
        self.assertContains(response, "was over already")
        response = client.post(reverse("job-retry", args=[again.pk]), follow=True)
        self.assertContains(response, "can be tried again")

    def test_htmx_gets_the_bar_alone(self):
        job = start(user=self.ada)
        response = logged_in(self.ada).post(reverse("job-cancel", args=[job.pk]), headers=htmx_headers())
        self.assertContains(response, f'id="job-{job.pk}"')
        self.assertNotContains(response, "<html")

    def test_the_traceback_is_for_superusers(self):
        job = start("break_down", user=self.ada)
        with self.assertLogs("tom_common.job_runs", "ERROR"):
            run_queued_jobs()
        self.assertNotContains(logged_in(self.ada).get(job.get_absolute_url()), "Traceback")
        self.assertContains(logged_in(self.ada).get(job.get_absolute_url()), "ZeroDivisionError: by nought")
        self.assertContains(logged_in(self.pi).get(job.get_absolute_url()), "Traceback")

    def test_a_result_has_links(self):
        job = start("count", user=self.ada, kwargs={"upto": 1})
        run_queued_jobs()
        self.assertContains(logged_in(self.ada).get(job.get_absolute_url()), '<a href="/robots.txt">Log</a>')

    def test_the_list_can_be_narrowed_and_turns_pages_in_few_queries(self):
        for number in range(30):
            Job.objects.create(path="x", title=f"Job {number}.", user=self.ada, state="done", result={"message": "ok"})
        start(title="waiting one", user=self.ada)
        client = logged_in(self.ada)
        with self.assertNumQueries(4):
            page = client.get(reverse("job-list"))
        self.assertContains(page, "1 of 2")
        self.assertContains(client.get(reverse("job-list") + "?page=2"), "Job 3.")
        waiting = client.get(reverse("job-list") + "?state=queued")
        self.assertContains(waiting, "waiting one")
        self.assertNotContains(waiting, "Job 29.")
        self.assertEqual(client.get(reverse("job-list") + "?state=nonsense").status_code, 200)
        self.assertEqual(client.get(reverse("job-list") + "?page=nonsense").status_code, 404)


class RuntomTests(SimpleTestCase):
    """Child processes stand in for the web server and the worker."""

    def family(self, *children: Child) -> tuple[Family, list[str]]:
        said: list[str] = []
        return Family(children, said.append), said

    @staticmethod
    def child(code: str, **kwargs) -> Child:
        return Child("child", [sys.executable, "-S", "-c", code], **kwargs)

    def test_when_the_web_server_ends_the_worker_ends_with_it(self):
        worker = self.child("import time; time.sleep(60)", restart=True)
        family, said = self.family(self.child("raise SystemExit(3)"), worker)
        self.assertEqual(family.run(), 3)
        self.assertFalse(worker.is_alive)
        self.assertIn("ended with code 3", said[0])

    def test_a_signal_ends_all_with_code_nought(self):
        family, _ = self.family(self.child("import time; time.sleep(60)"), self.child("import time; time.sleep(60)"))
        threading.Timer(0.3, signal.raise_signal, [signal.SIGTERM]).start()
        self.assertEqual(family.run(), 0)
        self.assertFalse(any(child.is_alive for child in family.children))

    def test_a_worker_that_died_is_started_again(self):
        worker = self.child("raise SystemExit(1)", restart=True)
        web = self.child("import time; time.sleep(60)")
        family, said = self.family(web, worker)
        starts = []
        start_child = Child.start

        def counted(child):
            starts.append(child)
            start_child(child)
            if starts.count(worker) == 2:
                family.stopping = True

        with patch.object(Child, "start", counted), patch("tom_common.processes.RESTART_WAITS_S", (0.0,)):
            self.assertEqual(family.run(), 0)
        self.assertEqual(starts.count(worker), 2)
        self.assertIn("starting it again", said[0])

    def test_a_child_that_will_not_stop_is_killed(self):
        stubborn = self.child("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)")
        family, _ = self.family(self.child("import time; time.sleep(0.5)"), stubborn)
        with patch("tom_common.processes.GRACE_S", (0.1, 0.1)):
            self.assertEqual(family.run(), 1)
        self.assertFalse(stubborn.is_alive)

    def test_the_command_starts_web_and_worker(self):
        with patch("tom_common.management.commands.runtom.Family") as family:
            family.return_value.run.return_value = 0
            call_command("runtom", "8123", stdout=io.StringIO())
        web, *workers = family.call_args.args[0]
        self.assertEqual(web.command[-3:], ["runserver", "8123", "--noreload"])
        self.assertEqual(len(workers), 2)
        for worker in workers:
            self.assertIn("db_worker", worker.command)
            self.assertTrue(worker.restart)

    def test_the_number_of_workers_is_a_choice_of_one_or_more(self):
        with patch("tom_common.management.commands.runtom.Family") as family:
            family.return_value.run.return_value = 0
            call_command("runtom", "--workers=1", stdout=io.StringIO())
        self.assertEqual(len(family.call_args.args[0]), 2)
        with self.assertRaisesMessage(CommandError, "from 1"):
            call_command("runtom", "--workers=0")

    def test_the_command_passes_on_how_the_web_server_ended(self):
        with patch("tom_common.management.commands.runtom.Family") as family, self.assertRaises(SystemExit) as ended:
            family.return_value.run.return_value = 7
            call_command("runtom", "--no-worker", stdout=io.StringIO())
        self.assertEqual(ended.exception.code, 7)
        self.assertEqual(len(family.call_args.args[0]), 1)

    @override_settings(TASKS={"default": {"BACKEND": job_queue.immediate_backend()}})
    def test_without_a_queue_there_is_no_worker(self):
        out = io.StringIO()
        with patch("tom_common.management.commands.runtom.Family") as family:
            family.return_value.run.return_value = 0
            call_command("runtom", stdout=out)
        self.assertEqual(len(family.call_args.args[0]), 1)
        self.assertIn("no worker is needed", out.getvalue())

    def test_a_wrong_address_is_told(self):
        with self.assertRaisesMessage(CommandError, "neither a port"):
            call_command("runtom", "nowhere")
