"""Who may do what with one object (a target, a grouping, a dynamic list), why, and how it is changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, Model, Q
from django.utils import timezone

from tom_common.exceptions import TomError
from tom_common.people import PUBLIC_GROUP, anonymous_username, people, visible_groups, visible_users
from tom_common.permissions import ACTIONS, grant, granted_groups, granted_users, may, revoke
from tom_targets.models import Target

#: so many people are listed by name
MOST_PEOPLE = 200
EVERYBODY, LOGGED_IN = "Everybody, logged in or not", "Everybody who is logged in"


class LockedOut(TomError):
    """After this change its maker could not change the object any more."""


@dataclass
class Row:
    """One holder of rights: action -> why, in words; an action without a reason is not allowed."""

    name: str
    kind: str
    reasons: dict[str, list[str]] = field(default_factory=dict)
    note: str = ""

    def add(self, actions: Iterable[str], reason: str) -> None:
        for action in actions:
            self.reasons.setdefault(action, []).append(reason)

    @property
    def cells(self) -> list[str]:
        """The reasons for view, change and delete; empty where it is not allowed."""
        return [", ".join(self.reasons.get(action, ())) for action in ACTIONS]


@dataclass(frozen=True)
class Grants:
    """The grants on one object: holder -> actions."""

    of_groups: dict[Group, list[str]]
    of_users: dict[Any, list[str]]


def grants_on(instance: Model) -> Grants:
    """Who holds a grant of his, her or its own."""
    groups: dict[Group, list[str]] = {}
    users: dict[Any, list[str]] = {}
    for action in ACTIONS:
        for group in granted_groups(instance, action).order_by("name"):
            groups.setdefault(group, []).append(action)
        for user in granted_users(instance, action).order_by("username"):
            users.setdefault(user, []).append(action)
    return Grants(groups, users)


def who_may(instance: Model, *, reader: Any) -> list[Row]:
    """Everybody who may do something with it, with the reasons; levels first, then groups, then people.

    Groups that the reader does not know come with the number of their members, not with their names.
    """
    grants, known = grants_on(instance), set(visible_groups(reader))
    rows = _open_rows(instance, grants)
    members = dict(Group.objects.filter(pk__in=[group.pk for group in grants.of_groups]).order_by().annotate(
        members=Count("user", filter=Q(user__is_active=True))).values_list("pk", "members"))
    for group, actions in grants.of_groups.items():
        count = members.get(group.pk, 0)
        row = Row(group.name, "group", note=f"{count} member{'' if count == 1 else 's'}")
        row.add(actions, "granted to the group")
        rows.append(row)
    return rows + _people_rows(grants, known, reader)


def _open_rows(instance: Model, grants: Grants) -> list[Row]:
    everybody, logged_in = Row(EVERYBODY, "level"), Row(LOGGED_IN, "level")
    level = getattr(instance, "permissions", "") if isinstance(instance, Target) else ""
    if level == Target.Permissions.OPEN:
        everybody.add(["view"], "the level is Open")
    if level == Target.Permissions.PUBLIC:
        logged_in.add(["view"], "the level is Public")
    anonymous = get_user_model().objects.filter(**{get_user_model().USERNAME_FIELD: anonymous_username()}).first()
    if anonymous is not None:
        everybody.add(grants.of_users.get(anonymous, ()), "granted to visitors")
        for group in anonymous.groups.all():
            everybody.add(grants.of_groups.get(group, ()), f"granted to {group}, which visitors are in")
    for group, actions in grants.of_groups.items():
        if group.name == PUBLIC_GROUP:
            logged_in.add(actions, f"granted to {group}, which every account is in")
    return [row for row in (everybody, logged_in) if row.reasons]


def _people_rows(grants: Grants, known: set[Group], reader: Any) -> list[Row]:
    """People by name: who holds a grant, who is in a group that the reader knows, who is a superuser."""
    groups = [group for group in grants.of_groups if group in known]
    in_groups = Q(pk__in=visible_users(reader).values("pk")) & Q(groups__in=groups)
    found = people().filter(is_active=True).filter(
        in_groups | Q(pk__in=[user.pk for user in grants.of_users]) | Q(is_superuser=True)
    ).distinct().prefetch_related("groups")
    listed = list(found[:MOST_PEOPLE + 1])
    rows = []
    for user in listed[:MOST_PEOPLE]:
        row = Row(user.get_full_name() or user.get_username(), "user", note="you" if user == reader else "")
        if user.is_superuser:
            row.add(ACTIONS, "superuser")
        row.add(grants.of_users.get(user, ()), "own grant")
        for group in user.groups.all():
            if group in known:
                row.add(grants.of_groups.get(group, ()), f"in {group}")
        rows.append(row)
    if len(listed) > MOST_PEOPLE:
        rows.append(Row(f"… and more than {MOST_PEOPLE} others", "user"))
    return rows


def may_hand_on(instance: Model, user: Any) -> tuple[str, ...]:
    """The actions that a user may give to others: those that are his or her own."""
    return tuple(action for action in ACTIONS if may(user, action, instance))


@transaction.atomic
def change_access(
    instance: Model, *, user: Any, grants: Mapping[Any, Iterable[str]], level: str = "",
    even_if_locked_out: bool = False,
) -> bool:
    """Let each of the holders (users, groups) of `grants` have exactly these actions, and set the level of a target.

    Actions that the user does not have are neither given nor taken; holders that are not named stay as they are.
    Returns whether anything changed. Raises LockedOut, having changed nothing, when the user could not change it
    any more, unless that is wanted.
    """
    own, now = may_hand_on(instance, user), grants_on(instance)
    held = {**now.of_groups, **now.of_users}
    changed = False
    for holder, wanted in grants.items():
        before, after = set(held.get(holder, ())) & set(own), set(wanted) & set(own)
        if after - before:
            grant([holder], to=instance, actions=sorted(after - before))
        if before - after:
            revoke([holder], to=instance, actions=sorted(before - after))
        changed |= before != after
    if level and level != instance.permissions:
        instance.permissions, instance.modified = level, timezone.now()
        instance.save(update_fields=["permissions", "modified"])
        changed = True
    if not even_if_locked_out and not may(user, "change", instance):
        raise LockedOut(f"After this you could not change {instance} any more.")
    return changed
