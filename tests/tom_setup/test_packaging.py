"""The distribution holds everything, and a project can be made from it. Needs pip and the package index."""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = sorted(path.name for path in ROOT.glob("tom_*") if (path / "__init__.py").exists())
BUILD = "import setuptools.build_meta as backend, sys; print(getattr(backend, sys.argv[1])(sys.argv[2]))"


def source_files() -> set[str]:
    """All files of the apps that a user needs, as git would list them."""
    return {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".pyo"} and "__pycache__" not in path.parts
    }


@pytest.mark.packaging
class DistributionTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        temporary = TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        source = cls.folder / "source"
        source.mkdir()
        for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md"):
            shutil.copy(ROOT / name, source)
        for app in APPS:
            shutil.copytree(ROOT / app, source / app, ignore=shutil.ignore_patterns("__pycache__"))
        venv.create(cls.folder / "venv", with_pip=True)
        cls.python = cls.folder / "venv" / "bin" / "python"
        cls.run_python("-m", "pip", "--disable-pip-version-check", "--quiet", "install", "setuptools>=69", "wheel")
        cls.sdist = cls.build("build_sdist", source)
        with tarfile.open(cls.sdist) as archive:
            archive.extractall(cls.folder / "unpacked", filter="data")
        cls.unpacked = next((cls.folder / "unpacked").iterdir())
        # From the unpacked archive, as somebody without our checkout would.
        cls.wheel = cls.build("build_wheel", cls.unpacked)

    @classmethod
    def run_python(cls, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run([str(cls.python), *arguments], cwd=cwd, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @classmethod
    def build(cls, what: str, source: Path) -> Path:
        name = cls.run_python("-c", BUILD, what, str(cls.folder), cwd=source).strip().splitlines()[-1]
        return cls.folder / name

    def test_the_wheel_holds_every_file_of_the_apps_and_nothing_else(self):
        with zipfile.ZipFile(self.wheel) as archive:
            held = {name for name in archive.namelist() if ".dist-info/" not in name}
        self.assertEqual(source_files() - held, set())
        self.assertEqual(held - source_files(), set())

    def test_the_source_distribution_holds_every_file_of_the_apps(self):
        held = {str(path.relative_to(self.unpacked)) for path in self.unpacked.rglob("*") if path.is_file()}
        self.assertEqual((source_files() | {"setup.py", "LICENSE", "README.md", "CHANGELOG.md"}) - held, set())

    def test_it_is_the_distribution_that_plugins_ask_for(self):
        self.assertTrue(self.wheel.name.startswith("tomtoolkit-3.2.0"))

    def test_a_project_can_be_made_from_the_installed_wheel(self):
        target = self.folder / "installed"
        subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps", "--target",
             str(target), str(self.wheel)], check=True,
        )
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        environment |= {"PYTHONPATH": str(target)}
        where = [sys.executable, "-c", "import tom_setup; print(tom_setup.__file__)"]
        shown = subprocess.run(where, env=environment, capture_output=True, text=True, check=True, cwd=self.folder)
        self.assertTrue(shown.stdout.startswith(str(target)), shown.stdout)
        program = [sys.executable, str(target / "bin" / "tom-setup"), "mytom", "--no-input"]
        made = subprocess.run(program, env=environment, capture_output=True, text=True, check=False, cwd=self.folder)
        self.assertEqual(made.returncode, 0, made.stderr)
        for command in (["check"], ["test"]):
            done = subprocess.run(
                [sys.executable, "manage.py", *command], env=environment, capture_output=True, text=True, check=False,
                cwd=self.folder / "mytom",
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_static_files_can_be_gathered_and_compressed_for_a_server(self):
        """The manifest storage refuses a style sheet or script that points at a file that is not there."""
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        made = [sys.executable, "-m", "tom_setup.cli", "statictom", "--no-input", "--files-only"]
        subprocess.run(made, env=environment, capture_output=True, check=True, cwd=self.folder)
        gathered = subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input"], env=environment | {"DEBUG": "false"},
            capture_output=True, text=True, check=False, cwd=self.folder / "statictom",
        )
        self.assertEqual(gathered.returncode, 0, gathered.stderr)
        static = self.folder / "statictom" / "_static"
        self.assertTrue((static / "staticfiles.json").is_file())
        self.assertTrue(list(static.rglob("bootstrap.min.*.css.br")))
