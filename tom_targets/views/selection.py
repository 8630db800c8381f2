"""Which of many targets can be observed in a night, from which sites, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.generic import FormView

from tom_common.pagination import CappedPaginator
from tom_targets import tonight
from tom_targets.csv_stream import csv_response
from tom_targets.models import Target
from tom_targets.plan import DEFAULT_AIRMASS, default_site, remember_site
from tom_targets.plan import tonight as evening_of
from tom_targets.selection_form import TargetSelectionForm
from tom_targets.sites import site_entries

#: up to so many rows (targets times sites) are computed at once, and then sorted by any column
MAX_ROWS = 20_000
#: rows of a page when there are more, so that a page takes no longer
ROWS_PER_PART = 1000
#: the longest CSV: some ten seconds of computing
MAX_CSV_ROWS = 200_000


@dataclass(frozen=True)
class Head:
    """The head of a column: `url` sorts by it; `direction` is how the table is sorted by it now, if it is."""

    label: str
    key: str
    url: str = ""
    direction: str = ""


class TargetFacilitySelectionView(LoginRequiredMixin, FormView):
    """The form, and below it the night of every target over every site. The answer is a GET, so it can be kept.

    A subclass may compute rows in its own way: override `get_observable_targets`.
    """

    template_name = "tom_targets/target_facility_selection.html"
    form_class = TargetSelectionForm
    model = Target
    paginate_by = 100
    strict = False
    #: the rows of the page that is shown
    observable_targets: Sequence[tonight.Row] = ()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self._is_asked():
            return super().get(request, *args, **kwargs)
        form = self.get_form()
        if not form.is_valid():
            return self.form_invalid(form)
        remember_site(request, form.cleaned_data["observatory"][0])
        if request.GET.get("format") == "csv":
            return self._csv(form)
        return self.render_to_response(self.get_context_data(form=form, **self._table(form)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What was sent as a form becomes an address."""
        form = self.get_form()
        if not form.is_valid():
            return self.form_invalid(form)
        asked = request.POST.copy()
        asked.pop("csrfmiddlewaretoken", None)
        return HttpResponseRedirect(f"{reverse('tom_targets:target-selection')}?{asked.urlencode()}")

    def _is_asked(self) -> bool:
        return any(name in self.request.GET for name in self.form_class.base_fields)

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs() | {"user": self.request.user}
        if self.request.method == "GET" and self._is_asked():
            kwargs["data"] = self.request.GET
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        site = default_site(self.request)
        night = evening_of(site_entries()[site]) if site else None
        return {"observatory": [site], "window_start": night, "airmass": DEFAULT_AIRMASS, **super().get_initial()}

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.copy()
        asked["format"] = "csv"
        defaults = {"export_url": f"?{asked.urlencode()}", "extra_names": tonight.extra_names()}
        return super().get_context_data(*args, **defaults | kwargs)

    def get_queryset(self) -> QuerySet:
        """The targets to choose from, those the user may see; by name."""
        return self.model.objects.visible_to(self.request.user).order_by("name", "pk")

    def get_observable_targets(
        self, targets_page: Any, window_start: date | datetime, observatory: str | Sequence[str]
    ) -> list[tonight.Row]:
        """The rows of these targets through the night of `window_start`, over one site or several by their names.

        What is never observable is left out when the form says so.
        """
        return list(self._rows(targets_page, window_start, observatory, self.get_form()))

    def _rows(
        self, targets: Any, window_start: date | datetime, observatory: str | Sequence[str], form: Any
    ) -> Iterator[tonight.Row]:
        from tom_common.astro.visibility import Limits  # heavy: numpy, erfa

        chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
        limits = Limits(
            airmass=chosen.get("airmass") or DEFAULT_AIRMASS, moon_distance=chosen.get("moon_distance") or None
        )
        known = site_entries()
        names = [observatory] if isinstance(observatory, str) else observatory
        rows = tonight.rows_of(targets, [known[name] for name in names if name in known], window_start, limits)
        return (row for row in rows if row.is_observable) if chosen.get("observable_only") else rows

    def _chosen(self, form: TargetSelectionForm) -> QuerySet:
        targets = self.get_queryset()
        group = form.cleaned_data["target_list"]
        return targets.filter(pk__in=group.targets.order_by().values("pk")) if group else targets

    def _table(self, form: TargetSelectionForm) -> dict[str, Any]:
        """All rows sorted as asked; of a list too long for that, the part that is asked for."""
        night, sites = form.cleaned_data["window_start"], form.cleaned_data["observatory"]
        chosen, sort = self._chosen(form), self.request.GET.get("sort", "")
        limit = MAX_ROWS // len(sites)
        targets = list(chosen[:limit + 1])
        is_whole = len(targets) <= limit
        if is_whole:
            rows = tonight.ordered(self.get_observable_targets(targets, night, sites), sort)
            page = self._page(rows, self.paginate_by)
            self.observable_targets = list(page)
        else:
            page = self._page(chosen, max(ROWS_PER_PART // len(sites), 1))
            self.observable_targets = self.get_observable_targets(list(page), night, sites)
        return {
            "page": page, "observable_targets": self.observable_targets, "is_whole": is_whole,
            "heads": self._heads(sort if is_whole else None), "night": night,
            "observable_count": sum(row.is_observable for row in rows) if is_whole else None,
            "row_count": len(rows) if is_whole else None,
            "previous_url": self._at_page(page.number - 1) if page.has_previous() else "",
            "next_url": self._at_page(page.number + 1) if page.has_next() else "",
        }

    def _page(self, rows: Any, size: int) -> Page:
        return CappedPaginator(rows, size).get_page(self.request.GET.get("page"))

    def _at_page(self, number: int) -> str:
        asked = self.request.GET.copy()
        asked["page"] = str(number)
        return f"?{asked.urlencode()}"

    def _heads(self, sort: str | None) -> list[Head]:
        """`sort` None: the table cannot be sorted."""
        columns = [(column.key, column.label) for column in tonight.COLUMNS]
        columns += [(name, name.replace("_", " ").capitalize()) for name in tonight.extra_names()]
        return [self._head(key, label, sort) for key, label in columns]

    def _head(self, key: str, label: str, sort: str | None) -> Head:
        if sort is None:
            return Head(label, key)
        asked = self.request.GET.copy()
        asked.pop("page", None)
        asked["sort"] = f"-{key}" if sort == key else key
        direction = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
        return Head(label, key, f"?{asked.urlencode()}", direction)

    def _csv(self, form: TargetSelectionForm) -> HttpResponseBase:
        """The whole table, computed while it is sent. A list that fits is sorted as on the page."""
        night, sites = form.cleaned_data["window_start"], form.cleaned_data["observatory"]
        chosen, limit = self._chosen(form), MAX_CSV_ROWS // len(sites)
        count = chosen.order_by()[:limit + 1].count()
        if count > limit:
            form.add_error("target_list", f"These are more than {limit} targets; a file for {len(sites)} site(s) holds "
                           "no more. Choose a group, or fewer sites.")
            return self.form_invalid(form)
        rows = self._rows(chosen, night, sites, form)
        if self.request.GET.get("sort") and count * len(sites) <= MAX_ROWS:
            rows = tonight.ordered(list(rows), self.request.GET["sort"])
        return csv_response(f"selection-{night:%Y-%m-%d}.csv", tonight.csv_table(rows))
