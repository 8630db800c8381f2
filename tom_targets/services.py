"""What is done with targets: one function, one deed, each in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from tom_common.hooks import run_hook
from tom_common.permissions import ACTIONS, grant, granted_groups, revoke
from tom_targets.access import may_hand_on
from tom_targets.matching import DUPLICATE_RADIUS_ARCSEC, similar_to
from tom_targets.models import Target, TargetExtra, TargetList
from tom_targets.names import simplified


def groups_of(user: Any) -> Any:
    """The groups that a user may give access to: the own ones; a superuser, all."""
    if user is None or not user.is_authenticated:
        return Group.objects.none()
    return Group.objects.order_by("name") if user.is_superuser else user.groups.order_by("name")


@transaction.atomic
def create_target(
    target: Target, *, user: Any = None, extras: Mapping[str, Any] | None = None, names: Iterable[str] = (),
    groups: Iterable[Group] = (),
) -> Target:
    """Check and store a new target, with extras, aliases, and access for its maker and for groups.

    Raises ValidationError, having stored nothing. The hook runs when it is stored and once more when it is complete.
    """
    target.full_clean()
    target.save(extras=extras, names=names)
    _grant_to_maker(user, target)
    grant(groups, to=target)
    run_hook("target_post_save", target=target, created=True)
    return target


@transaction.atomic
def update_target(
    target: Target, *, extras: Mapping[str, Any] | None = None, names: Iterable[str] = (),
    groups: Iterable[Group] | None = None, among: Iterable[Group] = (),
) -> Target:
    """Check and store a changed target. Extras whose value is None or empty are taken away.

    `groups` are given access; those of `among` (what the user had to choose from) that are left out lose it. Without
    `groups`, access stays as it is.
    """
    target.full_clean()
    extras = dict(extras or {})
    emptied = [key for key, value in extras.items() if value is None or value == ""]
    if emptied:
        TargetExtra.objects.filter(target_id=target.pk, key__in=emptied).delete()
    target.save(extras={key: value for key, value in extras.items() if key not in emptied}, names=names)
    if groups is not None:
        set_groups(target, groups, among=among)
    return target


@transaction.atomic
def store_forms(form: Any, *formsets: Any, user: Any = None) -> Target:
    """Store what a valid target form and its formsets (tags, aliases) hold, and give the maker of a new target access.

    For a new target the hook runs once more when all of it is stored.
    """
    created = form.instance._state.adding
    target = form.save()
    for formset in formsets:
        formset.instance = target
        formset.save()
    if created:
        _grant_to_maker(user, target)
        run_hook("target_post_save", target=target, created=True)
    return target


def _grant_to_maker(user: Any, made: Target | TargetList) -> None:
    """Who makes something has access to it; a superuser has it anyway."""
    if user is not None and user.is_authenticated and not user.is_superuser:
        grant([user], to=made)


def set_groups(target: Target, groups: Iterable[Group], *, among: Iterable[Group], by: Any = None) -> None:
    """Give these groups access, and take it from the others of `among`. Groups beyond `among` stay as they are.

    So does a group that has access already: one that may see, but not delete, gains nothing by being named again.
    With `by`, a user, new groups get no more than that user may do.
    """
    wanted, held = list(groups), set(granted_groups(target))
    revoke([group for group in among if group not in wanted], to=target)
    actions = ACTIONS if by is None else may_hand_on(target, by)
    grant([group for group in wanted if group not in held], to=target, actions=actions)


@transaction.atomic
def delete_target(target: Target) -> None:
    """Remove a target with all that belongs to it: names, extras, access, memberships."""
    target.delete()


def shared_with(target: Target, user: Any) -> Any:
    """The groups with access to a target, of those that the user may know about."""
    return granted_groups(target).filter(pk__in=groups_of(user).order_by().values("pk"))


@transaction.atomic
def create_grouping(name: str, *, user: Any = None, targets: Iterable[Target] = ()) -> TargetList:
    """A new grouping, which its maker may see, change and delete."""
    grouping = TargetList.objects.create(name=name)
    _grant_to_maker(user, grouping)
    grouping.targets.add(*targets)
    return grouping


@dataclass(frozen=True)
class PossibleDuplicate:
    """A target that may be the one about to be made: because of its name, its place, or both."""

    target: Target
    same_name: bool
    separation_arcsec: float | None

    @property
    def reason(self) -> str:
        reasons = ["bears a similar name"] if self.same_name else []
        if self.separation_arcsec is not None:
            here = self.separation_arcsec < 0.05
            reasons.append("lies at the same place" if here else f"lies {self.separation_arcsec:.1f}″ away")
        return " and ".join(reasons)


def possible_duplicates(
    target: Target, *, user: Any, other_names: Iterable[str] = (), radius_arcsec: float = DUPLICATE_RADIUS_ARCSEC,
    limit: int = 20,
) -> list[PossibleDuplicate]:
    """Targets that may be this (unsaved) one, nearest first, of those that the user may see."""
    other_names = [name for name in other_names if name]
    among = Target.objects.visible_to(user)
    rows = similar_to(target, radius_arcsec=radius_arcsec, other_names=other_names, among=among)
    forms = {simplified(name) for name in (target.name, *other_names) if name}
    found = [
        PossibleDuplicate(row, _bears(row, forms), _near(target, row, radius_arcsec))
        for row in rows.prefetch_related("aliases").order_by("pk")[:limit]
    ]
    return sorted(found, key=lambda one: (one.separation_arcsec is None, one.separation_arcsec or 0.0))


def _bears(target: Target, forms: set[str]) -> bool:
    return target.name_simplified in forms or any(alias.name_simplified in forms for alias in target.aliases.all())


def _near(one: Target, other: Target, radius_arcsec: float) -> float | None:
    if None in (one.ra, one.dec, other.ra, other.dec) or Target.NON_SIDEREAL in (one.type, other.type):
        return None
    from tom_common.astro.sky import separation  # heavy: numpy

    distance = separation(one.ra, one.dec, other.ra, other.dec) * 3600
    # The search takes a hair more than the radius; so does this.
    return distance if distance <= radius_arcsec + 1e-5 else None
