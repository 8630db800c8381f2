"""Tables that are sent as CSV line by line, with cells that no spreadsheet takes for a formula."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

from tom_targets.exchange.cells import guarded


class _Line:
    """What csv writes to: hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a table. None is an empty cell, a text is guarded, anything else is written as it is."""
    write = csv.writer(_Line()).writerow
    yield write(list(head))
    for row in rows:
        yield write([_cell(value) for value in row])


def _cell(value: Any) -> Any:
    if value is None or value == "":
        return ""
    return guarded(value) if isinstance(value, str) else value


def csv_response(filename: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """The lines as a file to download."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
