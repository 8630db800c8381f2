"""The lists of targets and of groupings, as tables that sort, filter and turn pages in place."""

import logging
from collections.abc import Callable
from typing import Any

import django_tables2
from django.db.models import Count, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from tom_common.htmx_table import HTMXTable
from tom_common.integration import collect
from tom_targets.models import Target, TargetList

logger = logging.getLogger(__name__)

#: columns that a phone has no room for
WIDE = {"td": {"class": "nowrap d-none d-md-table-cell"}, "th": {"class": "d-none d-md-table-cell"}}


class TargetTable(HTMXTable):
    """Targets: name and aliases, type, position; then the columns that apps contribute (`target_list_columns`)."""

    partial_template_name = "tom_targets/partials/target_table_partial.html"

    selection = django_tables2.CheckBoxColumn(
        accessor="pk", orderable=False,
        attrs={
            "input": {"name": "selected-target", "form": "grouping-form", "aria-label": "Select this target"},
            "th__input": {
                "data-check-all": "input[name='selected-target']", "aria-label": "Select all targets of this page",
            },
        },
    )
    name = django_tables2.Column(linkify=True)
    type = django_tables2.Column(attrs=WIDE)
    ra = django_tables2.Column(verbose_name="RA", attrs={"td": {"class": "coords"}})
    dec = django_tables2.Column(verbose_name="Dec", attrs={"td": {"class": "coords"}})
    created = django_tables2.DateTimeColumn(verbose_name="Made", format="Y-m-d", attrs=WIDE)
    modified = django_tables2.DateTimeColumn(verbose_name="Changed", format="Y-m-d", attrs=WIDE)

    class Meta(HTMXTable.Meta):
        model = Target
        fields = ["selection", "name", "type", "ra", "dec", "created", "modified"]
        sequence = ["selection", "name", "type", "ra", "dec", "...", "created", "modified"]
        empty_text = "No targets match."

    def render_name(self, value: str, record: Target) -> SafeString:
        aliases = [alias.name for alias in record.aliases.all()]
        return format_html("{}{}", value, self._aliases(aliases) if aliases else "")

    def _aliases(self, aliases: list[str]) -> SafeString:
        more = format_html(" +{}", len(aliases) - 2) if len(aliases) > 2 else ""
        shown = format_html_join(", ", "{}", ((alias,) for alias in aliases[:2]))
        return format_html(' <small class="text-muted">{}{}</small>', shown, more)

    def render_ra(self, value: float) -> str:
        from tom_common.astro.angles import format_ra

        return format_ra(value)

    def render_dec(self, value: float) -> str:
        from tom_common.astro.angles import format_dec

        return format_dec(value)


class PartialColumn(django_tables2.Column):
    """A cell drawn by a template of the app that contributed it; one that fails is empty and logged."""

    def __init__(self, template_name: str, **kwargs: Any):
        super().__init__(accessor="pk", **kwargs)
        self.template_name = template_name

    def render(self, record: Any, value: Any, table: Any) -> SafeString:
        try:
            context = {"target": record, "record": record, "table": table}
            return mark_safe(render_to_string(self.template_name, context, getattr(table, "request", None)))
        except Exception:
            logger.exception("The column template %s could not be shown.", self.template_name)
            return mark_safe('<span class="text-muted" title="Could not be shown">?</span>')


def contributed_columns() -> list[tuple[str, django_tables2.Column]]:
    """(name, column) of what apps add to the list of targets; an entry that makes no sense is logged and left out."""
    columns = []
    for contribution in collect("target_list_columns"):
        try:
            columns.append((contribution.entry["name"], _column(contribution.entry)))
        except Exception:
            logger.exception("A column of the app %s is left out of the list of targets.", contribution.app.label)
    return columns


def _column(entry: dict[str, Any]) -> django_tables2.Column:
    """{'name', 'label', 'accessor' or 'partial', 'order_by'?, 'annotate'?} as a column of the table."""
    order_by = entry.get("order_by")
    kwargs = {
        "verbose_name": entry.get("label") or entry["name"].replace("_", " ").capitalize(),
        "order_by": (order_by,) if isinstance(order_by, str) else order_by,
        "default": "",
    }
    if entry.get("partial"):
        return PartialColumn(entry["partial"], orderable=bool(order_by), **kwargs)
    # Without a stated order only what the database computes or stores can be sorted.
    orderable = bool(order_by) or entry["name"] in (entry.get("annotate") or {}) or _is_field(entry["accessor"])
    return django_tables2.Column(accessor=entry["accessor"], orderable=orderable, **kwargs)


def _is_field(accessor: Any) -> bool:
    return isinstance(accessor, str) and accessor in {field.name for field in Target._meta.concrete_fields}


def annotated(queryset: QuerySet) -> QuerySet:
    """The targets with what the contributed columns need: `annotate` is {name: expression}, or a function of the
    queryset that returns one.
    """
    for contribution in collect("target_list_columns"):
        annotate: dict | Callable | None = (
            contribution.entry.get("annotate") if isinstance(contribution.entry, dict) else None
        )
        if not annotate:
            continue
        try:
            queryset = annotate(queryset) if callable(annotate) else queryset.annotate(**annotate)
        except Exception:
            logger.exception("The app %s could not annotate the list of targets.", contribution.app.label)
    return queryset


class TargetGroupTable(HTMXTable):
    """Groupings of targets, with how many targets each holds that the reader may see."""

    name = django_tables2.Column(linkify=True)
    # By key: the property of that name would count each grouping once more, and targets that the reader may not see.
    total_targets = django_tables2.Column(
        accessor="pk", verbose_name="Targets", attrs={"td": {"class": "num"}, "th": {"class": "num"}}
    )
    created = django_tables2.DateTimeColumn(verbose_name="Made", format="Y-m-d")
    id = django_tables2.Column(verbose_name="", orderable=False)

    #: the primary keys of the rows that the reader may change, and delete; the view sets them
    changeable: frozenset[int] = frozenset()
    deletable: frozenset[int] = frozenset()

    class Meta(HTMXTable.Meta):
        model = TargetList
        fields = ["name", "total_targets", "created", "id"]
        exclude = ["selection"]
        empty_text = "No groups yet."

    def order_total_targets(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        if "visible_targets" not in queryset.query.annotations:
            queryset = queryset.annotate(visible_targets=Count("targets", distinct=True))
        return queryset.order_by("-visible_targets" if is_descending else "visible_targets", "name"), True

    def render_total_targets(self, record: TargetList) -> int:
        visible = getattr(record, "visible_targets", None)
        return record.total_targets if visible is None else visible

    def render_id(self, value: int) -> SafeString:
        """What one may do with a grouping."""
        links = [("update-group", "Rename", "secondary"), ("group-access", "Access", "secondary")]
        offered = links if value in self.changeable else []
        if value in self.deletable:
            offered = [*offered, ("delete-group", "Delete", "danger")]
        return format_html_join(" ", '<a class="btn btn-sm btn-outline-{}" href="{}">{}</a>', (
            (colour, reverse(f"tom_targets:{name}", args=[value]), label) for name, label, colour in offered
        ))
