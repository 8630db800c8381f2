"""Forms about targets."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet, inlineformset_factory

from tom_common.permissions import granted_groups
from tom_targets.base_models import GLOBAL_TARGET_FIELDS, NON_SIDEREAL_FIELDS, SIDEREAL_FIELDS
from tom_targets.extra_fields import ExtraField, custom_fields, extra_field_names, extra_fields
from tom_targets.merge_form import TargetMergeForm  # noqa: F401  (a form about targets, by its known name)
from tom_targets.models import Target, TargetExtra, TargetName
from tom_targets.names_and_extras import store_extras
from tom_targets.selection_form import TargetSelectionForm  # noqa: F401  (a form about targets, by its known name)
from tom_targets.services import groups_of, possible_duplicates, set_groups
from tom_targets.validators import missing_fields, required_fields, scheme_label, validate_finite, validate_mjd

EXTRA_FORM_FIELDS: dict[str, type[forms.Field]] = {
    "number": forms.FloatField,
    "boolean": forms.BooleanField,
    "datetime": forms.DateTimeField,
    "string": forms.CharField,
}


def extra_field_to_form_field(field_type: str) -> forms.Field:
    """An optional form field for an extra of that type. Raises ValueError for a type that is none."""
    if field_type not in EXTRA_FORM_FIELDS:
        raise ValueError(f"EXTRA_FIELDS: {field_type!r} is no type; known: {', '.join(EXTRA_FORM_FIELDS)}.")
    return EXTRA_FORM_FIELDS[field_type](required=False)


class CoordinateField(forms.CharField):
    """Right ascension (`c_type='ra'`) or declination (`'dec'`) in any notation; cleaned to degrees."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.c_type = kwargs.pop("c_type")
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> float | None:
        """Degrees (ICRS). Refuses what is no angle, naming what is understood."""
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        from tom_common.astro.angles import AngleError, parse_dec, parse_ra

        try:
            return parse_ra(text, wrap=True) if self.c_type == "ra" else parse_dec(text)
        except AngleError as error:
            raise ValidationError(str(error), code="invalid") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares places, not notations."""
        try:
            return self.to_python(data) != (None if initial in self.empty_values else float(initial))
        except (ValidationError, TypeError, ValueError):
            return True


class TargetForm(forms.ModelForm):
    """What all target forms share: extras as fields of their own, and the groups that get access.

    `user` decides which groups can be chosen; a view may also set `form.fields["groups"].queryset` itself.
    """

    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Groups whose members may see, change and delete this target.",
    )

    class Meta:
        model = Target
        fields = GLOBAL_TARGET_FIELDS
        widgets = {"type": forms.HiddenInput()}

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        self.helper = FormHelper()
        self.helper.form_tag = False
        if user is not None:
            self.fields["groups"].queryset = groups_of(user)
        self.extra_fields: dict[str, ExtraField] = {}
        for field in extra_fields():
            self._add_extra_field(field)
        if self.instance.pk:
            self._show_stored()

    def _add_extra_field(self, field: ExtraField) -> None:
        if field.name in self.fields:
            return
        made = extra_field_to_form_field(field.type)
        made.label = field.name
        if not self.instance.pk and field.default is not None:
            made.initial = field.default
        self.extra_fields[field.name] = field
        self.fields[field.name] = made

    def _show_stored(self) -> None:
        extras = {extra.key: extra for extra in self.instance.targetextra_set.all()}
        for name, field in self.extra_fields.items():
            if name in extras:
                value = extras[name].typed_value(field.type)
                self.initial.setdefault(name, extras[name].value if value is None else value)
        self.initial.setdefault("groups", list(granted_groups(self.instance)))

    @property
    def extras(self) -> dict[str, Any]:
        """{name: value} of the extra fields, cleaned."""
        return {name: self.cleaned_data.get(name) for name in self.extra_fields}

    def possible_duplicates(self, user: Any, other_names: Iterable[str] = ()) -> list:
        """Targets that the one in this (valid) form may be, of those that the user may see."""
        return possible_duplicates(self.instance, user=user, other_names=other_names)

    def save(self, commit: bool = True) -> Target:
        """Store the target, its extras, and the access of the groups that could be chosen."""
        if not commit:
            return super().save(commit=False)
        # Who makes a target will have every right to it; who changes one hands on his own.
        by = None if self.instance._state.adding else self.user
        with transaction.atomic():
            instance = super().save(commit=True)
            self.save_extras(instance)
            set_groups(instance, self.cleaned_data["groups"], among=self.fields["groups"].queryset, by=by)
        return instance

    def save_extras(self, instance: Target) -> None:
        """Write the extras; a field that was emptied takes its extra away."""
        emptied = [name for name, value in self.extras.items() if value is None or value == ""]
        TargetExtra.objects.filter(target_id=instance.pk, key__in=emptied).delete()
        store_extras(instance, {name: value for name, value in self.extras.items() if name not in emptied})

    def _update_errors(self, errors: ValidationError) -> None:
        # The model judges the whole target: what the form has said already is said once, and what concerns a field
        # that this form does not show is said above the form.
        for name, messages in list(getattr(errors, "error_dict", {}).items()):
            if name in self.errors:
                del errors.error_dict[name]
            elif name not in self.fields and name != NON_FIELD_ERRORS:
                label = self._meta.model._meta.get_field(name).verbose_name
                above = errors.error_dict.setdefault(NON_FIELD_ERRORS, [])
                above += [ValidationError(f"{label}: {text}") for error in messages for text in error.messages]
                del errors.error_dict[name]
        super()._update_errors(errors)

    def _require(self, names: Iterable[str], message: str) -> None:
        values = {name: self.cleaned_data.get(name) for name in names}
        for name in missing_fields(values, names):
            if name in self.fields and name not in self.errors:
                self.add_error(name, message)


def _fields(*groups: list[str]) -> list[str]:
    """Field names, each once, and the columns of the project's own target class."""
    names = [name for group in groups for name in group] + [field.name for field in custom_fields()]
    return list(dict.fromkeys(names))


class SiderealTargetCreateForm(TargetForm):
    """A target that stays where it is. RA and Dec in any notation."""

    ra = CoordinateField(
        required=True, label="Right ascension", c_type="ra",
        help_text="Degrees, or hours as 12:30:49.42 or 12h30m49.42s (ICRS).",
    )
    dec = CoordinateField(
        required=True, label="Declination", c_type="dec", help_text="Degrees, +12:23:28.0 or +12d23m28s (ICRS).",
    )

    class Meta(TargetForm.Meta):
        fields = _fields(SIDEREAL_FIELDS)


class NonSiderealTargetCreateForm(TargetForm):
    """A target on an orbit. Which elements are needed depends on the scheme."""

    class Meta(TargetForm.Meta):
        fields = _fields(NON_SIDEREAL_FIELDS)

    def clean_epoch_of_elements(self) -> float | None:
        """Refuses what cannot be a Modified Julian Date."""
        return self._cleaned_mjd("epoch_of_elements")

    def clean_epoch_of_perihelion(self) -> float | None:
        """Refuses what cannot be a Modified Julian Date."""
        return self._cleaned_mjd("epoch_of_perihelion")

    def _cleaned_mjd(self, name: str) -> float | None:
        value = self.cleaned_data.get(name)
        validate_finite(value)
        validate_mjd(value)
        return value

    def clean(self) -> dict[str, Any]:
        """The elements that the scheme needs are there."""
        super().clean()
        scheme = self.cleaned_data.get("scheme")
        wanted = f"{scheme_label(scheme)} elements need" if scheme else "A non-sidereal target needs"
        self._require(required_fields(Target.NON_SIDEREAL, scheme), f"{wanted} this value.")
        return self.cleaned_data


class UnknownTypeTargetCreateForm(TargetForm):
    """A target of any other type: everything may be given, nothing but the name has to be."""

    class Meta(TargetForm.Meta):
        fields = _fields(SIDEREAL_FIELDS, NON_SIDEREAL_FIELDS)
        widgets = {}


class BaseTargetExtraFormset(BaseInlineFormSet):
    """Tags: extras that are not fields of their own."""

    def get_queryset(self) -> QuerySet:
        if not hasattr(self, "_queryset"):
            super().get_queryset()
            if self.instance.pk:
                self._queryset = self._queryset.exclude(key__in=extra_field_names())
        return self._queryset

    def clean(self) -> None:
        """No key twice, and none that is a field above."""
        super().clean()
        declared, seen = extra_field_names(), set()
        for form in self.forms:
            key = (getattr(form, "cleaned_data", None) or {}).get("key")
            if not key or form.cleaned_data.get("DELETE"):
                continue
            if key in declared:
                form.add_error("key", f"{key} has a field of its own.")
            elif key in seen:
                form.add_error("key", f"{key} is given twice.")
            seen.add(key)


class BaseTargetNamesFormset(BaseInlineFormSet):
    """Aliases."""

    @property
    def names(self) -> list[str]:
        """The aliases that stay or come, cleaned."""
        return [
            form.cleaned_data["name"] for form in self.forms
            if getattr(form, "cleaned_data", None) and form.cleaned_data.get("name")
            and not form.cleaned_data.get("DELETE")
        ]

    def clean(self) -> None:
        """No alias that is the target's own name."""
        super().clean()
        for form in self.forms:
            name = (getattr(form, "cleaned_data", None) or {}).get("name")
            if name and name == self.instance.name and "name" not in form.errors:
                form.add_error("name", f"The target itself is named {name}.")


TargetExtraFormset = inlineformset_factory(
    Target, TargetExtra, formset=BaseTargetExtraFormset, fields=("key", "value"), extra=1, can_delete=True,
    widgets={"value": forms.TextInput()},
)
TargetNamesFormset = inlineformset_factory(
    Target, TargetName, formset=BaseTargetNamesFormset, fields=("name",), extra=1, can_delete=True,
)


class TargetVisibilityForm(forms.Form):
    """A stretch of time, and how far down a target may stand."""

    start_time = forms.DateTimeField(
        required=True, label="Start time", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    end_time = forms.DateTimeField(
        required=True, label="End time", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    airmass = forms.FloatField(
        required=False, min_value=1, max_value=40, label="Maximum airmass", help_text="From 1 (zenith) up.",
    )

    def clean(self) -> dict[str, Any]:
        """The end comes after the start."""
        cleaned = super().clean()
        start: datetime | None = cleaned.get("start_time")
        end: datetime | None = cleaned.get("end_time")
        if start and end and end <= start:
            self.add_error("end_time", "The end time is not after the start time.")
        return cleaned
