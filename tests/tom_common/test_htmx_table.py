"""Tables that sort, filter and turn pages in place, and the paginator behind them."""

from types import SimpleNamespace

import django_tables2
from django.contrib.auth.models import Group, User
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.template import Context, Template
from django.test import RequestFactory, SimpleTestCase, TestCase, override_settings
from django.views.generic import ListView
from django_filters import ChoiceFilter
from django_filters.views import FilterView

from tom_common import htmx_table
from tom_common.htmx_table import HTMXTable, HTMXTableFilterSet, HTMXTableViewMixin
from tom_common.pagination import CappedPaginator, pagination_info


class GroupTable(HTMXTable):
    last_digit = django_tables2.Column(empty_values=())

    class Meta(HTMXTable.Meta):
        model = Group
        fields = ["selection", "name"]

    def render_last_digit(self, record):
        return record.name[-1]

    def order_last_digit(self, queryset, is_descending):
        return self.model_property_ordering(queryset, is_descending, "natural_key")


class UserTable(HTMXTable):
    class Meta:
        model = User
        fields = ["username", "email"]


class GroupFilterSet(HTMXTableFilterSet):
    permissions = ChoiceFilter(choices=[("a", "A")], method="keep")

    class Meta:
        model = Group
        fields = []

    def keep(self, queryset, name, value):
        return queryset


class GroupView(HTMXTableViewMixin, FilterView):
    queryset = Group.objects.filter(name__startswith="group").order_by("name")
    table_class = GroupTable
    filterset_class = GroupFilterSet
    template_name = "tom_common/base.html"
    paginate_by = 3


class UserView(HTMXTableViewMixin, ListView):
    queryset = User.objects.order_by("username")
    table_class = UserTable
    template_name = "tom_common/base.html"


def search_for_nothing(queryset, name, value):
    return queryset.none()


def asked(view, url, htmx=True):
    """The rendered answer to a request, by htmx unless said otherwise."""
    request = RequestFactory().get(url)
    request.htmx = SimpleNamespace(boosted=False, history_restore_request=False) if htmx else None
    request.user = User(username="somebody")
    response = view.as_view()(request)
    response.render()
    response.text_content = response.content.decode()
    return response


class TableViewTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        Group.objects.bulk_create(Group(name=f"group {number:02d}") for number in range(8))

    def test_htmx_gets_the_table_alone_and_a_browser_the_page(self):
        self.assertTrue(asked(GroupView, "/?").text_content.strip().startswith('<div class="table-container">'))
        self.assertEqual(asked(GroupView, "/?").template_name, ["tom_common/partials/htmx_table_partial.html"])
        self.assertIn("<!doctype html>", asked(GroupView, "/?", htmx=False).text_content)

    def test_a_table_may_name_another_partial(self):
        class OtherTable(GroupTable):
            def get_partial_template_name(self):
                return "tom_common/partials/messages.html"

        class OtherView(GroupView):
            table_class = OtherTable

        self.assertIn('id="messages"', asked(OtherView, "/").text_content)

    def test_history_restored_by_htmx_is_a_whole_page(self):
        request = RequestFactory().get("/")
        request.htmx = SimpleNamespace(boosted=False, history_restore_request=True)
        request.user = User(username="somebody")
        self.assertEqual(GroupView.as_view()(request).template_name[0], "tom_common/base.html")

    def test_page_links_keep_the_filter_and_work_without_javascript(self):
        html = asked(GroupView, "/?query=group&page=2").text_content
        self.assertIn("group 03", html)
        self.assertNotIn("group 02", html)
        self.assertIn('href="?query=group&amp;page=3"', html)
        self.assertIn('hx-get="?query=group&amp;page=3"', html)
        self.assertIn("4–6 of 8", html)

    def test_sorting_starts_on_the_first_page_again(self):
        html = asked(GroupView, "/?sort=name&page=2").text_content
        self.assertIn('href="?sort=-name"', html)
        self.assertIn('aria-sort="ascending"', html)

    def test_a_property_sorts_both_ways(self):
        html = asked(GroupView, "/?sort=-last_digit").text_content
        self.assertLess(html.index("group 07"), html.index("group 06"))
        self.assertNotIn("group 00", html)
        html = asked(GroupView, "/?sort=last_digit").text_content
        self.assertLess(html.index("group 00"), html.index("group 01"))

    def test_rows_carry_a_check_box_named_selected_row(self):
        html = asked(GroupView, "/").text_content
        self.assertEqual(html.count('name="selected-row"'), 3)
        self.assertIn("data-check-all", html)

    def test_every_word_of_the_search_must_be_found(self):
        self.assertIn("group 05", asked(GroupView, "/?query=GROUP+05").text_content)
        self.assertIn("Nothing matches.", asked(GroupView, "/?query=group+xyzzy").text_content)

    def test_the_projects_own_search_is_asked_first(self):
        path = f"{__name__}.search_for_nothing"
        with override_settings(GENERAL_SEARCH_FUNCTIONS={"auth.Group": path}):
            self.assertIn("Nothing matches.", asked(GroupView, "/?query=group").text_content)

    def test_a_wrong_filter_says_so_above_the_table(self):
        html = asked(GroupView, "/?permissions=z").text_content
        self.assertIn("Select a valid choice", html)

    def test_strange_page_numbers_and_sizes_are_no_error(self):
        for query in ("page=0", "page=-3", "page=99", "page=x", "page=" + "9" * 30, "per_page=0", "per_page=-1",
                      "per_page=99999999", "sort=nothing", "sort=-", "page=1.5"):
            with self.subTest(query=query):
                self.assertEqual(asked(GroupView, f"/?{query}").status_code, 200)

    def test_the_filter_form_has_its_name(self):
        helper = GroupFilterSet(queryset=Group.objects.all()).form.helper
        self.assertEqual((helper.form_id, helper.form_method), ("filter-form", "get"))

    def test_a_meta_of_its_own_still_gets_the_htmx_template(self):
        self.assertEqual(UserTable([]).template_name, "tom_common/bootstrap_htmx.html")

    def test_a_page_costs_one_count_and_one_read(self):
        with self.assertNumQueries(2):
            asked(GroupView, "/?page=2")

    @override_settings(SHOW_PAGINATION_INFO=False)
    def test_the_row_numbers_can_be_switched_off(self):
        self.assertNotIn("1–3 of 8", asked(GroupView, "/").text_content)

    def test_a_list_view_pages_too(self):
        User.objects.bulk_create(User(username=f"user{number:02d}") for number in range(30))
        response = asked(UserView, "/?page=2")
        self.assertIn("user29", response.text_content)
        self.assertEqual(response.context_data["record_count"], User.objects.count())

    def test_widget_attributes_use_nothing_that_needs_eval(self):
        for kind in ("", "_instant", "_onenter", "_delayed"):
            attributes = getattr(htmx_table, f"htmx_attributes{kind}")
            self.assertEqual(attributes["hx-target"], "div.table-container")
            self.assertNotIn("[", attributes.get("hx-trigger", ""))


def groups():
    return Group.objects.filter(name__startswith="group").order_by("name")


class OverriddenTemplateTests(TestCase):
    def rendered(self, blocks):
        Group.objects.bulk_create(Group(name=f"group {number:02d}") for number in range(8))
        table = GroupTable(groups(), request=RequestFactory().get("/"))
        table.paginate(per_page=3, paginator_class=CappedPaginator)
        source = '{% extends "tom_common/bootstrap_htmx.html" %}' + blocks
        request = RequestFactory().get("/")
        table.context = Context()
        return Template(source).render(Context({"table": table, "request": request}))

    def test_each_block_can_be_replaced_and_extended(self):
        for block in ("table", "pagination", "table.thead", "pagination.range", "pagination.next"):
            with self.subTest(block=block):
                html = self.rendered("{% block " + block + " %}<i>mine</i>{{ block.super }}{% endblock %}")
                self.assertEqual(html.count("<i>mine</i>"), 1)
                self.assertIn("group 02", html)
                self.assertIn("1–3 of 8", html)
                Group.objects.filter(name__startswith="group").delete()


class SmallPaginator(CappedPaginator):
    cap = 10


class CappedPaginatorTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        Group.objects.bulk_create(Group(name=f"group {number:02d}") for number in range(23))

    def rows(self, number):
        return SmallPaginator(groups(), 4).page(number)

    def test_a_short_list_is_counted_exactly(self):
        paginator = CappedPaginator(groups(), 10)
        self.assertEqual((paginator.count, paginator.num_pages, paginator.capped), (23, 3, False))
        self.assertEqual(pagination_info(paginator.page(3)), "21–23 of 23")

    def test_a_long_list_is_counted_to_the_cap(self):
        paginator = SmallPaginator(groups(), 4)
        with self.assertNumQueries(1) as queries:
            self.assertEqual((paginator.count, paginator.capped), (10, True))
        self.assertIn("LIMIT 11", queries.captured_queries[0]["sql"])
        self.assertNotIn("ORDER BY", queries.captured_queries[0]["sql"])

    def test_the_walk_goes_past_the_cap_and_ends(self):
        names, number, page = [], 1, self.rows(1)
        while True:
            names += [group.name for group in page.object_list]
            if not page.has_next():
                break
            number = page.next_page_number()
            page = self.rows(number)
        self.assertEqual(names, [f"group {number:02d}" for number in range(23)])
        self.assertEqual(number, 6)
        self.assertEqual(pagination_info(page), "21–23 of 23")
        with self.assertRaises(EmptyPage):
            page.next_page_number()

    def test_a_page_of_a_long_list_says_more_than(self):
        self.assertEqual(pagination_info(self.rows(1)), "1–4 of more than 10")
        self.assertEqual(pagination_info(self.rows(4)), "13–16 of more than 16")

    def test_a_page_beyond_the_end_is_empty(self):
        for number in (7, 10**30):
            with self.assertRaises(EmptyPage):
                self.rows(number)
        with self.assertRaises(EmptyPage):
            self.rows(0)
        with self.assertRaises(PageNotAnInteger):
            self.rows("x")

    def test_a_list_in_memory_pages_too(self):
        self.assertEqual(list(CappedPaginator(list(range(9)), 4).page(3).object_list), [8])

    def test_distinct_and_grouped_rows_are_counted_as_rows(self):
        self.assertEqual(CappedPaginator(groups().distinct(), 5).count, 23)
        self.assertEqual(CappedPaginator(groups()[:7], 5).count, 7)
        self.assertEqual(CappedPaginator(Group.objects.none(), 5).page(1).object_list.count(), 0)


class PaginationTagTests(SimpleTestCase):
    def render(self, library, page):
        template = "{% load " + library + " %}{% bootstrap_pagination page extra='a=b' %}"
        return Template(template).render(Context({"page": page}))

    def test_both_spellings_of_the_tag_give_the_same_links(self):
        page = CappedPaginator(list(range(30)), 10).page(2)
        html = self.render("bootstrap4_overrides", page)
        self.assertHTMLEqual(html, self.render("bootstrap5_overrides", page))
        self.assertIn('href="?a=b&page=3"', html)
        self.assertIn("11–20 of 30", html)

    def test_one_page_has_no_links(self):
        self.assertNotIn("page-link", self.render("bootstrap4_overrides", CappedPaginator([1], 10).page(1)))
