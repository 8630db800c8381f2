"""The API's own views: groups, and a token for a name and a password."""

from django.contrib.auth.models import Group
from django.db.models import QuerySet
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.throttling import AnonRateThrottle
from rest_framework.viewsets import GenericViewSet

from tom_common.serializers import GroupSerializer


class GroupViewSet(ListModelMixin, GenericViewSet):
    """The groups one belongs to, whose ids a target or a data product can be shared with."""

    serializer_class = GroupSerializer
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> QuerySet[Group]:
        return self.request.user.groups.order_by("name", "pk")


class TokenThrottle(AnonRateThrottle):
    """Ten tries a minute from one address: enough for people, too few to guess passwords."""

    scope = "token_auth"
    rate = "10/minute"

    def get_cache_key(self, request, view) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class ObtainToken(ObtainAuthToken):
    """POST username and password, get {"token": …} for the header `Authorization: Token …`."""

    throttle_classes = (TokenThrottle,)
