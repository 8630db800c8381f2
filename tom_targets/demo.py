"""The targets of the demo TOM: real objects, in groupings, some of them private to a team."""

from django.contrib.auth.models import Group
from django.db import transaction

from tom_common.permissions import grant
from tom_targets.demo_objects import GROUPINGS, OBJECTS, PRIVATE, SOLAR_SYSTEM_TEAM, SUPERNOVA_TEAM, TEAMS, DemoObject
from tom_targets.models import BaseTarget, Target, TargetList


@transaction.atomic
def make_targets() -> str:
    """Add the demo targets and groupings; what bears one of the names already is left as it is."""
    teams = {name: Group.objects.get_or_create(name=name)[0] for name in (SUPERNOVA_TEAM, SOLAR_SYSTEM_TEAM)}
    added = {}
    for item in OBJECTS:
        if BaseTarget.objects.exactly_named(item.name).exists():
            continue
        added[item.name] = target = _add(item)
        if item.permissions == PRIVATE:
            grant([teams[TEAMS.get(item.kind, SUPERNOVA_TEAM)]], to=target, actions=("view", "change"))
    groupings = sum(_fill(name, members, teams) for name, members in GROUPINGS.items())
    if not added and not groupings:
        return f"Targets: all {len(OBJECTS)} are there."
    return f"Targets: {len(added)} added, in {groupings} new groupings."


def unsaved(item: DemoObject) -> BaseTarget:
    """The target of one object, not stored yet."""
    from tom_common.astro.angles import parse_dec, parse_ra  # heavy: numpy

    target = Target(name=item.name, permissions=item.permissions, type=Target.NON_SIDEREAL, **item.fields)
    if item.position:
        target.type = Target.SIDEREAL
        target.ra, target.dec, target.epoch = parse_ra(item.position[0]), parse_dec(item.position[1]), 2000.0
    return target


def _add(item: DemoObject) -> BaseTarget:
    target = unsaved(item)
    target.full_clean()
    target.save(extras=item.tags, names=item.aliases)
    return target


def _fill(name: str, members: list[str], teams: dict[str, Group]) -> int:
    """Make a grouping that is not there yet, visible to both teams; 1 when it was made."""
    if TargetList.objects.filter(name=name).exists():
        return 0
    grouping = TargetList.objects.create(name=name)
    grouping.targets.set(Target.objects.filter(name__in=members))
    grant(teams.values(), to=grouping, actions=("view",))
    return 1
