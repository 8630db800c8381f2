"""JSON: a list of objects, one a target. Read object by object."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tom_targets.exchange.tables import Column, Line, Table, TableError, checked_columns

#: so many objects tell which columns there are
LOOKED_AT = 100
LONGEST_OBJECT = 20_000_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_SKIPPED = re.compile(r"[\[,\s]*")


def read_json(chunks: Iterator[str]) -> Table:
    """The table. The keys of the first objects are its columns; lists and objects within stay as JSON."""
    objects = _objects(chunks)
    first = []
    for number, found in objects:
        first.append((number, found))
        if len(first) >= LOOKED_AT:
            break
    if not first:
        raise TableError("There are no objects in this JSON; a list such as [{\"name\": \"M31\", …}, …] is read.")
    names = list(dict.fromkeys(key for _, found in first for key in found))
    return Table("json", checked_columns([Column(name) for name in names]), _lines(first, objects, names))


def _lines(first: list, rest: Iterator, names: list[str]) -> Iterator[Line]:
    known = set(names)
    for source in (first, rest):
        for number, found in source:
            cells = [_text(found.get(name)) for name in names]
            strange = [key for key in found if key not in known]
            yield Line(number, cells, f"No row above has {', '.join(strange)}." if strange else _unstorable(cells))


def _unstorable(cells: list[str | None]) -> str:
    """JSON can spell characters that are none: databases do not take them."""
    text = "".join(filter(None, cells))
    return "This row has characters that cannot be stored." if "\0" in text or _SURROGATE.search(text) else ""


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return repr(value) if isinstance(value, float) else str(value)


def _objects(chunks: Iterator[str]) -> Iterator[tuple[int, dict]]:
    """(number, object) of each element of the list."""
    decoder, buffer, place, number = json.JSONDecoder(), "", 0, 0
    while True:
        place = _SKIPPED.match(buffer, place).end()
        if buffer.startswith("]", place):
            return
        try:
            found, place = decoder.raw_decode(buffer, place)
        except ValueError as error:
            more = next(chunks, None)
            if more is None:
                if number and not buffer[place:].strip():
                    return
                raise TableError(f"This is no complete JSON: after object {number}, {error}.") from error
            buffer, place = buffer[place:] + more, 0
            if len(buffer) > LONGEST_OBJECT:
                raise TableError("One object of this JSON is larger than 20 MB.") from error
            continue
        if not isinstance(found, dict):
            raise TableError(f"Element {number + 1} of this JSON is no object such as {{\"name\": \"M31\"}}.")
        number += 1
        yield number, found
