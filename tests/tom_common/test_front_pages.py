"""The policy every page is sent with, the pages that belong to no app, and the files they are made of."""

import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.http import HttpResponse
from django.template import loader
from django.test import Client, RequestFactory, SimpleTestCase, TestCase, override_settings

from tom_common import csp
from tom_common.views import pages

ROOT = Path(settings.BASE_DIR).parent


def directives(response):
    return {part.split()[0]: part.split()[1:] for part in response.headers[csp.HEADER].split("; ")}


def answered(view, path="/"):
    return csp.ContentSecurityPolicyMiddleware(view)(RequestFactory().get(path))


class PolicyTests(SimpleTestCase):
    def test_scripts_come_from_our_files_alone(self):
        found = directives(answered(lambda request: HttpResponse()))
        self.assertEqual(found["script-src"], ["'self'"])
        self.assertEqual(found["default-src"], ["'self'"])
        self.assertEqual(found["connect-src"], ["'self'"])
        self.assertEqual(found["object-src"], ["'none'"])
        self.assertNotIn("unsafe-inline", str(found))

    def test_the_other_headers_go_with_it(self):
        response = answered(lambda request: HttpResponse())
        self.assertEqual(response["X-Content-Type-Options"], "nosniff")
        self.assertEqual(response["Referrer-Policy"], "same-origin")

    def test_the_sky_viewers_frame_may_more_and_no_other_page(self):
        found = directives(answered(csp.csp_sky_viewer(lambda request: HttpResponse())))
        self.assertIn("'wasm-unsafe-eval'", found["script-src"])
        self.assertIn("https://alasky.cds.unistra.fr", found["connect-src"])
        self.assertIn("'unsafe-inline'", found["style-src"])
        self.assertNotIn("'unsafe-eval'", found["script-src"])

    @override_settings(CSP_IMAGE_SERVERS=["https://hips.example.org"])
    def test_a_mirror_of_the_sky_takes_the_place_of_the_default(self):
        found = directives(answered(csp.csp_sky_viewer(lambda request: HttpResponse())))
        self.assertEqual(found["img-src"], ["'self'", "data:", "blob:", "https://hips.example.org"])

    def test_a_view_may_ask_for_more(self):
        view = csp.csp_allow(frame_src=["https://example.org"], object_src=["'self'"])(lambda request: HttpResponse())
        found = directives(answered(view))
        self.assertEqual(found["frame-src"], ["'self'", "https://example.org"])
        self.assertEqual(found["object-src"], ["'self'"])

    @override_settings(CSP_EXTRA={"style-src": ["'unsafe-inline'"]})
    def test_a_project_may_ask_for_more_and_checksums_do_not_undo_it(self):
        found = directives(answered(lambda request: HttpResponse()))
        self.assertEqual(found["style-src"], ["'self'", "'unsafe-inline'"])

    @override_settings(STATIC_URL="https://static.example.org/tom/", MEDIA_URL="//media.example.org/")
    def test_files_that_the_project_keeps_elsewhere_may_be_loaded(self):
        found = directives(answered(lambda request: HttpResponse()))
        self.assertEqual(found["script-src"], ["'self'", "https://static.example.org"])
        self.assertEqual(found["img-src"][1:3], ["https://static.example.org", "https://media.example.org"])
        self.assertNotIn("https://media.example.org", found["script-src"])

    def test_a_policy_of_its_own_stays(self):
        response = answered(lambda request: HttpResponse(headers={csp.HEADER: "default-src 'none'"}))
        self.assertEqual(response[csp.HEADER], "default-src 'none'")

    def test_djangos_own_error_report_is_left_alone(self):
        with override_settings(DEBUG=True):
            self.assertNotIn(csp.HEADER, answered(lambda request: HttpResponse(status=500)).headers)
            self.assertIn(csp.HEADER, answered(lambda request: HttpResponse(status=403)).headers)
        self.assertIn(csp.HEADER, answered(lambda request: HttpResponse(status=500)).headers)


class RobotsTests(SimpleTestCase):
    def body(self):
        return self.client.get("/robots.txt").content.decode()

    def test_robots_are_sent_away(self):
        response = self.client.get("/robots.txt")
        self.assertEqual(response["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual(self.body(), "User-agent: *\nDisallow: /\n")

    def test_a_file_of_the_project_takes_its_place(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("User-agent: good\n")
            file.flush()
            with override_settings(ROBOTS_TXT_PATH=file.name):
                self.assertEqual(self.body(), "User-agent: good\n")

    @override_settings(ROBOTS_TXT_PATH="/no/such/file")
    def test_a_file_that_is_missing_is_logged_and_robots_are_sent_away(self):
        with self.assertLogs("tom_common", "ERROR"):
            self.assertIn("Disallow: /", self.body())

    def test_it_is_only_read(self):
        self.assertEqual(self.client.post("/robots.txt").status_code, 405)


class ErrorPageTests(TestCase):
    def test_a_page_that_is_not_there(self):
        response = self.client.get("/no/such/page/")
        self.assertContains(response, "There is no such page", status_code=404)
        self.assertContains(response, "/accounts/login/?next=/no/such/page/", status_code=404)

    def test_a_page_that_is_refused_says_why(self):
        request = RequestFactory().get("/x/")
        request.user = User(username="somebody")
        response = pages.permission_denied(request, PermissionDenied("Only the PI may do this."))
        self.assertContains(response, "Only the PI may do this.", status_code=403)
        self.assertContains(response, "somebody", status_code=403)

    def test_a_form_that_cannot_be_checked_is_told_in_words(self):
        response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "x"})
        self.assertContains(response, "send it again", status_code=403)
        self.assertEqual(marked_up(response).refused, [])

    def test_a_damaged_request_gets_a_page(self):
        html = loader.get_template("400.html").render()
        self.assertIn("could not be understood", html)

    def test_programs_get_json(self):
        response = self.client.get("/no/such/page/", headers={"accept": "application/json"})
        self.assertEqual((response.status_code, response["Content-Type"]), (404, "application/json"))
        response = pages.server_error(RequestFactory().get("/api/targets/"))
        self.assertEqual((response.status_code, response["Content-Type"]), (500, "application/json"))

    def test_the_page_for_errors_asks_no_database(self):
        with self.assertNumQueries(0):
            response = pages.server_error(RequestFactory().get("/x/"))
        self.assertContains(response, "Something went wrong", status_code=500)

    def test_even_a_broken_page_for_errors_is_a_page(self):
        with patch("tom_common.views.pages.loader.get_template", side_effect=ValueError), self.assertLogs("tom_common"):
            self.assertContains(pages.server_error(RequestFactory().get("/x/")), "went wrong", status_code=500)


class Markup(HTMLParser):
    """Collects what the policy would refuse, and the addresses a page loads."""

    def __init__(self):
        super().__init__()
        self.refused, self.loaded, self.ids = [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.refused += [f"{tag} {name}" for name in attributes if name == "style" or name.startswith("on")]
        data = attributes.get("type") == "application/json"
        if tag == "style" or (tag == "script" and not attributes.get("src") and not data):
            self.refused.append(tag)
        self.loaded += [attributes[name] for name in ("src",) if attributes.get(name)]
        self.loaded += [attributes["href"]] if tag == "link" else []
        self.ids += [attributes["id"]] if attributes.get("id") else []


def marked_up(response):
    parser = Markup()
    parser.feed(response.content.decode())
    return parser


class HomePageTests(TestCase):
    def test_a_visitor_is_welcomed_and_a_member_finds_work(self):
        self.assertContains(self.client.get("/"), "Log in")
        user = User.objects.create_superuser("pi")
        self.client.force_login(user)
        response = self.client.get("/")
        self.assertContains(response, "Create a target")
        self.assertNotContains(response, "could not be shown")

    @override_settings(AUTH_STRATEGY="LOCKED", OPEN_URLS=["/"])
    def test_a_locked_site_shows_a_visitor_nothing_but_the_door(self):
        response = self.client.get("/")
        self.assertContains(response, "open to its members only")
        self.assertNotContains(response, 'href="/targets/')
        self.assertNotContains(response, 'role="search"')

    def test_nothing_stands_inline_and_nothing_comes_from_elsewhere(self):
        self.client.force_login(User.objects.create_superuser("pi"))
        for path in ("/", "/no/such/page/"):
            markup = marked_up(self.client.get(path))
            self.assertEqual(markup.refused, [])
            self.assertTrue(markup.loaded)
            self.assertEqual([address for address in markup.loaded if not address.startswith("/static/")], [])
            self.assertEqual(len(markup.ids), len(set(markup.ids)))
            self.assertIn("messages", markup.ids)

    def test_the_theme_is_known_before_anything_is_painted(self):
        html = self.client.get("/").content.decode()
        self.assertLess(html.index("js/theme.js"), html.index("rel=\"stylesheet\""))


class VendorTests(SimpleTestCase):
    def test_the_browser_libraries_are_as_recorded_each_with_its_licence(self):
        tool = ROOT / "tools" / "vendor.py"
        found = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True)
        self.assertEqual(found.returncode, 0, found.stdout)
        for folder in (ROOT / "tom_common/static/vendor").iterdir():
            if folder.is_dir():
                self.assertTrue([*folder.glob("LICENSE*"), *folder.glob("COPYING*")], folder)

    def test_plotlys_versions_in_the_browser_and_in_python_agree(self):
        from plotly.offline import get_plotlyjs_version

        self.assertIn(f"v{get_plotlyjs_version()}\n", self.read("plotly/plotly-strict.min.js", 2000))

    def read(self, name, length):
        return (ROOT / "tom_common/static/vendor" / name).read_text()[:length]

    def test_every_file_that_a_style_sheet_or_script_names_is_there(self):
        with tempfile.TemporaryDirectory() as folder, override_settings(
            STATIC_ROOT=folder,
            STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}},
        ):
            call_command("collectstatic", verbosity=0, interactive=False)
            self.assertTrue((Path(folder) / "staticfiles.json").exists())
