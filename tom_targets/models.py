"""Targets and what belongs to them. `Target` is the class that TARGET_MODEL_CLASS names."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.urls import reverse
from django.utils.module_loading import import_string

from tom_common.conf import tom_settings
from tom_targets.base_models import (
    GLOBAL_TARGET_FIELDS,
    IGNORE_FIELDS,
    NON_SIDEREAL_FIELDS,
    REQUIRED_NON_SIDEREAL_FIELDS,
    REQUIRED_NON_SIDEREAL_FIELDS_PER_SCHEME,
    REQUIRED_SIDEREAL_FIELDS,
    SIDEREAL_FIELDS,
    BaseTarget,
)
from tom_targets.derived import extend_update_fields
from tom_targets.dynamic_lists import DynamicTargetList
from tom_targets.exchange.models import TargetImport
from tom_targets.extras import ExtraBoolField, ExtraNumberField, ExtraTimeField, as_text
from tom_targets.grants import (
    TargetGroupObjectPermission,
    TargetListGroupObjectPermission,
    TargetListUserObjectPermission,
    TargetUserObjectPermission,
)
from tom_targets.history import MergeRecord, TargetEvent
from tom_targets.managers import DerivedManager, GrantedManager
from tom_targets.match_models import DuplicatePair, DuplicateScan, SkySearch  # noqa: F401  (Django finds models here)
from tom_targets.names import SimplifiedNameField
from tom_targets.stored import KeepsStored

__all__ = [
    "GLOBAL_TARGET_FIELDS",
    "IGNORE_FIELDS",
    "NON_SIDEREAL_FIELDS",
    "REQUIRED_NON_SIDEREAL_FIELDS",
    "REQUIRED_NON_SIDEREAL_FIELDS_PER_SCHEME",
    "REQUIRED_SIDEREAL_FIELDS",
    "SIDEREAL_FIELDS",
    "BaseTarget",
    "DynamicTargetList",
    "MergeRecord",
    "PersistentShare",
    "Target",
    "TargetEvent",
    "TargetExtra",
    "TargetGroupObjectPermission",
    "TargetImport",
    "TargetList",
    "TargetListGroupObjectPermission",
    "TargetListUserObjectPermission",
    "TargetName",
    "TargetUserObjectPermission",
    "get_target_model_class",
]


class TargetName(KeepsStored, models.Model):
    """A further name of a target."""

    target = models.ForeignKey(BaseTarget, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(
        max_length=100, unique=True, verbose_name="Alias", help_text="A further name of this target.",
    )
    created = models.DateTimeField(auto_now_add=True, help_text="When this name was added (UTC).")
    modified = models.DateTimeField(auto_now=True, help_text="When this name was last changed (UTC).")
    name_simplified = SimplifiedNameField(
        db_index=True, verbose_name="Simplified name", help_text="The form in which names are compared.",
    )

    objects = DerivedManager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name, and with it the form in which names are compared."""
        extend_update_fields(self, kwargs)
        super().save(*args, **kwargs)

    def validate_unique(self, *args: Any, **kwargs: Any) -> None:
        """Refuse a name that a target bears, this one included, and an alias of another."""
        super().validate_unique(*args, **kwargs)
        if not self.name:
            return
        for target in BaseTarget.objects.exactly_named(self.name):
            if target.pk != self.target_id:
                message = "Already a name of another target: %(name)s."
            elif target.name == self.name:
                message = "The target itself is named %(name)s."
            else:
                continue
            raise ValidationError({"name": ValidationError(message, code="unique", params={"name": self.name})})


class TargetExtra(KeepsStored, models.Model):
    """A value that a project (EXTRA_FIELDS) or a user (tags) adds to a target.

    `value` is the text as it came; what it says as a number, a truth value or a time stands beside it, to be searched.
    """

    target = models.ForeignKey(BaseTarget, on_delete=models.CASCADE)
    key = models.CharField(max_length=200)
    value = models.TextField(blank=True, default="")
    float_value = ExtraNumberField(null=True, blank=True, editable=False)
    bool_value = ExtraBoolField(null=True, blank=True, editable=False)
    time_value = ExtraTimeField(null=True, blank=True, editable=False)

    objects = DerivedManager()

    class Meta:
        unique_together = ("target", "key")
        indexes = [
            models.Index(fields=["key", "float_value"], name="tom_targets_extra_number"),
            models.Index(fields=["key", "time_value"], name="tom_targets_extra_time"),
            models.Index(fields=["key", "bool_value"], name="tom_targets_extra_bool"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the value as text, and what it says as a number, a truth value or a time."""
        self.value = as_text(self.value)
        extend_update_fields(self, kwargs)
        super().save(*args, **kwargs)

    def typed_value(self, type_val: str) -> Any:
        """The value as 'number', 'boolean', 'datetime' or, for anything else, text. None where it is none of that."""
        typed = {"number": self.float_value, "boolean": self.bool_value, "datetime": self.time_value}
        return typed.get(type_val, self.value)


class TargetList(models.Model):
    """A grouping of targets."""

    name = models.CharField(max_length=200, help_text="The name of the grouping.")
    targets = models.ManyToManyField(BaseTarget)
    created = models.DateTimeField(auto_now_add=True, help_text="When this grouping was made (UTC).")
    modified = models.DateTimeField(auto_now=True, help_text="When this grouping was last changed (UTC).")

    objects = GrantedManager()

    class Meta:
        ordering = ("-created", "name")
        verbose_name = "target grouping"

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        """The list of its targets."""
        return f"{reverse('targets:list')}?targetlist__name={self.pk}"

    @property
    def total_targets(self) -> int:
        """How many targets it holds, whoever asks."""
        return self.targets.count()


class PersistentShare(models.Model):
    """A target whose new data are passed on to `destination` as they come."""

    target = models.ForeignKey(BaseTarget, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    destination = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)
        unique_together = ("target", "destination")

    def __str__(self) -> str:
        return f"{self.target} to {self.destination}"


def get_target_model_class() -> type[BaseTarget]:
    """The class that TARGET_MODEL_CLASS names."""
    path = tom_settings.TARGET_MODEL_CLASS
    try:
        model = import_string(path)
    except (ImportError, AttributeError) as error:
        raise ImproperlyConfigured(
            f"TARGET_MODEL_CLASS is {path!r}, which cannot be imported: {error}. The app of that model stands in "
            "INSTALLED_APPS after tom_targets and imports BaseTarget from tom_targets.base_models."
        ) from error
    if not (isinstance(model, type) and issubclass(model, BaseTarget)):
        raise ImproperlyConfigured(f"TARGET_MODEL_CLASS is {path!r}, which does not derive from BaseTarget.")
    return model


Target = get_target_model_class()
