from django.core.exceptions import ValidationError
from django.db import models

from tom_targets.models import BaseTarget


class UserDefinedTarget(BaseTarget):
    """A target with columns of this project."""

    redshift = models.FloatField(null=True, blank=True, verbose_name="redshift", help_text="Heliocentric.")
    classification = models.CharField(
        max_length=20, blank=True, default="", choices=(("", "unknown"), ("SN Ia", "SN Ia"), ("SN II", "SN II")),
    )
    survey = models.CharField(max_length=50, blank=True, default="")
    priority = models.IntegerField(default=0)
    confirmed = models.BooleanField(default=False)
    discovered = models.DateTimeField(null=True, blank=True)
    internal_note = models.CharField(max_length=100, blank=True, default="")
    internal_note.hidden = True

    class Meta:
        verbose_name = "target"
        permissions = (
            ("view_target", "View Target"),
            ("add_target", "Add Target"),
            ("change_target", "Change Target"),
            ("delete_target", "Delete Target"),
        )

    def clean(self) -> None:
        """No object of this survey comes towards us."""
        super().clean()
        if self.redshift is not None and self.redshift < -0.01:
            raise ValidationError({"redshift": "A redshift is -0.01 or more."})
