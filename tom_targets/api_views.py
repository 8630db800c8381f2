"""Targets in the API. Who may see and change what is the same rule as on the pages."""

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from guardian.mixins import PermissionListMixin
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import DestroyModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.viewsets import GenericViewSet, ModelViewSet

from tom_targets.filters import TargetFilterSet
from tom_targets.models import Target, TargetExtra, TargetList, TargetName
from tom_targets.permissions import targets_for_user
from tom_targets.serializers import (
    TargetExtraSerializer,
    TargetListSerializer,
    TargetNameSerializer,
    TargetSerializer,
)

#: what a request of this kind needs on the target it is about
permissions_map = {
    "GET": "view_target", "HEAD": "view_target", "OPTIONS": "view_target", "POST": "add_target",
    "PATCH": "change_target", "PUT": "change_target", "DELETE": "delete_target",
}
_ACTIONS = {"view_target": "view", "add_target": "view", "change_target": "change", "delete_target": "delete"}


def _action(request: Request) -> str:
    return _ACTIONS[permissions_map.get(request.method, "view_target")]


class TargetViewSet(ModelViewSet, PermissionListMixin):
    """List, make, read, change and delete targets. The filters are those of the target list."""

    queryset = Target.objects.none()
    serializer_class = TargetSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = TargetFilterSet

    def get_queryset(self) -> QuerySet:
        """What the user may do this to; newest first."""
        targets = targets_for_user(self.request.user, Target.objects.all(), _action(self.request))
        return TargetSerializer.prefetch(targets).order_by("-created", "-pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """201 with the new target; 200 with the one that the user already sees under this name."""
        known = self._known(request)
        if known is not None:
            message = f"{known.name} is already a target."
            return Response({**self.get_serializer(known).data, "message": message, "already_exists": True})
        response = super().create(request, *args, **kwargs)
        response.data["message"] = "Target successfully uploaded."
        return response

    def _known(self, request: Request) -> Target | None:
        name = request.data.get("name") if hasattr(request.data, "get") else None
        if not isinstance(name, str) or not name.strip() or not request.user.is_authenticated:
            return None
        return Target.objects.visible_to(request.user).exactly_named(name.strip()).first()

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The changed target."""
        response = super().update(request, *args, **kwargs)
        response.data["message"] = "Target successfully updated."
        return response

    def handle_exception(self, exc: Exception) -> Response:
        """What a model refuses is the sender's to mend: 400 with the reason, not 500."""
        if isinstance(exc, ModelValidationError):
            exc = ValidationError(as_serializer_error(exc))
        return super().handle_exception(exc)


class _OfTargetViewSet(DestroyModelMixin, PermissionListMixin, RetrieveModelMixin, GenericViewSet):
    """One row that belongs to a target. Taking it away is changing the target."""

    def get_queryset(self) -> QuerySet:
        action = "change" if self.request.method == "DELETE" else "view"
        targets = targets_for_user(self.request.user, Target.objects.all(), action)
        return self.queryset.filter(target__in=targets.order_by().values("pk"))


class TargetNameViewSet(_OfTargetViewSet):
    """Read or delete an alias."""

    queryset = TargetName.objects.all()
    serializer_class = TargetNameSerializer


class TargetExtraViewSet(_OfTargetViewSet):
    """Read or delete an extra."""

    queryset = TargetExtra.objects.all()
    serializer_class = TargetExtraSerializer


class TargetListViewSet(
    ListModelMixin, DestroyModelMixin, PermissionListMixin, RetrieveModelMixin, GenericViewSet
):
    """List, read or delete groupings; the targets in them stay."""

    queryset = TargetList.objects.all()
    serializer_class = TargetListSerializer

    def get_queryset(self) -> QuerySet:
        """The groupings that the user may see, or delete."""
        return TargetList.objects.allowed(self.request.user, _action(self.request))
