"""The sky viewer in its frame, with a stand-in for the servers of sky images, and without any."""

import pytest
from django.urls import reverse

from tests.browser.support import BrowserTestCase
from tom_targets.models import Target

pytestmark = pytest.mark.browser

PROPERTIES = """creator_did = ivo://CDS/P/DSS2/color
obs_title = A stand-in
hips_version = 1.4
hips_frame = equatorial
hips_order = 3
hips_tile_width = 512
hips_tile_format = jpeg
dataproduct_type = image
hips_service_url = https://alasky.cds.unistra.fr/DSS/DSSColor
"""


class SkyViewerTests(BrowserTestCase):
    def setUp(self):
        self.target = Target.objects.create(name="M31", type="SIDEREAL", ra=10.68, dec=41.27, permissions="OPEN")
        self.asked = []

    def answer(self, route):
        self.asked.append(route.request.url)
        found = "properties" in route.request.url
        route.fulfill(
            status=200 if found else 404, body=PROPERTIES if found else "", headers={"Access-Control-Allow-Origin": "*"}
        )

    def test_it_starts_under_its_policy_and_tells_nobody(self):
        page = self.page()
        page.route("https://**/*", self.answer)
        page.goto(self.live_server_url + reverse("targets:aladin-target", args=[self.target.pk]))
        self.until(page, "document.querySelectorAll('#aladin canvas').length > 0", True, timeout_s=40)
        page.wait_for_load_state("networkidle")
        refused = [text for text in page.complaints if "Content Security Policy" in text or "script error" in text]
        self.assertEqual(refused, [])
        self.assertTrue(self.asked)
        self.assertEqual([url for url in self.asked if not url.startswith("https://alasky.cds.unistra.fr/DSS/")], [])

    def test_without_a_network_it_says_so(self):
        page = self.page()
        page.route("https://**/*", lambda route: route.abort())
        page.goto(self.live_server_url + reverse("targets:aladin-target", args=[self.target.pk]))
        self.until(page, "document.getElementById('aladin-note').hidden", False)
        self.assertIn("cannot be reached", page.inner_text("#aladin-note"))
