"""VOTable: the XML of the Virtual Observatory. Tables in clear text are streamed; binary ones are read by astropy."""

from collections.abc import Iterator
from itertools import chain
from typing import IO, Any

from tom_targets.exchange.tables import Column, Line, Table, TableError, checked_columns

#: binary tables are held in memory
MAX_BINARY_BYTES = 30_000_000


def read_votable(stream: IO[bytes]) -> Table:
    """The first table of the file."""
    events = _events(stream)
    fields: list[dict[str, str]] = []
    for event, element in events:
        name = _name(element)
        if event == "end" and name == "FIELD":
            fields.append(dict(element.attrib))
        elif event == "start" and name in ("BINARY", "BINARY2", "FITS"):
            return _binary(stream, name)
        elif event == "start" and name == "TABLEDATA":
            return Table("votable", _columns(fields), _rows(events))
        elif event == "end" and name == "INFO" and element.get("value") == "ERROR":
            raise TableError(f"This VOTable is the error message of a service: {(element.text or '').strip()[:300]}")
        elif event == "end" and name == "TABLE":
            break
    if fields:
        return Table("votable", _columns(fields), iter(()))
    raise TableError("There is no table in this VOTable.")


def _events(stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    from xml.etree.ElementTree import ParseError, iterparse  # heavy

    stream.seek(0)
    try:
        yield from iterparse(stream, events=("start", "end"))
    except ParseError as error:
        raise TableError(f"This VOTable is broken: {error}.") from error


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _columns(fields: list[dict[str, str]]) -> list[Column]:
    columns = []
    for entry in fields:
        name, datatype = entry.get("name") or entry.get("ID", ""), entry.get("datatype", "")
        if datatype not in ("char", "unicodeChar") and entry.get("arraysize", "1") not in ("1", ""):
            raise TableError(f"The column {name} holds arrays; leave it out.")
        columns.append(Column(
            name, entry.get("unit", ""), entry.get("ucd", ""), nan_is_empty=datatype in ("float", "double"),
        ))
    return checked_columns(columns)


def _rows(events: Iterator[tuple[str, Any]]) -> Iterator[Line]:
    number, parent = 0, None
    for event, element in events:
        name = _name(element)
        if event == "start" and name == "TR" and parent is None:
            continue
        if event != "end":
            continue
        if name == "TR":
            number += 1
            yield Line(number, [cell.text or None for cell in element if _name(cell) == "TD"])
            element.clear()
        elif name == "TABLEDATA":
            return


def _binary(stream: IO[bytes], serialisation: str) -> Table:
    from astropy.io.votable import parse  # heavy
    from astropy.io.votable.exceptions import VOTableSpecError

    stream.seek(0, 2)
    if stream.tell() > MAX_BINARY_BYTES:
        raise TableError(
            f"A VOTable with {serialisation} data of more than {MAX_BINARY_BYTES // 1_000_000} MB cannot be read; save "
            "it as CSV, or as VOTable in TABLEDATA."
        )
    stream.seek(0)
    try:
        table = parse(stream, verify="ignore").get_first_table()
    except (VOTableSpecError, ValueError, OSError, IndexError, EOFError) as error:
        raise TableError(f"This VOTable is broken: {error}") from error
    columns = _columns([
        {"name": entry.name, "unit": str(entry.unit or ""), "ucd": entry.ucd or "", "datatype": entry.datatype,
         "arraysize": entry.arraysize or ""} for entry in table.fields
    ])
    return Table("votable", columns, _array_rows(table.array))


def _array_rows(array: Any) -> Iterator[Line]:
    import numpy as np  # heavy

    for number, (row, mask) in enumerate(zip(array.data, array.mask, strict=True), start=1):
        hidden = list(mask) if np.ndim(mask) or isinstance(mask, (tuple, np.void)) else [bool(mask)] * len(row)
        yield Line(number, [None if gone else _text(value) for value, gone in zip(row, chain(hidden), strict=True)])


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") or None
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, bytes):
        return plain.decode("utf-8", "replace") or None
    return repr(plain) if isinstance(plain, float) else str(plain) or None
