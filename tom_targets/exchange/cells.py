"""Cells of a CSV file: what a spreadsheet would take for a formula is made safe, and comes back as it was.

A text that begins like a formula gets an apostrophe in front, as spreadsheets write it themselves; so does one that
begins with an apostrophe or a space, and an empty text, which a bare empty cell (no value) would be mistaken for.
"""

import re

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'", " ")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    if not text:
        return "'"
    if text[0] in _RISKY and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def unguarded(cell: str) -> str | None:
    """What :func:`guarded` was given; None for an empty cell. An apostrophe that guards nothing stays."""
    if not cell:
        return None
    if cell[0] == "'" and (len(cell) == 1 or cell[1] in _RISKY):
        return cell[1:]
    return cell
