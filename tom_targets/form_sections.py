"""How the target form is laid out: what is always asked for first, the rest by subject behind folds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField, ModelForm

from tom_targets.base_models import NON_SIDEREAL_FIELDS, SIDEREAL_FIELDS
from tom_targets.extra_fields import custom_fields

_FIRST = ("name", "ra", "dec", "scheme")
_ELEMENTS = (
    "epoch_of_elements", "mean_anomaly", "semimajor_axis", "eccentricity", "inclination", "lng_asc_node",
    "arg_of_perihelion", "mean_daily_motion", "epoch_of_perihelion", "perihdist", "abs_mag", "slope",
)
_MOTION = ("epoch", "pm_ra", "pm_dec", "parallax", "distance", "distance_err", "galactic_lng", "galactic_lat")
_EPHEMERIS = ("ephemeris_period", "ephemeris_period_err", "ephemeris_epoch", "ephemeris_epoch_err")
_ACCESS = ("permissions", "groups")


@dataclass(frozen=True)
class Section:
    """Fields under one heading; a section without a heading always shows."""

    title: str
    fields: list[BoundField]
    unfolded: bool = True


def form_sections(form: ModelForm) -> list[Section]:
    """The form's visible fields in sections, each field once; what has an error or a value is unfolded."""
    left = [field.name for field in form.visible_fields()]
    own = [*getattr(form, "extra_fields", ()), *(field.name for field in custom_fields())]
    wanted = [
        ("", _FIRST), ("Orbital elements", _ELEMENTS), ("More of this project", own),
        ("Motion and distance", _MOTION), ("Ephemeris of a variable or transit", _EPHEMERIS),
    ]
    sections = []
    for title, names in wanted:
        some = [name for name in names if name in left]
        left = [name for name in left if name not in some]
        if some:
            open_at_once = title in ("", "Orbital elements", "More of this project")
            sections.append(Section(title, [form[name] for name in some], open_at_once or _has_something(form, some)))
    others = [name for name in left if name not in _ACCESS]
    if others:
        sections.append(Section("Other", [form[name] for name in others]))
    access = [name for name in _ACCESS if name in left]
    if access:
        sections.append(Section("Who may see it", [form[name] for name in access], True))
    return sections


def _has_something(form: ModelForm, names: Iterable[str]) -> bool:
    # Galactic coordinates are filled in by themselves; they alone unfold nothing.
    return any(
        form[name].errors or (form[name].value() not in (None, "") and not name.startswith("galactic_"))
        for name in names
    )


def carried_values(form: ModelForm, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was typed for the other type of target, kept in the page so that switching back brings it again."""
    names = [name for name in (*SIDEREAL_FIELDS, *NON_SIDEREAL_FIELDS) if name not in form.fields]
    return [(name, given[name]) for name in dict.fromkeys(names) if given.get(name)]
