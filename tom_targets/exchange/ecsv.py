"""ECSV: a CSV with a header of YAML that names units and types."""

import csv
from collections.abc import Iterator

from tom_targets.exchange.tables import Column, Line, Table, TableError, checked_columns


def read_ecsv(lines: Iterator[str]) -> Table:
    """The table; rows are read as they are asked for. Columns that hold arrays cannot be read."""
    described, first, number = _header(lines)
    columns = []
    for entry in described.get("datatype") or []:
        if not isinstance(entry, dict) or "name" not in entry:
            raise TableError("The header of this ECSV does not name its columns.")
        if entry.get("subtype") not in (None, "json") or entry.get("datatype") == "object":
            raise TableError(f"The column {_word(entry['name'])} holds arrays or objects; leave it out.")
        meta = entry.get("meta") if isinstance(entry.get("meta"), dict) else {}
        is_float = _word(entry.get("datatype")).startswith("float")
        columns.append(Column(
            _word(entry["name"]), _word(entry.get("unit")), _word(meta.get("ucd")), nan_is_empty=is_float,
        ))
    columns = checked_columns(columns)
    delimiter = _word(described.get("delimiter")) or " "
    if delimiter not in (" ", ","):
        raise TableError(f"An ECSV has spaces or commas between its columns, not {delimiter!r}.")
    names = next(csv.reader([first], delimiter=delimiter), [])
    if [name for name in names if name] != [column.name for column in columns]:
        raise TableError("The header of this ECSV names other columns than the line below it.")
    return Table("ecsv", columns, _rows(lines, delimiter, number))


def _word(value: object) -> str:
    """A word or number as text; lists within lists, which YAML writes in a few characters, are never written out."""
    return str(value) if isinstance(value, (str, int, float)) else ""


def _header(lines: Iterator[str]) -> tuple[dict, str, int]:
    """(what the YAML says, the line that names the columns, its number)."""
    import yaml  # heavy

    text, first, number = [], "", 0
    for number, line in enumerate(lines, start=1):
        if not line.startswith("#"):
            first = line
            break
        if number > 1:
            text.append(line[2:] if line.startswith("# ") else line[1:])
        if number > 20_000:
            raise TableError("The header of this ECSV never ends.")
    try:
        described = yaml.load("".join(text), Loader=_loader(yaml))
    except yaml.YAMLError as error:
        raise TableError(f"The header of this ECSV cannot be read: {error}") from error
    if not isinstance(described, dict):
        raise TableError("The header of this ECSV does not name its columns.")
    return described, first, number


def _loader(yaml: object) -> type:
    """A safe loader for which `!!omap` and the like are plain data."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
    return Loader


def _rows(lines: Iterator[str], delimiter: str, header_line: int) -> Iterator[Line]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter == " ")
    while True:
        first = header_line + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(first, [], f"This cannot be read ({error}).")
            continue
        if cells:
            yield Line(first, [cell if cell else None for cell in cells])
