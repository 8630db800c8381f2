"""Chromium on a live server, and what every page has to stand: no error, no other host, nothing wider than the screen.

    class SomePageTests(BrowserTestCase):
        def test_it(self):
            page = self.page(width=360, theme="dark", user=somebody)
            self.visit(page, "/targets/")          # fails with what the browser complained about

CHROMIUM names the browser; without it the one of the PATH is taken. Nothing is downloaded.
"""

import os
import shutil
import time
import unittest

import pytest
from django.conf import settings
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.test import override_settings

try:
    from playwright.sync_api import Error, Page, sync_playwright
except ImportError:  # the browser tests are an extra
    sync_playwright = Page = Error = None

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
WIDTHS = (1280, 360)
THEMES = ("light", "dark")


@pytest.mark.browser
@unittest.skipUnless(CHROMIUM and sync_playwright, "Chromium and playwright are needed (make test-browser).")
@override_settings(ROOT_URLCONF="tests.browser.urls", ALLOWED_HOSTS=["*"])
class BrowserTestCase(StaticLiveServerTestCase):
    """A TestCase whose `page()` is a browser window of its own."""

    @classmethod
    def setUpClass(cls) -> None:
        # Playwright runs an event loop in this thread; Django would refuse the database because of it.
        cls._unsafe = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        super().setUpClass()
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        cls.addClassCleanup(cls.browser.close)

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        if cls._unsafe is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]

    def page(self, *, width: int = 1280, height: int = 900, theme: str = "light", user=None, **options) -> "Page":
        """A window with its own cookies. `page.complaints` gathers what the browser finds wrong."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, **options)
        self.addCleanup(context.close)
        if user is not None:
            self.client.force_login(user)
            cookie = self.client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.live_server_url}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: self._console(page, message))
        page.on("pageerror", lambda error: page.complaints.append(f"script error: {error}"))
        page.on("request", lambda request: self._request(page, request))
        return page

    def _console(self, page: "Page", message) -> None:
        if message.type == "error":
            page.complaints.append(f"console: {message.text}")

    def _request(self, page: "Page", request) -> None:
        if not request.url.startswith((self.live_server_url, "data:", "blob:")):
            page.complaints.append(f"another host: {request.url}")

    def visit(self, page: "Page", path: str, status: int = 200) -> None:
        """Open a page, let it fetch what it wants, and fail with all that is wrong with it."""
        page.complaints.clear()
        answer = page.goto(self.live_server_url + path)
        page.wait_for_load_state("networkidle")
        self.assertEqual(answer.status, status, path)
        if status >= 400:  # Chromium tells of the page's own status as well
            page.complaints = [text for text in page.complaints if f"status of {status}" not in text]
        self.assertEqual(page.complaints, [], path)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.assertLessEqual(wider, 0, f"{path} is {wider} px wider than {page.viewport_size['width']} px")

    def until(self, page: "Page", expression: str, wanted, timeout_s: float = 15.0) -> None:
        """Wait until an expression has that value. (Playwright's own wait_for_function needs eval, which we forbid.)"""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                found = page.evaluate(expression)
            except Error as error:  # the page is being exchanged for another
                found = error
            if found == wanted:
                return
            if time.monotonic() > deadline:
                self.fail(f"{expression} is {found!r} and never became {wanted!r}")
            page.wait_for_timeout(50)
