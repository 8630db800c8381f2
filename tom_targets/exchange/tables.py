"""What every reader gives: named columns, and rows of text with the line they came from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tom_common.exceptions import TomError


class TableError(TomError, ValueError):
    """A file or text that is no table; the message says what was found and what to do."""


@dataclass(frozen=True)
class Column:
    """A column as the file describes it. `unit` is as astropy writes it; empty when the file says nothing."""

    name: str
    unit: str = ""
    ucd: str = ""
    #: whether NaN stands for "no value", as it does in astronomical tables
    nan_is_empty: bool = False


class Line(NamedTuple):
    """One row: its line (or row) number from 1, its cells (None where there is no value), or why it cannot be read."""

    number: int
    cells: list[str | None]
    problem: str = ""


@dataclass
class Table:
    """Columns, and rows that can be gone through once."""

    kind: str
    columns: list[Column]
    lines: Iterator[Line]
    #: what the reader had to decide, in words for people
    notes: list[str] = field(default_factory=list)

    def fitting(self) -> Iterator[Line]:
        """The rows; one with too many or too few cells is told."""
        width = len(self.columns)
        nan = [index for index, column in enumerate(self.columns) if column.nan_is_empty]
        for line in self.lines:
            cells = line.cells
            if len(cells) != width and not line.problem:
                line = _fitted(line, width)
            for index in nan:
                if index < len(cells) and (cells[index] or "").strip().lower() == "nan":
                    cells[index] = None
            yield line


def _fitted(line: Line, width: int) -> Line:
    cells = list(line.cells)
    while len(cells) > width and cells[-1] is None:
        cells.pop()
    if len(cells) == width:
        return Line(line.number, cells)
    found = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
    return Line(line.number, cells, f"This row has {found}, the header has {width}.")


def checked_columns(columns: list[Column]) -> list[Column]:
    """Columns with a name each. Raises TableError when there are none, or when the first line holds values."""
    if not columns or not any(column.name for column in columns):
        raise TableError("There is no table in this: the first line has to name the columns.")
    if len(columns) > MAX_COLUMNS:
        raise TableError(f"This has {len(columns):,} columns; at most {MAX_COLUMNS} can be read.")
    numbers = [column.name for column in columns if _is_number(column.name)]
    if len(numbers) * 2 > len(columns):
        raise TableError(
            f"The first line has to name the columns; found {', '.join(numbers[:3])}. Put a line such as name,ra,dec "
            "above."
        )
    return [
        column if column.name else Column(f"column {place}", column.unit, column.ucd, column.nan_is_empty)
        for place, column in enumerate(columns, start=1)
    ]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


MAX_COLUMNS = 2000
