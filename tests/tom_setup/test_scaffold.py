import itertools
import os
import shlex
import subprocess
import sys

import yaml
from django.test import SimpleTestCase

from tom_setup.answers import Answers
from tom_setup.scaffold import add_missing_lines, is_own_ground, scaffold

#: one of every answer that changes a file
COMBINATIONS = [
    Answers("mytom", "Ada's TOM – α {{ x }} {% y %}", target_type, only, hints)
    for target_type, only, hints in itertools.product(("SIDEREAL", "NON_SIDEREAL"), (True, False), (True, False))
]


class FilesTests(SimpleTestCase):
    def test_everything_a_project_needs_is_there(self):
        files = scaffold(Answers("mytom"))
        for path in (
            "manage.py", "mytom/settings.py", "mytom/urls.py", "mytom/wsgi.py", "mytom/asgi.py", "custom_code/apps.py",
            "custom_code/models.py", "custom_code/hooks.py", "custom_code/harvesters.py",
            "custom_code/templatetags/custom_extras.py", "custom_code/management/commands/target_positions.py",
            "custom_code/tests/test_custom_code.py", "templates/README.md", "static/tom_common/css/ours.css",
            "Dockerfile", "compose.yaml", "Procfile", ".gitignore", ".env", "README.md", "requirements.txt",
        ):
            self.assertIn(path, files)
        self.assertFalse([path for path in files if "project_name" in path or path.endswith(".tmpl")])

    def test_every_python_file_compiles_whatever_the_answers(self):
        for answers in COMBINATIONS:
            for path, text in scaffold(answers).items():
                if path.endswith(".py"):
                    compile(text, path, "exec")

    def test_the_answers_arrive_in_the_settings(self):
        for answers in COMBINATIONS:
            settings = scaffold(answers)["mytom/settings.py"]
            self.assertIn(f"TARGET_PERMISSIONS_ONLY = {answers.target_permissions_only}\n", settings)
            self.assertIn(f'TARGET_TYPE = "{answers.target_type}"\n', settings)
            self.assertIn(f"HINTS_ENABLED = {answers.hints}\n", settings)
            self.assertIn('TOM_NAME = "Ada\'s TOM – α {{ x }} {% y %}"\n', settings)

    def test_secrets_are_in_the_environment_file_and_nowhere_else(self):
        answers = Answers("mytom", password="orion-nebula")
        for path, text in scaffold(answers).items():
            self.assertEqual(answers.secret_key in text, path == ".env", path)
            self.assertEqual(answers.database_password in text, path == ".env", path)
            self.assertNotIn("orion-nebula", text)
        self.assertIn(".env\n", scaffold(answers)[".gitignore"])
        self.assertIn(".env\n", scaffold(answers)[".dockerignore"])

    def test_no_template_syntax_is_left_but_in_templates(self):
        for path, text in scaffold(Answers("mytom")).items():
            if not path.endswith((".html", "README.md", "custom_extras.py", "test_custom_code.py")):
                self.assertNotIn("{%", text, path)
                self.assertNotIn("{{", text, path)
            self.assertNotIn("verbatim", text, path)

    def test_it_runs_without_settings_of_django(self):
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        code = (
            "from tom_setup.answers import Answers; from tom_setup.scaffold import scaffold;"
            "from django.conf import settings; print(len(scaffold(Answers('mytom'))), settings.configured)"
        )
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.split(), [str(len(scaffold(Answers("mytom")))), "False"])


class DeploymentFilesTests(SimpleTestCase):
    def test_compose_runs_web_worker_and_postgresql_after_the_migration(self):
        compose = yaml.safe_load(scaffold(Answers("mytom"))["compose.yaml"])
        services = compose["services"]
        self.assertEqual(set(services), {"db", "migrate", "web", "worker"})
        self.assertTrue(services["db"]["image"].startswith("postgres:"))
        for service in ("web", "worker"):
            self.assertEqual(
                services[service]["depends_on"], {"migrate": {"condition": "service_completed_successfully"}}
            )
            self.assertEqual(services[service]["environment"]["DEBUG"], "false")
            self.assertIn("${POSTGRES_PASSWORD:?", services[service]["environment"]["DATABASE_URL"])
        self.assertTrue(services["web"]["ports"][0].startswith("127.0.0.1:"))
        self.assertIn("db_worker", services["worker"]["command"])
        named = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", ())}
        self.assertEqual(named, set(compose["volumes"]))

    def test_the_health_check_of_compose_is_a_program(self):
        test = yaml.safe_load(scaffold(Answers("mytom"))["compose.yaml"])["services"]["web"]["healthcheck"]["test"]
        self.assertEqual(test[:3], ["CMD", "python", "-c"])
        compile(test[3], "healthcheck", "exec")

    def test_the_dockerfile_is_made_of_instructions_and_does_not_run_as_root(self):
        text = scaffold(Answers("mytom"))["Dockerfile"].replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        instructions = [line.split()[0] for line in lines]
        self.assertEqual(instructions[0], "FROM")
        self.assertLessEqual(set(instructions), {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "CMD"})
        self.assertLess(instructions.index("USER"), instructions.index("CMD"))
        command = yaml.safe_load(lines[-1].removeprefix("CMD "))
        self.assertEqual(command[:2], ["gunicorn", "mytom.wsgi"])

    def test_the_procfile_names_a_process_a_line(self):
        processes = dict(line.split(": ", 1) for line in scaffold(Answers("mytom"))["Procfile"].splitlines())
        self.assertEqual(set(processes), {"release", "web", "worker"})
        self.assertEqual(shlex.split(processes["worker"])[:3], ["python", "manage.py", "db_worker"])


class MergingTests(SimpleTestCase):
    def test_an_environment_file_keeps_its_lines_and_gets_those_it_lacks(self):
        merged = add_missing_lines("SECRET_KEY='old'\nMINE=1", "# remark\nDEBUG=true\nSECRET_KEY='new'\n# A=1\n")
        self.assertEqual(merged, "SECRET_KEY='old'\nMINE=1\nDEBUG=true\n")

    def test_an_environment_file_that_has_all_is_left_as_it_is(self):
        self.assertEqual(add_missing_lines("SECRET_KEY='old'", "SECRET_KEY='new'\n"), "SECRET_KEY='old'")

    def test_code_templates_and_static_files_are_the_users_own_ground(self):
        self.assertTrue(is_own_ground("custom_code/models.py"))
        self.assertTrue(is_own_ground("templates/README.md"))
        self.assertFalse(is_own_ground("mytom/settings.py"))
