"""The tags and filters of tom_common_extras, and hints."""

import json
import re
from types import SimpleNamespace
from unittest.mock import patch

from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.messages import WARNING, get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.template import Context, Template
from django.test import RequestFactory, SimpleTestCase, TestCase, override_settings

from tom_common import hints
from tom_common.integration import Partial
from tom_common.templatetags.tom_common_extras import truncate_value_for_display

LOAD = "{% load tom_common_extras %}"


def rendered(source, **context):
    return Template(LOAD + source).render(Context(context))


def request_with(**cookies):
    request = RequestFactory().get("/somewhere/")
    request.COOKIES.update(cookies)
    request.user = AnonymousUser()
    return request


class FilterTests(SimpleTestCase):
    def test_short_values_stay_as_they_are(self):
        shown = [truncate_value_for_display(value) for value in ("M31", 12.5, 0, None)]
        self.assertEqual(shown, ["M31", "12.5", "0", ""])

    def test_numbers_lose_decimals_and_never_their_size(self):
        self.assertEqual(truncate_value_for_display(123.456789012345), "123.45678901")
        self.assertEqual(float(truncate_value_for_display(123456789.123456, 8)), 1.23e8)
        self.assertEqual(float(truncate_value_for_display(1.23456789e-7, 8)), 1.23e-07)

    def test_text_ends_in_an_ellipsis(self):
        self.assertEqual(truncate_value_for_display("a long value", 6), "a lon…")

    def test_a_product_of_no_number_is_empty(self):
        source = "{{ 2|multiplyby:'1.5' }}|{{ 'x'|multiplyby:2 }}|{{ none|multiplyby:2 }}"
        self.assertEqual(rendered(source, none=None), "3.0||")

    def test_text_and_numbers_are_joined(self):
        self.assertEqual(rendered("{{ 'a'|addstr:1 }}"), "a1")


class FieldTagTests(SimpleTestCase):
    def test_names_and_help_of_a_field(self):
        source = (
            "{% verbose_name user 'first_name' %}|{% help_text user 'username' %}|"
            "{% verbose_name user 'no_such' %}|{% help_text user 'x' %}"
        )
        name, help_text, unknown, nothing = rendered(source, user=User()).split("|")
        self.assertEqual((name, unknown, nothing), ("First name", "No such", ""))
        self.assertIn("150 characters", help_text)


class ThemeTests(SimpleTestCase):
    def test_the_visitor_decides_before_the_project(self):
        with override_settings(CSS_THEME="dark"):
            self.assertIn('data-theme="dark"', rendered("{% theme_attributes %}", request=request_with()))
            chosen = rendered("{% theme_attributes %}", request=request_with(tom_theme="light"))
            self.assertIn('data-theme="light"', chosen)
            self.assertEqual(rendered("{% get_theme %}"), "dark")

    def test_a_forged_cookie_is_not_written_into_the_page(self):
        html = rendered("{% theme_attributes %}", request=request_with(tom_theme='"><script>'))
        self.assertIn('data-theme-choice="auto"', html)
        self.assertNotIn("script", html)

    def test_a_theme_of_the_project_is_a_further_style_sheet(self):
        with override_settings(CSS_THEME="Midnight"):
            self.assertIn("/static/tom_common/css/midnight.css", rendered("{% theme_stylesheet %}"))
        for theme in (None, "dark", "Light"):
            with override_settings(CSS_THEME=theme):
                self.assertEqual(rendered("{% theme_stylesheet %}"), "")

    def test_a_theme_without_its_file_is_logged_and_the_page_comes(self):
        with (
            override_settings(CSS_THEME="missing"),
            patch("tom_common.templatetags.tom_common_extras.static", side_effect=ValueError),
            self.assertLogs("tom_common", "ERROR"),
        ):
            self.assertEqual(rendered("{% theme_stylesheet %}"), "")


class LinkTests(SimpleTestCase):
    def test_a_page_that_is_not_installed_has_no_link(self):
        self.assertEqual(rendered("{% nav_link 'no-such-page' 'X' %}"), "")

    def test_the_page_one_is_on_is_marked(self):
        html = rendered("{% nav_link 'home' label wrap='li' %}", label="Home <b>", request=RequestFactory().get("/"))
        self.assertIn('aria-current="page"', html)
        self.assertIn("Home &lt;b&gt;", html)
        self.assertTrue(html.startswith("<li"))

    def test_a_locked_site_is_open_to_those_who_logged_in(self):
        source = "{% site_is_open as open %}{{ open }}"
        with override_settings(AUTH_STRATEGY="LOCKED"):
            self.assertEqual(rendered(source, user=AnonymousUser()), "False")
            self.assertEqual(rendered(source, user=User()), "True")
        self.assertEqual(rendered(source, user=AnonymousUser()), "True")


class CopyButtonTests(SimpleTestCase):
    def test_the_text_is_an_attribute_and_escaped(self):
        html = rendered("{% copy_button text 'Copy it' %}", text='1"><b>')
        self.assertIn('data-copy-text="1&quot;&gt;&lt;b&gt;"', html)
        self.assertNotIn("onclick", html)

    def test_nothing_to_copy_no_button(self):
        self.assertNotIn("button", rendered("{% copy_button '' %}"))


class ContributedPartialTests(SimpleTestCase):
    def test_its_context_lies_over_the_page_and_goes_again(self):
        source = "{% show_individual_app_partial part %}|{{ help_text }}"
        context = {"text_to_copy": "42", "help_text": "inner"}
        part = {"partial": "tom_common/partials/copy_button.html", "context": context}
        html = rendered(source, part=part, help_text="outer")
        self.assertIn('data-copy-text="42"', html)
        self.assertIn("inner", html)
        self.assertTrue(html.endswith("|outer"))

    def test_one_that_fails_is_logged_and_named_and_the_page_comes(self):
        part = Partial("no/such/template.html", {}, {}, "Supernova plugin")
        with self.assertLogs("tom_common", "ERROR"):
            html = rendered("before {% show_individual_app_partial part %} after", part=part)
        self.assertIn("Supernova plugin could not be shown.", html)
        self.assertTrue(html.startswith("before") and html.endswith("after"))

    def test_one_whose_context_failed_says_so(self):
        part = Partial("x.html", {}, {}, "Plugin", error="Plugin could not be shown.")
        self.assertIn("Plugin could not be shown.", rendered("{% show_individual_app_partial part %}", part=part))

    def test_items_go_to_the_side_they_ask_for(self):
        def item(text, position):
            entry = {"partial": "tom_common/partials/copy_button.html", "position": position}
            return Partial(entry["partial"], {"text_to_copy": text}, entry, "App")

        items = [item("one", "left"), item("two", "right"), item("three", None)]
        with patch("tom_common.templatetags.tom_common_extras.collect_partials", return_value=items):
            left, right = rendered("{% navbar_app_addons %}"), rendered("{% navbar_app_addons position='right' %}")
        self.assertEqual(re.findall(r'data-copy-text="(\w+)"', left), ["one", "three"])
        self.assertEqual(re.findall(r'data-copy-text="(\w+)"', right), ["two"])

    def test_a_panel_of_an_app_left_out_is_nothing(self):
        self.assertEqual(rendered("{% show_if_installed 'no_such_app' 'x.html' %}"), "")


class PlotTagTests(SimpleTestCase):
    def test_a_place_for_a_plot_says_where_its_data_are(self):
        html = rendered("{% plot url=url height=300 name='M 31' label='Light curve' %}", url="/p/?a=1&b=2")
        self.assertIn('data-plot-url="/p/?a=1&amp;b=2"', html)
        self.assertIn('data-plot-height="300"', html)
        self.assertIn('aria-label="Light curve"', html)
        self.assertNotIn("data-plot-form", html)

    def test_a_figure_in_the_page_cannot_close_its_script(self):
        html = rendered("{% plot_figure figure %}", figure={"data": [{"y": [1, 2], "name": "</script><b>&"}]})
        self.assertEqual(html.count("</script>"), 1)
        source = re.search(r'<script id="([^"]+)" type="application/json">(.*?)</script>', html)
        self.assertIn(f'data-plot-source="{source[1]}"', html)
        self.assertEqual(json.loads(source[2])["data"][0]["name"], "</script><b>&")


class HintTests(TestCase):
    def shown(self, *args, **kwargs):
        request = RequestFactory().get("/")
        request.session = SessionStore()
        request._messages = FallbackStorage(request)
        hints.add_hint(request, *args, **kwargs)
        return list(get_messages(request))

    def test_hints_are_off_unless_asked_for(self):
        self.assertEqual(self.shown("Override this template."), [])
        self.assertEqual((hints.HINTS_ENABLED, hints.HINT_LEVEL), (False, 20))

    @override_settings(HINTS_ENABLED=True, HINT_LEVEL=WARNING)
    def test_a_hint_has_the_level_of_the_setting_or_its_own(self):
        self.assertEqual([message.level for message in self.shown("x")], [WARNING])
        self.assertEqual([message.level for message in self.shown("x", level=25)], [25])
        self.assertEqual(hints.HINT_LEVEL, WARNING)

    def test_an_unknown_name_of_the_module_is_an_error(self):
        with self.assertRaises(AttributeError):
            _ = hints.NO_SUCH


class RecentCommentTests(TestCase):
    def test_a_comment_on_what_has_no_rule_is_for_superusers(self):
        from django.contrib.contenttypes.models import ContentType
        from django_comments.models import Comment

        from tom_common.comments import newest_visible_comments

        group = Group.objects.create(name="commented")
        kind = ContentType.objects.get_for_model(Group)
        for key in (str(group.pk), "999999", "not a key"):
            Comment.objects.create(content_type=kind, object_pk=key, site_id=1, comment=f"on {key}", user_name="x")
        boss = User.objects.create_superuser("boss")
        self.assertEqual([comment.commented_object for comment in newest_visible_comments(boss, 5)], [group])
        self.assertEqual(newest_visible_comments(User.objects.create(username="other"), 5), [])
        self.assertEqual(newest_visible_comments(AnonymousUser(), 5), [])

    def test_comments_can_be_switched_off(self):
        self.assertEqual(rendered("{% comments_enabled %}"), "True")
        with override_settings(COMMENTS_ENABLED=False):
            self.assertEqual(rendered("{% comments_enabled %}"), "False")
            self.assertNumQueries(0, lambda: rendered("{% recent_comments %}", user=AnonymousUser()))


class MessagesTests(SimpleTestCase):
    def test_errors_have_bootstraps_colour_and_htmx_its_mark(self):
        message = SimpleNamespace(level_tag="error", extra_tags="", __str__=lambda self: "x")
        source = "{% include 'tom_common/partials/messages.html' %}"
        html = rendered(source, messages=[message], oob=True)
        self.assertIn("alert-danger", html)
        self.assertIn('hx-swap-oob="true"', html)
        self.assertNotIn("hx-swap-oob", rendered(source, messages=[]))
