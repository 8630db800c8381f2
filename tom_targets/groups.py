"""Putting targets into groupings, taking them out, moving them: of those that the user may see."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from tom_targets.models import Target, TargetList

#: so many targets are written at once
BATCH = 500


def add_selected_to_grouping(targets_ids: Iterable[Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """Put the targets of these keys into the grouping, and say how many were new to it."""
    _tell(request, *_change("add", _selected(targets_ids, request), grouping_object, request.user))


def add_all_to_grouping(filter_data: Mapping[str, Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """The same for every target that the list's filters leave."""
    _tell(request, *_change("add", _filtered(filter_data, request), grouping_object, request.user))


def remove_selected_from_grouping(
    targets_ids: Iterable[Any], grouping_object: TargetList, request: HttpRequest
) -> None:
    """Take the targets of these keys out of the grouping."""
    _tell(request, *_change("remove", _selected(targets_ids, request), grouping_object, request.user))


def remove_all_from_grouping(filter_data: Mapping[str, Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """The same for every target that the list's filters leave."""
    _tell(request, *_change("remove", _filtered(filter_data, request), grouping_object, request.user))


def move_selected_to_grouping(targets_ids: Iterable[Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """Put the targets of these keys into the grouping, and out of all others that the user may change."""
    _tell(request, *_change("move", _selected(targets_ids, request), grouping_object, request.user))


def move_all_to_grouping(filter_data: Mapping[str, Any], grouping_object: TargetList, request: HttpRequest) -> None:
    """The same for every target that the list's filters leave."""
    _tell(request, *_change("move", _filtered(filter_data, request), grouping_object, request.user))


def _selected(targets_ids: Iterable[Any], request: HttpRequest) -> QuerySet:
    keys = {int(key) for key in targets_ids if str(key).isdecimal() and len(str(key)) < 19}
    return Target.objects.visible_to(request.user).filter(pk__in=keys)


def _filtered(filter_data: Mapping[str, Any], request: HttpRequest) -> QuerySet:
    from tom_targets.filters import TargetFilterSet

    data = QueryDict(filter_data) if isinstance(filter_data, str) else filter_data
    return TargetFilterSet(data, queryset=Target.objects.visible_to(request.user), request=request).qs


@transaction.atomic
def _change(verb: str, targets: QuerySet, grouping: TargetList, user: Any) -> tuple[str, int, int, TargetList]:
    """(verb, how many targets changed, how many were as wanted before, the grouping)."""
    asked = list(targets.order_by().values_list("pk", flat=True))
    inside = set(grouping.targets.values_list("pk", flat=True))
    changed = [pk for pk in asked if (pk in inside) == (verb == "remove")]
    for start in range(0, len(changed), BATCH):
        some = changed[start:start + BATCH]
        grouping.targets.remove(*some) if verb == "remove" else grouping.targets.add(*some)
    if verb == "move":
        for other in TargetList.objects.changeable_by(user).exclude(pk=grouping.pk):
            for start in range(0, len(asked), BATCH):
                other.targets.remove(*asked[start:start + BATCH])
    return verb, len(changed), len(asked) - len(changed), grouping


def _tell(request: HttpRequest, verb: str, changed: int, unchanged: int, grouping: TargetList) -> None:
    done = {"add": "added to", "remove": "taken out of", "move": "moved to"}[verb]
    already = "not in it" if verb == "remove" else "in it already"
    if changed:
        messages.success(request, f"{_targets(changed)} {done} {grouping}.")
    if unchanged:
        messages.info(request, f"{_targets(unchanged)} {'was' if unchanged == 1 else 'were'} {already}.")
    if not changed and not unchanged:
        messages.warning(request, "No targets were selected.")


def _targets(number: int) -> str:
    return f"{number} target{'' if number == 1 else 's'}"
