"""The timeline on a target's page."""

from typing import Any

from django.db.models import Q

from tom_common.permissions import may
from tom_targets import timeline
from tom_targets.history import TargetEvent
from tom_targets.telling import Teller
from tom_targets.views.detail import TargetPanelView

EVENTS_A_PAGE = 20


class TimelinePanelView(TargetPanelView):
    """What happened, newest first. `?kind=` one kind only, `?before=` (an event's key) what is older."""

    template_name = "tom_targets/partials/target_timeline.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, kind = self.request.user, self.request.GET.get("kind", "")
        events = TargetEvent.objects.visible_of(self.object, user)
        kinds = sorted(set(events.order_by().values_list("kind", flat=True).distinct()) | ({kind} - {""}))
        if kind:
            events = events.filter(kind=kind)
        last = self._last()
        if last is not None:
            events = events.filter(Q(time__lt=last.time) | Q(time=last.time, pk__lt=last.pk))
        page = list(events.select_related("actor", "target")[:EVENTS_A_PAGE + 1])
        return super().get_context_data(**kwargs) | {
            "kinds": [(name, timeline.kind_label(name)) for name in kinds], "kind": kind, "is_first": last is None,
            "told": Teller(user).tell(page[:EVENTS_A_PAGE]), "has_older": len(page) > EVENTS_A_PAGE,
            "may_change": user.is_authenticated and may(user, "change", self.object),
        }

    def _last(self) -> TargetEvent | None:
        """The event after which this page begins."""
        key = self.request.GET.get("before", "")
        if not (key.isdecimal() and len(key) < 19):
            return None
        return TargetEvent.objects.filter(target=self.object.pk, pk=int(key)).first()
