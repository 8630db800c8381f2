"""A small TOM of somebody else's: an own target class, an own harvester, own templates, and an app that contributes.

    pytest --ds=tests.demo_tom.settings tests/demo_tom
"""

from tests.settings import *  # noqa: F403
from tests.settings import BASE_DIR, INSTALLED_APPS, TEMPLATES

TOM_NAME = "Demo TOM"
INSTALLED_APPS = [*INSTALLED_APPS, "tests.demo_tom"]
TARGET_MODEL_CLASS = "tests.demo_tom.models.UserDefinedTarget"
TEMPLATES = [{**TEMPLATES[0], "DIRS": [BASE_DIR / "demo_tom" / "templates"]}]
EXTRA_FIELDS = [{"name": "observer note", "type": "string"}, {"name": "secret", "type": "string", "hidden": True}]
MATCH_MANAGERS = {"Target": "tests.demo_tom.matching.DemoMatchManager"}
HOOKS = {"target_post_save": "tests.demo_tom.hooks.target_post_save"}
TARGET_DEFAULT_PERMISSION = "PRIVATE"
