"""Positions and the targets near them, regions and the targets in them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.generic import DetailView, FormView, View
from django.views.generic.detail import SingleObjectMixin

from tom_common.pagination import CappedPaginator
from tom_targets import sky_searches
from tom_targets.csv_stream import csv_lines, csv_response
from tom_targets.match_models import SkySearch
from tom_targets.models import TargetList
from tom_targets.region_forms import CrossmatchForm, ListNameForm, RegionForm

ROWS_PER_PAGE = 100
#: refused lines that the page names
REFUSED_SHOWN = 100


class _SearchFormView(LoginRequiredMixin, FormView):
    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        recent = SkySearch.objects.filter(user=self.request.user).defer("question", "answer")
        kinds = self.recent_kinds
        return super().get_context_data(**kwargs) | {"recent": recent.filter(kind__in=kinds)[:5]}


class CrossmatchView(_SearchFormView):
    """Asks for positions and a radius."""

    template_name = "tom_targets/crossmatch.html"
    form_class = CrossmatchForm
    recent_kinds = (SkySearch.Kind.POSITIONS, SkySearch.Kind.GROUP)

    def form_valid(self, form: CrossmatchForm) -> HttpResponse:
        chosen = form.cleaned_data
        upload, group = self.request.FILES.get("file"), chosen.get("group")
        what = f"The group {group}" if group else upload.name if upload else "Pasted positions"
        search = sky_searches.ask_for_matches(
            user=self.request.user, radius_arcsec=chosen["radius"], text=form.text, group=group,
            among=chosen.get("among"), title=f"{what} within {chosen['radius']:g}″",
        )
        return HttpResponseRedirect(search.get_absolute_url())


class RegionView(_SearchFormView):
    """Asks for a region of the sky."""

    template_name = "tom_targets/region.html"
    form_class = RegionForm
    recent_kinds = (SkySearch.Kind.POLYGON, SkySearch.Kind.MOC, SkySearch.Kind.SKY_MAP)

    def form_valid(self, form: RegionForm) -> HttpResponse:
        chosen = form.cleaned_data
        search = sky_searches.ask_for_region(
            chosen["region"], kind=chosen["kind"], title=chosen["title"], user=self.request.user,
            among=chosen.get("among"),
        )
        return HttpResponseRedirect(search.get_absolute_url())


class _SearchMixin(LoginRequiredMixin, SingleObjectMixin):
    """The search of the URL, for whoever asked it."""

    model = SkySearch
    context_object_name = "search"

    def get_queryset(self) -> QuerySet:
        return SkySearch.objects.visible_to(self.request.user).select_related("among", "job")


class SkySearchView(_SearchMixin, DetailView):
    """What a search has found: a table, a file, and the way to a list."""

    template_name = "tom_targets/sky_search.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = self.get_object()
        if request.GET.get("format") == "csv" and self.object.answered:
            return self._csv()
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if not self.object.answered:
            return context
        return context | (self._region() if self.object.is_region else self._matches())

    def _region(self) -> dict[str, Any]:
        from tom_targets.regions import Region

        found = sky_searches.found_targets(self.object, self.request.user).order_by("name", "pk")
        page = self._page(found)
        return {
            "page": page, "area": Region.from_json(self.object.question).area, "found_count": page.paginator.count,
        } | self._links(page)

    def _matches(self) -> dict[str, Any]:
        table = sky_searches.MatchTable(self.object, self.request.user)
        views = dict(table.VIEWS)
        if self.object.among:
            views["unmatched-targets"] = "Targets without a position"
        view = self.request.GET.get("view")
        view = view if view in views else "positions"
        lonely = view == "unmatched-targets"
        rows = sky_searches.unmatched_targets(self.object, self.request.user).order_by("name", "pk") if lonely \
            else table.rows(view)
        page = self._page(rows)
        if not lonely:
            page.object_list = table.shown(page.object_list)
        return {
            "page": page, "table": table, "views": views, "view": view, "matched_count": len(table.matched),
            "found_count": table.target_count, "refused": table.refused[:REFUSED_SHOWN],
            "refused_more": max(table.refused_count - REFUSED_SHOWN, 0),
        } | self._links(page)

    def _page(self, rows: Any) -> Any:
        return CappedPaginator(rows, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))

    def _links(self, page: Any) -> dict[str, str]:
        def at(number: int) -> str:
            asked = self.request.GET.copy()
            asked["page"] = str(number)
            return f"?{asked.urlencode()}"

        return {
            "previous_url": at(page.number - 1) if page.has_previous() else "",
            "next_url": at(page.number + 1) if page.has_next() else "",
        }

    def _csv(self) -> HttpResponseBase:
        if self.object.is_region:
            found = sky_searches.found_targets(self.object, self.request.user).order_by("name", "pk")
            lines = csv_lines(("name", "ra", "dec"), found.values_list("name", "ra", "dec").iterator(chunk_size=2000))
        else:
            table = sky_searches.MatchTable(self.object, self.request.user)
            lines = csv_lines(sky_searches.CSV_HEAD, table.csv_rows())
        return csv_response(f"search-{self.object.pk}.csv", lines)


class SkySearchListView(_SearchMixin, View):
    """POST `name`: a new list of what was found."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        search: SkySearch = self.get_object()
        form: Form = ListNameForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"The list needs a name: {' '.join(form.errors['name'])}")
            return HttpResponseRedirect(search.get_absolute_url())
        try:
            made = sky_searches.make_list(search, form.cleaned_data["name"], request.user)
        except sky_searches.NothingFound as error:
            messages.warning(request, str(error))
            return HttpResponseRedirect(search.get_absolute_url())
        if isinstance(made, TargetList):
            messages.success(request, f"The list {made} was made of {made.total_targets} targets.")
        return HttpResponseRedirect(made.get_absolute_url())
