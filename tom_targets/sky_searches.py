"""Searches by place, from the question to the list of targets that is made of the answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone

from tom_common import jobs
from tom_common.exceptions import TomError
from tom_targets.crossmatching import Given, Positions, Refused, match_positions, read_positions
from tom_targets.managers import TargetQuerySet
from tom_targets.match_models import SkySearch
from tom_targets.models import Target, TargetList
from tom_targets.regions import Region, targets_in, with_keys
from tom_targets.services import create_grouping

if TYPE_CHECKING:
    from tom_common.models import Job

#: a cross-match of more positions than this, and a list of more targets, is made by a job
AT_ONCE = 5000
#: targets are put into a grouping so many at a time
BATCH = 2000


class NothingFound(TomError):
    """There is nothing to make a list of."""


def ask_for_region(region: Region, *, kind: str, title: str, user: Any, among: TargetList | None = None) -> SkySearch:
    """Keep a region, to be looked at, refined and made a list of."""
    SkySearch.objects.delete_old()
    return SkySearch.objects.create(
        user=user, kind=kind, title=title[:200], question=region.as_json(), among=among, answered=timezone.now()
    )


def ask_for_matches(
    *, user: Any, radius_arcsec: float, text: str = "", group: TargetList | None = None,
    among: TargetList | None = None, title: str = "",
) -> SkySearch:
    """Match the positions of a text, or of a grouping's targets, with targets: at once, or by a job when many."""
    SkySearch.objects.delete_old()
    kind = SkySearch.Kind.GROUP if group else SkySearch.Kind.POSITIONS
    question = {"radius": radius_arcsec} | ({"group": group.pk} if group else {"text": text})
    search = SkySearch.objects.create(user=user, kind=kind, title=title[:200], question=question, among=among)
    count = group.targets.count() if group else text.count("\n") + text.count("\r") + 1
    if count <= AT_ONCE:
        answer(search)
    else:
        search.job = jobs.start(
            "tom_targets.sky_searches.answer_job", user=user, title=f"Cross-match: {search.title}",
            kwargs={"search_id": search.pk}, key=f"sky-search-{search.pk}",
        )
        search.save(update_fields=["job"])
        # The immediate backend has done it by now
        search.refresh_from_db()
    return search


def answer_job(progress: jobs.Progress, search_id: int) -> dict[str, Any]:
    """The work of a long cross-match."""
    search = SkySearch.objects.select_related("user").get(pk=search_id)
    progress.update(0, message="Reading the positions")
    answer(search, progress)
    found = search.answer
    return {
        "message": f"{len(found['given'])} positions, {len(found['pairs'])} pairs.", "url": search.get_absolute_url(),
    }


def answer(search: SkySearch, progress: jobs.Progress | None = None) -> None:
    """Do a cross-match, and keep its pairs."""
    visible = chosen_targets(search, search.user)
    positions, own_keys = _positions(search)
    ra, dec = [one.ra for one in positions.given], [one.dec for one in positions.given]
    pairs = match_positions(ra, dec, visible, search.question["radius"], progress)
    if own_keys:
        pairs = [pair for pair in pairs if own_keys[pair.position] != pair.target]
    search.answer = {
        "given": positions.given, "refused": positions.refused, "refused_count": positions.refused_count,
        "pairs": pairs,
    }
    search.answered = timezone.now()
    search.save(update_fields=["answer", "answered"])


def _positions(search: SkySearch) -> tuple[Positions, list[int]]:
    """The positions of the question, and the keys of the targets they belong to, if they do."""
    if search.kind == SkySearch.Kind.POSITIONS:
        return read_positions(search.question["text"]), []
    group = TargetList.objects.visible_to(search.user).filter(pk=search.question["group"]).first()
    if group is None:
        raise TomError("The group whose targets were to be matched is gone.")
    found, keys = Positions(), []
    members = members_of(group, Target.objects.visible_to(search.user)).order_by("name", "pk")
    for number, (pk, name, kind, ra, dec) in enumerate(members.values_list("pk", "name", "type", "ra", "dec"), start=1):
        if kind == Target.NON_SIDEREAL or ra is None or dec is None:
            found.refused.append(Refused(number, name, "has no fixed position"))
        else:
            found.given.append(Given(number, name, ra, dec))
            keys.append(pk)
    found.refused_count = len(found.refused)
    return found, keys


def members_of(group: TargetList, targets: TargetQuerySet) -> TargetQuerySet:
    return targets.filter(pk__in=group.targets.order_by().values("pk"))


def chosen_targets(search: SkySearch, user: Any) -> TargetQuerySet:
    """The targets that the search is about, of those the user may see now."""
    visible = Target.objects.visible_to(user)
    if search.among is None:
        return visible
    return members_of(search.among, visible)


def found_targets(search: SkySearch, user: Any) -> TargetQuerySet:
    """The targets that lie in the region, or near one of the positions; of those the user may see now."""
    chosen = chosen_targets(search, user)
    if search.is_region:
        return targets_in(Region.from_json(search.question), chosen)
    return with_keys(chosen, {pair[1] for pair in (search.answer or {}).get("pairs", ())})


@dataclass(frozen=True)
class Found:
    """A line of the table: a position, and a target near it (or None), degrees and arcsec."""

    given: Given
    target: Any = None
    separation_arcsec: float | None = None


class MatchTable:
    """The answer of a cross-match as this user may see it, ordered by position, or the other way round.

    A row is (number of the position, key of the target, arcsec); `shown` makes of some rows what a page shows.
    """

    VIEWS = {"positions": "By position", "targets": "By target", "unmatched": "Positions without a target"}

    def __init__(self, search: SkySearch, user: Any):
        answered = search.answer or {"given": [], "refused": [], "refused_count": 0, "pairs": []}
        self._given = answered["given"]
        self.given_count = len(self._given)
        self.refused = [Refused(*row) for row in answered["refused"]]
        self.refused_count = answered["refused_count"]
        keys = {pair[1] for pair in answered["pairs"]}
        self._targets = with_keys(chosen_targets(search, user), keys) if keys else Target.objects.none()
        # Tuples of the few columns that are needed: 100,000 targets would take seconds to make.
        self.places = {row[0]: row[1:] for row in self._targets.order_by().values_list("pk", "name", "ra", "dec")}
        self.pairs = [pair for pair in answered["pairs"] if pair[1] in self.places]
        self.matched = {pair[0] for pair in self.pairs}

    @property
    def target_count(self) -> int:
        return len(self.places)

    def rows(self, view: str) -> list:
        if view == "unmatched":
            return [(number, None, None) for number in range(self.given_count) if number not in self.matched]
        if view == "targets":
            return sorted(self.pairs, key=lambda pair: (self.places[pair[1]][0].casefold(), pair[1], pair[2]))
        return self.pairs

    def shown(self, rows: Iterable) -> list[Found]:
        """The rows with their positions and targets."""
        rows = list(rows)
        targets = self._targets.in_bulk({key for _, key, _ in rows if key is not None})
        return [
            Found(Given(*self._given[number]), targets.get(key), separation) for number, key, separation in rows
        ]

    def csv_rows(self) -> Iterator[list[Any]]:
        """Every position with every target near it; a position without one has a line with no target."""
        for number, key, separation in sorted([*self.pairs, *self.rows("unmatched")], key=itemgetter(0)):
            name, ra, dec = self.places.get(key, (None, None, None))
            yield [*self._given[number], name, ra, dec, None if separation is None else f"{separation:.4f}"]


CSV_HEAD = ("line", "label", "ra", "dec", "target", "target_ra", "target_dec", "separation_arcsec")


def unmatched_targets(search: SkySearch, user: Any) -> QuerySet:
    """The targets of the chosen grouping that lie near none of the positions."""
    near = {pair[1] for pair in (search.answer or {}).get("pairs", ())}
    chosen = chosen_targets(search, user)
    return chosen.exclude(pk__in=with_keys(Target.objects.all(), near).order_by().values("pk")) if near else chosen


def make_list(search: SkySearch, name: str, user: Any) -> "TargetList | Job":
    """A new grouping of what was found; by a job when it is much. Raises NothingFound."""
    count = found_targets(search, user).order_by()[:AT_ONCE + 1].count()
    if not count:
        raise NothingFound("No target was found, so there is nothing to make a list of.")
    if count <= AT_ONCE:
        return _filled(search, name, user)
    return jobs.start(
        "tom_targets.sky_searches.make_list_job", user=user, title=f"Make the list {name}",
        kwargs={"search_id": search.pk, "name": name, "user_id": user.pk},
    )


def make_list_job(progress: jobs.Progress, search_id: int, name: str, user_id: int) -> dict[str, Any]:
    """The work of making a long list."""
    user = get_user_model().objects.get(pk=user_id)
    grouping = _filled(SkySearch.objects.get(pk=search_id), name, user, progress)
    return {"message": f"The list {grouping} was made.", "url": grouping.get_absolute_url()}


def _filled(search: SkySearch, name: str, user: Any, progress: jobs.Progress | None = None) -> TargetList:
    keys = list(found_targets(search, user).order_by().values_list("pk", flat=True))
    grouping = create_grouping(name, user=user)
    for start in range(0, len(keys), BATCH):
        grouping.targets.add(*keys[start:start + BATCH])
        if progress is not None:
            progress.update(min(start + BATCH, len(keys)), len(keys))
    return grouping
