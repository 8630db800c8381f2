"""Lists and access in Chromium: every page at every width, the filters of the list carried along, the pinned lists."""

import pytest
from django.contrib.contenttypes.models import ContentType

from tests.browser.support import THEMES, WIDTHS, BrowserTestCase
from tests.browser.test_front import CONTRAST
from tom_common.permissions import grant, may
from tom_common.testing import make_group, make_user
from tom_targets.dynamic_lists import DynamicTargetList, make_dynamic_list
from tom_targets.models import Target, TargetList
from tom_targets.testing import SiderealTargetFactory

pytestmark = pytest.mark.browser

COUNTS = "[...document.querySelectorAll('td[hx-get*=count]')].map((cell) => cell.textContent.trim()).join()"
MENU = "document.querySelector('[aria-labelledby=navbar-targets]').textContent.includes('Stars')"


class ListPagesTests(BrowserTestCase):
    def setUp(self):
        ContentType.objects.clear_cache()
        self.team = make_group("A team with quite a long name, as teams have them")
        self.user, self.mate = make_user("member", groups=[self.team]), make_user("mate", groups=[self.team])
        self.targets = SiderealTargetFactory.create_batch(30, permissions="PRIVATE")
        SiderealTargetFactory.create(name="Not ours", permissions="OPEN")
        grant([self.user], to=self.targets)
        self.grouping = TargetList.objects.create(name="Follow-up")
        grant([self.user], to=self.grouping)
        everything = DynamicTargetList(name="Everything", query_string="type=SIDEREAL")
        self.list = make_dynamic_list(everything, user=self.user)

    def paths(self):
        return [
            f"/targets/{self.targets[0].pk}/access/", "/targets/targetgrouping/",
            f"/targets/targetgrouping/{self.grouping.pk}/access/",
            f"/targets/targetgrouping/{self.grouping.pk}/update/",
            "/targets/dynamiclist/create/?name=Star", f"/targets/dynamiclist/{self.list.pk}/update/",
            f"/targets/dynamiclist/{self.list.pk}/delete/",
        ]

    def test_every_page_fits_every_width_in_both_themes(self):
        for width, theme in zip(WIDTHS, THEMES, strict=True):
            page = self.page(width=width, theme=theme, user=self.user)
            for path in self.paths():
                with self.subTest(width=width, theme=theme, path=path):
                    self.visit(page, path)
                    self.assertEqual(page.complaints, [])
                    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    self.assertLessEqual(wider, 0)
                    self.assertEqual(page.evaluate(CONTRAST), [])

    def test_the_filters_are_saved_as_they_stand_and_the_list_is_pinned(self):
        page = self.page(user=self.user)
        self.visit(page, "/targets/")
        page.fill("#id_query", "Star")
        self.until(page, "location.search", "?query=Star")
        page.click("text=Save the filters as a list")
        page.fill("#id_name", "Stars")
        page.check("#id_pinned")
        page.click("button:has-text('Save')")
        self.until(page, "location.pathname", "/targets/targetgrouping/")
        made = DynamicTargetList.objects.get(name="Stars")
        self.assertEqual((made.query_string, made.pinned), ("query=Star", True))
        self.until(page, COUNTS, "31,30")
        self.assertFalse(page.evaluate(MENU), "fetched when the menu is opened")
        page.click("#navbar-targets")
        self.until(page, MENU, True)
        self.assertEqual(page.complaints, [])

    def test_access_to_all_that_match_is_looked_at_and_changed(self):
        page = self.page(user=self.user)
        self.visit(page, "/targets/?query=Star")
        page.check("#id_select_all")
        page.click("text=Access…")
        page.select_option(f"[name=group-{self.team.pk}]", "view")
        page.click("text=Show what would change")
        page.wait_for_selector("text=Before and after")
        self.assertFalse(may(self.mate, "view", self.targets[0]))
        page.click("text=Change 30 targets")
        page.wait_for_selector("text=Access to 30 targets was changed.")
        self.assertEqual(Target.objects.visible_to(self.mate).count(), 31)
        self.assertEqual(page.complaints, [])
