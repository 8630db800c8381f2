"""What a target's values must be. Each refusal says what was found and what is wanted."""

import math
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

TARGET_SCHEMES = (
    ("MPC_MINOR_PLANET", "MPC Minor Planet"),
    ("MPC_COMET", "MPC Comet"),
    ("JPL_MAJOR_PLANET", "JPL Major Planet"),
)
REQUIRED_SIDEREAL_FIELDS = ["ra", "dec"]
REQUIRED_NON_SIDEREAL_FIELDS = [
    "scheme", "epoch_of_elements", "inclination", "lng_asc_node", "arg_of_perihelion", "eccentricity",
]
REQUIRED_NON_SIDEREAL_FIELDS_PER_SCHEME = {
    "MPC_COMET": ["perihdist", "epoch_of_perihelion"],
    "MPC_MINOR_PLANET": ["mean_anomaly", "semimajor_axis"],
    "JPL_MAJOR_PLANET": ["mean_daily_motion", "mean_anomaly", "semimajor_axis"],
}

#: name -> (lowest, highest, unit); None is open. Both ends are allowed.
RANGES = {
    "dec": (-90.0, 90.0, "degrees"),
    "galactic_lat": (-90.0, 90.0, "degrees"),
    "inclination": (0.0, 180.0, "degrees"),
    "eccentricity": (0.0, None, ""),
    "distance_err": (0.0, None, ""),
    "ephemeris_period_err": (0.0, None, "days"),
    "ephemeris_epoch_err": (0.0, None, "days"),
    "epoch": (1000.0, 3000.0, "Julian years"),
}
#: lengths, which are greater than zero
POSITIVE = ("distance", "semimajor_axis", "perihdist", "ephemeris_period", "mean_daily_motion")
#: angles that are brought into [0, 360)
WRAPPED = ("ra", "galactic_lng")


def validate_finite(value: Any) -> None:
    """Refuse NaN and infinity, which no column keeps and no plot shows."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValidationError("Enter a finite number, not %(value)s.", code="not_finite", params={"value": value})


def validate_mjd(value: Any) -> None:
    """Refuse what cannot be a Modified Julian Date; a Julian Date is told which MJD it would be."""
    if value is None:
        return
    from tom_common.astro.times import TimeError, check_mjd  # heavy: numpy

    try:
        check_mjd(value, what="The value")
    except TimeError as error:
        raise ValidationError(str(error), code="not_mjd") from error


def range_problem(name: str, value: float | None) -> str:
    """What is wrong with the size of a value; empty when nothing is. Absent values are fine."""
    if value is None or not isinstance(value, (int, float)) or not math.isfinite(value):
        return ""
    if name in POSITIVE and not value > 0:
        return f"Enter a number greater than zero, not {value:g}."
    low, high, unit = RANGES.get(name, (None, None, ""))
    unit = f" {unit}" if unit else ""
    if low is not None and high is not None and not low <= value <= high:
        return f"Enter a number from {low:g} to {high:g}{unit}, not {value:.10g}."
    if low is not None and value < low:
        return f"Enter a number of {low:g}{unit} or more, not {value:.10g}."
    return ""


def required_fields(target_type: str, scheme: str | None) -> list[str]:
    """What a target of this type (and scheme of orbital elements) cannot do without."""
    if target_type == "SIDEREAL":
        return REQUIRED_SIDEREAL_FIELDS
    if target_type == "NON_SIDEREAL":
        return REQUIRED_NON_SIDEREAL_FIELDS + REQUIRED_NON_SIDEREAL_FIELDS_PER_SCHEME.get(scheme or "", [])
    return []


def missing_fields(values: dict[str, Any], names: Iterable[str]) -> list[str]:
    """Those of the names that have no value. Zero is a value."""
    return [name for name in names if values.get(name) is None or values.get(name) == ""]


def scheme_label(scheme: str | None) -> str:
    return dict(TARGET_SCHEMES).get(scheme or "", "a non-sidereal target")


def element_errors(values: dict[str, Any]) -> dict[str, list[str]]:
    """{field: messages} for a target's values as a whole: ranges, halves of a position, elements of the scheme."""
    errors = {
        name: [problem] for name, value in values.items() if (problem := range_problem(name, value))
    }
    target_type, scheme = values.get("type"), values.get("scheme")
    if target_type == "NON_SIDEREAL":
        for name in missing_fields(values, required_fields(target_type, scheme)):
            wanted = f"{scheme_label(scheme)} elements need" if scheme else "A non-sidereal target needs"
            errors.setdefault(name, []).append(f"{wanted} this value.")
    for name, other in (("ra", "dec"), ("dec", "ra")):
        if values.get(name) is None and values.get(other) is not None:
            errors.setdefault(name, []).append("A position needs both right ascension and declination.")
    eccentricity, scheme_axis = values.get("eccentricity"), values.get("semimajor_axis")
    if scheme in ("MPC_MINOR_PLANET", "JPL_MAJOR_PLANET") and scheme_axis is not None and "eccentricity" not in errors:
        if eccentricity is not None and eccentricity >= 1:
            errors["eccentricity"] = [
                f"An orbit with a semimajor axis has an eccentricity below 1, not {eccentricity:g}; "
                "give a parabolic or hyperbolic orbit as MPC Comet, with its perihelion distance."
            ]
    return errors


class RequiredFieldsTogetherValidator:
    """For serializers: where `type_name` is `type_value`, the other fields are required.

        RequiredFieldsTogetherValidator("type", "SIDEREAL", "ra", "dec")
    """

    requires_context = True

    def __init__(self, type_name: str, type_value: str, *args: str):
        self.type_name = type_name
        self.type_value = type_value
        self.required_fields = args

    def __call__(self, attrs: dict[str, Any], serializer: Any = None) -> None:
        from rest_framework.serializers import ValidationError as SerializerError  # heavy: the REST framework

        instance = getattr(serializer, "instance", None)
        values = {
            name: attrs.get(name, getattr(instance, name, None)) for name in (self.type_name, *self.required_fields)
        }
        if values[self.type_name] != self.type_value:
            return
        missing = missing_fields(values, self.required_fields)
        if missing:
            message = f"This field is required when {self.type_name} is {self.type_value}."
            raise SerializerError(dict.fromkeys(missing, message))
