from unittest.mock import patch

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import TestCase, override_settings
from django.urls import include, path, reverse

from tests.urls import handler403, handler404, handler500  # noqa: F401  (a URLconf names its own)
from tom_common.api_router import SharedAPIRootRouter
from tom_common.exceptions import ImproperCredentialsException, RemoteTimeout
from tom_common.testing import htmx_headers, logged_in, make_superuser, make_user

HERE = "http://testserver/"


def denies(request):
    raise PermissionDenied("Not for you.")


def asks_far_away(request):
    raise RemoteTimeout("SIMBAD did not answer within 20 s.", service="SIMBAD")


def has_no_key(request):
    raise ImproperCredentialsException


def breaks(request):
    raise KeyError("x")


urlpatterns = [
    path("denies/", denies),
    path("api/denies/", denies),
    path("far/", asks_far_away),
    path("api/far/", asks_far_away),
    path("no-key/", has_no_key),
    path("breaks/", breaks),
    path("open/page/", lambda request: HttpResponse("open")),
    path("", include("tom_common.urls")),
]


@override_settings(ROOT_URLCONF=__name__)
class DeniedTests(TestCase):
    def test_a_visitor_who_is_denied_a_page_is_asked_to_log_in_and_comes_back(self):
        self.assertRedirects(self.client.get("/denies/?a=1"), f"{reverse('login')}?next=/denies/%3Fa%3D1")

    def test_who_is_logged_in_is_told_no(self):
        answer = logged_in(make_user()).get("/denies/")
        self.assertContains(answer, "Not for you.", status_code=403)

    def test_a_program_is_told_no(self):
        self.assertEqual(self.client.get("/api/denies/").status_code, 403)

    def test_a_fragment_that_needs_a_login_sends_the_whole_page_there(self):
        headers = {**htmx_headers(), "HX-Current-URL": f"{HERE}targets/1/?tab=observe"}
        for url in ("/denies/", reverse("user-profile")):
            answer = self.client.get(url, headers=headers)
            self.assertEqual(answer.status_code, 204)
            self.assertEqual(answer["HX-Redirect"], f"{reverse('login')}?next=/targets/1/%3Ftab%3Dobserve")

    def test_a_fragment_of_another_host_leads_home(self):
        headers = {**htmx_headers(), "HX-Current-URL": "https://elsewhere.example/x"}
        self.assertEqual(self.client.get("/denies/", headers=headers)["HX-Redirect"], f"{reverse('login')}?next=/")


@override_settings(ROOT_URLCONF=__name__)
class RemoteErrorTests(TestCase):
    def setUp(self):
        self.client = logged_in(make_user())

    def test_it_becomes_a_message_on_the_page_one_came_from(self):
        answer = self.client.post("/far/", headers={"Referer": f"{HERE}users/"}, follow=True)
        self.assertEqual(answer.redirect_chain, [(f"{HERE}users/", 302)])
        self.assertContains(answer, "SIMBAD did not answer within 20 s.")

    def test_without_a_page_to_go_back_to_it_leads_home(self):
        for referer in ("", "https://elsewhere.example/", f"{HERE}far/", f"{HERE}far/?again=1"):
            answer = self.client.get("/far/", headers={"Referer": referer} if referer else {})
            self.assertEqual((answer.status_code, answer["Location"]), (302, HERE))

    def test_an_error_without_words_gets_some(self):
        answer = self.client.get("/no-key/", follow=True)
        self.assertContains(answer, "refused the credentials")

    def test_a_home_page_that_fails_does_not_send_people_in_circles(self):
        with patch("tom_common.views.pages.HomeView.get", side_effect=RemoteTimeout("The archive is slow.")):
            for headers in ({}, {"Referer": HERE}):
                answer = self.client.get("/", headers=headers)
                self.assertContains(answer, "The archive is slow.", status_code=503)

    def test_a_fragment_gets_the_words_alone(self):
        answer = self.client.get("/far/", headers=htmx_headers())
        self.assertContains(answer, "SIMBAD did not answer")
        self.assertNotContains(answer, "<html")

    def test_a_program_gets_an_error_and_no_page(self):
        answer = self.client.get("/api/far/")
        self.assertEqual((answer.status_code, answer.json()["detail"]), (502, "SIMBAD did not answer within 20 s."))

    def test_other_errors_are_none_of_its_business(self):
        with self.assertRaises(KeyError):
            self.client.get("/breaks/")


@override_settings(ROOT_URLCONF=__name__, AUTH_STRATEGY="LOCKED", OPEN_URLS=["/open/*"])
class LockedTests(TestCase):
    def test_a_visitor_gets_to_the_ways_in_and_nowhere_else(self):
        for url in (reverse("login"), "/robots.txt", "/open/page/", reverse("password_reset")):
            self.assertEqual(self.client.get(url).status_code, 200, url)
        for url in ("/", "/targets/", "/users/", "/no/such/page/", "/admin/", "/opening/"):
            self.assertRedirects(self.client.get(url), f"{reverse('login')}?next={url}")

    def test_the_link_of_a_mail_opens(self):
        url = reverse("password_reset_confirm", args=["MQ", "token"])
        self.assertContains(self.client.get(url), "too old")

    def test_who_is_logged_in_gets_everywhere(self):
        self.assertEqual(logged_in(make_user()).get("/").status_code, 200)

    def test_a_program_without_token_is_refused(self):
        answer = self.client.get("/api/targets/")
        self.assertEqual((answer.status_code, answer["WWW-Authenticate"]), (401, "Token"))
        self.assertIn("credentials", answer.json()["detail"])

    def test_a_program_with_a_token_comes_in(self):
        user = make_user()
        answer = self.client.get("/api/groups/", headers={"Authorization": f"Token {user.auth_token.key}"})
        self.assertEqual(answer.status_code, 200)

    def test_any_other_header_opens_nothing(self):
        barred = make_user(is_active=False)
        of_barred = f"Token {barred.auth_token.key}"
        for value in ("x", "Token", "Token wrong", "Basic YTpi", "Bearer x", of_barred, "Token é"):
            answer = self.client.get("/api/targets/", headers={"Authorization": value})
            self.assertEqual(answer.status_code, 401, value)
        self.assertTrue(SharedAPIRootRouter.shared_router.registry)

    def test_a_fragment_asks_for_the_whole_page_to_log_in(self):
        headers = {**htmx_headers(), "HX-Current-URL": f"{HERE}targets/"}
        answer = self.client.get("/targets/", headers=headers)
        self.assertEqual(answer["HX-Redirect"], f"{reverse('login')}?next=/targets/")


@override_settings(ROOT_URLCONF=__name__)
class ReadOnlyTests(TestCase):
    def test_a_visitor_may_look_around(self):
        self.assertEqual(self.client.get("/").status_code, 200)

    def test_a_superuser_meets_nothing_of_all_this(self):
        self.assertEqual(logged_in(make_superuser()).get("/users/").status_code, 200)
