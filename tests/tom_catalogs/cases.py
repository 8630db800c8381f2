"""What the catalogue tests share."""

from pathlib import Path

from django.test import override_settings

from tests.fake_services import FakeServices

#: the five catalogues of every TOM
SERVICES = ("Simbad", "NED", "MPC", "JPL Horizons", "TNS")


class CatalogueCase:
    """Fake catalogues for the whole class, with nothing scripted at the start of each test."""

    recorded: Path | None = None

    @classmethod
    def setUpClass(cls) -> None:
        cls.fake = FakeServices(recorded=cls.recorded).start()
        cls.addClassCleanup(cls.fake.stop)
        super().setUpClass()

    def setUp(self) -> None:
        super().setUp()
        self.fake.scripted.clear()
        self.fake.requests.clear()
        here = override_settings(HARVESTERS=self.fake.harvesters, REMOTE_READ_RETRIES=0)
        here.enable()
        self.addCleanup(here.disable)
