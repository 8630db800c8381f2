from unittest.mock import patch

from django.test import TestCase
from django.urls import reverse

from tom_common.apps import TomCommonConfig
from tom_common.testing import logged_in, make_group, make_user


def greeting(user) -> dict:
    """What an app's card is given: called with the user."""
    return {"account": user, "profile": None, "groups": [make_group(f"Card of {user.username}")]}


def broken(user) -> dict:
    raise ValueError("the app has a bug")


CARD = "tom_common/partials/user_data.html"


class ProfileTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ada = make_user("ada", first_name="Ada", last_name="Lovelace", groups=[make_group("Engine team")])
        cls.ada.profile.affiliation = "Analytical Society"
        cls.ada.profile.save()

    def page(self):
        return logged_in(self.ada).get(reverse("user-profile"))

    def test_a_visitor_is_asked_to_log_in(self):
        self.assertEqual(logged_in().get(reverse("user-profile")).status_code, 302)

    def test_it_shows_ones_own_data_and_groups(self):
        page = self.page()
        for text in ("Ada Lovelace", "ada@example.org", "Analytical Society", "Engine team", "Public"):
            self.assertContains(page, text)

    def test_it_leads_to_password_jobs_and_theme(self):
        page = self.page()
        for url in (reverse("password_change"), reverse("job-list"), reverse("user-update", args=[self.ada.pk])):
            self.assertContains(page, f'href="{url}"')
        for theme in ("light", "dark", "auto"):
            self.assertContains(page, f'data-theme-value="{theme}"')

    def test_an_account_without_profile_has_a_page_nonetheless(self):
        self.ada.profile.delete()
        self.assertEqual(self.page().status_code, 200)

    def test_apps_add_cards(self):
        own = TomCommonConfig.profile_details
        cards = [{"partial": CARD, "context": f"{__name__}.greeting"}]
        with patch.object(TomCommonConfig, "profile_details", lambda app: own(app) + cards):
            self.assertContains(self.page(), "Card of ada")

    def test_a_card_that_fails_is_named_and_the_page_comes(self):
        for card in ({"partial": CARD, "context": f"{__name__}.broken"},
                     {"partial": CARD, "context": "no.such.function"},
                     {"partial": "no/such/template.html", "context": f"{__name__}.greeting"}):
            with patch.object(TomCommonConfig, "profile_details", lambda app, card=card: [card]), self.assertLogs():
                page = self.page()
            self.assertContains(page, "could not be shown")
            self.assertContains(page, "API token")
