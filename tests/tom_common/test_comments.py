import time

import django_comments
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.template import RequestContext, Template
from django.test import RequestFactory, TestCase, override_settings
from django.urls import reverse
from guardian.utils import get_anonymous_user

from tom_common.comments import may_comment, visible_comments
from tom_common.permissions import grant
from tom_common.testing import logged_in, make_group, make_superuser, make_user
from tom_targets.models import Target

Comment = django_comments.get_model()


class CommentTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("Team")
        cls.pi, cls.ada, cls.eve = make_superuser("pi"), make_user("ada", groups=[cls.team]), make_user("eve")
        cls.secret = Target.objects.create(name="Secret", type="SIDEREAL", ra=1, dec=1, permissions="PRIVATE")
        cls.public = Target.objects.create(name="Known", type="SIDEREAL", ra=2, dec=2, permissions="PUBLIC")
        cls.open = Target.objects.create(name="Open", type="SIDEREAL", ra=3, dec=3, permissions="OPEN")
        grant([cls.team], to=cls.secret)

    def data(self, target: Target, text: str = "Bright tonight", **more) -> dict:
        form = django_comments.get_form()(target)
        return {**form.generate_security_data(), "comment": text, "next": f"/targets/{target.pk}/", **more}

    def post(self, user, target: Target, *args, **kwargs):
        return logged_in(user).post(reverse("comments-post-comment"), self.data(target, *args, **kwargs))

    def write(self, user, target: Target, text: str) -> Comment:
        return Comment.objects.create(
            content_type=ContentType.objects.get_for_model(target), object_pk=str(target.pk), site=Site.objects.get(),
            user=user, user_name=user.username, comment=text,
        )


class WritingTests(CommentTestCase):
    def test_a_comment_is_stored_under_ones_own_name_and_leads_back(self):
        answer = self.post(self.ada, self.secret, name="The PI", email="pi@example.org", url="http://x.example")
        self.assertEqual((answer.status_code, answer["Location"]), (302, f"/targets/{self.secret.pk}/"))
        comment = Comment.objects.get()
        self.assertEqual((comment.user, comment.user_name, comment.comment), (self.ada, "ada", "Bright tonight"))
        self.assertEqual((comment.user_email, comment.user_url), ("ada@example.org", ""))
        self.assertEqual(comment.content_object, self.secret)

    def test_who_may_see_it_may_write(self):
        for user, target, may in ((self.ada, self.secret, True), (self.eve, self.secret, False),
                                  (self.eve, self.public, True), (self.pi, self.secret, True)):
            before = Comment.objects.count()
            answer = self.post(user, target)
            self.assertEqual(answer.status_code, 302 if may else 404)
            self.assertEqual(Comment.objects.count() - before, int(may))
            self.assertEqual(may_comment(user, target), may)

    def test_a_visitor_is_asked_to_log_in_also_below_what_is_open(self):
        answer = self.post(None, self.open)
        self.assertEqual(answer["Location"], f"{reverse('login')}?next=/targets/{self.open.pk}/")
        self.assertFalse(Comment.objects.exists())

    def test_it_never_leads_to_another_host(self):
        answer = self.post(self.ada, self.public, next="https://elsewhere.example/")
        self.assertNotIn("elsewhere", answer["Location"])
        self.assertNotIn("elsewhere", self.post(None, self.public, next="//elsewhere.example/")["Location"])

    def test_a_text_that_took_all_night_is_not_lost(self):
        stale = {"timestamp": str(int(time.time()) - 10 * 3600), "security_hash": "0" * 40}
        self.assertEqual(self.post(self.ada, self.public, **stale).status_code, 302)
        self.assertEqual(Comment.objects.count(), 1)

    def test_nothing_written_is_told_and_too_long_keeps_the_text(self):
        self.assertContains(self.post(self.ada, self.public, ""), "This field is required")
        page = self.post(self.ada, self.public, "x" * 3001)
        self.assertContains(page, "x" * 3001)
        self.assertContains(page, "is-invalid")
        self.assertFalse(Comment.objects.exists())

    def test_what_is_not_there_or_no_thing_at_all_is_not_found(self):
        for wrong in ({"object_pk": "999999"}, {"object_pk": "x"}, {"object_pk": ""}, {"content_type": "no.model"},
                      {"content_type": "nonsense"}, {"content_type": "auth.user", "object_pk": str(self.pi.pk)}):
            self.assertEqual(self.post(self.ada, self.public, **wrong).status_code, 404, wrong)

    def test_an_account_without_mail_address_may_write_too(self):
        self.ada.email = ""
        self.ada.save()
        self.assertEqual(self.post(self.ada, self.public).status_code, 302)

    def test_twice_the_same_is_stored_once(self):
        self.post(self.ada, self.public)
        self.post(self.ada, self.public)
        self.assertEqual(Comment.objects.count(), 1)

    @override_settings(COMMENTS_ENABLED=False)
    def test_where_there_are_no_comments_none_is_taken(self):
        self.assertEqual(self.post(self.pi, self.public).status_code, 404)

    def test_a_look_writes_nothing(self):
        self.assertEqual(logged_in(self.ada).get(reverse("comments-post-comment")).status_code, 405)


class ReadingTests(CommentTestCase):
    def setUp(self):
        for target in (self.secret, self.public, self.open):
            self.write(self.ada, target, f"about {target.name}")

    def seen_by(self, user) -> list[str]:
        return [comment.comment for comment in visible_comments(user)]

    def test_one_reads_what_is_written_on_what_one_sees(self):
        self.assertEqual(self.seen_by(self.ada), ["about Open", "about Known", "about Secret"])
        self.assertEqual(self.seen_by(self.pi), ["about Open", "about Known", "about Secret"])
        self.assertEqual(self.seen_by(self.eve), ["about Open", "about Known"])
        self.assertEqual(self.seen_by(get_anonymous_user()), ["about Open", "about Known"])

    def test_a_visitor_reads_what_is_open(self):
        from django.contrib.auth.models import AnonymousUser

        self.assertEqual(self.seen_by(AnonymousUser()), ["about Open"])

    def test_what_has_no_rule_of_its_own_is_for_superusers(self):
        self.write(self.ada, self.team, "about the team")
        self.assertNotIn("about the team", self.seen_by(self.ada))
        self.assertIn("about the team", self.seen_by(self.pi))

    def test_the_list_of_recent_comments_follows_the_same_rule(self):
        for user, seen in ((self.eve, False), (self.ada, True)):
            request = RequestFactory().get("/")
            request.user = user
            html = Template("{% load tom_common_extras %}{% recent_comments %}").render(
                RequestContext(request, {"user": user})
            )
            self.assertEqual("about Secret" in html, seen)
            self.assertIn("about Known", html)

    def test_the_way_from_a_comment_to_its_object_follows_it_too(self):
        content_type = ContentType.objects.get_for_model(Target)
        url = reverse("comments-url-redirect", args=[content_type.pk, self.secret.pk])
        self.assertEqual(logged_in(self.eve).get(url).status_code, 404)
        self.assertEqual(logged_in(self.ada).get(url)["Location"], self.secret.get_absolute_url())
        for args in ([content_type.pk, "x"], [99999, 1], [content_type.pk, 99999]):
            self.assertEqual(logged_in(self.pi).get(reverse("comments-url-redirect", args=args)).status_code, 404)

    def test_text_is_shown_as_text(self):
        self.write(self.ada, self.open, "<script>alert(1)</script> see https://example.org")
        page = logged_in().get(reverse("home"))
        self.assertNotContains(page, "<script>alert(1)")


class DeletingTests(CommentTestCase):
    def setUp(self):
        self.comment = self.write(self.ada, self.secret, "a slip of the pen")
        self.url = reverse("comment-delete", args=[self.comment.pk])

    def test_the_url_is_the_known_one(self):
        self.assertEqual(self.url, f"/comment/{self.comment.pk}/delete")

    def test_one_deletes_the_own_comment_by_post(self):
        client = logged_in(self.ada)
        self.assertContains(client.get(self.url), "a slip of the pen")
        self.assertTrue(Comment.objects.exists())
        self.assertRedirects(client.post(self.url), self.secret.get_absolute_url(), fetch_redirect_response=False)
        self.assertFalse(Comment.objects.exists())

    def test_a_superuser_deletes_any(self):
        logged_in(self.pi).post(self.url)
        self.assertFalse(Comment.objects.exists())

    def test_nobody_else_does_or_reads_it_there(self):
        for user in (self.eve, make_user("bob", groups=[self.team])):
            self.assertEqual(logged_in(user).get(self.url).status_code, 404)
            self.assertEqual(logged_in(user).post(self.url).status_code, 404)
        self.assertRedirects(logged_in().post(self.url), f"{reverse('login')}?next={self.url}")
        self.assertTrue(Comment.objects.exists())

    def test_the_comment_on_something_gone_or_hidden_leads_home(self):
        other = self.write(self.eve, self.secret, "from before it was hidden")
        answer = logged_in(self.eve).post(reverse("comment-delete", args=[other.pk]))
        self.assertRedirects(answer, reverse("home"))
        Target.objects.all().delete()
        for comment in Comment.objects.all():
            answer = logged_in(self.pi).post(reverse("comment-delete", args=[comment.pk]))
            self.assertRedirects(answer, reverse("home"))

    def test_moderation_is_for_superusers(self):
        for name in ("comments-flag", "comments-delete", "comments-approve"):
            url = reverse(name, args=[self.comment.pk])
            self.assertEqual(logged_in(self.eve).get(url).status_code, 403)
            self.assertContains(logged_in(self.pi).get(url), "a slip of the pen")
