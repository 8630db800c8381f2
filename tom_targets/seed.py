"""Starter lists: well-known objects with which a new TOM can be tried out, or a night begun.

    from tom_targets.seed import seed_messier_targets
    seed_messier_targets()
"""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from tom_targets.models import BaseTarget, Target, TargetList
from tom_targets.names import simplified
from tom_targets.seed_objects import MESSIER, STANDARDS
from tom_targets.services import create_grouping, create_target


def _degrees(text: str) -> float:
    """A number in sexagesimal parts as a decimal one; the sign counts for all parts."""
    whole, minutes, seconds = text.split()
    size = abs(int(whole)) + int(minutes) / 60 + float(seconds) / 3600
    return -size if text.startswith("-") else size


def _objects(table: str) -> list[dict[str, Any]]:
    """Each object as {'name', 'aliases', 'kind', 'type', 'ra', 'dec', 'epoch'}, some with 'pm_ra' and 'pm_dec'."""
    found = []
    for line in filter(None, table.split("\n")):
        name, aliases, kind, ra, dec, *motion = (part.strip() for part in line.split("|"))
        entry = {
            "name": name, "aliases": [alias.strip() for alias in aliases.split(",") if alias.strip()], "kind": kind,
            "type": Target.SIDEREAL, "ra": round(_degrees(ra) * 15, 6), "dec": round(_degrees(dec), 6), "epoch": 2000.0,
        }
        if motion:
            entry["pm_ra"], entry["pm_dec"] = map(float, motion[0].split())
        found.append(entry)
    return found


#: the 110 objects of Messier's catalogue; degrees, ICRS
messier_targets = _objects(MESSIER)


@dataclass(frozen=True)
class StarterList:
    """Objects that are added together, and the grouping they come in."""

    key: str
    title: str
    about: str
    objects: list[dict[str, Any]] = field(repr=False)


STARTER_LISTS = {
    one.key: one for one in (
        StarterList("messier", "Messier objects", "The 110 nebulae, clusters and galaxies of Messier's catalogue.",
                    messier_targets),
        StarterList("standards", "Spectrophotometric standards",
                    "Bright stars of known flux, for the calibration of spectra; with their proper motions.",
                    _objects(STANDARDS)),
    )
}


@dataclass
class Seeded:
    """What became of a starter list: the targets made, the objects that were there, and those that were refused."""

    grouping: TargetList
    added: list[Target] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def seed_messier_targets(user: Any = None) -> list[Target]:
    """Add the Messier objects that are not there yet; returns the targets made."""
    return seed(STARTER_LISTS["messier"], user=user).added


@transaction.atomic
def seed(starter: StarterList, *, user: Any = None) -> Seeded:
    """Add what is not there yet under one of its names, and put all that the user may see into a grouping.

    Whoever adds them has access to them. A second time nothing changes but what was taken out of the grouping.
    """
    grouping = _grouping(starter, user)
    done = Seeded(grouping)
    members = []
    for entry in starter.objects:
        there = _there(entry)
        if there:
            done.known.append(entry["name"])
            members += there
            continue
        target = _add(entry, user, done)
        members += [target.pk] if target is not None else []
    visible = Target.objects.visible_to(user) if user is not None else Target.objects.all()
    grouping.targets.add(*visible.filter(pk__in=members).values_list("pk", flat=True))
    return done


def _there(entry: dict[str, Any]) -> list[int]:
    """The keys of the targets that bear one of its names, however written, whoever may see them."""
    forms = [simplified(name) for name in (entry["name"], *entry["aliases"])]
    return list(BaseTarget.objects.with_simplified_name(*forms).values_list("pk", flat=True))


def _add(entry: dict[str, Any], user: Any, done: Seeded) -> Target | None:
    fields = {name: value for name, value in entry.items() if name not in ("aliases", "kind")}
    extras = {"Object type": entry["kind"]}
    try:
        target = create_target(Target(**fields), user=user, names=entry["aliases"], extras=extras)
    except ValidationError as error:
        # A project's target class may want more than a position, or its match manager refuses it.
        done.refused.append(f"{entry['name']}: {' '.join(error.messages)}")
        return None
    done.added.append(target)
    return target


def _grouping(starter: StarterList, user: Any) -> TargetList:
    """The grouping of that name that the user may change; a new one if there is none."""
    known = TargetList.objects.filter(name=starter.title)
    if user is not None:
        known = known.changeable_by(user)
    return known.order_by("pk").first() or create_grouping(starter.title, user=user)
