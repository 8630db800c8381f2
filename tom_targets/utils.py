"""Helpers that projects call."""

import io
from typing import IO, Any

from django.db.models import QuerySet

from tom_common.exceptions import TomError


def cone_search_filter(queryset: QuerySet, ra: float, dec: float, radius: float) -> QuerySet:
    """Those of the targets within `radius` of (ra, dec), each with its `separation`; all in degrees."""
    return queryset.in_cone(float(ra), float(dec), float(radius), annotate=True)


def export_targets(qs: QuerySet) -> io.StringIO:
    """The targets as CSV: their fields, their extras by key, and aliases as `name2`, `name3`, …

    For many targets stream `tom_targets.exchange.export.export_lines(qs)` instead.
    """
    from tom_targets.exchange.export import export_lines

    text = io.StringIO(newline="")
    text.writelines(export_lines(qs))
    text.seek(0)
    return text


def import_targets(target_stream: IO) -> dict[str, list[Any]]:
    """Make targets of a table (CSV as `export_targets` writes it, or any other that the import page reads).

    Columns are found by their names; unknown ones become extras. Returns the targets that were made as `targets`, and
    as `errors` a text for each row that was not. Access is given to the groups of the column `groups` alone.
    """
    from tom_targets.exchange.pipeline import import_whole

    try:
        return import_whole(target_stream)
    except TomError as error:
        return {"targets": [], "errors": [str(error)]}
