"""What `make demo` runs: tools/demo.py. The whole of it is seen by .ci/run, which starts the demo and looks at it."""

import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import SimpleTestCase

DEMO = Path(__file__).resolve().parent.parent.parent / "tools" / "demo.py"


class DemoTests(SimpleTestCase):
    def setUp(self):
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name, "demo")

    def demo(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, str(DEMO), "--folder", str(self.folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_a_port_that_is_taken_is_told_before_anything_is_made(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = self.demo("--port", str(port))
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"make demo PORT={port + 1}", done.stderr)
        self.assertFalse(self.folder.exists())

    def test_others_get_in_only_by_a_password_that_was_chosen(self):
        done = self.demo("--host", "0.0.0.0", "--no-server")
        self.assertEqual(done.returncode, 2)
        self.assertIn("DEMO_PASSWORD", done.stderr)
        self.assertFalse(self.folder.exists())

    def test_reset_removes_nothing_that_is_not_the_demo(self):
        self.folder.mkdir()
        (self.folder / "thesis.tex").write_text("five years")
        done = self.demo("--reset")
        self.assertEqual(done.returncode, 1)
        self.assertTrue((self.folder / "thesis.tex").exists())

    def test_reset_of_what_is_not_there_is_no_error(self):
        self.assertEqual(self.demo("--reset").returncode, 0)

    def test_reset_removes_the_demo(self):
        (self.folder / "demo_tom").mkdir(parents=True)
        (self.folder / "demo_tom" / "settings.py").write_text("")
        self.assertEqual(self.demo("--reset").returncode, 0)
        self.assertFalse(self.folder.exists())
