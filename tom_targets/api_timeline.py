"""Timelines in the API: to be read, never written."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.viewsets import ReadOnlyModelViewSet

from tom_targets.history import TargetEvent
from tom_targets.models import BaseTarget
from tom_targets.telling import Teller


class TargetEventSerializer(serializers.ModelSerializer):
    """An event, as this reader may know it. `actor` is a user name; visitors are not told it."""

    actor = serializers.SerializerMethodField()
    about = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()

    class Meta:
        model = TargetEvent
        fields = ("id", "target", "kind", "time", "actor", "about", "text", "data")

    def _teller(self) -> Teller:
        if "teller" not in self.context:
            self.context["teller"] = Teller(self.context["request"].user)
        return self.context["teller"]

    def get_actor(self, event: TargetEvent) -> str | None:
        known = event.actor_id is not None and self.context["request"].user.is_authenticated
        return event.actor.get_username() if known else None

    def get_about(self, event: TargetEvent) -> dict[str, Any] | None:
        return {"model": event.about_model, "pk": event.about_pk} if event.about_model else None

    def get_data(self, event: TargetEvent) -> dict[str, Any]:
        return self._teller().data(event)


class EventPagination(CursorPagination):
    """Newest first, without counting: there may be millions. `?limit=` says how many a page, up to 1,000."""

    ordering = "-id"
    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000


class TargetEventViewSet(ReadOnlyModelViewSet):
    """What happened to targets, newest first: `?target=` (key), `?kind=`."""

    pagination_class = EventPagination
    queryset = TargetEvent.objects.none()
    serializer_class = TargetEventSerializer

    def get_queryset(self) -> QuerySet:
        """The events that the user may know of."""
        rows, user = TargetEvent.objects.select_related("actor", "target"), self.request.user
        target, kind = self.request.query_params.get("target"), self.request.query_params.get("kind")
        if target:
            if not (target.isdecimal() and len(target) < 19):
                raise ValidationError({"target": f"The target is named by its key, a number; found {target[:50]!r}."})
            rows = rows.visible_of(BaseTarget(pk=int(target)), user)
        else:
            rows = rows.visible_to(user)
        return rows.filter(kind=kind) if kind else rows
