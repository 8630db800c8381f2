"""What the target list can be filtered by, on the page and in the API.

A value that makes no sense is told at its field, and then nothing is found: an unfiltered list would be a lie.
"""

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from tom_common.htmx_table import HTMXTableFilterSet, htmx_attributes_delayed, htmx_attributes_instant
from tom_common.htmx_table import htmx_attributes_onenter as on_enter
from tom_targets.extra_fields import ExtraField, custom_fields, extra_fields
from tom_targets.fields import ByNameOrKeyField, Cone, ConeField, NamedRadius, TargetConeField
from tom_targets.models import BaseTarget, Target, TargetExtra, TargetList
from tom_targets.search_filter import SkySearchFilter


class ConeFilter(django_filters.Filter):
    field_class = ConeField


class TargetConeFilter(django_filters.Filter):
    field_class = TargetConeField


def visible_groupings(request: HttpRequest | None) -> QuerySet:
    """The groupings that whoever made the request may see."""
    user = getattr(request, "user", None) or AnonymousUser()
    return TargetList.objects.visible_to(user).order_by("name")


class GroupingFilter(django_filters.ModelChoiceFilter):
    """A grouping, by key or by name."""

    field_class = ByNameOrKeyField


def _having(queryset: QuerySet, name: str, **condition: Any) -> QuerySet:
    """Targets with an extra of that name for which the condition holds."""
    return queryset.filter(pk__in=TargetExtra.objects.filter(key=name, **condition).values("target"))


def _ranged(queryset: QuerySet, name: str, value: slice, column: str) -> QuerySet:
    bounds = {f"{column}__gte": value.start, f"{column}__lte": value.stop}
    return _having(queryset, name, **{lookup: bound for lookup, bound in bounds.items() if bound is not None})


def filter_number(queryset: QuerySet, name: str, value: slice) -> QuerySet:
    """Targets whose extra `name` is a number from `value.start` to `value.stop`; None is open."""
    return _ranged(queryset, name, value, "float_value")


def filter_datetime(queryset: QuerySet, name: str, value: slice) -> QuerySet:
    """Targets whose extra `name` is a time from `value.start` to `value.stop`; None is open."""
    return _ranged(queryset, name, value, "time_value")


def filter_boolean(queryset: QuerySet, name: str, value: bool) -> QuerySet:
    """Targets whose extra `name` is true, or false."""
    return _having(queryset, name, bool_value=value)


def filter_text(queryset: QuerySet, name: str, value: str) -> QuerySet:
    """Targets whose extra `name` has this text somewhere, in upper or lower case."""
    return _having(queryset, name, value__icontains=value)


#: type of an extra -> (filter, how it is applied, attributes of its widget)
EXTRA_FILTERS: dict[str, tuple[type[django_filters.Filter], Callable, dict]] = {
    "number": (django_filters.RangeFilter, filter_number, on_enter),
    "datetime": (django_filters.DateTimeFromToRangeFilter, filter_datetime, on_enter),
    "boolean": (django_filters.BooleanFilter, filter_boolean, htmx_attributes_instant),
    "string": (django_filters.CharFilter, filter_text, htmx_attributes_delayed),
}


def filter_for_field(field: dict | ExtraField) -> django_filters.Filter:
    """The filter for an entry of EXTRA_FIELDS; `<name>_min`, `_max` for numbers, `_after`, `_before` for times.

    Raises ValueError for a type that is none of number, string, boolean and datetime.
    """
    name, kind = (field["name"], field["type"]) if isinstance(field, dict) else (field.name, field.type)
    if kind not in EXTRA_FILTERS:
        raise ValueError(f"EXTRA_FIELDS: {name!r} is of type {kind!r}; known: {', '.join(EXTRA_FILTERS)}.")
    filter_class, method, attributes = EXTRA_FILTERS[kind]
    made = filter_class(field_name=name, label=name, method=method)
    made.field.widget.attrs.update(attributes)
    return made


def filter_for_column(field: models.Field) -> django_filters.Filter | None:
    """The filter for a column of the project's target class; None for what cannot be compared."""
    label, name = str(field.verbose_name).capitalize(), field.name
    if field.choices:
        made, attributes = django_filters.ChoiceFilter(field_name=name, label=label, choices=field.choices), None
    elif isinstance(field, models.BooleanField):
        made, attributes = django_filters.BooleanFilter(field_name=name, label=label), htmx_attributes_instant
    elif isinstance(field, (models.IntegerField, models.FloatField, models.DecimalField)):
        made, attributes = django_filters.RangeFilter(field_name=name, label=label), on_enter
    elif isinstance(field, models.DateTimeField):
        made, attributes = django_filters.DateTimeFromToRangeFilter(field_name=name, label=label), on_enter
    elif isinstance(field, models.DateField):
        made, attributes = django_filters.DateFromToRangeFilter(field_name=name, label=label), on_enter
    elif isinstance(field, (models.CharField, models.TextField)):
        made = django_filters.CharFilter(field_name=name, label=label, lookup_expr="icontains")
        attributes = htmx_attributes_delayed
    else:
        return None
    made.field.widget.attrs.update(attributes or htmx_attributes_instant)
    return made


class TargetFilterForm(forms.Form):
    """Judges what needs the targets that the user may see."""

    targets: QuerySet | None = None

    def clean_target_cone_search(self) -> Cone | None:
        value: NamedRadius | None = self.cleaned_data.get("target_cone_search")
        if value is None:
            return None
        known = Target.objects.none() if self.targets is None else self.targets
        found = known.exactly_named(value.name).first() or known.named(value.name).order_by("pk").first()
        if found is None:
            raise forms.ValidationError(f"No target is named {value.name}.", code="unknown")
        if found.ra is None or found.dec is None:
            raise forms.ValidationError(f"{found} has no fixed position.", code="no_position")
        return Cone(found.ra, found.dec, value.radius)


class TargetFilterSet(HTMXTableFilterSet):
    """Filters of the target list; those for EXTRA_FIELDS and for columns of a custom class come by themselves."""

    name = django_filters.CharFilter(
        method="filter_name", label="Name", help_text="Part of a name or alias; several, with commas between.",
        widget=forms.TextInput(attrs={**htmx_attributes_delayed}),
    )
    name_fuzzy = django_filters.CharFilter(
        method="filter_name_fuzzy", label="Name, however written", help_text="NGC1300 finds NGC 1300 and ngc-1300.",
        widget=forms.TextInput(attrs={**htmx_attributes_delayed}),
    )
    sky_search = SkySearchFilter()
    cone_search = ConeFilter(
        method="filter_cone_search", label="Cone search", help_text="RA, Dec, radius: degrees, or in any notation.",
        widget=forms.TextInput(attrs={**on_enter, "placeholder": "187.7059, 12.3911, 0.1"}),
    )
    target_cone_search = TargetConeFilter(
        method="filter_cone_search", label="Cone search around a target",
        help_text="Name of a target, radius (degrees).",
        widget=forms.TextInput(attrs={**on_enter, "placeholder": "M31, 0.5"}),
    )
    key = django_filters.CharFilter(
        method="filter_tag", label="Tag", widget=forms.TextInput(attrs={**htmx_attributes_delayed}),
    )
    value = django_filters.CharFilter(
        method="filter_tag", label="Tag value", widget=forms.TextInput(attrs={**htmx_attributes_delayed}),
    )
    targetlist__name = GroupingFilter(
        field_name="targetlist", label="Target grouping", queryset=visible_groupings,
        widget=forms.Select(attrs={**htmx_attributes_instant}),
    )
    type = django_filters.ChoiceFilter(
        choices=BaseTarget.TARGET_TYPES, label="Type", widget=forms.Select(attrs={**htmx_attributes_instant}),
    )

    class Meta:
        model = Target
        form = TargetFilterForm
        fields = [
            "query", "type", "name", "name_fuzzy", "key", "value", "cone_search", "target_cone_search",
            "targetlist__name",
        ]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in extra_fields():
            self._add(field.name, filter_for_field(field))
        for column in custom_fields():
            made = filter_for_column(column)
            if made is not None:
                self._add(column.name, made)

    def _add(self, name: str, made: django_filters.Filter) -> None:
        if name not in self.filters:
            made.parent, made.model = self, self.queryset.model
            self.filters[name] = made

    @property
    def form(self) -> forms.Form:
        """The form; it knows which targets a name may mean."""
        form = super().form
        form.targets = self.queryset
        return form

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if self.form.errors:
            return queryset.none()
        return super().filter_queryset(queryset)

    def filter_name(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Targets with one of these texts (commas between) in a name or alias."""
        found = queryset.none()
        for text in filter(None, (part.strip() for part in value.split(","))):
            found = found | queryset.name_contains(text)
        return found

    def filter_name_fuzzy(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Targets with this name or alias, as the project's match manager compares them."""
        return Target.matches.match_fuzzy_name(value, queryset)

    def filter_cone_search(self, queryset: QuerySet, name: str, value: Cone) -> QuerySet:
        """Targets within a cone; both cone searches end here."""
        return queryset.in_cone(*value)

    def filter_tag(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Targets with one extra that has both the key and the value asked for."""
        asked = self.form.cleaned_data
        if name == "value" and asked.get("key"):
            return queryset
        condition = {"key": asked.get("key"), "value__icontains": asked.get("value")}
        extras = TargetExtra.objects.filter(**{lookup: text for lookup, text in condition.items() if text})
        return queryset.filter(pk__in=extras.values("target"))

    def get_target_list_queryset(self, request: HttpRequest | None) -> QuerySet:
        """The groupings to choose from."""
        return visible_groupings(request)

    def general_search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The search box: a name, the beginning or a part of one, or a position; unless the project searches itself."""
        search = self.get_general_search_function()
        return search(queryset, name, value) if search is not None else queryset.search(value)


class TargetGroupFilterSet(HTMXTableFilterSet):
    """Filters of the list of groupings."""

    name = django_filters.CharFilter(
        lookup_expr="icontains", label="Name", widget=forms.TextInput(attrs={**htmx_attributes_delayed}),
    )

    class Meta:
        model = TargetList
        fields = ["query", "name"]
