from unittest.mock import patch

from django.apps import apps
from django.template import Context, Template
from django.test import SimpleTestCase

from tom_common.apps import TomCommonConfig
from tom_common.integration import CONTRIBUTIONS, collect, collect_partials

PARTIAL = "tom_common/partials/copy_button.html"


def context(user) -> dict:
    return {"text_to_copy": f"for {user}"}


def nothing(user) -> None:
    return None


def broken(user) -> dict:
    raise ValueError("x")


def contributing(value):
    """Let tom_common contribute `value` as gadgets."""
    return patch.object(TomCommonConfig, "gadgets", lambda app: value, create=True)


class CollectTests(SimpleTestCase):
    def test_entries_come_in_the_order_of_the_apps_as_they_were_given(self):
        other = type(apps.get_app_config("guardian"))
        with contributing([1, 2]), patch.object(other, "gadgets", lambda app: (3,), create=True):
            found = collect("gadgets")
        self.assertEqual([(item.app.label, item.entry) for item in found],
                         [("tom_common", 1), ("tom_common", 2), ("guardian", 3)])

    def test_nobody_has_to_contribute(self):
        self.assertEqual(collect("no_such_method"), [])
        for value in (None, [], ()):
            with contributing(value):
                self.assertEqual(collect("gadgets"), [])

    def test_a_generator_is_as_good_as_a_list(self):
        with contributing(number for number in (1, 2)):
            self.assertEqual([item.entry for item in collect("gadgets")], [1, 2])

    def test_an_app_that_raises_is_logged_and_left_out(self):
        def raises(app):
            yield 1
            raise ValueError("x")

        for bad in (raises, lambda app: 5, "not even a method"):
            with patch.object(TomCommonConfig, "gadgets", bad, create=True), \
                    self.assertLogs("tom_common.integration", "ERROR") as logs:
                self.assertEqual(collect("gadgets"), [])
            self.assertIn("tom_common", logs.output[0])

    def test_every_way_to_contribute_is_described_and_works(self):
        for method, described in CONTRIBUTIONS.items():
            self.assertTrue(described)
            with self.assertNoLogs("tom_common.integration", "ERROR"):
                collect(method)


class PartialTests(SimpleTestCase):
    def partials(self, *entries):
        with contributing(list(entries)):
            return collect_partials("gadgets", "ada")

    def test_a_context_is_called_by_path_or_as_it_is_or_left_out(self):
        found = self.partials({"partial": PARTIAL, "context": f"{__name__}.context"},
                              {"partial": PARTIAL, "context": context}, {"partial": PARTIAL},
                              {"partial": PARTIAL, "context": f"{__name__}.nothing"})
        self.assertEqual([item.context for item in found], [{"text_to_copy": "for ada"}] * 2 + [{}] * 2)
        self.assertEqual({item.error for item in found}, {""})

    def test_a_context_that_cannot_be_made_names_the_app(self):
        for bad in (f"{__name__}.broken", "no.such.path", f"{__name__}.PARTIAL", 7):
            with self.assertLogs("tom_common.integration", "ERROR"):
                [partial] = self.partials({"partial": PARTIAL, "context": bad})
            self.assertEqual(partial.error, "TOM: common ground could not be shown.")

    def test_what_has_no_partial_is_left_out(self):
        self.assertEqual(self.partials({"context": context}, "text", None, {"partial": ""}), [])

    def test_the_context_of_an_app_is_laid_over_that_of_the_page(self):
        template = Template("{% load tom_common_extras %}{% show_individual_app_partial item %}{{ text_to_copy }}")
        [item] = self.partials({"partial": PARTIAL, "context": context})
        html = template.render(Context({"item": item, "text_to_copy": "the page's", "help_text": "Take it"}))
        self.assertIn('data-copy-text="for ada"', html)
        self.assertIn("Take it", html)
        self.assertTrue(html.endswith("the page&#x27;s"))
