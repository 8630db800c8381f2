"""Tables that sort, filter and turn pages in place.

    class TargetTable(HTMXTable):
        class Meta(HTMXTable.Meta):
            model = Target
            fields = ["selection", "name", "ra", "dec"]

    class TargetFilterSet(HTMXTableFilterSet):
        class Meta:
            model = Target
            fields = ["type"]

    class TargetListView(HTMXTableViewMixin, FilterView):
        table_class, filterset_class = TargetTable, TargetFilterSet
        template_name = "…"          # {% crispy filter.form %} and {% render_table table %}

The view answers an htmx request with the table alone. Every state has an address of its own (`hx-push-url`), so a
filtered, sorted list can be bookmarked, and works without JavaScript too.
"""

import logging
from collections.abc import Callable
from typing import Any

import django_tables2
from django import forms
from django.db.models import Case, CharField, Q, QuerySet, TextField, Value, When
from django.utils.module_loading import import_string
from django_filters import CharFilter, FilterSet
from django_tables2.data import TableData
from django_tables2.views import SingleTableMixin

from tom_common.conf import tom_settings
from tom_common.pagination import CappedPaginator

logger = logging.getLogger(__name__)

TEMPLATE = "tom_common/bootstrap_htmx.html"
#: More rows than this are not sorted by a Python property: every one would have to be loaded.
PROPERTY_ORDERING_LIMIT = 5000

WITHOUT_SCRIPTS = '<noscript><button class="btn btn-primary btn-sm" type="submit">Show</button></noscript>'

#: Attributes of a filter's widget: when it changes, the table is fetched anew with the whole filter form.
htmx_attributes = {
    "hx-get": "?",
    "hx-target": "div.table-container",
    "hx-swap": "outerHTML",
    "hx-push-url": "true",
    "hx-indicator": ".progress",
    "hx-include": "#filter-form",
    "hx-sync": "#filter-form:replace",
}
#: … at once: for choices and check boxes.
htmx_attributes_instant = {**htmx_attributes, "hx-trigger": "change"}
#: … when Enter is pressed or the field is left: for numbers and for what is costly to search.
htmx_attributes_onenter = {**htmx_attributes, "hx-trigger": "change, search"}
#: … when typing pauses: for text.
htmx_attributes_delayed = {**htmx_attributes, "hx-trigger": "input changed delay:400ms, search"}


class HTMXTable(django_tables2.Table):
    """A table with a column of check boxes (`selected-row`) whose heads and page numbers work by htmx."""

    partial_template_name = "tom_common/partials/htmx_table_partial.html"

    selection = django_tables2.CheckBoxColumn(
        accessor="pk",
        orderable=False,
        attrs={
            "input": {"name": "selected-row", "aria-label": "Select this row"},
            "th__input": {"data-check-all": "input[name='selected-row']", "aria-label": "Select all rows of this page"},
        },
    )

    class Meta:
        template_name = TEMPLATE
        attrs = {"class": "table table-striped table-hover table-sm"}
        empty_text = "Nothing matches."

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.template_name in ("django_tables2/table.html", "django_tables2/bootstrap4.html"):
            self.template_name = TEMPLATE  # a Meta of its own that does not say which

    def get_partial_template_name(self) -> str:
        """The template that answers an htmx request."""
        return self.partial_template_name

    def model_property_ordering(
        self, queryset: QuerySet, is_descending: bool, model_property: str | None = None
    ) -> tuple[QuerySet, bool]:
        """Order by what only Python can work out; for an `order_<column>` method. Missing values stand last.

        Every row is loaded for it, so beyond 5,000 rows the order stays as it was.
        """
        rows = list(queryset[: PROPERTY_ORDERING_LIMIT + 1])
        if len(rows) > PROPERTY_ORDERING_LIMIT or not model_property:
            logger.warning("%s has too many rows to be sorted by %s.", type(self).__name__, model_property)
            return queryset, True
        values = {row.pk: _value(row, model_property) for row in rows}
        known = sorted((pk for pk, value in values.items() if value is not None), key=values.get, reverse=is_descending)
        order = known + [pk for pk, value in values.items() if value is None]
        if not order:
            return queryset, True
        position = Case(*(When(pk=pk, then=Value(place)) for place, pk in enumerate(order)))
        return queryset.filter(pk__in=order).order_by(position), True


def _value(row: Any, model_property: str) -> Any:
    value = getattr(row, model_property, None)
    return value() if callable(value) else value


class HTMXTableFilterSet(FilterSet):
    """A filter set whose first field searches everything, and whose form is `#filter-form`."""

    query = CharFilter(
        method="general_search",
        label="Search",
        widget=forms.TextInput(attrs={**htmx_attributes_delayed, "type": "search", "autocomplete": "off"}),
    )

    @property
    def form(self) -> forms.Form:
        """The form with a crispy helper, unless the subclass gave it one."""
        form = super().form
        if getattr(form, "helper", None) is None:
            form.helper = self._helper(form)
        return form

    def _helper(self, form: forms.Form) -> Any:
        from crispy_forms.helper import FormHelper  # only pages with a form need it
        from crispy_forms.layout import HTML, Layout

        helper = FormHelper()
        helper.form_method = "get"
        helper.form_id = "filter-form"
        helper.form_class = "filter-form"
        helper.disable_csrf = True
        helper.layout = Layout(*form.fields, HTML(WITHOUT_SCRIPTS))
        return helper

    def get_general_search_function(self) -> Callable | None:
        """The project's own search for this model, from GENERAL_SEARCH_FUNCTIONS; None when it has none."""
        model = self.queryset.model if self.queryset is not None else self._meta.model
        path = tom_settings.GENERAL_SEARCH_FUNCTIONS.get(f"{model._meta.app_label}.{model.__name__}")
        return import_string(path) if path else None

    def general_search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Rows that hold every word, each in any of the model's text fields."""
        search = self.get_general_search_function()
        if search is not None:
            return search(queryset, name, value)
        fields = [
            field.name for field in queryset.model._meta.fields
            if isinstance(field, (CharField, TextField)) and not field.choices
        ]
        for word in value.split():
            condition = Q()
            for field in fields:
                condition |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(condition)
        return queryset


class HTMXTableViewMixin(SingleTableMixin):
    """Of a FilterView or ListView: the whole page for a browser, the table alone for htmx."""

    paginate_by = 25
    paginator_class = CappedPaginator

    def get_paginate_by(self, table_data: Any) -> int | None:
        """The rows of a page, asked for the table only: ListView would otherwise page the same rows once more."""
        return self.paginate_by if isinstance(table_data, TableData) else None

    def get_table_pagination(self, table: django_tables2.Table) -> Any:
        """As django-tables2 does, for the table's rows."""
        if self.table_pagination is False:
            return False
        pagination = {"per_page": self.paginate_by, "paginator_class": self.paginator_class}
        return {**pagination, **(self.table_pagination if isinstance(self.table_pagination, dict) else {})}

    def get_template_names(self) -> list[str]:
        """The table's partial for htmx, unless htmx rebuilds a whole page."""
        htmx = getattr(self.request, "htmx", None)
        if htmx and not htmx.boosted and not htmx.history_restore_request:
            name = getattr(getattr(self, "table", None), "get_partial_template_name", None)
            return [name() if name else HTMXTable.partial_template_name]
        return super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds `table`, and `record_count`: how many rows it has, at most what the paginator counts."""
        context = super().get_context_data(**kwargs)
        self.table = table = context[self.get_context_table_name(None)]
        paginator = getattr(table, "paginator", None)
        context["record_count"] = paginator.count if paginator else len(table.rows)
        return context


__all__ = [
    "HTMXTable", "HTMXTableFilterSet", "HTMXTableViewMixin", "htmx_attributes",
    "htmx_attributes_delayed", "htmx_attributes_instant", "htmx_attributes_onenter",
]
