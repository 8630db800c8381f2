"""Putting targets into groupings, taking them out, moving them: of those that the user may see.

However many targets there are, each deed takes a few statements, which the database carries out by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connections, router, transaction
from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Value
from django.db.models.signals import m2m_changed
from django.http import HttpRequest
from django.utils import timezone

from tom_targets.choosing import FilterMistake, filtered, whole_numbers
from tom_targets.models import Target, TargetList

#: rows of the table that says which target is in which grouping
Membership = TargetList.targets.through
_FIELD = TargetList._meta.get_field("targets")
LIST, TARGET = _FIELD.m2m_field_name(), _FIELD.m2m_reverse_field_name()
#: so many keys are named in one statement, where they have to be named
BATCH = 1000


@dataclass(frozen=True)
class Change:
    """What became of targets and a grouping: how many changed, and how many were as wanted before."""

    verb: str
    grouping: TargetList
    changed: int
    unchanged: int


def add_selected_to_grouping(targets_ids: Iterable[Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """Put the targets of these keys into the grouping, and say how many were new to it."""
    _do_selected("add", targets_ids, grouping_object, request)


def add_all_to_grouping(filter_data: Mapping[str, Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """The same for every target that the list's filters leave."""
    _do_filtered("add", filter_data, grouping_object, request)


def remove_selected_from_grouping(
    targets_ids: Iterable[Any], grouping_object: TargetList, request: HttpRequest
) -> None:
    """Take the targets of these keys out of the grouping."""
    _do_selected("remove", targets_ids, grouping_object, request)


def remove_all_from_grouping(filter_data: Mapping[str, Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """The same for every target that the list's filters leave."""
    _do_filtered("remove", filter_data, grouping_object, request)


def move_selected_to_grouping(targets_ids: Iterable[Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """Put the targets of these keys into the grouping, and out of all that the user may change."""
    _do_selected("move", targets_ids, grouping_object, request)


def move_all_to_grouping(filter_data: Mapping[str, Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """The same for every target that the list's filters leave."""
    _do_filtered("move", filter_data, grouping_object, request)


def _do_selected(verb: str, targets_ids: Iterable[Any], grouping: TargetList, request: HttpRequest) -> None:
    sent = list(dict.fromkeys(str(key) for key in targets_ids))
    targets = Target.objects.visible_to(request.user).filter(pk__in=whole_numbers(sent))
    done = regroup(verb, targets, grouping, user=request.user)
    _tell(request, done, left_out=len(sent) - done.changed - done.unchanged)


def _do_filtered(verb: str, filter_data: Mapping[str, Any] | str, grouping: TargetList, request: HttpRequest) -> None:
    try:
        targets = filtered(filter_data, request.user, request)
    except FilterMistake as mistake:
        messages.error(request, f"Nothing was done: {mistake}")
        return
    _tell(request, regroup(verb, targets, grouping, user=request.user))


def regroup(verb: str, targets: QuerySet, grouping: TargetList, *, user: Any = None) -> Change:
    """'add' targets to a grouping, 'remove' them from it, or 'move' them, out of all that the user may change."""
    try:
        return _regroup(verb, targets, grouping, user)
    except IntegrityError:
        # Somebody put one of them in at the same moment; now it is there for all to see.
        return _regroup(verb, targets, grouping, user)


@transaction.atomic
def _regroup(verb: str, targets: QuerySet, grouping: TargetList, user: Any) -> Change:
    targets = targets.order_by()
    asked = targets.values("pk").distinct().count()
    if verb == "remove":
        changed = _take_out(targets, TargetList.objects.filter(pk=grouping.pk))
    else:
        changed = _put_in(targets, grouping)
    if verb == "move":
        _take_out(targets, TargetList.objects.changeable_by(user).exclude(pk=grouping.pk))
    if changed:
        TargetList.objects.filter(pk=grouping.pk).update(modified=timezone.now())
    return Change(verb, grouping, changed, asked - changed)


def _put_in(targets: QuerySet, grouping: TargetList) -> int:
    """Put in those that are not in it yet; returns how many."""
    inside = Membership.objects.filter(**{LIST: grouping.pk, TARGET: OuterRef("pk")})
    absent = targets.filter(~Exists(inside))
    listeners = m2m_changed.has_listeners(Membership)
    if listeners:
        keys = set(absent.values_list("pk", flat=True))
        _send("pre_add", grouping, keys)
    written = _insert(absent, grouping)
    if listeners:
        _send("post_add", grouping, keys)
    return written


def _insert(targets: QuerySet, grouping: TargetList) -> int:
    """INSERT … SELECT; returns how many rows."""
    using = router.db_for_write(Membership)
    rows = targets.annotate(grouping_key=Value(grouping.pk, IntegerField())).values_list("grouping_key", "pk")
    try:
        sql, params = rows.distinct().query.get_compiler(using).as_sql()
    except EmptyResultSet:
        return 0
    quote = connections[using].ops.quote_name
    columns = ", ".join(quote(Membership._meta.get_field(name).column) for name in (LIST, TARGET))
    with connections[using].cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(Membership._meta.db_table)} ({columns}) {sql}", params)
        return cursor.rowcount


def _take_out(targets: QuerySet, groupings: QuerySet) -> int:
    """Delete memberships of these targets in these groupings; returns how many there were."""
    rows = Membership.objects.filter(**{f"{LIST}__in": groupings.order_by().values("pk"),
                                        f"{TARGET}__in": targets.values("pk")})
    if not m2m_changed.has_listeners(Membership):
        return _delete(rows)
    of_groupings: dict[int, set[int]] = {}
    for grouping, target in rows.values_list(f"{LIST}_id", f"{TARGET}_id"):
        of_groupings.setdefault(grouping, set()).add(target)
    told = TargetList.objects.in_bulk(of_groupings)
    for key, keys in of_groupings.items():
        _send("pre_remove", told[key], keys)
    deleted = _delete(rows)
    for key, keys in of_groupings.items():
        _send("post_remove", told[key], keys)
    return deleted


def _delete(rows: QuerySet) -> int:
    if connections[rows.db].features.update_can_self_select:
        return rows.delete()[0]
    # MySQL does not delete from a table that the condition reads as well.
    keys = list(rows.values_list("pk", flat=True))
    batches = (keys[start:start + BATCH] for start in range(0, len(keys), BATCH))
    return sum(Membership.objects.filter(pk__in=some).delete()[0] for some in batches)


def _send(action: str, grouping: TargetList, keys: set[int]) -> None:
    m2m_changed.send(
        sender=Membership, action=action, instance=grouping, reverse=False, model=_FIELD.related_model, pk_set=keys,
        using=router.db_for_write(Membership),
    )


def _tell(request: HttpRequest, done: Change, left_out: int = 0) -> None:
    verb = {"add": "added to", "remove": "taken out of", "move": "moved to"}[done.verb]
    already = "not in it" if done.verb == "remove" else "in it already"
    if done.changed:
        messages.success(request, f"{_targets(done.changed)} {verb} {done.grouping}.")
    if done.unchanged:
        messages.info(request, f"{_targets(done.unchanged)} {_were(done.unchanged)} {already}.")
    if left_out:
        messages.warning(request, f"{_targets(left_out)} {_were(left_out)} left out: no longer there, or not for you.")
    if not done.changed and not done.unchanged and not left_out:
        messages.warning(request, "No targets were selected.")


def _targets(number: int) -> str:
    return f"{number:,} target{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
