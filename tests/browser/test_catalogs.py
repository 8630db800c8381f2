"""From a name to a target, in Chromium: the catalogues answer from this machine, a worker does the asking."""

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from django.urls import reverse

from tests.browser.support import THEMES, WIDTHS, BrowserTestCase
from tests.tom_catalogs.cases import CatalogueCase
from tom_common import jobs
from tom_common.models import Job
from tom_targets.models import Target

pytestmark = pytest.mark.browser

RESOLVE = reverse("tom_catalogs:resolve", urlconf="tests.urls")
QUERY = reverse("tom_catalogs:query", urlconf="tests.urls")
WAITING = "document.querySelectorAll('[aria-busy]').length"
CURVES = "((document.querySelector('#plan .tom-plot') || {}).tomFigure || {data: []}).data.length > 0"


@override_settings(ROOT_URLCONF="tests.urls")
class CatalogPages(CatalogueCase, BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = User.objects.create_superuser("pi")

    def work(self, page) -> None:
        """What a worker would do, once the page has asked."""
        for _ in range(100):
            if waiting := list(Job.objects.filter(state=Job.State.QUEUED)):
                break
            page.wait_for_timeout(50)
        for job in waiting:
            jobs.run(job.pk)

    def test_m31_is_looked_up_made_a_target_and_its_plan_is_drawn(self):
        page = self.page(user=self.user)
        self.visit(page, RESOLVE)
        page.fill("#id_term", "M31")
        page.press("#id_term", "Enter")
        page.wait_for_url("**/resolve/?**")
        self.until(page, WAITING, 5)
        self.work(page)
        self.until(page, WAITING, 0)
        card = page.locator("section[aria-label=SIMBAD]")
        self.assertIn("00:42:44.33 +41:16:07.5", card.inner_text())
        card.get_by_text("Make target").click()
        page.wait_for_url("**/targets/create/**")
        self.assertEqual(page.input_value("#id_name"), "M 31")
        page.get_by_role("button", name="Create").click()
        page.wait_for_url("**/targets/*/")
        target = Target.objects.get()
        self.assertEqual((target.ra, target.dec), (10.684708, 41.26875))
        page.locator("#plan").scroll_into_view_if_needed()
        self.until(page, CURVES, True)
        self.assertEqual(page.complaints, [])
        self.assertIn("Andromeda Galaxy", target.names)
        self.assertEqual(target.tags["redshift"], "-0.001")
        self.visit(page, f"{RESOLVE}?term=M31")
        self.assertIn("Already a target: M 31", page.locator("section[aria-label=SIMBAD]").inner_text())

    def test_one_of_several_is_chosen_in_its_card_and_one_can_go_back(self):
        page = self.page(user=self.user)
        page.goto(f"{self.live_server_url}{RESOLVE}?term=67P")
        self.work(page)
        self.until(page, WAITING, 0)
        card = page.locator("section[aria-label='JPL Horizons']")
        card.get_by_role("button", name="67P Churyumov-Gerasimenko").last.click()
        self.work(page)
        card.get_by_text("Make target").wait_for()
        self.assertIn("59520.0600", card.inner_text())
        card.get_by_text("Back to the list").click()
        card.get_by_text("elements of 1989").wait_for()
        self.assertEqual(page.input_value("#id_term"), "67P")
        self.assertEqual(page.complaints, [])

    def test_the_query_page_waits_by_itself_and_goes_on_to_the_new_target(self):
        page = self.page(user=self.user)
        self.visit(page, QUERY)
        page.fill("#id_term", "Vega")
        page.select_option("#id_service", "Simbad")
        page.get_by_role("button", name="Look up").click()
        page.get_by_text("SIMBAD is being asked").wait_for()
        self.work(page)
        page.wait_for_url("**/targets/create/**")
        self.assertEqual(page.input_value("#id_name"), "alf Lyr")

    def test_the_pages_fit_every_screen_in_both_themes(self):
        page = self.page(user=self.user)
        for term in ("M31", "67P", "05:34:31.9 +22:01:00"):
            page.goto(f"{self.live_server_url}{RESOLVE}?term={term.replace('+', '%2B')}")
            self.work(page)
            self.until(page, WAITING, 0)
        for width in WIDTHS:
            for theme in THEMES:
                page = self.page(user=self.user, width=width, theme=theme)
                for path in (RESOLVE, f"{RESOLVE}?term=M31", f"{RESOLVE}?term=67P",
                             f"{RESOLVE}?term=05:34:31.9 %2B22:01:00", f"{RESOLVE}?term=400.0 3", QUERY):
                    with self.subTest(width=width, theme=theme, path=path):
                        self.visit(page, path)
