"""Dynamic lists in the API: as groupings are, with the filters and the address of the targets they find."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.mixins import CreateModelMixin, DestroyModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from tom_targets.choosing import LONGEST_QUERY, FilterMistake, filtered, mistake_in, normalized
from tom_targets.dynamic_lists import DynamicTargetList, make_dynamic_list


class DynamicTargetListSerializer(serializers.ModelSerializer):
    """`targets` is the address in the API of what the list holds; `problem` says why it holds nothing."""

    query_string = serializers.CharField(max_length=LONGEST_QUERY)
    targets = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField()

    class Meta:
        model = DynamicTargetList
        fields = ("id", "name", "query_string", "pinned", "targets", "problem")

    def get_targets(self, one: DynamicTargetList) -> str:
        return f"{reverse('api:targets-list', request=self.context.get('request'))}?{one.query_string}"

    def get_problem(self, one: DynamicTargetList) -> str:
        return mistake_in(one.query_string, self.context["request"].user)

    def validate_query_string(self, text: str) -> str:
        """Filters of the target list that hold for who sends them."""
        user = self.context["request"].user
        try:
            filtered(text, user)
        except FilterMistake as mistake:
            raise serializers.ValidationError(str(mistake)) from mistake
        kept = normalized(text, user)
        if not kept:
            raise serializers.ValidationError("No filter is set: this would be the list of all targets.")
        return kept

    def create(self, validated_data: dict[str, Any]) -> DynamicTargetList:
        return make_dynamic_list(DynamicTargetList(**validated_data), user=self.context["request"].user)


class DynamicTargetListViewSet(
    CreateModelMixin, DestroyModelMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet
):
    """List, make, read or delete dynamic lists; the targets they show stay."""

    queryset = DynamicTargetList.objects.none()
    serializer_class = DynamicTargetListSerializer

    def get_queryset(self) -> QuerySet:
        """Those that the user may see, or delete."""
        action = "delete" if self.request.method == "DELETE" else "view"
        return DynamicTargetList.objects.allowed(self.request.user, action)
