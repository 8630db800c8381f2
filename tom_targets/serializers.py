"""Targets as the API gives and takes them."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from tom_common.permissions import grants_of
from tom_common.serializers import GroupSerializer
from tom_targets.models import Target, TargetExtra, TargetList, TargetName
from tom_targets.names_and_extras import store_extras, store_names
from tom_targets.services import create_grouping, create_target, groups_of, set_groups
from tom_targets.validators import (
    REQUIRED_NON_SIDEREAL_FIELDS,
    REQUIRED_SIDEREAL_FIELDS,
    RequiredFieldsTogetherValidator,
)

#: fields whose values go out as they are
PLAIN = (serializers.FloatField, serializers.CharField, serializers.IntegerField, serializers.BooleanField,
         serializers.ChoiceField)


class TargetNameSerializer(serializers.ModelSerializer):
    """An alias. With an `id`, that alias is renamed."""

    id = serializers.IntegerField(required=False)

    class Meta:
        model = TargetName
        fields = ("id", "name")
        # Whether the name is free depends on the target it is for; the target's serializer asks.
        extra_kwargs = {"name": {"validators": []}}


class TargetExtraSerializer(serializers.ModelSerializer):
    """A tag or extra field. With an `id`, that extra is changed."""

    id = serializers.IntegerField(required=False)

    class Meta:
        model = TargetExtra
        fields = ("id", "key", "value")


class TargetListSerializer(serializers.ModelSerializer):
    """A grouping, by id or by name."""

    id = serializers.IntegerField(required=False)
    name = serializers.CharField(max_length=200, required=False)

    class Meta:
        model = TargetList
        fields = ("id", "name")


class TargetSerializer(serializers.ModelSerializer):
    """A target with its extras, aliases and the groups that have access to it; groupings to join can be given.

    In an update, nested lists add and change; what they do not mention stays. `groups`, when given, replaces the access
    of those groups that the user may give it to.
    """

    targetextra_set = TargetExtraSerializer(many=True, required=False)
    aliases = TargetNameSerializer(many=True, required=False)
    target_lists = TargetListSerializer(many=True, required=False, write_only=True)
    groups = GroupSerializer(many=True, required=False)

    class Meta:
        model = Target
        exclude = ("healpix", "name_simplified")
        validators = [
            RequiredFieldsTogetherValidator("type", "SIDEREAL", *REQUIRED_SIDEREAL_FIELDS),
            RequiredFieldsTogetherValidator("type", "NON_SIDEREAL", *REQUIRED_NON_SIDEREAL_FIELDS),
        ]

    @property
    def user(self) -> Any:
        request = self.context.get("request")
        return request.user if request is not None else None

    # What goes out

    def to_representation(self, instance: Target) -> dict[str, Any]:
        """All columns, and the nested lists. Of the groups, those that the user may know about."""
        shown: dict[str, Any] = {}
        for name, field in self._columns():
            if field is None:
                shown[name] = getattr(instance, name)
            else:
                value = field.get_attribute(instance)
                shown[name] = None if value is None else field.to_representation(value)
        shown["targetextra_set"] = [
            {"id": extra.pk, "key": extra.key, "value": extra.value}
            for extra in _rows(instance, "all_extras", "targetextra_set")
        ]
        shown["aliases"] = [{"id": alias.pk, "name": alias.name} for alias in _rows(instance, "all_aliases", "aliases")]
        shown["groups"] = self._groups(instance)
        return shown

    def _columns(self) -> list[tuple[str, serializers.Field | None]]:
        """What is shown by itself; None for a value that JSON takes as it is."""
        if not hasattr(self, "_shown_columns"):
            nested = ("targetextra_set", "aliases", "target_lists", "groups")
            self._shown_columns = [
                (field.field_name, None if type(field) in PLAIN and field.source == field.field_name else field)
                for field in self._readable_fields if field.field_name not in nested
            ]
        return self._shown_columns

    def _groups(self, instance: Target) -> list[dict[str, Any]]:
        grants = getattr(instance, "view_grants", None)
        if grants is None:
            _, of_groups = grants_of(type(instance), "view")
            grants = of_groups.filter(content_object=instance.pk)
        names = self._known_groups()
        return [{"id": grant.group_id, "name": names[grant.group_id]} for grant in grants if grant.group_id in names]

    def _known_groups(self) -> dict[int, str]:
        """{key: name} of the groups that the user may know about."""
        if "known_groups" not in self.context:
            self.context["known_groups"] = dict(groups_of(self.user).values_list("pk", "name"))
        return self.context["known_groups"]

    @staticmethod
    def prefetch(queryset: QuerySet) -> QuerySet:
        """The rows with all that `to_representation` needs, in a query a table."""
        _, of_groups = grants_of(queryset.model, "view")
        return queryset.prefetch_related(
            Prefetch("targetextra_set", TargetExtra.objects.order_by("pk"), to_attr="all_extras"),
            Prefetch("aliases", TargetName.objects.order_by("pk"), to_attr="all_aliases"),
            Prefetch("targetgroupobjectpermission_set", of_groups, to_attr="view_grants"),
        )

    # What comes in

    def validate_groups(self, value: list[dict]) -> list[Group]:
        """Groups by id or name, among those that the user may give access to."""
        return [self._chosen(entry, groups_of(self.user), "group") for entry in value]

    def validate_target_lists(self, value: list[dict]) -> list[TargetList | str]:
        """Groupings that the user may change; a name that no such grouping bears makes a new one."""
        among = TargetList.objects.changeable_by(self.user)
        found: list[TargetList | str] = []
        for entry in value:
            known = among.filter(name=entry["name"]).first() if "id" not in entry and entry.get("name") else None
            found.append(known or (
                entry["name"] if "id" not in entry and entry.get("name") else self._chosen(entry, among, "grouping")
            ))
        return found

    @staticmethod
    def _chosen(entry: dict, among: QuerySet, what: str) -> Any:
        condition = {name: entry[name] for name in ("id", "name") if entry.get(name) not in (None, "")}
        if not condition:
            raise serializers.ValidationError(f"Name the {what} by its id or its name.")
        chosen = among.filter(**condition).first()
        if chosen is None:
            raise serializers.ValidationError(f"You have no {what} {condition.get('name', condition.get('id'))}.")
        return chosen

    def create(self, validated_data: dict[str, Any]) -> Target:
        """Store a target with all that came along, in one transaction. Whoever makes it gets access."""
        nested = self._take_nested(validated_data)
        target = Target(**validated_data)
        with self._told_as_api_error(), transaction.atomic():
            create_target(
                target, user=self.user, groups=nested["groups"] or (),
                extras={extra["key"]: extra.get("value", "") for extra in nested["targetextra_set"]},
                names=[alias["name"] for alias in nested["aliases"]],
            )
            self._join(target, nested["target_lists"])
        return target

    def update(self, instance: Target, validated_data: dict[str, Any]) -> Target:
        """Change a target and what belongs to it, in one transaction."""
        nested = self._take_nested(validated_data)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        with self._told_as_api_error(), transaction.atomic():
            instance.full_clean()
            self._rename_aliases(instance, nested["aliases"])
            self._change_extras(instance, nested["targetextra_set"])
            instance.save()
            self._join(instance, nested["target_lists"])
            if nested["groups"] is not None:
                set_groups(instance, nested["groups"], among=groups_of(self.user), by=self.user)
        for fetched in ("all_extras", "all_aliases", "view_grants"):
            instance.__dict__.pop(fetched, None)
        return instance

    @staticmethod
    def _take_nested(data: dict[str, Any]) -> dict[str, Any]:
        return {
            "targetextra_set": data.pop("targetextra_set", []), "aliases": data.pop("aliases", []),
            "target_lists": data.pop("target_lists", []), "groups": data.pop("groups", None),
        }

    def _join(self, target: Target, groupings: list[TargetList | str]) -> None:
        for grouping in groupings:
            if isinstance(grouping, str):
                grouping = create_grouping(grouping, user=self.user)
            grouping.targets.add(target)

    @staticmethod
    def _rename_aliases(target: Target, aliases: list[dict]) -> None:
        for entry in (entry for entry in aliases if "id" in entry):
            alias = target.aliases.filter(pk=entry["id"]).first()
            if alias is None:
                raise ModelValidationError({"aliases": f"The target has no alias with the id {entry['id']}."})
            alias.name = entry["name"]
            alias.full_clean()
            alias.save()
        store_names(target, [entry["name"] for entry in aliases if "id" not in entry])

    @staticmethod
    def _change_extras(target: Target, extras: list[dict]) -> None:
        for entry in (entry for entry in extras if "id" in entry):
            extra = target.targetextra_set.filter(pk=entry["id"]).first()
            if extra is None:
                raise ModelValidationError({"targetextra_set": f"The target has no extra with the id {entry['id']}."})
            extra.key, extra.value = entry["key"], entry.get("value", "")
            extra.full_clean()
            extra.save()
        store_extras(target, {entry["key"]: entry.get("value", "") for entry in extras if "id" not in entry})

    @staticmethod
    def _told_as_api_error() -> "_ApiErrors":
        return _ApiErrors()


def _rows(instance: Target, fetched: str, relation: str) -> Any:
    """What was fetched together with the list, or the relation itself."""
    rows = getattr(instance, fetched, None)
    return getattr(instance, relation).all() if rows is None else rows


class _ApiErrors:
    """What a model refuses becomes an answer 400 that names the field."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if isinstance(error, ModelValidationError):
            raise serializers.ValidationError(serializers.as_serializer_error(error)) from error
        if isinstance(error, IntegrityError):
            message = "A target of this name, or with one of these aliases, was made just now."
            raise serializers.ValidationError({"name": [message]}) from error
