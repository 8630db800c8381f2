"""Many targets over many sites through one night, as a table: one row a target and site."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.encoding import force_str

from tom_common.conf import tom_settings
from tom_targets.csv_stream import csv_lines
from tom_targets.display import julian_year
from tom_targets.sites import as_site

if TYPE_CHECKING:
    from tom_common.astro.earth import Site
    from tom_common.astro.visibility import Limits, Summary, Visibility

#: so many targets are computed at once: some 30 MB at ten sites
CHUNK = 1000
STEP_MINUTES = 10.0
_MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)


@dataclass(frozen=True)
class Column:
    """One column: `key` is the attribute of a row that it shows and sorts by, `label` its head on the page."""

    key: str
    label: str
    csv_name: str
    is_time: bool = False


COLUMNS = (
    Column("name", "Target", "target"),
    Column("site", "Site", "site"),
    Column("rise", "Rises", "rise_utc", is_time=True),
    Column("transit", "Transit", "transit_utc", is_time=True),
    Column("set", "Sets", "set_utc", is_time=True),
    Column("hours", "Hours", "hours_observable"),
    Column("airmass", "Airmass", "min_airmass"),
    Column("best", "Best at", "best_utc", is_time=True),
    Column("moon_distance", "Moon", "moon_distance_deg"),
)


@dataclass
class Row:
    """A target over a site. Times are MJD (UTC), None where it does not happen; `note` says what the times do not.

    `hours` is how long it is observable, `airmass` the least then, at `best`, and `moon_distance` (degrees) the Moon's
    then. All are None when nothing could be computed, and `problem` says why.
    """

    target: Any
    site: str
    rise: float | None = None
    transit: float | None = None
    set: float | None = None
    airmass: float | None = None
    best: float | None = None
    hours: float | None = None
    moon_distance: float | None = None
    note: str = ""
    problem: str = ""
    _extras: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return str(self.target.name)

    @property
    def is_observable(self) -> bool:
        return bool(self.hours)

    def extra(self, name: str) -> Any:
        """One of SELECTION_EXTRA_FIELDS: the target's attribute of that name, or its extra; None when it has none."""
        if name not in self._extras:
            self._extras[name] = extra_value(self.target, name)
        return self._extras[name]


def extra_value(target: Any, name: str) -> Any:
    """An attribute of a target by its name, else what it bears as an extra or tag under that name, else None."""
    try:
        value = getattr(target, name)
    except AttributeError:
        return next((extra.value for extra in target.targetextra_set.all() if extra.key == name), None)
    return value() if callable(value) else value


def extra_names() -> list[str]:
    """What SELECTION_EXTRA_FIELDS adds to the table."""
    return [str(name) for name in tom_settings.SELECTION_EXTRA_FIELDS]


def rows_of(
    targets: Iterable[Any], entries: Sequence[Mapping[str, Any]], night: date | datetime, limits: "Limits",
) -> Iterator[Row]:
    """The rows of all targets, in their order, each over all sites (entries as an app contributes them).

    `night`: the date of the local evening at each site, or a time: the night in which it falls there. Targets are
    computed some thousand at a time; a queryset of any length may be given.
    """
    targets = targets.iterator(chunk_size=CHUNK) if isinstance(targets, QuerySet) else iter(targets)
    needs_extras = any(not hasattr(_model(), name) for name in extra_names())
    while chunk := list(islice(targets, CHUNK)):
        if needs_extras:
            prefetch_related_objects(chunk, "targetextra_set")
        yield from _chunk_rows(chunk, entries, night, limits)


def _model() -> Any:
    from tom_targets.models import Target  # the class of the project is known once the models are

    return Target


def _chunk_rows(targets: list, entries: Sequence[Mapping], night: date | datetime, limits: "Limits") -> Iterator[Row]:
    sites = [as_site(entry) for entry in entries]
    found: dict[int, list[Row]] = {}
    fixed, moving = [], []
    for place, target in enumerate(targets):
        if target.type == type(target).NON_SIDEREAL:
            elements, problem = _elements(target)
            if elements is not None:
                moving.append((place, elements))
                continue
        else:
            problem = _position_problem(target)
            if not problem:
                fixed.append(place)
                continue
        found[place] = [Row(target, site.name, problem=problem) for site in sites]
    if fixed:
        seen = _fixed_over([targets[place] for place in fixed], sites, night, limits)
        found |= _computed(fixed, targets, sites, seen)
    if moving:
        places, bodies = zip(*moving, strict=True)
        found |= _computed(places, targets, sites, _moving_over(bodies, sites, night, limits))
    for place in range(len(targets)):
        yield from found[place]


def _position_problem(target: Any) -> str:
    values = (target.ra, target.dec)
    if None in values:
        return "no position yet"
    return "" if all(map(math.isfinite, values)) and abs(target.dec) <= 90 else "its position is none"


def _elements(target: Any) -> tuple[Any, str]:
    from tom_common.astro.orbits import ElementsError, OrbitalElements  # heavy: numpy, erfa

    try:
        return OrbitalElements.from_target(target), ""
    except ElementsError as error:
        return None, str(error)


def _fixed_over(targets: list, sites: list["Site"], night: date | datetime, limits: "Limits") -> "Visibility":
    """Where proper motion has carried the targets by that night, over the sites."""
    import numpy as np

    from tom_common.astro.sky import propagate
    from tom_common.astro.visibility import night_times, visibility

    def column(name: str, missing: float) -> Any:
        return np.array([missing if getattr(one, name) is None else getattr(one, name) for one in targets], float)

    times = night_times(sites, night, STEP_MINUTES)
    year = julian_year(_MJD_ZERO + timedelta(days=float(times[0, 0])))
    ra, dec = propagate(
        column("ra", math.nan), column("dec", math.nan), column("pm_ra", 0.0), column("pm_dec", 0.0),
        epoch=column("epoch", 2000.0), to=year,
    )
    return visibility(ra, dec, times, sites, limits=limits)


def _moving_over(bodies: Sequence, sites: list["Site"], night: date | datetime, limits: "Limits") -> "Visibility":
    from tom_common.astro.visibility import body_visibility, night_times

    return body_visibility(bodies, night_times(sites, night, STEP_MINUTES), sites, limits=limits)


def _computed(
    places: Sequence[int], targets: list, sites: list["Site"], seen: "Visibility"
) -> dict[int, list[Row]]:
    summary: Summary = seen.summary()
    # What neither rises nor sets is on one side of the horizon all the time.
    up = seen.altitude[:, :, 0] > [[site.horizon if isinstance(site.horizon, float) else 0.0 for site in sites]]
    rise, transit, set_, airmass, best, hours, moon = (column.tolist() for column in summary)
    found = {}
    for row, place in enumerate(places):
        found[place] = [
            Row(
                targets[place], site.name, _known(rise[row][at]), _known(transit[row][at]), _known(set_[row][at]),
                airmass=_known(airmass[row][at]), best=_known(best[row][at]), hours=hours[row][at],
                moon_distance=_known(moon[row][at]),
                note=_note(rise[row][at], set_[row][at], bool(up[row, at])),
            )
            for at, site in enumerate(sites)
        ]
    return found


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _note(rise: float, set_: float, up: bool) -> str:
    if rise == rise or set_ == set_:
        return ""
    return "always up" if up else "never rises"


def ordered(rows: list[Row], by: str) -> list[Row]:
    """The rows by a column's key or an extra's name, from above when a minus stands before it; unknown values last.

    Any other order is no order: the rows stay as they are.
    """
    key, falling = by.removeprefix("-"), by.startswith("-")
    if key in {column.key for column in COLUMNS}:
        values = [getattr(row, key) for row in rows]
    elif key in extra_names():
        values = [row.extra(key) for row in rows]
    else:
        return rows
    known = [at for at, value in enumerate(values) if value not in (None, "")]
    unknown = [row for row, value in zip(rows, values, strict=True) if value in (None, "")]
    return [rows[at] for at in sorted(known, key=lambda at: _comparable(values[at]), reverse=falling)] + unknown


def _comparable(value: Any) -> tuple:
    """Numbers before texts, texts without regard to case; a number that stands as text counts as one."""
    try:
        return 0, float(value), ""
    except (TypeError, ValueError):
        return 1, 0.0, force_str(value).casefold()


def as_time(mjd: float) -> datetime:
    """To the nearest minute, UTC."""
    moment = _MJD_ZERO + timedelta(days=mjd, seconds=30)
    return moment.replace(second=0, microsecond=0)


def csv_table(rows: Iterable[Row]) -> Iterator[str]:
    """The table as lines of CSV; times in ISO 8601 (UTC)."""
    extras = extra_names()
    head = [*(column.csv_name for column in COLUMNS), "note", *extras]
    return csv_lines(head, (
        [
            *(_csv_value(getattr(row, column.key), column.is_time) for column in COLUMNS), row.problem or row.note,
            *(None if row.extra(name) is None else force_str(row.extra(name)) for name in extras),
        ]
        for row in rows
    ))


def _csv_value(value: Any, is_time: bool) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return f"{as_time(value):%Y-%m-%dT%H:%MZ}" if is_time else f"{value:.3f}"
