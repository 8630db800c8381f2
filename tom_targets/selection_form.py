"""The form of the selection for a night."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from tom_targets.models import TargetList
from tom_targets.plan import DEFAULT_AIRMASS, FIRST_YEAR, LAST_YEAR
from tom_targets.sites import site_entries


def _site_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in site_entries()]


class NightField(forms.DateField):
    """The night of a local evening (a date), or the night in which a time (ISO 8601; UTC unless it says so) falls."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> date | datetime | None:
        moment = _moment(value)
        night = moment or super().to_python(value)
        if night is not None and not FIRST_YEAR <= night.year <= LAST_YEAR:
            raise forms.ValidationError(f"Nights are planned from {FIRST_YEAR} to {LAST_YEAR}.")
        return night


def _moment(value: Any) -> datetime | None:
    """The time that a text spells, as UTC; None when it is a date alone or no time at all."""
    if not isinstance(value, str) or len(value.strip()) <= 10:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.replace(tzinfo=UTC) if timezone.is_naive(moment) else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class TargetSelectionForm(forms.Form):
    """Which targets, from which sites, in which night, and what counts as observable. `user` sees his groups only."""

    target_list = forms.ModelChoiceField(
        TargetList.objects.none(), label="Targets", required=False, empty_label="All targets",
        help_text="A group of targets, or all that you may see.",
    )
    observatory = forms.MultipleChoiceField(
        label="Sites", choices=_site_choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one site."},
    )
    window_start = NightField(label="Night of", help_text="Date of the local evening.")
    airmass = forms.FloatField(
        label="Airmass below", required=False, min_value=1.0, max_value=10.0,
        widget=forms.NumberInput(attrs={"step": "0.1", "placeholder": f"{DEFAULT_AIRMASS:g}"}),
    )
    moon_distance = forms.FloatField(
        label="Moon farther than", required=False, min_value=0.0, max_value=180.0, help_text="Degrees, while it is up.",
        widget=forms.NumberInput(attrs={"step": "5"}),
    )
    observable_only = forms.BooleanField(label="Only what is observable", required=False)

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["target_list"].queryset = TargetList.objects.visible_to(user).order_by("name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("airmass") is None and "airmass" not in self.errors:
            cleaned["airmass"] = DEFAULT_AIRMASS
        return cleaned
