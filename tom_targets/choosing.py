"""Which targets somebody means: the ticked rows of a list, or all that the list's filters leave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import MultiWidget
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from tom_common.exceptions import TomError
from tom_targets.filters import TargetFilterSet
from tom_targets.managers import TargetQuerySet
from tom_targets.models import Target

#: parts of a list's address that say how it is shown, not what is in it
NOT_FILTERS = frozenset({"page", "sort", "per_page", "export", "csrfmiddlewaretoken"})
#: a longer address is nobody's filter
LONGEST_QUERY = 4000


class FilterMistake(TomError):
    """The filters say nothing that can be understood. Its text names each with the reason."""


@dataclass(frozen=True)
class Choice:
    """What was chosen on a list, as plain values that a job can be given."""

    keys: tuple[int, ...] = ()
    query: str | None = None

    @classmethod
    def from_post(cls, post: QueryDict) -> "Choice":
        """From the names that the list posts: `selected-target`, or `isSelectAll` with `query_string`."""
        if post.get("isSelectAll") == "True":
            return cls(query=post.get("query_string", ""))
        return cls(keys=whole_numbers(post.getlist("selected-target")))

    def targets(self, user: Any) -> TargetQuerySet:
        """Those of the chosen targets that this user may see. Raises FilterMistake."""
        if self.query is not None:
            return filtered(self.query, user)
        return Target.objects.visible_to(user).filter(pk__in=self.keys)

    @property
    def is_empty(self) -> bool:
        return self.query is None and not self.keys

    def as_post(self) -> list[tuple[str, str]]:
        """The same as fields of a form."""
        if self.query is not None:
            return [("isSelectAll", "True"), ("query_string", self.query)]
        return [("selected-target", str(key)) for key in self.keys]


def whole_numbers(texts: Iterable[Any]) -> tuple[int, ...]:
    """The primary keys among what was sent; anything else is no key."""
    return tuple(dict.fromkeys(int(text) for text in texts if str(text).isdecimal() and len(str(text)) < 19))


def filtered(data: str | Mapping[str, Any], user: Any, request: HttpRequest | None = None) -> TargetQuerySet:
    """The targets that filters of the list leave, of those the user may see, in no order.

    `data` is the query part of the list's address. Raises FilterMistake for a filter that does not exist (any more) or
    a value that makes no sense: leaving it out would mean more targets than were asked for.
    """
    filterset = filterset_for(data, user, request)
    mistakes = mistakes_of(filterset)
    if mistakes:
        raise FilterMistake(" ".join(mistakes))
    return filterset.qs.order_by()


def filterset_for(data: str | Mapping[str, Any], user: Any, request: HttpRequest | None = None) -> TargetFilterSet:
    """The list's filters, filled in, as this user has them. Raises FilterMistake for an address that is too long."""
    if request is None:
        request = HttpRequest()
        request.user = user
    if isinstance(data, str) and len(data) > LONGEST_QUERY:
        raise FilterMistake(f"These filters are longer than {LONGEST_QUERY:,} characters.")
    values = QueryDict(data.lstrip("?")) if isinstance(data, str) else data
    if not isinstance(values, MultiValueDict):
        values = MultiValueDict({key: value if isinstance(value, (list, tuple)) else [value]
                                 for key, value in values.items()})
    return TargetFilterSet(values, queryset=Target.objects.visible_to(user), request=request)


def mistake_in(query_string: str, user: Any) -> str:
    """What is wrong with saved filters for this user, in words; empty when they hold.

    A grouping may be gone or hidden from this user, a field taken away by the project.
    """
    try:
        return " ".join(mistakes_of(filterset_for(query_string, user)))
    except FilterMistake as mistake:
        return str(mistake)


def mistakes_of(filterset: TargetFilterSet) -> list[str]:
    """What is wrong with the filters, each in a sentence; empty when they can be used."""
    unknown = sorted(set(filterset.data) - names_of_filters(filterset) - NOT_FILTERS)
    said = [f"No filter is named {name}." for name in unknown if any(filterset.data.getlist(name))]
    for name, errors in filterset.form.errors.items():
        label = filterset.form.fields[name].label or name if name in filterset.form.fields else ""
        said += [f"{label}: {error}" if label else str(error) for error in errors]
    return said


def names_of_filters(filterset: TargetFilterSet) -> set[str]:
    """The names that the filters have in an address: a range has two."""
    names = set()
    for name, field in filterset.form.fields.items():
        if isinstance(field.widget, MultiWidget):
            suffixes = getattr(field.widget, "suffixes", None)
            names |= {f"{name}_{suffix}" for suffix in suffixes} if suffixes else {
                f"{name}{part}" for part in field.widget.widgets_names
            }
        else:
            names.add(name)
    return names


def normalized(data: str | Mapping[str, Any], user: Any) -> str:
    """The filters of an address, without what is empty and what only says how the list is shown."""
    filterset = filterset_for(data, user)
    kept = QueryDict(mutable=True)
    for name in filterset.data:
        values = [value for value in filterset.data.getlist(name) if str(value).strip()]
        if values and name not in NOT_FILTERS:
            kept.setlist(name, values)
    return kept.urlencode()
