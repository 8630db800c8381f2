"""The target's page, and the panels that it fetches when they are seen."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import DetailView, TemplateView

from tom_common.conf import tom_settings
from tom_common.csp import csp_sky_viewer
from tom_common.hints import add_hint
from tom_targets import finder, moving
from tom_targets.models import Target, TargetList
from tom_targets.templatetags.targets_extras import app_tab_labels
from tom_targets.views.access import TargetAccessMixin

#: tabs of the page that are not contributed by an app's AppConfig
OWN_TABS = ("overview", "manage-groups")


class TargetDetailView(TargetAccessMixin, DetailView):
    """One target: what it is at once, everything that takes time in panels of their own."""

    template_name = "tom_targets/target_detail.html"

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        target = self.object
        return super().get_context_data(*args, **kwargs) | {
            "sidereal": target.type == Target.SIDEREAL,
            "aliases": target.names[1:],
            "active_tab": self._active_tab(),
            "urls": self._urls(),
        }

    def _active_tab(self) -> str:
        wanted = self.request.GET.get("tab", "")
        known = {*OWN_TABS, *(tab["tab_id"] for tab in app_tab_labels())}
        return wanted if wanted in known else OWN_TABS[0]

    def _urls(self) -> dict[str, str]:
        names = {"finder": "finder-chart", "plan": "plan", "moon": "moon-distance", "groups": "groups"}
        if self.object.type == Target.NON_SIDEREAL:
            names["position"] = "position"
        if tom_settings.COMMENTS_ENABLED:
            names["comments"] = "comments"
        urls = {key: reverse(f"tom_targets:{name}", args=[self.object.pk]) for key, name in names.items()}
        wanted = {key: self.request.GET[key] for key in ("start_time", "airmass") if self.request.GET.get(key)}
        if wanted:
            urls["plan"] += "?" + urlencode(wanted)
        return urls

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        add_hint(request, (
            "This page is the template tom_targets/target_detail.html. Add tabs, panels and buttons with "
            "target_detail_tabs, target_detail_panels and target_detail_buttons of your app's AppConfig."
        ))
        return super().get(request, *args, **kwargs)


class TargetPanelView(TargetAccessMixin, DetailView):
    """A piece of a target's page, fetched by htmx when it is seen."""


class PositionView(TargetPanelView):
    """Where a moving target is now, and in the coming days."""

    template_name = "tom_targets/partials/target_position.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        now = timezone.now()
        try:
            table = moving.coming_days(self.object, now)
            return context | {
                "rows": moving.position_rows(self.object, now), "table": table,
                "has_magnitude": any(day.magnitude for day in table), "stale": moving.age_warning(self.object, now),
            }
        except moving.NoPosition as error:
            return context | {"problem": str(error)}


class FinderChartView(TargetPanelView):
    """The chart that is drawn here; the sky viewer's image lies over it when asked for."""

    template_name = "tom_targets/partials/finder_chart.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        field = self._field_arcmin()
        try:
            place = moving.place_at(self.object, timezone.now())
        except moving.NoPosition as error:
            return context | {"problem": str(error)}
        reach = field / 60 / 2 * 2**0.5
        near = Target.objects.visible_to(self.request.user).exclude(pk=self.object.pk).exclude(type=Target.NON_SIDEREAL)
        near = near.in_cone(place.ra, place.dec, reach, annotate=True).order_by("separation")[:finder.MAX_OTHERS]
        caption = "Where it is now." if place.motion else ""
        url = reverse("tom_targets:finder-chart", args=[self.object.pk])
        frame = reverse("tom_targets:aladin-target", args=[self.object.pk])
        return context | {
            "chart": finder.finder_chart(
                place.ra, place.dec, field, near, motion_arcsec_per_hour=place.motion, caption=caption
            ),
            "fields": [{"value": width, "label": finder.angle_label(width * 60)} for width in finder.FIELDS_ARCMIN],
            "chart_url": url, "frame_url": f"{frame}?field={field}" if survey_url() else "",
        }

    def _field_arcmin(self) -> int:
        return field_arcmin(self.request)


def field_arcmin(request: HttpRequest) -> int:
    """The width of the field that is asked for, of those on offer."""
    wanted = request.GET.get("field", "")
    return next((width for width in finder.FIELDS_ARCMIN if str(width) == wanted), finder.DEFAULT_FIELD_ARCMIN)


def survey_url() -> str:
    """Where the sky viewer finds its images: on the first of CSP_IMAGE_SERVERS; empty when there are to be none."""
    servers = tom_settings.CSP_IMAGE_SERVERS
    return f"{servers[0].rstrip('/')}/DSS/DSSColor" if servers else ""


class AladinFrameView(TemplateView):
    """The sky viewer in a document of its own: the styles it writes are allowed there and nowhere else."""

    template_name = "tom_targets/aladin_frame.html"

    @method_decorator(xframe_options_sameorigin)
    @method_decorator(csp_sky_viewer)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        view = {"ra": 0.0, "dec": 0.0, "fov": 360, "projection": "MOL", "survey": survey_url(), "reticle": False}
        return super().get_context_data(**kwargs) | {"title": "Sky map", "view": view, "targets": []}


class AladinTargetView(TargetAccessMixin, AladinFrameView):
    """The sky around one target."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.object = self.get_object()
        context = super().get_context_data(**kwargs)
        try:
            place = moving.place_at(self.object, timezone.now())
        except moving.NoPosition:
            return context
        context["view"] |= {
            "ra": round(place.ra, 7), "dec": round(place.dec, 7), "fov": field_arcmin(self.request) / 60,
            "projection": "TAN", "reticle": True,
        }
        point = {"name": self.object.name, "ra": place.ra, "dec": place.dec, "url": self.object.get_absolute_url()}
        return context | {"title": self.object.name, "targets": [point]}


class TargetGroupsPanelView(TargetPanelView):
    """The groups a target is in; who may change it puts it into others."""

    template_name = "tom_targets/partials/target_groups_panel.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        visible = TargetList.objects.visible_to(user)
        changeable = TargetList.objects.changeable_by(user) if user.is_authenticated else TargetList.objects.none()
        inside = visible.filter(targets=self.object).order_by("name")
        return super().get_context_data(**kwargs) | {
            "groups": inside,
            "removable": set(changeable.filter(targets=self.object).values_list("pk", flat=True)),
            "others": changeable.exclude(targets=self.object).order_by("name"),
        }


class CommentsPanelView(TargetPanelView):
    """What people wrote about the target."""

    template_name = "tom_targets/partials/target_comments.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": f"{self.object.get_absolute_url()}#comments"}


class MoonDistancePanelView(TargetPanelView):
    template_name = "tom_targets/partials/moon_distance_panel.html"


