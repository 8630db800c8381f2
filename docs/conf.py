"""Sphinx configuration. The reference pages are made from the code by `_ext/tom_reference.py`."""

import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

project = "TOM Toolkit"
author = "the TOM developers"
copyright = "2026, the TOM developers"
release = installed_version("tomtoolkit")
version = ".".join(release.split(".")[:2])

extensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode", "tom_reference"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
exclude_patterns = ["_build"]
nitpicky = False
html_theme = "furo"
html_title = f"TOM Toolkit {release}"
html_static_path = []
