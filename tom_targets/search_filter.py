"""The list's filter for what a search by place has found: `?sky_search=<key>`, for whoever asked it."""

from typing import Any

import django_filters
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest

from tom_targets.match_models import SkySearch
from tom_targets.sky_searches import found_targets


def _own_searches(request: HttpRequest | None) -> QuerySet:
    user = getattr(request, "user", None) or AnonymousUser()
    return SkySearch.objects.visible_to(user).exclude(answered=None)


class SkySearchFilter(django_filters.ModelChoiceFilter):
    """Leaves the targets that the search finds now, of those that the user may see."""

    #: What drf-spectacular's `extend_schema_field(str)` sets; importing it would slow every start of manage.py.
    _spectacular_annotation = {"field": str}

    def __init__(self, **kwargs: Any):
        super().__init__(queryset=_own_searches, label="Search by place", widget=forms.HiddenInput, **kwargs)

    def filter(self, queryset: QuerySet, value: SkySearch | None) -> QuerySet:
        if value is None:
            return queryset
        user = getattr(self.get_request(), "user", None)
        return queryset.filter(pk__in=found_targets(value, user).order_by().values("pk"))
