"""The way of a table through the pages: read, look at, look through, import, refused rows."""

import csv
import io
from unittest import mock

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from tom_common import jobs
from tom_common.models import Job
from tom_common.testing import logged_in, make_group, make_superuser, make_user, run_queued_jobs
from tom_targets.exchange import pipeline, readers
from tom_targets.exchange.models import KEPT, TargetImport
from tom_targets.models import Target
from tom_targets.testing import SiderealTargetFactory

IMPORT, SAMPLE = reverse("targets:import"), reverse("targets:import-sample")
GOOD = "name,RA,Dec,note\nM 31,00:42:44.3,+41:16:09,far\nM 32,10.67,40.86,=1+1\nBad,10,95,'x\n"
IN_MEMORY = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@override_settings(STORAGES=IN_MEMORY)
class PageCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.user = make_user("ada", groups=[cls.team])

    def setUp(self):
        self.client = logged_in(self.user)

    def send(self, content, name="stars.csv", **data):
        content = content.encode() if isinstance(content, str) else content
        return self.client.post(IMPORT, {"file": SimpleUploadedFile(name, content), **data})

    def sent(self, content=GOOD, **data):
        response = self.send(content, **data)
        self.assertEqual(response.status_code, 302, response.content)
        return TargetImport.objects.latest("pk")

    def choose(self, one, deed, **data):
        """Send the form of the page as it is shown, with some changes."""
        response = self.client.get(one.get_absolute_url())
        form = {"known": "skip", "doubtful": "skip", "deed": deed}
        for column in response.context["columns"]:
            form |= {f"to-{column['place']}": column["to"], f"unit-{column['place']}": column["unit"],
                     f"key-{column['place']}": column["key"]}
        return self.client.post(one.get_absolute_url(), {**form, **data})


class UploadTests(PageCase):
    def test_a_file_is_read_and_its_columns_are_guessed(self):
        one = self.sent()
        page = self.client.get(one.get_absolute_url())
        self.assertEqual([column["to"] for column in page.context["columns"]], ["name", "ra", "dec", "tag"])
        self.assertEqual([row.verdict.kind for row, _ in page.context["rows"]], ["new", "new", "bad"])
        self.assertContains(page, "it runs from -90 to +90")
        self.assertFalse(Target.objects.exists())

    def test_a_pasted_table_is_read(self):
        self.client.post(IMPORT, {"pasted": "name\tra\tdec\r\nM 31\t10.68\t41.27\r\n"})
        page = self.client.get(TargetImport.objects.get().get_absolute_url())
        self.assertEqual(page.context["rows"][0][0].values["ra"], 10.68)

    def test_what_cannot_be_read_is_told_at_its_field_and_nothing_is_kept(self):
        cases = (
            (b"", {}, "The submitted file is empty"), (b"PK\x03\x04", {}, "Save it as CSV first"),
            (b"name;ra\nx;1\n", {"delimiter": "comma"}, "looks like a table with a semicolon"),
            (b"10,20\n11,21\n", {}, "first line has to name the columns"), (b"a\0b\0\0\0", {}, "no text file"),
        )
        for content, data, message in cases:
            with self.subTest(message):
                response = self.send(content, **data)
                self.assertEqual(response.status_code, 422)
                self.assertContains(response, message, status_code=422)
        self.assertContains(self.client.post(IMPORT, {}), "Choose a file, or paste", status_code=422)
        self.assertContains(self.send(GOOD, pasted="name\nx"), "not both", status_code=422)
        self.assertFalse(TargetImport.objects.exists())

    def test_more_columns_than_a_form_can_have_are_told(self):
        names = ",".join(f"c{number}" for number in range(301))
        self.assertContains(self.send(f"name,{names}\nx\n"), "302 columns", status_code=422)

    def test_too_large_a_file_is_told_its_size(self):
        with mock.patch("tom_targets.exchange.forms.MAX_BYTES", 10):
            self.assertContains(self.send(GOOD), "Split it", status_code=422)
        self.assertEqual(readers.MAX_BYTES, 200_000_000)

    def test_the_sample_can_be_imported(self):
        sample = b"".join(self.client.get(SAMPLE))
        one = self.sent(sample)
        self.choose(one, "import")
        run_queued_jobs()
        self.assertEqual(set(Target.objects.values_list("name", flat=True)), {"Sirius", "M31"})
        self.assertEqual(Target.objects.get(name="Sirius").names, ["Sirius", "alf CMa", "HD 48915"])

    def test_old_imports_are_forgotten_with_their_files(self):
        one = self.sent()
        path = one.file.name
        self.assertTrue(default_storage.exists(path))
        TargetImport.objects.update(created=timezone.now() - KEPT * 2)
        self.sent()
        self.assertFalse(TargetImport.objects.filter(pk=one.pk).exists() or default_storage.exists(path))


class WayTests(PageCase):
    def test_dry_run_then_import_then_the_refused_rows(self):
        one = self.sent()
        path = one.file.name
        self.choose(one, "check")
        run_queued_jobs()
        self.assertFalse(Target.objects.exists())
        one.refresh_from_db()
        self.assertEqual(one.checked["counts"], {"new": 2, "bad": 1})
        self.assertContains(self.client.get(one.get_absolute_url()), "nothing is stored yet")
        self.choose(one, "import", groups=[self.team.pk])
        job, = run_queued_jobs()
        self.assertEqual(job.state, "done", job.error)
        self.assertIn("2 new", job.result["message"])
        page = self.client.get(one.get_absolute_url())
        self.assertContains(page, "Refused rows as CSV")
        self.assertContains(page, "dec: ")
        self.assertFalse(default_storage.exists(path), "the file is needed no more")
        self.assertEqual(Target.objects.visible_to(make_user(groups=[self.team])).count(), 2)
        refused = b"".join(self.client.get(reverse("targets:import-refused", args=[one.pk])).streaming_content)
        (row,) = csv.DictReader(io.StringIO(refused.decode("utf-8-sig")))
        self.assertEqual((row["name"], row["import line"], row["note"]), ("Bad", "4", "''x"))
        mended = self.sent(refused.replace(b"95", b"45"))
        self.choose(mended, "import")
        run_queued_jobs()
        self.assertEqual(Target.objects.get(name="Bad").tags, {"note": "'x"})

    def test_columns_can_be_corrected(self):
        one = self.sent("object,x,y,z\nA,2,5,7\n")
        chosen = {"to-1": "ra", "unit-1": "ra:hour", "to-2": "dec", "to-3": "tag", "key-3": "seven"}
        self.choose(one, "preview", **chosen)
        row = self.client.get(one.get_absolute_url()).context["rows"][0][0]
        self.assertEqual((row.values["ra"], row.values["dec"], row.extras), (30.0, 5.0, {"seven": "7"}))

    def test_a_mapping_that_cannot_be_starts_nothing(self):
        one = self.sent("a1,ra,dec\nA,2,5\n")
        self.assertContains(self.client.get(one.get_absolute_url()), "has to be the name")
        response = self.choose(one, "import")
        self.assertContains(self.client.get(response["Location"]), "Nothing was started")
        self.assertFalse(Job.objects.exists())

    def test_what_a_page_may_not_send_is_refused(self):
        one = self.sent()
        others = make_group("others")
        for data in ({"known": "drop"}, {"groups": [others.pk]}, {"to-0": "password"}):
            response = self.choose(one, "import", **data)
            self.assertContains(self.client.get(response["Location"]), "Nothing was started", msg_prefix=str(data))
        self.assertFalse(Job.objects.exists())

    def test_a_cancelled_import_says_how_far_it_came_and_can_be_finished(self):
        one = self.sent("name\n" + "".join(f"S{number}\n" for number in range(10)))
        real = jobs.Progress.update
        calls = []

        def cancelled(progress, *args, **kwargs):
            calls.append(args)
            if len(calls) == 2:
                raise jobs.Cancelled("cancelled")
            return real(progress, *args, **kwargs)

        with mock.patch.object(pipeline, "BATCH_SIZE", 3), mock.patch.object(jobs.Progress, "update", cancelled):
            self.choose(one, "import")
            run_queued_jobs()
        self.assertEqual(Target.objects.count(), 6)
        self.assertContains(self.client.get(one.get_absolute_url()), "What stands up to line 7 was dealt with")
        self.choose(one, "import")
        run_queued_jobs()
        one.refresh_from_db()
        self.assertEqual((Target.objects.count(), one.report["counts"]), (10, {"known": 6, "made": 4}))

    def test_a_second_click_starts_no_second_job(self):
        one = self.sent()
        self.choose(one, "import")
        self.client.post(one.get_absolute_url(), {"deed": "import"})
        self.assertEqual(Job.objects.count(), 1)

    def test_groups_that_were_left_meanwhile_get_nothing(self):
        one = self.sent()
        self.choose(one, "import", groups=[self.team.pk])
        self.user.groups.clear()
        run_queued_jobs()
        self.assertFalse(Target.objects.visible_to(make_user(groups=[self.team])).exists())

    def test_known_rows_can_be_brought_up_to_date(self):
        for text in (GOOD, GOOD.replace("far", "very far")):
            self.choose(self.sent(text), "import", known="update")
            run_queued_jobs()
        self.assertEqual(Target.objects.get(name="M 31").tags, {"note": "very far"})
        counts = TargetImport.objects.latest("pk").report["counts"]
        self.assertEqual(counts, {"changed": 1, "unchanged": 1, "refused": 1})


class PrivacyTests(PageCase):
    def test_nobody_else_sees_an_import(self):
        one = self.sent()
        pages = ("import-table", "import-refused", "import-delete")
        urls = [reverse(f"targets:{name}", args=[one.pk]) for name in pages]
        for user in (make_user(), make_superuser()):
            other = logged_in(user)
            self.assertNotContains(other.get(IMPORT), "stars.csv")
            for url in urls:
                self.assertIn(other.get(url).status_code, (404, 405))
                self.assertIn(other.post(url).status_code, (404, 405))
        self.assertTrue(TargetImport.objects.filter(pk=one.pk).exists())
        for url in (IMPORT, SAMPLE, *urls):
            self.assertEqual(logged_in().get(url).status_code, 302)

    def test_the_file_lies_below_a_name_that_nobody_guesses(self):
        self.assertRegex(self.sent().file.name, r"^tom_targets/imports/[\w-]{32}")

    def test_an_import_can_be_forgotten(self):
        SiderealTargetFactory.create()
        one = self.sent()
        path = one.file.name
        self.client.post(reverse("targets:import-delete", args=[one.pk]))
        self.assertFalse(TargetImport.objects.exists() or default_storage.exists(path))
        self.assertTrue(Target.objects.exists())

    def test_the_files_go_with_the_account(self):
        one = self.sent()
        self.user.delete()
        self.assertFalse(default_storage.exists(one.file.name))
