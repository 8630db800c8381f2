"""The pages of targets in Chromium: every page at every width, and what happens when one types and clicks."""

import pytest
from django.contrib.contenttypes.models import ContentType

from tests.browser.support import THEMES, WIDTHS, BrowserTestCase
from tests.browser.test_front import CONTRAST
from tom_common.permissions import grant
from tom_common.testing import make_group, make_user
from tom_targets.models import Target, TargetList, TargetName
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory

pytestmark = pytest.mark.browser

#: panels on show that have not come yet
WAITING = "[...document.querySelectorAll('.lazy-panel > .tom-spinner')].filter((e) => e.offsetParent).length"
NOTHING = "{data: [], layout: {xaxis2: {title: {}}}}"
SITE = f"((document.querySelector('#plan .tom-plot').tomFigure || {NOTHING}).layout.xaxis2.title.text || '')"
LAST = f"(document.querySelector('#sky-plot').tomFigure || {NOTHING}).data.slice(-1)[0]"
POINTS = f"(({LAST} || {{}}).customdata || []).length"


class TargetPagesTests(BrowserTestCase):
    def setUp(self):
        # A request that was still answered while the last test was cleaned up may have cached what is gone.
        ContentType.objects.clear_cache()
        self.user = make_user("member", groups=[make_group("team")])
        self.m31 = SiderealTargetFactory.create(name="M31", ra=10.684708, dec=41.26875, permissions="OPEN")
        TargetName.objects.create(target=self.m31, name="NGC 224")
        self.comet = NonSiderealTargetFactory.create(name="Ceres", permissions="OPEN")
        SiderealTargetFactory.create_batch(30, permissions="OPEN")
        self.grouping = TargetList.objects.create(name="Follow-up")
        grant([self.user], to=[self.m31])
        grant([self.user], to=self.grouping)

    def paths(self):
        pk = self.m31.pk
        return [
            "/targets/", "/targets/?type=SIDEREAL&cone_search=nonsense", f"/targets/{pk}/",
            f"/targets/{self.comet.pk}/",
            f"/targets/{pk}/?tab=manage-groups", "/targets/create/", "/targets/create/?type=NON_SIDEREAL&names=a,b",
            f"/targets/{pk}/update/", f"/targets/{pk}/delete/", "/targets/search/?q=star",
            "/targets/search/?q=12:30:49.42+%2B12:23:28", "/targets/targetgrouping/", "/targets/targetgrouping/create/",
        ]

    def scrolled(self, page):
        """Everything that waits to be seen has been seen."""
        for place in range(0, 6000, 700):
            page.evaluate(f"window.scrollTo(0, {place})")
            page.wait_for_timeout(60)
        page.wait_for_load_state("networkidle")

    def test_every_page_fits_every_width_in_both_themes(self):
        for width, theme in zip(WIDTHS, THEMES, strict=True):
            page = self.page(width=width, theme=theme, user=self.user)
            for path in self.paths():
                with self.subTest(width=width, theme=theme, path=path):
                    self.visit(page, path)
                    self.scrolled(page)
                    self.assertEqual(page.complaints, [])
                    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    self.assertLessEqual(wider, 0)
                    self.until(page, WAITING, 0)

    def test_every_text_can_be_read_in_both_themes(self):
        for theme in THEMES:
            page = self.page(theme=theme, user=self.user)
            for path in (f"/targets/{self.m31.pk}/", "/targets/create/", "/targets/?type=SIDEREAL"):
                with self.subTest(theme=theme, path=path):
                    self.visit(page, path)
                    self.assertEqual(page.evaluate(CONTRAST), [])

    def test_switching_the_type_keeps_what_was_typed_and_rows_can_be_added(self):
        page = self.page(user=self.user)
        self.visit(page, "/targets/create/")
        page.fill("#id_name", "New one")
        page.fill("#id_ra", "12:30:49.4")
        page.click("[data-formset=aliases] [data-formset-add]")
        page.fill("#id_aliases-0-name", "First")
        page.fill("#id_aliases-1-name", "Second")
        page.click(".nav-tabs >> text=Non-sidereal")
        self.until(page, "Boolean(document.getElementById('id_mean_anomaly'))", True)
        self.assertEqual(page.input_value("#id_name"), "New one")
        self.assertEqual(page.input_value("#id_aliases-1-name"), "Second")
        page.click(".nav-tabs >> text=Sidereal >> nth=0")
        self.until(page, "Boolean(document.getElementById('id_ra'))", True)
        self.assertEqual(page.input_value("#id_ra"), "12:30:49.4")
        page.fill("#id_dec", "+12:23:28")
        page.click(".page-actions >> text=Create")
        page.wait_for_url("**/targets/*/")
        self.assertEqual(Target.objects.get(name="New one").names, ["New one", "First", "Second"])
        self.assertEqual(page.complaints, [])

    def test_the_night_follows_the_site_and_the_date(self):
        page = self.page(user=self.user)
        self.visit(page, f"/targets/{self.m31.pk}/")
        self.until(page, "Boolean(document.querySelector('#plan .js-plotly-plot, #plan .plot-container'))", True)
        page.select_option("#id_site", "Siding Spring")
        self.until(page, f"{SITE}.startsWith('Siding Spring')", True)
        before = page.input_value("#id_night")
        page.click("[aria-label='The night after']")
        self.until(page, f"document.querySelector('#id_night').value > '{before}'", True)
        page.fill("#id_night", "1700-01-01")
        page.dispatch_event("#id_night", "change")
        self.until(page, "Boolean(document.querySelector('#div_id_night .invalid-feedback'))", True)
        self.visit(page, f"/targets/{self.comet.pk}/")
        self.scrolled(page)
        self.assertEqual(page.input_value("#id_site"), "Siding Spring")

    def test_without_a_network_the_drawn_chart_stays_and_says_why(self):
        page = self.page(user=self.user)
        page.route("https://**/*", lambda route: route.abort())
        self.visit(page, f"/targets/{self.m31.pk}/")
        self.until(page, "Boolean(document.querySelector('[data-finder-image]'))", True)
        page.click("[data-finder-image]")
        self.until(page, "document.querySelector('[data-finder-note]').textContent.startsWith('No sky image')", True)
        self.assertTrue(page.is_visible(".finder-chart"))

    def test_a_panel_that_fails_says_so_and_can_be_tried_again(self):
        page = self.page(user=self.user)
        fails = [True]
        page.route("**/finder-chart/", lambda route: route.fulfill(status=500) if fails.pop() else route.continue_())
        fails.insert(0, False)
        page.goto(f"{self.live_server_url}/targets/{self.m31.pk}/")
        self.until(page, "document.querySelector('#finder').textContent.includes('could not be shown')", True)
        page.click("#finder >> text=Try again")
        self.until(page, "Boolean(document.querySelector('.finder-chart'))", True)

    def test_the_list_and_its_map_follow_the_search(self):
        page = self.page(user=self.user)
        self.visit(page, "/targets/")
        page.click("#sky-map summary")
        self.until(page, POINTS, 31)
        page.fill("#id_query", "ngc 224")
        self.until(page, POINTS, 1)
        self.assertIn("query=ngc", page.url)
        self.assertEqual(page.locator("tbody tr").count(), 1)
        page.check("input[name=selected-target] >> nth=0")
        page.select_option("#id_grouping", label="Follow-up")
        page.click("text=Add the selected")
        self.until(page, "document.querySelector('#messages').textContent.includes('1 target added')", True)
        self.assertEqual(list(self.grouping.targets.values_list("name", flat=True)), ["M31"])
