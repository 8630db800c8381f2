"""Helpers that projects call."""

from django.db.models import QuerySet


def cone_search_filter(queryset: QuerySet, ra: float, dec: float, radius: float) -> QuerySet:
    """Those of the targets within `radius` of (ra, dec), each with its `separation`; all in degrees."""
    return queryset.in_cone(float(ra), float(dec), float(radius), annotate=True)
