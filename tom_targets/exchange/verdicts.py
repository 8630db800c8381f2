"""What each row is: new, known already, close to a known target, or not to be stored. A batch takes a few queries."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import router

from tom_targets.exchange.places import Neighbour, neighbours_of, select_where_in
from tom_targets.exchange.rows import ALIKE, BAD, IS_NEW, NEAR, REPEATED, SAME, TAKEN, Row, Verdict
from tom_targets.matching import DUPLICATE_RADIUS_ARCSEC, TargetMatchManager
from tom_targets.models import BaseTarget, Target, TargetName
from tom_targets.names import MAX_SIMPLIFIED, match_manager_class


class Judge:
    """Judges the rows of one table in their order.

    `user` None is the TOM itself, which sees everything. Of targets that the user may not see nothing is told but that
    a name is taken. `made` holds the keys of targets that came out of this very table: it is compared with what was
    there before, so that what one TOM exports another one takes in whole.
    """

    def __init__(self, user: Any = None, *, radius_arcsec: float = DUPLICATE_RADIUS_ARCSEC):
        self.user = user
        self.radius_arcsec = radius_arcsec
        self.made: set[int] = set()
        self.using = router.db_for_write(Target)
        self._lines = LinesOfNames()
        self._sees_all = user is None or (user.is_active and user.is_superuser)
        manager = match_manager_class()
        self._simplify = manager().simplify_name
        self._own_rule = any(
            getattr(manager, name) is not getattr(TargetMatchManager, name)
            for name in ("match_name", "match_target", "match_exact_name")
        )

    def judge(self, rows: Sequence[Row]) -> None:
        """Give every row without a verdict one."""
        open_rows = [row for row in rows if row.verdict is None]
        known = _Known(self._forms_of(open_rows), self.using)
        near = self._neighbours(open_rows)
        met = {pk for pk, _ in known.exact.values()} | {pk for hits in known.alike.values() for pk, _ in hits}
        met |= {hit.pk for hits in near.values() for hit in hits}
        visible = self._visible(met - self.made)
        for place, row in enumerate(open_rows):
            row.verdict = (
                self._repeated(row) or self._by_name(row, known, visible) or self._by_the_projects_rule(row, visible)
                or self._alike(row, known, visible) or _near(near.get(place, ()), visible) or IS_NEW
            )
            if row.verdict.kind not in (TAKEN, REPEATED, BAD):
                for name in (row.name, *row.aliases):
                    self._lines.add(name, row.number)

    # What is asked of the database

    def _form(self, name: str) -> str:
        return str(self._simplify(name))[:MAX_SIMPLIFIED]

    def _forms_of(self, rows: Iterable[Row]) -> set[str]:
        form = self._form
        return {form(name) for row in rows for name in (row.name, *row.aliases)}

    def _neighbours(self, rows: Sequence[Row]) -> dict[int, list[Neighbour]]:
        """place of the row -> targets near it."""
        places, positions = [], []
        for place, row in enumerate(rows):
            values = row.values
            if values.get("ra") is not None and values.get("dec") is not None and (
                values.get("type") != BaseTarget.NON_SIDEREAL
            ):
                places.append(place)
                positions.append((values["ra"], values["dec"]))
        found: dict[int, list[Neighbour]] = {}
        for hit in neighbours_of(positions, self.radius_arcsec, using=self.using):
            found.setdefault(places[hit.place], []).append(hit)
        return found

    def _visible(self, pks: set[int]) -> set[int]:
        if self._sees_all or not pks:
            return pks
        rows = Target.objects.using(self.using).visible_to(self.user).filter(pk__in=pks)
        return set(rows.values_list("pk", flat=True))

    # Verdicts, the first that holds

    def _repeated(self, row: Row) -> Verdict | None:
        for name in (row.name, *row.aliases):
            line = self._lines.of(name)
            if line is not None:
                field = "name" if name == row.name else "alias"
                return Verdict(REPEATED, f"{field}: line {line} has {name} already.", field)
        return None

    def _by_name(self, row: Row, known: "_Known", visible: set[int]) -> Verdict | None:
        """The very name, or an alias, is borne by a target."""
        owners = {}
        for name in (row.name, *row.aliases):
            if name not in known.exact:
                continue
            pk, owner = known.exact[name]
            if pk not in visible:
                return Verdict(TAKEN, f"The name {name} is taken.", "name" if name == row.name else "alias")
            owners.setdefault(pk, (name, owner))
        if not owners:
            return None
        (pk, (name, owner)), *others = owners.items()
        if others:
            other_name, other = others[0][1]
            reason = f"alias: {other_name} is a name of {other}, but {name} is one of {owner}."
            return Verdict(BAD, reason, "alias", pk, owner)
        reason = f"Known as {owner}." if name == owner else f"Known as {owner}, which is also named {name}."
        return Verdict(SAME, reason, "name", pk, owner)

    def _by_the_projects_rule(self, row: Row, visible: set[int]) -> Verdict | None:
        """The match manager of the project decides what a duplicate is."""
        if not self._own_rule:
            return None
        found = Target.matches.match_target(Target(**row.values)).first()
        if found is None:
            return None
        sees = self._sees_all or found.pk in visible or bool(self._visible({found.pk}))
        if not sees:
            return Verdict(TAKEN, f"The name {row.name} is taken.", "name")
        return Verdict(SAME, f"Known as {found.name}.", "name", found.pk, found.name)

    def _alike(self, row: Row, known: "_Known", visible: set[int]) -> Verdict | None:
        """A target is named so, but for spaces, dashes and the like."""
        if not known.alike:
            return None
        for name in (row.name, *row.aliases):
            form = self._form(name)
            for pk, owner in known.alike.get(form, ()) if form else ():
                if pk in visible:
                    return Verdict(ALIKE, f"{name} is written like a name of {owner}.", "name", pk, owner)
        return None


class LinesOfNames:
    """Which line of a table has a name. Sixteen bytes a name, for tables of millions."""

    def __init__(self, settled_at: int = 100_000):
        self.settled_at = settled_at
        self._recent: dict[int, int] = {}
        self._keys, self._lines = array("q"), array("q")

    def add(self, name: str, line: int) -> None:
        self._recent[hash(name)] = line
        if len(self._recent) >= self.settled_at:
            self._settle()

    def of(self, name: str) -> int | None:
        key = hash(name)
        if key in self._recent:
            return self._recent[key]
        place = bisect_left(self._keys, key)
        return self._lines[place] if place < len(self._keys) and self._keys[place] == key else None

    def _settle(self) -> None:
        import numpy as np  # heavy

        keys = np.concatenate([np.frombuffer(self._keys, np.int64), np.fromiter(self._recent, np.int64)])
        lines = np.concatenate([np.frombuffer(self._lines, np.int64), np.fromiter(self._recent.values(), np.int64)])
        order = np.argsort(keys, kind="stable")
        self._keys, self._lines = array("q", keys[order].tobytes()), array("q", lines[order].tobytes())
        self._recent.clear()


class _Known:
    """The names that are there: `exact` {name: (pk, name of the target)}, `alike` {simplified: [the same]}."""

    def __init__(self, forms: set[str], using: str):
        self.exact: dict[str, tuple[int, str]] = {}
        self.alike: dict[str, list[tuple[int, str]]] = {}
        if not forms:
            return
        forms = list(forms)
        columns = ("id", "name", "name_simplified")
        for pk, name, form in select_where_in(BaseTarget, columns, "name_simplified", forms, using=using):
            self._add(name, form, pk, name)
        columns = ("target", "name", "name_simplified")
        aliases = select_where_in(TargetName, columns, "name_simplified", forms, using=using)
        owners = dict(select_where_in(BaseTarget, ("id", "name"), "id", [pk for pk, _, _ in aliases], using=using))
        for pk, alias, form in aliases:
            self._add(alias, form, pk, owners.get(pk, ""))

    def _add(self, name: str, form: str, pk: int, owner: str) -> None:
        self.exact.setdefault(name, (pk, owner))
        self.alike.setdefault(form, []).append((pk, owner))


def _near(hits: Iterable[Neighbour], visible: set[int]) -> Verdict | None:
    for hit in hits:
        if hit.pk in visible:
            here = hit.separation_arcsec < 0.05
            where = "At the place" if here else f"{hit.separation_arcsec:.1f}″ from the place"
            return Verdict(NEAR, f"{where} of {hit.name}.", "ra", hit.pk, hit.name)
    return None
