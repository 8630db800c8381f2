"""Lists of positions and the targets near them, both ways: also 100,000 positions among a million targets."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from tom_targets.managers import TargetQuerySet
from tom_targets.regions import columns_of, in_ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_POSITIONS = 200_000
MAX_REFUSED_KEPT = 1000
#: more positions than this are matched with every target in turn; fewer are looked up in the sky index
MANY_POSITIONS = 20_000
MAX_RADIUS_ARCSEC = 3600.0

_PLAIN = re.compile(r"(\d{1,3}(?:\.\d*)?)[\s,;]+([+-]?\d{1,2}(?:\.\d*)?)")
_HEAD = re.compile(r"\s*[\"']?[A-Za-z_]")
_RA_COLUMNS = ("ra", "radeg", "raj2000", "raicrs", "raj2000deg", "targetra", "meanra", "rightascension")
_DEC_COLUMNS = (
    "dec", "decdeg", "dej2000", "decj2000", "deicrs", "decicrs", "decj2000deg", "targetdec", "meandec", "de", "decl",
    "declination",
)
_NAME_COLUMNS = ("name", "target", "object", "objectid", "designation", "source", "sourceid", "id", "label")
_SEPARATORS = re.compile(r"[,\t;|]")


class Given(NamedTuple):
    """One position of the list: the line it stood in, what it was called (if anything), and degrees (ICRS)."""

    line: int
    label: str
    ra: float
    dec: float


class Refused(NamedTuple):
    """A line that is no position, and why."""

    line: int
    text: str
    reason: str


@dataclass
class Positions:
    """What could be read, and what not; of the latter the first thousand are kept."""

    given: list[Given] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0


class Pair(NamedTuple):
    """Position number `position` of the list lies `separation_arcsec` from the target of this key."""

    position: int
    target: int
    separation_arcsec: float


class Head(NamedTuple):
    """Where a table has its columns."""

    separator: str
    ra: int
    dec: int
    name: int | None

    @classmethod
    def of(cls, line: str) -> "Head | None":
        """None when the line names no columns of RA and Dec."""
        separator = next((sign for sign in "\t;|," if sign in line), None)
        if separator is None:
            return None
        columns = [re.sub(r"[^a-z0-9]", "", column.lower()) for column in line.split(separator)]
        places = [next((columns.index(name) for name in names if name in columns), None)
                  for names in (_RA_COLUMNS, _DEC_COLUMNS, _NAME_COLUMNS)]
        return None if None in places[:2] else cls(separator, *places)

    def given(self, line_number: int, line: str) -> Given:
        """The position of a line of that table, or of a line that is none of its rows. Raises ValueError."""
        if self.separator not in line:
            return _given(line_number, line.strip())
        from tom_common.astro.angles import parse_dec, parse_ra  # light, but loaded by nothing else here

        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=self.separator), [])]
        if len(cells) <= max(self.ra, self.dec):
            raise ValueError(f"It has {len(cells)} columns; the head puts RA and Dec further to the right.")
        label = cells[self.name][:100] if self.name is not None and self.name < len(cells) else ""
        return Given(line_number, label, parse_ra(cells[self.ra]), parse_dec(cells[self.dec]))


def read_positions(text: str) -> Positions:
    """One position a line, in any notation; a name may stand before it, apart by comma, tab, semicolon or bar.

    A head line that names the columns of RA and Dec says where they are. Empty lines, lines that begin with # and any
    other head of words are passed over. What is no position is refused with the reason, and the rest is used. No more
    than MAX_POSITIONS are taken.
    """
    found = Positions()
    is_first, head = True, None
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if is_first:
            head = Head.of(stripped)
            is_first = head is None
            if head:
                continue
        try:
            if len(found.given) >= MAX_POSITIONS:
                raise ValueError(f"There are more than {MAX_POSITIONS} positions; this one was not used.")
            found.given.append(head.given(number, line) if head else _given(number, stripped))
        except ValueError as error:
            # A head has words and no number that could be an angle
            if not (is_first and _HEAD.match(stripped) and not re.search(r"\d\s*[.:]?\s*\d", stripped)):
                found.refused_count += 1
                if len(found.refused) < MAX_REFUSED_KEPT:
                    found.refused.append(Refused(number, stripped[:80], str(error)))
        is_first = False
    return found


def _given(number: int, line: str) -> Given:
    from tom_common.astro.angles import AngleError, parse_position  # heavy: numpy

    plain = _PLAIN.fullmatch(line)
    if plain:
        ra, dec = float(plain[1]), float(plain[2])
        if ra < 360 and -90 <= dec <= 90:
            return Given(number, "", ra, dec)
    try:
        return Given(number, "", *parse_position(line))
    except AngleError:
        pieces = [piece.strip().strip("\"'") for piece in _SEPARATORS.split(line)]
        if len(pieces) < 2:
            raise
        # "SN 1, 187.7 12.4" or "SN 1, 187.7, 12.4, whatever else the table holds"
        rest = pieces[1] if len(pieces) == 2 else f"{pieces[1]}, {pieces[2]}"
        return Given(number, pieces[0][:100], *parse_position(rest))


def match_positions(ra: Sequence[float], dec: Sequence[float], targets: TargetQuerySet, radius_arcsec: float,
                    progress: Any = None) -> list[Pair]:
    """Every position with every target within `radius_arcsec`, by position, nearest first. Degrees (ICRS).

    What moves is left out. Beside the answer it holds some hundred thousand targets at a time.
    """
    import numpy as np

    ra, dec = np.asarray(ra, float), np.asarray(dec, float)
    if not len(ra):
        return []
    candidates = targets.exclude(type=targets.model.NON_SIDEREAL).filter(healpix__isnull=False)
    if len(ra) <= MANY_POSITIONS:
        candidates = in_ranges(candidates, ranges_around(ra, dec, radius_arcsec))
    pairs, done = [], 0
    for keys, target_ra, target_dec in columns_of(candidates):
        pairs += _pairs(keys, target_ra, target_dec, ra, dec, radius_arcsec)
        done += len(keys)
        if progress is not None:
            progress.update(done, message=f"{done} targets compared")
    pairs.sort(key=lambda pair: (pair.position, pair.separation_arcsec, pair.target))
    return pairs


def _pairs(keys: "NDArray", target_ra: "NDArray", target_dec: "NDArray", ra: "NDArray", dec: "NDArray",
           radius_arcsec: float) -> list[Pair]:
    from tom_common.astro.sky import crossmatch

    found = crossmatch(target_ra, target_dec, ra, dec, radius_arcsec)
    return [
        Pair(position, target, separation)
        for position, target, separation in zip(
            found.second.tolist(), keys[found.first].tolist(), found.separation_arcsec.tolist(), strict=True
        )
    ]


def ranges_around(ra: "NDArray", dec: "NDArray", radius_arcsec: float) -> list[tuple[int, int]]:
    """Ranges of the sky index that hold everything within the radius of the positions, and a little more."""
    import math

    import numpy as np
    from cdshealpix.nested import neighbours

    from tom_common.astro.sky import ORDER, healpix_array, merged

    # Cells at least twice as wide as the radius: what lies near is in the cell or in one of its neighbours.
    cell_deg, needed_deg = math.degrees(math.sqrt(math.pi / 3)), 2 * (radius_arcsec / 3600 + 1e-6)
    order = max(min(math.floor(math.log2(cell_deg / needed_deg)), ORDER), 0)
    cells = np.unique(healpix_array(ra, dec, order))
    around = np.unique(neighbours(cells[cells >= 0].astype(np.uint64), order).astype(np.int64))
    shift = 2 * (ORDER - order)
    return merged(((int(cell) << shift), ((int(cell) + 1) << shift) - 1) for cell in around[around >= 0])


def unmatched(count: int, pairs: Iterable[Pair]) -> list[int]:
    """The numbers of those of `count` positions that are in no pair."""
    matched = {pair.position for pair in pairs}
    return [number for number in range(count) if number not in matched]
