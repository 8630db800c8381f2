"""Level and grants of many targets at once: what would change, and then the change itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from tom_common import jobs
from tom_common.people import PUBLIC_GROUP, anonymous_username
from tom_common.permissions import ACTIONS, grant, grants_of, revoke
from tom_targets import timeline
from tom_targets.choosing import Choice
from tom_targets.managers import TargetQuerySet
from tom_targets.models import Target
from tom_targets.services import groups_of

#: more targets than this are changed by a job
AT_ONCE = 1000
#: targets changed in one transaction
BATCH = 1000
#: so many groups stand in the table of before and after
MOST_GROUPS = 20


@dataclass(frozen=True)
class AccessChange:
    """What is to change: the level ('' stays), actions given to groups, actions taken from groups (by key)."""

    level: str = ""
    give: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    take: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.level or self.give or self.take)

    def as_json(self) -> dict[str, Any]:
        return {"level": self.level, "give": [[key, list(value)] for key, value in self.give.items()],
                "take": [[key, list(value)] for key, value in self.take.items()]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "AccessChange":
        give, take = ({key: tuple(value) for key, value in data[name]} for name in ("give", "take"))
        return cls(data["level"], give, take)


@dataclass(frozen=True)
class Line:
    """How many of the targets somebody sees (or may change): now, and then."""

    label: str
    now: int
    then: int


@dataclass(frozen=True)
class Preview:
    """What a change would do: to `changeable` of the `total` targets."""

    total: int
    changeable: int
    lines: list[Line]
    locked_out: int = 0

    @property
    def left_out(self) -> int:
        return self.total - self.changeable

    @property
    def is_job(self) -> bool:
        return self.changeable > AT_ONCE


@dataclass(frozen=True)
class _Reader:
    """Somebody whose view is counted: by account and groups, and by being logged in."""

    label: str
    users: tuple[int, ...]
    groups: frozenset[int]
    levels: tuple[str, ...]
    action: str = "view"


def candidates(choice: Choice, change: AccessChange, user: Any) -> TargetQuerySet:
    """The chosen targets that the user may change, and on which the user has what is to be handed on."""
    targets = choice.targets(user).order_by()
    for action in sorted({"change", *(action for actions in change.give.values() for action in actions)}):
        targets = targets.allowed(user, action)
    return targets


def preview(choice: Choice, change: AccessChange, user: Any) -> Preview:
    """How many targets each group sees now and would see then. Raises FilterMistake."""
    total = choice.targets(user).values("pk").distinct().count()
    targets = Target.objects.filter(pk__in=candidates(choice, change, user).values("pk")).order_by()
    readers, conditions = _readers(change, user), {}
    for number, reader in enumerate(readers):
        conditions[f"now{number}"] = _allowed(reader, None)
        conditions[f"then{number}"] = _allowed(reader, change)
    asked = {name: Count("pk", filter=condition) for name, condition in conditions.items()
             if not isinstance(condition, bool)}
    counts = targets.aggregate(everything=Count("pk"), **asked)
    changeable = counts["everything"]
    counts |= {name: changeable if condition else 0 for name, condition in conditions.items()
               if isinstance(condition, bool)}
    lines = [Line(reader.label, counts[f"now{number}"], counts[f"then{number}"])
             for number, reader in enumerate(readers)]
    locked_out = 0 if user.is_superuser else lines[0].now - lines[0].then
    return Preview(total, changeable, lines, max(locked_out, 0))


def _readers(change: AccessChange, user: Any) -> list[_Reader]:
    """Who is counted: the user (what may be changed), visitors, whoever is logged in, and the groups."""
    account = get_user_model()
    anonymous = account.objects.filter(**{account.USERNAME_FIELD: anonymous_username()}).first()
    visitors = (anonymous.pk,) if anonymous else ()
    open_groups = frozenset(anonymous.groups.values_list("pk", flat=True)) if anonymous else frozenset()
    logged_in = ("OPEN", "PUBLIC")
    # A grant to the public group is one to every account.
    public = frozenset(Group.objects.filter(name=PUBLIC_GROUP).values_list("pk", flat=True))
    mine = frozenset(user.groups.values_list("pk", flat=True)) | open_groups
    readers = [] if user.is_superuser else [_Reader("You may change", (*visitors, user.pk), mine, (), "change")]
    readers += [_Reader("Visitors see", visitors, open_groups, ("OPEN",)),
                _Reader("Whoever is logged in sees", visitors, open_groups | public, logged_in)]
    named = {*change.give, *change.take}
    groups = sorted(groups_of(user), key=lambda group: (group.pk not in named, group.name))
    readers += [_Reader(f"{group.name} sees", visitors, open_groups | public | {group.pk}, logged_in)
                for group in groups[:max(MOST_GROUPS, len(named))] if group.pk not in public]
    return readers


def _allowed(reader: _Reader, change: AccessChange | None) -> Q | bool:
    """The condition that the reader may do it, as it is (without a change) or as it would be; True or False for all."""
    change = change or AccessChange()
    action = reader.action
    if change.level in reader.levels and change.level:
        return True
    if any(action in actions for key, actions in change.give.items() if key in reader.groups):
        return True
    of_users, of_groups = grants_of(Target, action)
    taken = {key for key, actions in change.take.items() if action in actions}
    parts = []
    if reader.levels and not change.level:
        parts.append(Q(permissions__in=reader.levels))
    if reader.users:
        parts.append(Q(Exists(of_users.filter(user__in=reader.users, content_object=OuterRef("pk")))))
    if reader.groups - taken:
        parts.append(Q(Exists(of_groups.filter(group__in=reader.groups - taken, content_object=OuterRef("pk")))))
    condition: Q | bool = False
    for part in parts:
        condition = part if condition is False else condition | part
    return condition


def apply(choice: Choice, change: AccessChange, user: Any, progress: jobs.Progress | None = None) -> int:
    """Change them, a thousand a transaction; returns how many. Raises FilterMistake."""
    allowed = candidates(choice, change, user)
    keys = list(allowed.order_by("pk").values_list("pk", flat=True).distinct())
    groups = {group.pk: group for group in groups_of(user).filter(pk__in=[*change.give, *change.take])}
    done = 0
    for start in range(0, len(keys), BATCH):
        # What somebody else has taken from the user meanwhile is not changed.
        done += _apply_to(Target.objects.filter(pk__in=keys[start:start + BATCH]), change, groups, user)
        if progress is not None:
            progress.update(min(start + BATCH, len(keys)), len(keys))
    return done


@transaction.atomic
def _apply_to(targets: TargetQuerySet, change: AccessChange, groups: Mapping[int, Group], user: Any) -> int:
    for action in sorted({"change", *(action for actions in change.give.values() for action in actions)}):
        targets = targets.allowed(user, action)
    some = list(targets.only("pk").order_by("pk"))
    for deed, what in ((revoke, change.take), (grant, change.give)):
        for actions, keys in _by_actions(what).items():
            deed([groups[key] for key in keys if key in groups], to=some, actions=actions)
    if change.level:
        _set_level([target.pk for target in some], change.level)
    return len(some)


def _set_level(keys: list[int], level: str) -> None:
    """One statement for all, after the timelines were told what it was before."""
    rows = Target.objects.filter(pk__in=keys)
    for before, _ in Target.Permissions.choices:
        if before != level:
            told = {"permissions": [before, level]}
            timeline.record_for(rows.filter(permissions=before), timeline.FIELDS, changes=told)
    rows.exclude(permissions=level).update(permissions=level, modified=timezone.now())


def _by_actions(what: Mapping[int, Iterable[str]]) -> dict[tuple[str, ...], list[int]]:
    """Groups that get the same, together."""
    together: dict[tuple[str, ...], list[int]] = {}
    for key, actions in what.items():
        together.setdefault(tuple(action for action in ACTIONS if action in actions), []).append(key)
    return together


def apply_as_job(
    progress: jobs.Progress, *, user_id: int, keys: list[int], query: str | None, change: dict[str, Any], url: str = ""
) -> dict[str, Any]:
    """The same as a job."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise jobs.JobFailed("Whoever asked for this has no account any more; nothing was changed.")
    done = apply(Choice(tuple(keys), query), AccessChange.from_json(change), user, progress)
    return {"message": f"Access to {done:,} target{'' if done == 1 else 's'} was changed.", "url": url}
