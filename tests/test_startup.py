import subprocess
import sys

from django.test import SimpleTestCase

HEAVY = {"astropy", "astroplan", "numpy", "plotly", "mocpy", "cdshealpix", "PIL", "cryptography", "scipy", "pandas"}
START = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from django.core.management import call_command
call_command("check")
from django.template import engines
for library in engines["django"].engine.libraries.values():
    if library.startswith("tom_"):
        __import__(library)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


class StartTests(SimpleTestCase):
    def test_a_start_loads_none_of_the_heavy_libraries(self):
        done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
        loaded = set(done.stdout.splitlines()[-1].split())
        self.assertIn("tom_targets", loaded)
        self.assertEqual(loaded & HEAVY, set())
