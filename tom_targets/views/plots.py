"""The plan of a night, and the figures of a target."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from tom_common.plots import figure_response, nothing_to_plot
from tom_targets import moving
from tom_targets.plan import PlanForm, make_plan, plan_values, remember_site, tonight
from tom_targets.sites import site_entries
from tom_targets.views.detail import TargetPanelView

DEFAULT_HEIGHT = 400
LOOK = ("background", "label_color", "grid", "height")


class TargetPlanView(TargetPanelView):
    """Site and night to choose, what happens in it, and its plot. The site is remembered for the next target."""

    template_name = "tom_targets/partials/target_plan_panel.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = PlanForm(plan_values(self.request, self.object))
        look = {name: self.request.GET[name] for name in LOOK if self.request.GET.get(name)}
        context = super().get_context_data(**kwargs) | {
            "form": form, "look": look, "height": _whole(self.request.GET.get("height"), DEFAULT_HEIGHT, 200, 1200),
            "plan_url": reverse("tom_targets:plan", args=[self.object.pk]),
        }
        if not site_entries():
            return context | {"problem": "No observing site is known: no app contributes observing_sites."}
        return context | self._plan(form, look) if form.is_valid() else context

    def _plan(self, form: PlanForm, look: dict[str, str]) -> dict[str, Any]:
        asked = form.cleaned_data
        entry = site_entries()[asked["site"]]
        if "site" in self.request.GET:
            remember_site(self.request, asked["site"])
        try:
            plan = make_plan(self.object, entry, asked["night"], asked["airmass"])
        except moving.NoPosition as error:
            return {"problem": str(error)}
        query = urlencode(asked | look, doseq=True)
        url = reverse("tom_targets:visibility-plot", args=[self.object.pk])
        return {"plan": plan, "plot_url": f"{url}?{query}", "tonight": tonight(entry)}


class TargetFigureView(TargetPanelView):
    """A figure as JSON; what cannot be drawn is said in words."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        target = self.get_object()
        try:
            return self.figure(target)
        except moving.NoPosition as error:
            return nothing_to_plot(str(error))

    def figure(self, target: Any) -> HttpResponse:
        raise NotImplementedError


class VisibilityPlotView(TargetFigureView):
    def figure(self, target: Any) -> HttpResponse:
        from tom_targets.plots import Look, visibility_plot

        form = PlanForm(plan_values(self.request, target))
        if not form.is_valid():
            return nothing_to_plot(" ".join(message for errors in form.errors.values() for message in errors), 400)
        asked, entries = form.cleaned_data, site_entries()
        plan = make_plan(target, entries[asked["site"]], asked["night"], asked["airmass"])
        compare = [entries[name] for name in asked["compare"]]
        return figure_response(visibility_plot(plan, compare, look_like=Look.of(self.request.GET)))


class MoonDistancePlotView(TargetFigureView):
    def figure(self, target: Any) -> HttpResponse:
        from tom_targets.plots import Look, moon_distance_plot

        days = _whole(self.request.GET.get("days"), 30, 1, 366)
        return figure_response(moon_distance_plot(target, days=days, look_like=Look.of(self.request.GET)))


def _whole(text: str | None, default: int, least: int, most: int) -> int:
    try:
        return min(max(int(text), least), most)
    except (TypeError, ValueError):
        return default


