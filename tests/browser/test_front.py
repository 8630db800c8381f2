"""The frame of every page in Chromium: theme, navigation, plots, tables, and the look in both themes."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from tests.browser.support import THEMES, WIDTHS, BrowserTestCase
from tom_targets.models import Target

pytestmark = pytest.mark.browser

#: Contrast of every text against the nearest painted background, by the formula of the WCAG.
CONTRAST = """() => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (c) => c.slice(0, 3).map((v) => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const background = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const found = [];
  document.querySelectorAll("body *").forEach((element) => {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own && !element.matches("input")) return;
    const skipped = ":disabled, .disabled, script, noscript, option, .sr-only, .skip-link, .close *";
    if (!box.width || element.matches(skipped)) return;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(background(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const text = element.textContent.trim().slice(0, 20);
    if (ratio < 4.5) found.push(`${element.className || element.tagName} ${text}: ${ratio.toFixed(2)}`);
  });
  return found;
}"""


class LookTests(BrowserTestCase):
    def test_every_text_can_be_read_in_both_themes(self):
        for theme in THEMES:
            with self.subTest(theme=theme):
                page = self.page(theme=theme)
                self.visit(page, "/look/gallery/")
                page.add_style_tag(url=f"{self.live_server_url}/static/tom_common/css/base.css")
                self.assertEqual(page.evaluate(CONTRAST), [])

    def test_icons_of_old_and_new_names_are_drawn(self):
        page = self.page()
        self.visit(page, "/look/gallery/")
        for name in ("#icon", "#old-icon", ".fa-pencil-square-o"):
            drawn = page.evaluate(f"getComputedStyle(document.querySelector('{name}'), '::before').content")
            self.assertNotIn(drawn, ("none", "normal", '""'), name)
        self.assertTrue(page.evaluate("document.fonts.check('900 16px \"Font Awesome 6 Free\"')"))

    def test_templates_for_bootstrap_5_open_their_dialogs(self):
        page = self.page()
        self.visit(page, "/look/gallery/")
        page.click("#open")
        page.wait_for_selector("#modal.show")
        page.click("#close")
        page.wait_for_selector("#modal", state="hidden")
        self.assertEqual(page.evaluate("typeof bootstrap.Modal.getOrCreateInstance"), "function")

    def test_a_bar_has_the_width_its_attribute_says(self):
        page = self.page()
        self.visit(page, "/look/gallery/")
        self.assertEqual(page.evaluate("document.getElementById('bar').style.width"), "60%")

    def test_a_button_copies(self):
        page = self.page(permissions=["clipboard-read", "clipboard-write"])
        self.visit(page, "/look/gallery/")
        page.click(".btn-copy")
        page.wait_for_selector(".btn-copy.copied")
        self.assertEqual(page.evaluate("navigator.clipboard.readText()"), "12:30:49.42")

    def test_on_a_phone_the_navigation_folds_away_and_opens(self):
        page = self.page(width=360)
        self.visit(page, "/")
        self.assertFalse(page.is_visible("#theme-switch"))
        page.click(".navbar-toggler")
        page.wait_for_selector("#theme-switch", state="visible")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.assertLessEqual(wider, 0)


class ThemeTests(BrowserTestCase):
    def theme(self, page):
        return page.evaluate("document.documentElement.getAttribute('data-theme')")

    def choose(self, page, theme):
        page.click("#theme-switch")
        page.click(f"[data-theme-value={theme}]")

    def test_without_a_choice_the_system_decides_and_may_change_its_mind(self):
        page = self.page(theme="dark")
        self.visit(page, "/")
        self.assertEqual(self.theme(page), "dark")
        page.emulate_media(color_scheme="light")
        self.until(page, "document.documentElement.getAttribute('data-theme')", "light")

    def test_a_choice_is_remembered_by_the_browser_and_told_to_the_server(self):
        page = self.page(theme="light")
        self.visit(page, "/")
        self.choose(page, "dark")
        self.assertEqual(self.theme(page), "dark")
        self.visit(page, "/look/gallery/")
        self.assertEqual(self.theme(page), "dark")
        html = page.request.get(f"{self.live_server_url}/").text()
        self.assertIn('data-theme="dark"', html)
        self.choose(page, "auto")
        self.assertEqual(self.theme(page), "light")


class PlotTests(BrowserTestCase):
    def drawn(self, page, box, points=50):
        plot = f"document.querySelector('#{box} .tom-plot')"
        self.until(page, f"{plot}._fullData ? ({plot}._fullData[0].x || {plot}._fullData[0].y).length : 0", points)

    def test_a_plot_is_fetched_when_it_comes_into_view(self):
        page = self.page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        self.visit(page, "/look/plots/")
        self.drawn(page, "curve")
        self.drawn(page, "inline", 3)
        self.assertEqual(page.inner_text("#nothing"), "No data yet.")
        self.assertEqual(len([url for url in asked if "plotly-strict" in url]), 1)

    def test_a_plot_far_below_waits_until_it_is_seen(self):
        page = self.page(height=500)
        page.add_init_script(
            "addEventListener('DOMContentLoaded', () => document.getElementById('below').style.marginTop = '4000px')"
        )
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        self.visit(page, "/look/plots/")
        self.assertEqual([url for url in asked if "below" in url], [])
        page.evaluate("document.getElementById('below').scrollIntoView()")
        self.drawn(page, "below", 60)

    def test_a_map_has_its_coastlines_from_our_own_files(self):
        page = self.page(height=1600)
        self.visit(page, "/look/plots/")
        self.until(page, "document.querySelectorAll('#map .layer.coastlines path, #map .layer.land path').length", 2)
        self.assertEqual(page.complaints, [])

    def test_a_form_draws_the_plot_anew(self):
        page = self.page()
        self.visit(page, "/look/plots/")
        self.drawn(page, "curve")
        page.select_option("#plot-form select", "70")
        self.drawn(page, "curve", 70)

    def test_colours_follow_the_theme_and_the_size_follows_the_window(self):
        page = self.page(theme="light")
        self.visit(page, "/look/plots/")
        self.drawn(page, "curve")
        plot = "document.querySelector('#curve .tom-plot')"
        colours = f"[{plot}._fullLayout.paper_bgcolor, {plot}._fullData[0].line.color]"
        self.assertEqual(page.evaluate(colours), ["#ffffff", "#0072b2"])
        page.emulate_media(color_scheme="dark")
        self.until(page, colours, ["#182029", "#56b4e9"])
        page.set_viewport_size({"width": 500, "height": 900})
        fits = f"{plot}.clientWidth < 500 && Math.abs({plot}._fullLayout.width - {plot}.clientWidth) < 2"
        self.until(page, fits, True)

    def test_a_plot_that_fails_says_so_and_can_be_tried_again(self):
        page = self.page()
        answer = {"status": 503, "json": {"message": "The archive sleeps."}}
        page.route("**/look/plot.json*", lambda route: route.fulfill(**answer))
        page.goto(f"{self.live_server_url}/look/plots/")
        page.wait_for_selector("#curve button")
        self.assertIn("The archive sleeps.", page.inner_text("#curve"))
        page.unroute("**/look/plot.json*")
        page.click("#curve button")
        self.drawn(page, "curve")

    def test_a_lost_connection_is_named(self):
        page = self.page()
        page.route("**/look/plot.json*", lambda route: route.abort())
        page.goto(f"{self.live_server_url}/look/plots/")
        page.wait_for_selector("#curve button")
        self.assertIn("could not be reached", page.inner_text("#curve"))

    def test_a_plot_can_be_saved_as_a_picture(self):
        page = self.page()
        self.visit(page, "/look/plots/")
        self.drawn(page, "curve")
        page.hover("#curve .tom-plot")
        with page.expect_download() as download:
            page.click("#curve .modebar-btn >> nth=0")
        self.assertEqual(download.value.suggested_filename, "curve.png")
        self.assertEqual(page.complaints, [])


class TableTests(BrowserTestCase):
    def setUp(self):
        Group.objects.bulk_create(Group(name=f"group {number:02d}") for number in range(23))

    def info(self, page, text):
        self.until(page, "document.querySelector('.pagination-info').textContent", text)

    def test_searching_sorting_and_turning_pages_keep_an_address(self):
        page = self.page()
        self.visit(page, "/look/table/")
        page.click("a[rel=next]")
        self.info(page, "6–10 of 23")
        page.click("th a")
        self.info(page, "1–5 of 23")
        self.assertTrue(page.url.endswith("?sort=-name"))
        page.type("#id_query", "group 1")
        self.info(page, "1–5 of 12")
        self.assertIn("sort=-name", page.url)
        self.assertEqual(page.inner_text("tbody tr td:nth-child(2)"), "group 21")
        page.go_back()
        self.info(page, "1–5 of 23")
        self.assertEqual(page.input_value("#id_query"), "")
        self.assertEqual(page.complaints, [])

    def test_one_box_ticks_the_page(self):
        page = self.page()
        self.visit(page, "/look/table/")
        page.check("thead input[type=checkbox]")
        self.assertEqual(page.locator("tbody input:checked").count(), 5)

    def test_a_server_that_fails_leaves_the_table_and_a_message(self):
        page = self.page()
        self.visit(page, "/look/table/")
        page.route("**/look/table/?*", lambda route: route.fulfill(status=500, body="no"))
        page.click("a[rel=next]")
        page.wait_for_selector("#messages .alert-danger")
        self.assertIn("1–5 of 23", page.inner_text(".pagination-info"))


class FramePagesTests(BrowserTestCase):
    """The pages that stand in every TOM, whoever looks, at both widths and in both themes."""

    def test_pages_for_everybody(self):
        for path, status in (("/", 200), ("/accounts/login/", 200), ("/no/such/page/", 404), ("/look/gallery/", 200)):
            self.everywhere(path, status)

    def test_pages_of_the_pi(self):
        pi = User.objects.create_superuser("pi", "pi@example.org", "secret")
        for path in ("/", "/users/", "/users/profile/", "/users/create/", "/groups/create/", "/jobs/"):
            self.everywhere(path, user=pi)

    def test_pages_of_targets_and_catalogues(self):
        pi = User.objects.create_superuser("pi", "pi@example.org", "secret")
        target = Target.objects.create(name="SN 2026abc", type="SIDEREAL", ra=187.7, dec=12.39, permissions="OPEN")
        pages = [
            reverse("targets:list"), reverse("targets:detail", args=[target.pk]), reverse("targets:create"),
            reverse("targets:update", args=[target.pk]), reverse("targets:delete", args=[target.pk]),
            reverse("targets:search") + "?q=12:30:49+%2B12:23:28", reverse("targets:targetgrouping"),
            reverse("targets:create-group"), reverse("tom_catalogs:query"),
        ]
        for path in pages:
            self.everywhere(path, user=pi)

    def test_the_administration_and_the_api_keep_to_the_policy(self):
        pi = User.objects.create_superuser("pi", "pi@example.org", "secret")
        page = self.page(user=pi)
        for path in ("/admin/", "/admin/auth/user/", f"/admin/auth/user/{pi.pk}/change/", "/api/"):
            with self.subTest(path=path):
                self.visit(page, path)

    def everywhere(self, path, status=200, user=None):
        for width in WIDTHS:
            for theme in THEMES:
                with self.subTest(path=path, width=width, theme=theme):
                    page = self.page(width=width, theme=theme, user=user)
                    self.visit(page, path, status)
                    page.context.close()
