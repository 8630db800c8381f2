"""A file or a pasted text as a table, whatever it is: CSV in any of its dialects, ECSV, VOTable, JSON, pipes, columns.

Text tables are read line by line and never held as a whole.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import IO

from tom_targets.exchange.cells import unguarded
from tom_targets.exchange.tables import Column, Line, Table, TableError, checked_columns

#: the largest file that is taken
MAX_BYTES = 200_000_000
CHUNK = 1 << 20
SNIFFED = 200_000
LONGEST_LINE = 10_000_000

#: key -> (label, the character; "" where there is none)
DELIMITERS = {
    "comma": ("comma", ","), "semicolon": ("semicolon", ";"), "tab": ("tab", "\t"), "pipe": ("vertical bar", "|"),
    "spaces": ("two or more spaces", ""), "blank": ("spaces", ""),
}
_BORDER = re.compile(r"[\s|+:=-]*[-=]{2,}[\s|+:=-]*")
_NOT_TEXT = (
    (b"PK\x03\x04", "This is a packed file, perhaps an Excel or LibreOffice workbook. Save it as CSV first."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook. Save it as CSV first."),
    (b"\x1f\x8b", "This file is compressed (gzip). Unpack it first."),
    (b"%PDF", "This is a PDF document. Export the table as CSV first."),
    (b"SIMPLE  =", "This is a FITS file. Save its table as VOTable, ECSV or CSV first."),
)


def open_table(stream: IO[bytes], *, delimiter: str = "", encoding: str = "") -> Table:
    """The table in a binary stream that can be rewound. Raises TableError with what is wrong.

    `delimiter` is a key of DELIMITERS, `encoding` a codec; each is found out when left empty.
    """
    stream.seek(0)
    head = stream.read(CHUNK)
    stream.seek(0)
    if not head.strip():
        raise TableError("There is nothing in this file.")
    for magic, advice in _NOT_TEXT:
        if head.startswith(magic):
            raise TableError(advice)
    kind = _kind(head)
    if kind == "votable":
        from tom_targets.exchange.votable import read_votable

        return read_votable(stream)
    encoding = encoding or find_encoding(stream)
    stream.seek(0)
    text = io.TextIOWrapper(_Unclosed(stream), encoding=encoding, errors="strict", newline="")
    return read_text(text, delimiter=delimiter, notes=_encoding_notes(encoding))


def read_text(text: IO[str], *, delimiter: str = "", notes: Iterable[str] = ()) -> Table:
    """The table in a text stream."""
    start = _beginning(text)
    table = None
    if start.lstrip().startswith(("[", "{")):
        from tom_targets.exchange.json_table import read_json

        table = read_json(_with_start(start, text))
    elif start.startswith("# %ECSV"):
        from tom_targets.exchange.ecsv import read_ecsv

        table = read_ecsv(_lines(start, text))
    else:
        table = read_delimited(start, text, delimiter)
    table.notes[:0] = notes
    return table


def _kind(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    is_xml = start.startswith(b"<?xml") or start[:200].upper().startswith(b"<VOTABLE")
    if is_xml and b"VOTABLE" in head[:20_000].upper():
        return "votable"
    if is_xml or start[:100].lower().startswith((b"<!doctype", b"<html")):
        raise TableError("This is a web page or XML, but no VOTable.")
    return "text"


class _Unclosed(io.BufferedIOBase):
    """Lets a text wrapper read a stream without closing it in the end."""

    def __init__(self, stream: IO[bytes]):
        self.stream = stream

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1) -> bytes:
        return self.stream.read(CHUNK if size < 0 else size)

    def read(self, size: int = -1) -> bytes:
        return self.stream.read(size)


# Encodings


def find_encoding(stream: IO[bytes]) -> str:
    """UTF-8, UTF-16 or, when it is neither, Windows-1252 or Latin-1. Reads the whole stream, piece by piece."""
    stream.seek(0)
    head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and _decodes(stream, "utf-16"):
        return "utf-16"
    if b"\0" in head:
        nul_first = head[:1] == b"\0"
        if _decodes(stream, "utf-16-be" if nul_first else "utf-16-le"):
            return "utf-16-be" if nul_first else "utf-16-le"
        raise TableError("This is no text file. Save the table as CSV, ECSV or VOTable.")
    for encoding in ("utf-8-sig", "cp1252"):
        if _decodes(stream, encoding):
            return encoding
    return "latin-1"


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(CHUNK):
            if "\0" in decoder.decode(chunk):
                raise TableError("This is no text file. Save the table as CSV, ECSV or VOTable.")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _encoding_notes(encoding: str) -> list[str]:
    if encoding in ("cp1252", "latin-1"):
        return ["The file is not in UTF-8; it was read as Latin-1 (Windows). Look at names with accents."]
    return []


# Lines


def _beginning(text: IO[str]) -> str:
    start = text.read(SNIFFED)
    if not start.strip():
        raise TableError("There is nothing in this.")
    return start.lstrip("\ufeff")


def _with_start(start: str, rest: IO[str]) -> Iterator[str]:
    yield start
    while chunk := rest.read(CHUNK):
        yield chunk


def _lines(start: str, rest: IO[str]) -> Iterator[str]:
    """Lines with their ends, of what was read already and of what follows."""
    kept = ""
    for chunk in _with_start(start, rest):
        lines = io.StringIO(kept + chunk, newline="").readlines()
        # The last may go on in the next chunk, and \r may be half of \r\n
        kept = lines.pop() if lines else ""
        if len(kept) > LONGEST_LINE:
            raise TableError(f"There is a line of more than {LONGEST_LINE // 1_000_000} MB. Is this a table?")
        yield from lines
    if kept:
        yield kept


# Delimited text


def read_delimited(start: str, rest: IO[str], delimiter: str = "") -> Table:
    """CSV with any delimiter; lines of # above the header are passed over."""
    sample = _sample(start)
    found = sniffed(sample)
    chosen = delimiter or found
    notes = []
    if delimiter and delimiter != found and _width(sample, delimiter) < 2 <= _width(sample, found):
        raise TableError(
            f"With {_named(delimiter)} between the columns there is only one column; this looks like a table with "
            f"{_named(found)} between them."
        )
    if not delimiter and found != "comma":
        notes.append(f"Read as columns with {_named(found)} between them.")
    rows = _rows(_lines(start, rest), chosen)
    header = next(rows, None)
    while header is not None and not any(header.cells):
        header = next(rows, None)
    if header is None:
        raise TableError("There is nothing in this.")
    if header.problem:
        raise TableError(f"Line {header.number}: {header.problem}")
    names = [_heading(cell or "") for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    return Table("csv", checked_columns([Column(name) for name in names]), rows, notes)


def _heading(cell: str) -> str:
    """A name without what is only layout; one that says it is an extra's is kept as it is."""
    return cell if cell.startswith("extra:") else " ".join(cell.split()).lstrip("#").strip()


def _named(delimiter: str) -> str:
    label = DELIMITERS[delimiter][0]
    return label if label.endswith("spaces") else f"a {label}"


def sniffed(lines: list[str]) -> str:
    """The key of the delimiter that gives most columns, alike in most rows; comma when there is only one column."""
    scores = {}
    for key in ("tab", "pipe", "semicolon", "comma", "spaces", "blank"):
        widths = [len(cells) for cells in _parsed(lines, key)]
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        # Spaces stand within names as well: they count only when nothing else does
        weight = {"spaces": 0.4, "blank": 0.35 if alike == 1 else 0.0}.get(key, 1.0)
        scores[key] = (round(alike * weight, 1), widths[0])
    return max(scores, key=scores.get, default="comma")


def _sample(start: str) -> list[str]:
    lines = io.StringIO(start, newline="").readlines()
    if len(lines) > 1 and len(start) >= SNIFFED:
        lines.pop()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")][:200] or lines[:1]


def _parsed(lines: list[str], key: str) -> list[list[str | None]]:
    return [line.cells for line in _rows(iter(lines), key) if any(line.cells) or line.problem]


def _width(lines: list[str], key: str) -> int:
    return len(next(iter(_parsed(lines, key)), []))


def _rows(lines: Iterable[str], key: str) -> Iterator[Line]:
    """Rows, the header being the first. Empty lines are left out."""
    character = DELIMITERS[key][1]
    return _csv_rows(lines, character) if character in (",", ";", "\t") and character else _split_rows(lines, key)


def _csv_rows(lines: Iterable[str], character: str) -> Iterator[Line]:
    counted = _Counted(lines)
    reader = csv.reader(counted, delimiter=character, skipinitialspace=character != "\t")
    began = False
    while True:
        first = counted.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"This cannot be read ({error}); is a quotation mark opened and never closed?"
            yield Line(first, [], problem)
            continue
        if not cells or (not began and cells[0].lstrip().startswith("#") and len(cells) == 1):
            continue
        began = True
        yield Line(first, [unguarded(cell) if cell else None for cell in cells])


class _Counted:
    """Lines, and how many were given so far."""

    def __init__(self, lines: Iterable[str]):
        self.lines = iter(lines)
        self.number = 0

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.number += 1
        return line


def _split_rows(lines: Iterable[str], key: str) -> Iterator[Line]:
    began = False
    for number, line in enumerate(lines, start=1):
        line = line.rstrip("\r\n")
        if not line.strip() or _BORDER.fullmatch(line) or (not began and line.lstrip().startswith("# ")):
            continue
        began = True
        if key == "pipe":
            cells = [cell.strip() for cell in _unframed(line).split("|")]
        elif key == "spaces":
            cells = re.split(r"\s{2,}", line.strip())
        else:
            cells = line.split()
        yield Line(number, [cell if cell and cell not in ("--", "…") else None for cell in cells])


def _unframed(line: str) -> str:
    line = line.strip()
    if line.startswith("|"):
        line = line[1:]
        return line[:-1] if line.endswith("|") else line
    return line
