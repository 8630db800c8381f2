"""Fields of forms and serializers that speak of targets."""

import re
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters.fields import ModelChoiceField
from rest_framework import serializers


class Cone(NamedTuple):
    """A circle on the sky; degrees."""

    ra: float
    dec: float
    radius: float


#: what a radius may be followed by -> how many of it make a degree
RADIUS_UNITS = {
    "": 1, "d": 1, "deg": 1, "degree": 1, "degrees": 1, "°": 1,
    "'": 60, "m": 60, "arcmin": 60, "arcmins": 60, "arcminutes": 60, "′": 60,
    '"': 3600, "''": 3600, "s": 3600, "arcsec": 3600, "arcsecs": 3600, "arcseconds": 3600, "″": 3600,
}
_RADIUS = re.compile(r"\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)\s*([a-z°'\"′″]*)\s*", re.I)


def parse_radius(text: str) -> float:
    """A radius in degrees from `0.5`, `30'`, `10"`, `10 arcsec`. Raises ValueError with what is understood."""
    match = _RADIUS.fullmatch(text)
    if not match or match.group(2).lower() not in RADIUS_UNITS:
        raise ValueError(f"{text.strip()!r} is not a radius. Understood: 0.5 (degrees), 30', 10\", 10 arcsec.")
    radius = float(match.group(1)) / RADIUS_UNITS[match.group(2).lower()]
    if not 0 <= radius <= 180:
        raise ValueError(f"A radius runs from 0 to 180 degrees, found {radius:g}.")
    return radius


def parse_cone(text: str) -> Cone:
    """A cone from `RA, Dec, radius`; RA and Dec in any notation. Raises ValueError with what is understood."""
    from tom_common.astro.angles import AngleError, parse_position

    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1 and len(parts[0].split()) == 3:
        parts = parts[0].split()
    if len(parts) not in (2, 3) or not all(parts):
        raise ValueError(f"{text!r} is not a cone. Write RA, Dec, radius: 187.7059, 12.3911, 0.1")
    try:
        ra, dec = parse_position(", ".join(parts[:-1]))
    except AngleError as error:
        raise ValueError(str(error)) from error
    return Cone(ra, dec, parse_radius(parts[-1]))


class ConeField(forms.CharField):
    """`RA, Dec, radius`, cleaned to a Cone in degrees."""

    def to_python(self, value: Any) -> Cone | None:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_cone(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{number:.10g}" for number in value) if isinstance(value, Cone) else value


class NamedRadius(NamedTuple):
    """The surroundings of a target: its name as typed, and a radius in degrees."""

    name: str
    radius: float


class TargetConeField(forms.CharField):
    """`target name, radius`, cleaned to a NamedRadius."""

    def to_python(self, value: Any) -> NamedRadius | None:
        text = super().to_python(value)
        if not text:
            return None
        name, comma, radius = text.rpartition(",")
        if not comma or not name.strip():
            raise ValidationError("Write the name of a target, a comma and a radius: M31, 0.5", code="invalid")
        try:
            return NamedRadius(name.strip(), parse_radius(radius))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


class ByNameOrKeyField(ModelChoiceField):
    """A choice by primary key, as the page sends it, or by name, as people type it into an API call."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        text = str(value)
        if text.isdigit():
            try:
                return super().to_python(value)
            except ValidationError:
                pass  # a grouping may be named by digits
        found = self.queryset.filter(name=text).first()
        if found is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return found


class TargetFilteredPrimaryKeyRelatedField(serializers.PrimaryKeyRelatedField):
    """In a serializer: a target by its primary key, among those that the user may change."""

    def get_queryset(self) -> QuerySet | None:
        queryset = super().get_queryset()
        request = self.context.get("request")
        if queryset is None:
            return None
        return queryset.changeable_by(request.user) if request is not None else queryset.none()
