"""What one search box means: a name, an alias, or a position in any notation."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from tom_targets.managers import TargetQuerySet, position_in
from tom_targets.models import Target

#: nearer than this a position means that target
SAME_ARCSEC = 10.0
#: nearer than this a target is shown as lying near a position
NEAR_ARCSEC = 60.0
MAX_FOUND = 50


@dataclass
class Found:
    """The answer to a search. `position` is (ra, dec) degrees when the text was one; then targets have `separation`."""

    text: str
    targets: list[Target] = field(default_factory=list)
    position: tuple[float, float] | None = None
    more: bool = False

    @property
    def meant(self) -> Target | None:
        """The one target that the text surely means."""
        if self.position is None:
            return self.targets[0] if len(self.targets) == 1 else None
        same = [target for target in self.targets if target.separation * 3600 <= SAME_ARCSEC]
        return same[0] if len(same) == 1 else None


def typed(text: str) -> str:
    """What somebody typed, on one line, without the character that PostgreSQL refuses."""
    return " ".join(str(text or "").replace("\x00", " ").split())[:200]


def find(text: str, among: TargetQuerySet) -> Found:
    """Look a text up among targets. A name counts before a position that its digits may also spell."""
    text = typed(text)
    if not text:
        return Found(text)
    exact = list(among.named(text)[:MAX_FOUND + 1])
    if exact:
        return Found(text, exact[:MAX_FOUND], more=len(exact) > MAX_FOUND)
    position = position_in(text)
    if position is not None:
        near = among.in_cone(*position, NEAR_ARCSEC / 3600, annotate=True).order_by("separation")
        rows = list(near[:MAX_FOUND + 1])
        return Found(text, rows[:MAX_FOUND], position, len(rows) > MAX_FOUND)
    rows = list(by_part_of_name(text, among)[:MAX_FOUND + 1])
    return Found(text, rows[:MAX_FOUND], more=len(rows) > MAX_FOUND)


def by_part_of_name(text: str, among: TargetQuerySet) -> TargetQuerySet:
    """Targets whose name or alias begins so; if there is none, those that have it anywhere in a name."""
    found = among.name_starts_with(text)
    return (found if found.order_by().exists() else among.name_contains(text)).order_by("name")


def lookup_url(term: str) -> str:
    """The page that asks the catalogues for a term; empty when no catalogues are installed."""
    for name in ("tom_catalogs:resolve", "tom_catalogs:query"):
        try:
            return f"{reverse(name)}?{urlencode({'term': term})}"
        except NoReverseMatch:
            continue
    return ""


def create_url(text: str, position: tuple[float, float] | None = None) -> str:
    """The page that makes a target, filled with what was searched for."""
    known: dict[str, Any] = {"name": text}
    if position is not None:
        known = {"type": Target.SIDEREAL, "ra": round(position[0], 7), "dec": round(position[1], 7)}
    return f"{reverse('tom_targets:create')}?{urlencode(known)}"
