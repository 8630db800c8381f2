"""A scaffolded project as a server runs it: PostgreSQL, Redis for cache and jobs, S3, gunicorn."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.test import SimpleTestCase

from tests.services import servers

WORK = '''
def measure(progress, names):
    for number, name in enumerate(names):
        progress.update(number, len(names), name)
    return {"message": f"{len(names)} measured."}
'''


@pytest.mark.services
class ServerProjectTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        temporary = TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name, "mytom")
        made = [sys.executable, "-m", "tom_setup.cli", "mytom", "--no-input", "--files-only"]
        subprocess.run(made, cwd=temporary.name, check=True, capture_output=True)
        (cls.folder / "custom_code" / "work.py").write_text(WORK)
        cls.environment = {
            **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
            "DEBUG": "false", "BEHIND_PROXY": "true", "ALLOWED_HOSTS": "tom.example.org", "LOG_LEVEL": "WARNING",
            "DATABASE_URL": os.environ["SERVICES_DATABASE_URL"], "REDIS_URL": os.environ["SERVICES_REDIS_URL"],
            "TASKS_BACKEND": "rq",
        }
        cls.manage("migrate", "--no-input", "--verbosity", "0")

    @classmethod
    def manage(cls, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=cls.folder, env=cls.environment | environment,
            capture_output=True, text=True, check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def shell(self, code: str, **environment: str) -> str:
        return self.manage("shell", "--no-imports", "-c", code, **environment)

    @contextmanager
    def running(self, *command: str, port: int):
        log = self.folder / "server.log"
        with servers.running([sys.executable, *command], port, log, environment=self.environment):
            yield

    def test_the_deployment_checks_are_clean(self):
        self.assertIn("no issues", self.manage("check", "--deploy", "--fail-level", "WARNING", "--database", "default"))

    def test_a_job_goes_through_redis_to_a_worker_and_its_result_comes_back(self):
        started = self.shell(
            "from tom_common import jobs; print(jobs.start('custom_code.work.measure', title='Measure', "
            "kwargs={'names': ['M 31', 'M 33']}).pk)"
        )
        state = f"from tom_common.models import Job; job = Job.objects.get(pk={started}); print(job.state, job.result)"
        self.assertNotIn("measured", self.shell(state))
        worker = self.shell("from tom_common.job_queue import worker_command; print(*worker_command())").split()
        self.manage(*worker, "--burst")
        self.assertIn("2 measured.", self.shell(state))

    def test_two_processes_share_one_cache(self):
        self.shell("from django.core.cache import cache; cache.set('seeing', 0.7)")
        self.assertEqual(self.shell("from django.core.cache import cache; print(cache.get('seeing'))"), "0.7")

    def test_files_go_to_a_bucket_and_come_back_by_a_signed_link(self):
        import boto3

        port = servers.free_port()
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
        address = f"http://127.0.0.1:{port}"
        with self.running("-m", "moto.server", "-H", "127.0.0.1", "-p", str(port), port=port):
            boto3.client("s3", endpoint_url=address, aws_access_key_id="key", aws_secret_access_key="secret",
                         region_name="us-east-1").create_bucket(Bucket="plates")
            told = self.shell(
                "from django.core.files.base import ContentFile\n"
                "from django.core.files.storage import default_storage as storage\n"
                "name = storage.save('m31/plate.txt', ContentFile(b'light'))\n"
                "other = storage.save('m31/plate.txt', ContentFile(b'dark'))\n"
                "print(storage.open(name).read(), name != other, storage.url(name))",
                S3_BUCKET="plates", S3_ENDPOINT_URL=address, **keys,
            )
        self.assertRegex(told, rf"^b'light' True {address}/plates/m31/plate\.txt\?.*Signature=")

    def test_gunicorn_serves_pages_and_compressed_files_over_https_only(self):
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        port = servers.free_port()
        gunicorn = ["-m", "gunicorn", "mytom.wsgi", "--bind", f"127.0.0.1:{port}", "--chdir", str(self.folder)]
        with self.running(*gunicorn, port=port):
            plain, _ = self.get(port, "/accounts/login/")
            self.assertEqual((plain.status, plain.headers["Location"]), (301, "https://tom.example.org/accounts/login/"))
            page, text = self.get(port, "/accounts/login/", **{"X-Forwarded-Proto": "https"})
            self.assertEqual(page.status, 200)
            self.assertIn("max-age=31536000", page.headers["Strict-Transport-Security"])
            self.assertIn("Secure", page.headers["Set-Cookie"])
            self.assertIn("script-src 'self'", page.headers["Content-Security-Policy"])
            sheet = re.search(r'href="(/static/[^"]*bootstrap\.min\.[0-9a-f]+\.css)"', text.decode())[1]
            style, _ = self.get(port, sheet, **{"X-Forwarded-Proto": "https", "Accept-Encoding": "br"})
            self.assertEqual((style.status, style.headers["Content-Encoding"]), (200, "br"))
            self.assertIn("immutable", style.headers["Cache-Control"])
            other, _ = self.get(port, "/accounts/login/", Host="evil.example.org")
            self.assertEqual(other.status, 400)

    def get(self, port: int, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", path, headers={"Host": "tom.example.org"} | headers)
        answer = connection.getresponse()
        return answer, answer.read()
