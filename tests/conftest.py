"""Which tests belong to which settings."""

from pathlib import Path

from django.conf import settings

DEMO_TOM = Path(__file__).parent / "demo_tom"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """The demo TOM has settings of its own; no other tests run with them, nor its tests with others."""
    with_demo_settings = settings.SETTINGS_MODULE == "tests.demo_tom.settings"
    in_demo = collection_path == DEMO_TOM or DEMO_TOM in collection_path.parents
    if in_demo:
        return None if with_demo_settings else True
    return True if with_demo_settings and collection_path.name.startswith("test_") else None
