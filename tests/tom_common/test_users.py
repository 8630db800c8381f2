"""Accounts: who sees, makes, changes and deletes them; logging in; passwords."""

from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from guardian.utils import get_anonymous_user
from rest_framework.authtoken.models import Token

from tom_common.apps import TomCommonConfig
from tom_common.forms import CustomUserCreationForm
from tom_common.models import Profile
from tom_common.people import PUBLIC_GROUP
from tom_common.testing import PASSWORD, htmx_headers, logged_in, make_group, make_superuser, make_user

User = get_user_model()
NEW_USER = {
    "username": "vera", "first_name": "Vera", "last_name": "Rubin", "email": "vera@example.org",
    "password1": "dark-matter-1970", "password2": "dark-matter-1970",
    "profile-TOTAL_FORMS": "1", "profile-INITIAL_FORMS": "0", "profile-0-affiliation": "Carnegie",
}


class AccountTests(TestCase):
    """What comes with an account."""

    def test_a_new_account_has_profile_token_and_the_public_group(self):
        user = make_user()
        self.assertEqual(user.profile.affiliation, None)
        self.assertTrue(Token.objects.filter(user=user).exists())
        self.assertEqual([group.name for group in user.groups.all()], [PUBLIC_GROUP])

    def test_the_account_of_visitors_has_none_of_it(self):
        visitor = get_anonymous_user()
        visitor.save()
        self.assertFalse(Token.objects.filter(user=visitor).exists())
        self.assertFalse(Profile.objects.filter(user=visitor).exists())
        self.assertFalse(visitor.groups.exists())

    def test_an_account_without_profile_gets_one_when_it_is_saved(self):
        user = make_user()
        user.profile.delete()
        User.objects.get(pk=user.pk).save()
        self.assertTrue(Profile.objects.filter(user=user).exists())

    def test_a_token_that_was_deleted_does_not_come_back_by_itself(self):
        user = make_user()
        Token.objects.filter(user=user).delete()
        user.save()
        self.assertFalse(Token.objects.filter(user=user).exists())


class ListTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("Supernova team")
        cls.pi = make_superuser("paula")
        cls.ada, cls.bob = make_user("adalove", groups=[cls.team]), make_user("bobteam", groups=[cls.team])
        cls.stranger = make_user("stranger", groups=[make_group("Other team")])

    def names_seen_by(self, user) -> set[str]:
        text = logged_in(user).get(reverse("user-list")).content.decode()
        names = {"paula", "adalove", "bobteam", "stranger", "AnonymousUser", "Supernova team", "Other team"}
        return {name for name in names if f">{name}<" in text}

    def test_a_visitor_is_asked_to_log_in(self):
        self.assertRedirects(logged_in().get(reverse("user-list")), f"{reverse('login')}?next={reverse('user-list')}")

    def test_a_member_sees_the_own_teams_only(self):
        self.assertEqual(self.names_seen_by(self.ada), {"adalove", "bobteam", "Supernova team"})

    def test_a_superuser_sees_all_people(self):
        self.assertEqual(
            self.names_seen_by(self.pi), {"paula", "adalove", "bobteam", "stranger", "Supernova team", "Other team"}
        )

    def test_only_superusers_get_buttons_to_manage(self):
        update = reverse("user-update", args=[self.bob.pk])
        self.assertContains(logged_in(self.pi).get(reverse("user-list")), update)
        page = logged_in(self.ada).get(reverse("user-list"))
        for url in (update, reverse("user-create"), reverse("group-create")):
            self.assertNotContains(page, url)

    def test_the_number_of_queries_does_not_grow_with_the_users(self):
        client = logged_in(self.pi)
        client.get(reverse("user-list"))
        with self.assertNumQueries(5):
            client.get(reverse("user-list"))
        for _ in range(5):
            make_user(groups=[self.team])
        with self.assertNumQueries(5):
            client.get(reverse("user-list"))


def list_of_app(context) -> dict:
    """What an app's list on the users page is given: called with the context of the page."""
    return {"groups": [], "public_group": "", "user": context["request"].user}


class ContributedListTests(TestCase):
    def test_apps_add_lists(self):
        lists = [{"partial": "auth/partials/group_list.html", "context": f"{__name__}.list_of_app"}]
        with patch.object(TomCommonConfig, "user_lists", lambda app: lists, create=True):
            page = logged_in(make_user()).get(reverse("user-list"))
        self.assertContains(page, "No groups.")

    def test_a_list_that_fails_is_named_and_the_page_comes(self):
        lists = [{"partial": "auth/partials/group_list.html", "context": "no.such.function"}]
        with patch.object(TomCommonConfig, "user_lists", lambda app: lists, create=True), self.assertLogs():
            page = logged_in(make_user()).get(reverse("user-list"))
        self.assertContains(page, "could not be shown")


class CreateTests(TestCase):
    def setUp(self):
        self.client = logged_in(make_superuser("pi"))

    def test_a_superuser_adds_a_user_with_profile_and_groups(self):
        team, public = make_group("Team"), Group.objects.get(name=PUBLIC_GROUP)
        response = self.client.post(reverse("user-create"), {**NEW_USER, "groups": [team.pk, public.pk]})
        self.assertRedirects(response, reverse("user-list"))
        vera = User.objects.get(username="vera")
        self.assertTrue(vera.check_password("dark-matter-1970"))
        self.assertEqual((vera.email, vera.profile.affiliation), ("vera@example.org", "Carnegie"))
        self.assertEqual(set(vera.groups.all()), {team, public})
        self.assertEqual(Profile.objects.filter(user=vera).count(), 1)
        self.assertFalse(vera.is_superuser)

    def test_the_public_group_is_ticked_at_first(self):
        page = self.client.get(reverse("user-create"))
        public = Group.objects.get(name=PUBLIC_GROUP)
        self.assertEqual(list(page.context["form"]["groups"].initial), [public])

    def test_wrong_input_is_told_at_its_field_and_nothing_typed_is_lost(self):
        make_user("Vera")
        wrong = {**NEW_USER, "email": "no address", "password2": "other", "profile-0-affiliation": "A" * 101}
        page = self.client.post(reverse("user-create"), wrong)
        form = page.context["form"]
        self.assertEqual(set(form.errors), {"username", "email", "password2"})
        self.assertIn("affiliation", form.user_profile_formset.forms[0].errors)
        self.assertContains(page, "Rubin")
        self.assertContains(page, "A" * 101)
        self.assertEqual(User.objects.filter(username__iexact="vera").count(), 1)

    def test_a_form_without_the_profile_part_is_enough(self):
        data = {key: value for key, value in NEW_USER.items() if not key.startswith("profile")}
        form = CustomUserCreationForm(data)
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.save().profile.affiliation, None)

    def test_a_tampered_profile_part_is_an_error_and_no_crash(self):
        for total in ("x", "-1", "99999"):
            page = self.client.post(reverse("user-create"), {**NEW_USER, "profile-TOTAL_FORMS": total})
            self.assertLess(page.status_code, 500)

    def test_nobody_else_adds_users(self):
        self.assertEqual(logged_in(make_user()).post(reverse("user-create"), NEW_USER).status_code, 403)
        self.assertEqual(logged_in().post(reverse("user-create"), NEW_USER).status_code, 302)
        self.assertFalse(User.objects.filter(username="vera").exists())


class UpdateTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.pi, cls.ada, cls.bob = make_superuser("pi"), make_user("ada"), make_user("bob")
        cls.data = {"username": "ada", "first_name": "Ada", "last_name": "L", "email": "ada@example.org",
                    "profile-TOTAL_FORMS": "1", "profile-INITIAL_FORMS": "1", "profile-0-affiliation": "Engine Works"}

    def post(self, user, account, **data):
        own = {"profile-0-id": account.profile.pk, "profile-0-user": account.pk}
        return logged_in(user).post(reverse("user-update", args=[account.pk]), {**self.data, **own, **data})

    def test_one_changes_the_own_account(self):
        self.assertRedirects(self.post(self.ada, self.ada), reverse("user-profile"))
        ada = User.objects.get(pk=self.ada.pk)
        self.assertEqual((ada.first_name, ada.profile.affiliation), ("Ada", "Engine Works"))
        self.assertTrue(ada.check_password(PASSWORD))

    def test_one_cannot_give_oneself_power_or_groups(self):
        team = make_group("Team")
        self.post(self.ada, self.ada, is_superuser="on", is_staff="on", groups=[team.pk], is_active="")
        ada = User.objects.get(pk=self.ada.pk)
        self.assertEqual((ada.is_superuser, ada.is_staff, ada.is_active), (False, False, True))
        self.assertNotIn(team, ada.groups.all())

    def test_somebody_elses_account_does_not_exist_for_a_member(self):
        self.assertEqual(self.post(self.bob, self.ada).status_code, 404)
        self.assertEqual(logged_in(self.bob).get(reverse("user-update", args=[self.ada.pk])).status_code, 404)
        self.assertEqual(User.objects.get(pk=self.ada.pk).first_name, "")

    def test_somebody_elses_profile_cannot_be_written_through_the_own_form(self):
        self.post(self.bob, self.bob, username="bob", **{
            "profile-0-id": self.ada.profile.pk, "profile-0-user": self.ada.pk, "profile-0-affiliation": "Stolen",
        })
        self.assertNotEqual(Profile.objects.get(user=self.ada).affiliation, "Stolen")

    def test_a_superuser_makes_another_one_and_bars_a_user(self):
        response = self.post(self.pi, self.ada, is_superuser="on", is_active="on")
        self.assertRedirects(response, reverse("user-list"))
        ada = User.objects.get(pk=self.ada.pk)
        self.assertEqual((ada.is_superuser, ada.is_staff), (True, True))
        self.post(self.pi, self.ada)
        ada.refresh_from_db()
        self.assertEqual((ada.is_superuser, ada.is_staff, ada.is_active), (False, False, False))

    def test_the_page_stays_that_of_who_is_logged_in(self):
        page = logged_in(self.pi).get(reverse("user-update", args=[self.ada.pk]))
        self.assertEqual((page.context["user"], page.context["account"]), (self.pi, self.ada))

    def test_the_last_superuser_can_neither_step_down_nor_be_barred(self):
        make_superuser("retired", is_active=False)
        page = self.post(self.pi, self.pi, username="pi", is_active="on")
        self.assertIn("is_superuser", page.context["form"].errors)
        page = self.post(self.pi, self.pi, username="pi", is_superuser="on")
        self.assertIn("is_active", page.context["form"].errors)
        self.assertTrue(User.objects.get(pk=self.pi.pk).is_superuser)
        make_superuser("second")
        self.assertEqual(self.post(self.pi, self.pi, username="pi", is_active="on").status_code, 302)

    def test_a_name_that_differs_only_in_case_is_refused(self):
        page = self.post(self.ada, self.ada, username="BOB")
        self.assertIn("username", page.context["form"].errors)
        self.assertEqual(self.post(self.ada, self.ada, username="Ada").status_code, 302)

    def test_the_account_of_visitors_cannot_be_changed(self):
        client, visitor = logged_in(self.pi), get_anonymous_user()
        for name in ("user-update", "user-delete", "admin-user-change-password"):
            self.assertEqual(client.get(reverse(name, args=[visitor.pk])).status_code, 404)
            self.assertEqual(client.post(reverse(name, args=[visitor.pk])).status_code, 404)
        self.assertTrue(User.objects.filter(pk=visitor.pk).exists())


class DeleteTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.pi, cls.ada = make_superuser("pi"), make_user("ada")

    def url(self, account) -> str:
        return reverse("user-delete", args=[account.pk])

    def test_the_page_says_what_goes_with_it(self):
        page = logged_in(self.pi).get(self.url(self.ada))
        self.assertContains(page, "1 profile")
        self.assertContains(page, "1 Token")
        self.assertContains(page, "untick")

    def test_a_superuser_deletes_an_account(self):
        self.assertRedirects(logged_in(self.pi).post(self.url(self.ada)), reverse("user-list"))
        self.assertFalse(User.objects.filter(pk=self.ada.pk).exists())

    def test_one_deletes_oneself_and_is_logged_out(self):
        client = logged_in(self.ada)
        self.assertRedirects(client.post(self.url(self.ada)), reverse("home"))
        self.assertFalse(User.objects.filter(pk=self.ada.pk).exists())
        self.assertEqual(client.get(reverse("user-profile")).status_code, 302)

    def test_nobody_deletes_somebody_else(self):
        self.assertEqual(logged_in(self.ada).post(self.url(self.pi)).status_code, 404)
        self.assertTrue(User.objects.filter(pk=self.pi.pk).exists())

    def test_the_last_superuser_stays(self):
        client = logged_in(self.pi)
        self.assertNotContains(client.get(self.url(self.pi)), "btn-danger")
        self.assertContains(client.post(self.url(self.pi), follow=True), "cannot be deleted")
        self.assertTrue(User.objects.filter(pk=self.pi.pk).exists())
        other = make_superuser("other")
        logged_in(other).post(self.url(self.pi))
        self.assertFalse(User.objects.filter(pk=self.pi.pk).exists())

    def test_a_look_deletes_nothing(self):
        logged_in(self.pi).get(self.url(self.ada))
        self.assertTrue(User.objects.filter(pk=self.ada.pk).exists())


class LoginTests(TestCase):
    def setUp(self):
        self.user = make_user("ada")

    def log_in(self, **data):
        return self.client.post(reverse("login"), {"username": "ada", "password": PASSWORD, **data})

    def test_logging_in_leads_back_to_the_page(self):
        self.assertRedirects(self.log_in(next="/users/profile/"), "/users/profile/")
        self.assertRedirects(self.client.get(reverse("login")), reverse("home"))

    def test_it_never_leads_to_another_host(self):
        self.assertRedirects(self.log_in(next="https://elsewhere.example/"), reverse("home"))

    def test_a_wrong_password_is_told_and_written_down(self):
        with self.assertLogs("tom_common.security", "WARNING") as logs:
            page = self.log_in(password="wrong")
        self.assertContains(page, "correct username and password")
        self.assertContains(page, 'value="ada"')
        self.assertIn("'ada'", logs.output[0])
        self.assertNotIn("wrong", logs.output[0])

    def test_who_is_barred_does_not_come_in(self):
        User.objects.update(is_active=False)
        self.assertEqual(self.log_in().status_code, 200)

    def test_a_form_that_is_too_old_is_told_on_a_page_of_ours(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.user)
        answer = client.post(reverse("password_change"), {"old_password": PASSWORD})
        self.assertContains(answer, "That was not sent", status_code=403)
        self.assertContains(answer, "tom_common/css/base.css", status_code=403)

    def test_one_logs_out_by_post_alone(self):
        self.log_in()
        self.assertEqual(self.client.get(reverse("logout")).status_code, 405)
        self.assertEqual(self.client.get(reverse("user-profile")).status_code, 200)
        self.assertRedirects(self.client.post(reverse("logout")), reverse("home"))
        self.assertEqual(self.client.get(reverse("user-profile")).status_code, 302)


class PasswordTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.pi, cls.ada = make_superuser("pi"), make_user("ada")

    def admin_url(self, account) -> str:
        return reverse("admin-user-change-password", args=[account.pk])

    def test_one_changes_the_own_password_and_stays_logged_in(self):
        client, new = logged_in(self.ada), "a-new-phrase-4-ada"
        data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        self.assertRedirects(client.post(reverse("password_change"), data), reverse("user-profile"))
        ada = User.objects.get(pk=self.ada.pk)
        self.assertTrue(ada.check_password(new))
        self.assertIsNotNone(ada.profile.password_changed_at)

    def test_the_old_password_has_to_be_known(self):
        data = {"old_password": "guess", "new_password1": "x-y-z-1234", "new_password2": "x-y-z-1234"}
        page = logged_in(self.ada).post(reverse("password_change"), data)
        self.assertIn("old_password", page.context["form"].errors)

    def test_a_superuser_sets_somebodys_password(self):
        client = logged_in(self.pi)
        self.assertContains(client.get(self.admin_url(self.ada)), 'name="password"')
        response = client.post(self.admin_url(self.ada), {"password": "set-by-the-pi", "change_password_form": "yes"})
        self.assertRedirects(response, reverse("user-list"))
        self.assertTrue(User.objects.get(pk=self.ada.pk).check_password("set-by-the-pi"))

    def test_for_another_superuser_the_page_asks_first(self):
        other, client = make_superuser("other"), logged_in(self.pi)
        self.assertTemplateUsed(client.get(self.admin_url(other)), "auth/user_confirm_change_password.html")
        form = client.post(self.admin_url(other))
        self.assertContains(form, 'name="change_password_form"')
        self.assertNotContains(form, "is-invalid")
        self.assertTrue(User.objects.get(pk=other.pk).check_password(PASSWORD))

    def test_ones_own_password_set_this_way_keeps_one_logged_in(self):
        client = logged_in(self.pi)
        client.post(self.admin_url(self.pi), {"password": "mine-is-new-9", "change_password_form": "yes"})
        self.assertEqual(client.get(reverse("user-profile")).status_code, 200)

    @override_settings(AUTH_PASSWORD_VALIDATORS=[
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    ])
    def test_a_weak_password_is_refused_at_the_field(self):
        page = logged_in(self.pi).post(self.admin_url(self.ada), {"password": "x", "change_password_form": "yes"})
        self.assertIn("password", page.context["form"].errors)
        self.assertTrue(User.objects.get(pk=self.ada.pk).check_password(PASSWORD))

    def test_a_member_sets_nobodys_password(self):
        response = logged_in(self.ada).post(self.admin_url(self.pi), {"password": "x", "change_password_form": "y"})
        self.assertEqual(response.status_code, 403)

    def test_a_forgotten_password_is_reset_by_mail(self):
        page = self.client.post(reverse("password_reset"), {"email": "ada@example.org"})
        self.assertRedirects(page, reverse("password_reset_done"))
        message = mail.outbox[0]
        self.assertIn("Test TOM", message.subject)
        link = next(line for line in message.body.splitlines() if line.startswith("http"))
        page = self.client.get(link.partition("testserver")[2], follow=True)
        form_url = page.redirect_chain[-1][0]
        data = {"new_password1": "remembered-now-1", "new_password2": "remembered-now-1"}
        self.assertRedirects(self.client.post(form_url, data), reverse("login"))
        self.assertTrue(User.objects.get(pk=self.ada.pk).check_password("remembered-now-1"))
        self.assertContains(self.client.get(link.partition("testserver")[2]), "too old")

    def test_an_address_nobody_has_gets_the_same_page_and_no_mail(self):
        self.assertRedirects(
            self.client.post(reverse("password_reset"), {"email": "who@example.org"}), reverse("password_reset_done")
        )
        self.assertEqual(mail.outbox, [])

    @override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="localhost")
    def test_without_mail_nothing_is_offered(self):
        self.assertEqual(self.client.get(reverse("password_reset")).status_code, 404)
        self.assertNotContains(self.client.get(reverse("login")), reverse("password_reset"))

    @override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="mail.example.org")
    def test_with_mail_it_is_offered(self):
        self.assertContains(self.client.get(reverse("login")), reverse("password_reset"))


class TokenTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.pi, cls.ada, cls.bob = make_superuser("pi"), make_user("ada"), make_user("bob")

    def test_the_token_is_hidden_until_it_is_asked_for(self):
        client, key = logged_in(self.ada), self.ada.auth_token.key
        self.assertNotContains(client.get(reverse("user-profile")), key)
        shown = client.post(reverse("show-api-token", args=[self.ada.pk]), headers=htmx_headers())
        self.assertContains(shown, key)
        self.assertContains(shown, f'data-copy-text="{key}"')
        self.assertEqual(shown["Cache-Control"], "no-store")
        self.assertContains(client.post(reverse("show-api-token", args=[self.ada.pk])), key)

    def test_nobody_sees_somebody_elses(self):
        url = reverse("show-api-token", args=[self.ada.pk])
        for user in (self.bob, self.pi):
            self.assertEqual(logged_in(user).post(url).status_code, 404)

    def test_a_new_token_takes_the_place_of_the_old_one(self):
        client, old = logged_in(self.ada), self.ada.auth_token.key
        answer = client.post(reverse("regenerate-api-token", args=[self.ada.pk]), headers=htmx_headers())
        new = Token.objects.get(user=self.ada).key
        self.assertNotEqual(new, old)
        self.assertContains(answer, new)
        self.assertContains(answer, 'id="api-token-container"')
        self.assertRedirects(client.post(reverse("regenerate-api-token", args=[self.ada.pk])), reverse("user-profile"))

    def test_a_superuser_renews_somebodys_without_seeing_it(self):
        url = reverse("regenerate-api-token", args=[self.ada.pk])
        answer = logged_in(self.pi).post(url, headers=htmx_headers())
        self.assertNotContains(answer, Token.objects.get(user=self.ada).key)
        self.assertEqual(logged_in(self.bob).post(url).status_code, 404)

    def test_a_look_renews_nothing(self):
        self.assertEqual(logged_in(self.ada).get(reverse("regenerate-api-token", args=[self.ada.pk])).status_code, 405)

    def test_an_account_without_token_gets_one_by_asking(self):
        Token.objects.filter(user=self.ada).delete()
        client = logged_in(self.ada)
        self.assertContains(client.get(reverse("user-profile")), "There is none")
        shown = client.post(reverse("show-api-token", args=[self.ada.pk]), headers=htmx_headers())
        self.assertContains(shown, Token.objects.get(user=self.ada).key)
