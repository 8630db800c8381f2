"""Import and export in Chromium: the mapper follows what is chosen, the export menu follows the filters."""

import pytest
from django.test import override_settings

from tests.browser.support import THEMES, WIDTHS, BrowserTestCase
from tom_common.testing import make_group, make_user, run_queued_jobs
from tom_targets.models import Target
from tom_targets.testing import SiderealTargetFactory

pytestmark = pytest.mark.browser

PASTED = "object\tRA\tDec\tpmRA [arcsec/yr]\tV\nSirius\t06:45:08.917\t-16:42:58.02\t-0.546\t-1.46\nBad\t12\t95\t\t\n"
IN_MEMORY = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@override_settings(STORAGES=IN_MEMORY)
class ExchangeTests(BrowserTestCase):
    def setUp(self):
        self.user = make_user("member", groups=[make_group("team")])

    def paste(self, page):
        self.visit(page, "/targets/import/")
        page.fill("[name=pasted]", PASTED)
        page.click("button:has-text('Read it')")
        page.wait_for_selector("#import-form")

    def test_the_pages_fit_every_width_in_both_themes(self):
        for width in WIDTHS:
            for theme in THEMES:
                with self.subTest(width=width, theme=theme):
                    page = self.page(width=width, theme=theme, user=self.user)
                    self.paste(page)
                    self.visit(page, page.url.removeprefix(self.live_server_url))
                    self.assertEqual(page.complaints, [])

    def test_a_pasted_table_becomes_targets(self):
        page = self.page(user=self.user)
        self.paste(page)
        self.assertTrue(page.is_hidden("[name=key-0]") and page.is_hidden("[name=unit-0]"))
        self.assertTrue(page.is_visible("[name=key-4]") and page.is_hidden("[name=unit-4]"))
        self.assertEqual(page.input_value("[name=unit-3]"), "motion:arcsec/yr")
        page.select_option("[name=to-4]", "distance")
        self.assertEqual(page.input_value("[name=unit-4]"), "distance:pc")
        self.assertTrue(page.is_hidden("[name=key-4]"))
        page.select_option("[name=to-4]", "tag")
        page.fill("[name=key-4]", "magnitude")
        page.click("form#import-form button:has-text('Import')")
        page.wait_for_selector(".job-progress")
        run_queued_jobs()
        page.wait_for_selector("#import-report")
        self.assertIn("it runs from -90 to +90", page.inner_text("#import-report"))
        sirius = Target.objects.get()
        self.assertEqual((sirius.pm_ra, sirius.tags), (-546.0, {"magnitude": "-1.46"}))

    def test_the_export_follows_the_filters(self):
        SiderealTargetFactory.create(name="M31", permissions="OPEN")
        SiderealTargetFactory.create(name="Vega", permissions="OPEN")
        page = self.page(user=self.user)
        self.visit(page, "/targets/")
        page.fill("#filter-form [name=query]", "Veg")
        page.wait_for_url("**query=Veg**")
        page.click("#export-menu")
        with page.expect_download() as download:
            page.click("[data-export-format=csv]")
        with open(download.value.path(), encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual([line.split(",")[0] for line in lines], ["name", "Vega"])
