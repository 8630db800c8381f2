"""A row of a table on its way to become a target, and what was decided about it."""

from typing import Any, NamedTuple

#: kinds of verdicts
NEW, SAME, ALIKE, NEAR, TAKEN, REPEATED, BAD = "new", "same", "alike", "near", "taken", "repeated", "bad"
#: kinds that are stored only when somebody says so
DOUBTFUL = (ALIKE, NEAR)
#: kinds that are never stored
HOPELESS = (TAKEN, REPEATED, BAD)

LABELS = {
    NEW: "new", SAME: "known already", ALIKE: "named like a known target", NEAR: "close to a known target",
    TAKEN: "name is taken", REPEATED: "twice in this table", BAD: "has a bad value",
}


class Verdict(NamedTuple):
    """What a row is, why, and the target it was compared with (one that the user may see)."""

    kind: str
    reason: str = ""
    field: str = ""
    target_id: int | None = None
    target_name: str = ""


IS_NEW = Verdict(NEW)


class Row:
    """Values by field name, aliases, extras by key, groups; `verdict` is None until something is decided.

    `assumed` names the field whose value the table did not give.
    """

    __slots__ = ("aliases", "assumed", "cells", "extras", "groups", "number", "values", "verdict")

    def __init__(self, number: int, cells: list[str | None], verdict: Verdict | None = None):
        self.number = number
        self.cells = cells
        self.values: dict[str, Any] = {}
        self.aliases: list[str] = []
        self.extras: dict[str, str] = {}
        self.groups: list[Any] = []
        self.assumed = ""
        self.verdict = verdict

    @property
    def name(self) -> str:
        return self.values.get("name") or ""

    def refuse(self, field: str, reason: str) -> None:
        """The first mistake is kept; further ones are added to it."""
        if self.verdict is None:
            self.verdict = Verdict(BAD, reason, field)
        elif self.verdict.kind == BAD:
            self.verdict = self.verdict._replace(reason=f"{self.verdict.reason} {reason}")
