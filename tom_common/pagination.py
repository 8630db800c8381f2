"""Pages of long lists, without counting a table of a million rows for every one of them."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

#: How many rows are counted at most. Up to here a list knows its pages exactly.
CAP = 10_000
#: The longest page that a visitor may ask for.
MAX_PER_PAGE = 500
#: No database counts further than this when it skips rows.
LAST_OFFSET = 2**53


class CappedPage(Page):
    """A page of a list of unknown length: whether there is a next one was seen by reading one row more."""

    def __init__(self, object_list: Sequence, number: int, paginator: Paginator, more: bool):
        super().__init__(object_list, number, paginator)
        self.more = more

    def has_next(self) -> bool:
        return self.more

    def next_page_number(self) -> int:
        if not self.more:
            raise EmptyPage(self.paginator.error_messages["no_results"])
        return self.number + 1

    def end_index(self) -> int:
        return self.start_index() + len(self.object_list) - 1


class CappedPaginator(Paginator):
    """Counts `cap` rows and no more; a longer list goes on, page after page, as "more than 10,000".

    For ListView (`paginator_class`) and django-tables2 (`table_pagination = {"paginator_class": CappedPaginator}`,
    which HTMXTableViewMixin does) alike. Orphans are not kept: a page has the rows it was asked for.
    """

    cap = CAP

    def __init__(self, object_list: Any, per_page: Any, orphans: int = 0, *args: Any, **kwargs: Any):
        super().__init__(object_list, min(max(_whole(per_page), 1), MAX_PER_PAGE), 0, *args, **kwargs)

    @cached_property
    def found(self) -> int:
        """The number of rows, or `cap` + 1 when there are more than that."""
        queryset = _queryset_of(self.object_list)
        if queryset is None:
            return len(self.object_list)
        if queryset._result_cache is not None:
            return len(queryset._result_cache)
        query = queryset.query
        if query.is_sliced or query.combinator or query.distinct or query.group_by:
            return queryset[: self.cap + 1].count() if not query.is_sliced else queryset.count()
        return queryset.order_by().values("pk")[: self.cap + 1].count()

    @property
    def capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.found > self.cap

    @property
    def count(self) -> int:
        """The number of rows; `cap` when there are more."""
        return min(self.found, self.cap)

    @cached_property
    def num_pages(self) -> int:
        """The number of pages that are known to exist."""
        if self.count == 0 and not self.allow_empty_first_page:
            return 0
        return ceil(max(1, self.count) / self.per_page)

    def validate_number(self, number: Any) -> int:
        if not self.capped:
            return super().validate_number(number)
        try:
            number = int(number)
        except (TypeError, ValueError):
            raise PageNotAnInteger(self.error_messages["invalid_page"]) from None
        if number < 1:
            raise EmptyPage(self.error_messages["min_page"])
        return number

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        if not self.capped:
            return super().page(number)
        bottom = (number - 1) * self.per_page
        if bottom > LAST_OFFSET:
            raise EmptyPage(self.error_messages["no_results"])
        rows = list(self.object_list[bottom : bottom + self.per_page + 1])
        if not rows and number > 1:
            raise EmptyPage(self.error_messages["no_results"])
        more = len(rows) > self.per_page
        if more and number >= self.num_pages:
            self.num_pages = number + 1  # the walk has gone past what was counted
        return CappedPage(rows[: self.per_page], number, self, more)


def pagination_info(page: Page) -> str:
    """Which rows of how many: `26–50 of 3,204`, or `of more than 10,000`; empty for an empty list."""
    first, last = page.start_index(), page.end_index()
    if not last:
        return ""
    paginator = page.paginator
    if getattr(paginator, "capped", False) and page.has_next():
        return f"{first:,}–{last:,} of more than {max(paginator.count, last):,}"
    total = max(paginator.count, last)
    return f"{first:,}–{last:,} of {total:,}"


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return MAX_PER_PAGE


def _queryset_of(object_list: Any) -> QuerySet | None:
    """The queryset behind a list: itself, or that of the rows of a django-tables2 table."""
    if isinstance(object_list, QuerySet):
        return object_list
    if any((getattr(object_list, "pinned_data", None) or {}).values()):
        return None  # rows that stand above or below the table count too
    data = getattr(getattr(object_list, "data", None), "data", None)
    return data if isinstance(data, QuerySet) else None
