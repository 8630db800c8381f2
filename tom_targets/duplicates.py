"""Possible duplicates over the whole TOM: found by a job, kept with their age, and dismissed for good."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from tom_common import jobs
from tom_targets.match_models import DuplicatePair, DuplicateScan
from tom_targets.matching import DUPLICATE_RADIUS_ARCSEC
from tom_targets.models import BaseTarget, Target, TargetName
from tom_targets.regions import columns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tom_common.models import Job

#: no more pairs are kept; who has more has another problem than duplicates
MAX_PAIRS = 100_000
MAX_RADIUS_ARCSEC = 60.0
#: of more targets with one name or place not every pair is told, but a chain through all of them
ALL_PAIRS_OF = 10
BATCH = 1000
#: positions are matched so many at a time
CHUNK = 50_000

Pair = tuple[int, int]


@dataclass
class Reason:
    """Why two targets may be one."""

    separation_arcsec: float | None = None
    shared_name: str = ""


def start_scan(user: Any, radius_arcsec: float = DUPLICATE_RADIUS_ARCSEC) -> "Job":
    """Look through all targets, by a job; while one is under way, that one."""
    return jobs.start(
        "tom_targets.duplicates.scan_job", user=user, title="Look for possible duplicates",
        kwargs={"radius_arcsec": radius_arcsec}, key="possible-duplicates",
    )


def scan_job(progress: jobs.Progress, radius_arcsec: float) -> dict[str, Any]:
    """The work of looking through all targets."""
    look_through(radius_arcsec, progress)
    # How many there are among targets that a user may not see is not told.
    return {"message": "All targets were looked through.", "url": reverse("tom_targets:duplicates")}


def look_through(
    radius_arcsec: float = DUPLICATE_RADIUS_ARCSEC, progress: jobs.Progress | None = None
) -> DuplicateScan:
    """Find all pairs, and keep them in the place of those found before. What was dismissed stays dismissed."""
    found: dict[Pair, Reason] = {}
    total = BaseTarget.objects.count()
    _tell(progress, 0, total, "Comparing names")
    for pair, name in _named_alike():
        if len(found) < MAX_PAIRS:
            found.setdefault(pair, Reason()).shared_name = name
    for done, pair, separation in _lying_together(radius_arcsec):
        if pair in found or len(found) < MAX_PAIRS:
            found.setdefault(pair, Reason()).separation_arcsec = separation
        _tell(progress, done, total, "Comparing positions")
    _tell(progress, total, total, "Keeping the pairs")
    return _keep(found, radius_arcsec, total)


def _tell(progress: jobs.Progress | None, done: int, total: int, message: str) -> None:
    if progress is not None:
        progress.update(done, total, message)


def _named_alike() -> Iterator[tuple[Pair, str]]:
    """Pairs of targets with the same simplified name, be it a name or an alias of either."""
    forms = set()
    for names in (BaseTarget.objects, TargetName.objects):
        repeated = names.exclude(name_simplified="").order_by().values("name_simplified").annotate(n=Count("pk"))
        forms |= set(repeated.filter(n__gt=1).values_list("name_simplified", flat=True))
    named = BaseTarget.objects.filter(name_simplified=OuterRef("name_simplified")).exclude(pk=OuterRef("target"))
    across = TargetName.objects.exclude(name_simplified="").filter(Exists(named)).order_by()
    forms |= set(across.values_list("name_simplified", flat=True))
    ordered = sorted(forms)
    for start in range(0, len(ordered), BATCH):
        some = ordered[start:start + BATCH]
        bearers: dict[str, set[int]] = defaultdict(set)
        for rows, key in ((BaseTarget.objects, "pk"), (TargetName.objects, "target_id")):
            asked = rows.filter(name_simplified__in=some).order_by().values_list("name_simplified", key)
            for form, pk in asked:
                bearers[form].add(pk)
        for form, keys in bearers.items():
            for pair in pairs_of(keys):
                yield pair, form


def pairs_of(keys: Iterable[int]) -> Iterator[Pair]:
    """All pairs of some keys, the smaller first; of many, only those of neighbours."""
    ordered = sorted(keys)
    reach = len(ordered) if len(ordered) <= ALL_PAIRS_OF else 2
    for place, one in enumerate(ordered):
        for other in ordered[place + 1:place + reach]:
            yield one, other


def _lying_together(radius_arcsec: float) -> Iterator[tuple[int, Pair, float]]:
    """(targets done, pair, arcsec) of fixed targets that lie within the radius of each other."""
    import numpy as np

    from tom_common.astro.sky import crossmatch

    keys, ra, dec = _placed()
    if not len(keys):
        return
    order = np.lexsort((keys, ra, dec))
    keys, ra, dec = keys[order], ra[order], dec[order]
    # Targets at the very same place are one place: ten thousand of them would make fifty million pairs.
    starts = np.flatnonzero(np.r_[True, (np.diff(ra) != 0) | (np.diff(dec) != 0)])
    ends = np.r_[starts[1:], len(keys)]
    for place in np.flatnonzero(ends - starts > 1):
        for pair in pairs_of(keys[starts[place]:ends[place]].tolist()):
            yield 0, pair, 0.0
    ra, dec, keys = ra[starts], dec[starts], keys[starts]
    for start in range(0, len(keys), CHUNK):
        some = slice(start, start + CHUNK)
        # The list is ordered by declination: what lies near is never far in it.
        low, high = np.searchsorted(dec, [dec[some][0] - radius_arcsec / 3600, dec[some][-1] + radius_arcsec / 3600])
        near = slice(max(int(low) - 1, 0), int(high) + 1)
        found = crossmatch(ra[some], dec[some], ra[near], dec[near], radius_arcsec)
        first, second = keys[some][found.first], keys[near][found.second]
        once = first < second
        for one, other, separation in zip(first[once].tolist(), second[once].tolist(),
                                          found.separation_arcsec[once].tolist(), strict=True):
            yield start, (one, other), separation


def _placed() -> tuple["NDArray", "NDArray", "NDArray"]:
    """(keys, ra, dec) of all targets that stand on the sky."""
    import numpy as np

    rows = BaseTarget.objects.exclude(type=BaseTarget.NON_SIDEREAL).filter(healpix__isnull=False)
    parts = list(columns_of(rows))
    if not parts:
        nothing = np.empty(0)
        return nothing.astype(np.int64), nothing, nothing
    keys, ra, dec = (np.concatenate(column) for column in zip(*parts, strict=True))
    return keys, ra, dec


@transaction.atomic
def _keep(found: dict[Pair, Reason], radius_arcsec: float, total: int) -> DuplicateScan:
    DuplicatePair.objects.filter(dismissed=None).delete()
    dismissed = set(DuplicatePair.objects.values_list("first_pk", "second_pk"))
    DuplicatePair.objects.bulk_create([
        DuplicatePair(first_pk=pair[0], second_pk=pair[1], separation_arcsec=reason.separation_arcsec,
                      shared_name=reason.shared_name)
        for pair, reason in found.items() if pair not in dismissed
    ], batch_size=BATCH)
    DuplicateScan.objects.all().delete()
    return DuplicateScan.objects.create(
        radius_arcsec=radius_arcsec, targets=total, pairs=len(found), is_complete=len(found) < MAX_PAIRS,
    )


def pairs_for(user: Any, *, dismissed: bool = False) -> QuerySet:
    """The pairs both of whose targets the user may see, nearest first, then those that only share a name."""
    visible = Target.objects.visible_to(user).order_by()
    # Asked pair by pair: a list of all visible targets would be made for each page.
    pairs = DuplicatePair.objects.filter(
        Exists(visible.filter(pk=OuterRef("first_pk"))), Exists(visible.filter(pk=OuterRef("second_pk"))),
        dismissed__isnull=not dismissed,
    )
    return pairs.order_by(F("separation_arcsec").asc(nulls_last=True), "shared_name", "pk")


def with_targets(pairs: Iterable[DuplicatePair], user: Any) -> list[DuplicatePair]:
    """The pairs, each with its targets as `first` and `second`, and whether the user `may_judge` it."""
    pairs = list(pairs)
    keys = {key for pair in pairs for key in (pair.first_pk, pair.second_pk)}
    targets = Target.objects.visible_to(user).filter(pk__in=keys).prefetch_related("aliases").in_bulk()
    mine = set(Target.objects.changeable_by(user).filter(pk__in=keys).values_list("pk", flat=True))
    shown = []
    for pair in pairs:
        pair.first, pair.second = targets.get(pair.first_pk), targets.get(pair.second_pk)
        pair.both = (pair.first, pair.second)
        pair.may_judge = {pair.first_pk, pair.second_pk} <= mine
        if pair.first is not None and pair.second is not None:
            shown.append(pair)
    return shown


def judge(pair: DuplicatePair, *, user: Any, same: bool) -> None:
    """Write down that these are two targets, or take that back (`same`)."""
    pair.dismissed, pair.dismissed_by = (None, None) if same else (timezone.now(), user)
    pair.save(update_fields=["dismissed", "dismissed_by"])


def latest_scan() -> DuplicateScan | None:
    """When all targets were looked through last."""
    return DuplicateScan.objects.first()
