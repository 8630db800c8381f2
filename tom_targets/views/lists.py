"""The list of targets, and where they are on the sky."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.generic import View
from django_filters.views import FilterView

from tom_common.hints import add_hint
from tom_common.htmx_table import HTMXTableViewMixin
from tom_common.plots import figure_response, nothing_to_plot
from tom_targets import finding
from tom_targets.filters import TargetFilterSet
from tom_targets.models import Target, TargetList
from tom_targets.tables import TargetTable, annotated, contributed_columns
from tom_targets.templatetags.targets_extras import MAPPED_TARGETS
from tom_targets.views.detail import AladinFrameView, survey_url


class TargetListView(HTMXTableViewMixin, FilterView):
    """The targets that the visitor may see: searched, filtered, sorted, page by page."""

    template_name = "tom_targets/target_list.html"
    paginate_by = 25
    strict = False
    model = Target
    filterset_class = TargetFilterSet
    table_class = TargetTable
    ordering = ["-created", "-pk"]

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet:
        return annotated(super().get_queryset().visible_to(self.request.user)).prefetch_related("aliases")

    def get_table_kwargs(self) -> dict[str, Any]:
        return super().get_table_kwargs() | {"extra_columns": contributed_columns()}

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        user = self.request.user
        name = self.request.GET.get("name") or self.request.GET.get("query") or ""
        return context | {
            "target_count": context["record_count"],
            "groupings": TargetList.objects.changeable_by(user).order_by("name") if user.is_authenticated else [],
            "query_string": self.request.META.get("QUERY_STRING", ""),
            "open_filters": any(value for key, value in self.request.GET.items() if key not in _NOT_FILTERS),
            "lookup_url": finding.lookup_url(name) if name else "", "with_images": bool(survey_url()),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        add_hint(request, (
            "This list is the template tom_targets/target_list.html. Add columns with target_list_columns of your "
            "app's AppConfig, filters with EXTRA_FIELDS."
        ))
        return super().get(request, *args, **kwargs)


#: parts of the list's address that are no filter behind the fold
_NOT_FILTERS = {"query", "page", "sort", "per_page", "export"}


class TargetSkyMapView(View):
    """The targets that the list's filters leave, as a figure."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from tom_targets.plots import sky_distribution

        filterset = TargetFilterSet(request.GET, queryset=Target.objects.visible_to(request.user), request=request)
        figure = sky_distribution(filterset.qs)
        return figure_response(figure) if figure else nothing_to_plot("None of these targets has a fixed position.")




class AladinListView(AladinFrameView):
    """The targets that the list's filters leave, in the sky viewer."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        from tom_targets.plots import sky_points

        visible = Target.objects.visible_to(self.request.user).order_by("-created", "-pk")
        filterset = TargetFilterSet(self.request.GET, queryset=visible, request=self.request)
        return super().get_context_data(**kwargs) | {"targets": sky_points(filterset.qs, limit=MAPPED_TARGETS)}
