"""The target: what every TOM is about. A project may add columns of its own by deriving from BaseTarget.

    class UserDefinedTarget(BaseTarget):
        redshift = models.FloatField(null=True, blank=True)

    TARGET_MODEL_CLASS = "custom_code.models.UserDefinedTarget"
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms.models import model_to_dict
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from tom_common.conf import tom_settings
from tom_common.hooks import run_hook
from tom_common.permissions import grant
from tom_targets import timeline
from tom_targets.columns import FiniteFloatField
from tom_targets.derived import extend_update_fields
from tom_targets.managers import TargetManager
from tom_targets.matching import MatchManagerAttribute, TargetMatchManager
from tom_targets.names import SimplifiedNameField
from tom_targets.names_and_extras import store_extras, store_names
from tom_targets.sky_index import HealpixField, galactic_position, is_number
from tom_targets.stored import KeepsStored
from tom_targets.validators import (
    REQUIRED_NON_SIDEREAL_FIELDS,
    REQUIRED_NON_SIDEREAL_FIELDS_PER_SCHEME,
    REQUIRED_SIDEREAL_FIELDS,
    TARGET_SCHEMES,
    WRAPPED,
    element_errors,
    validate_finite,
    validate_mjd,
)

__all__ = [
    "GLOBAL_TARGET_FIELDS", "IGNORE_FIELDS", "NON_SIDEREAL_FIELDS", "REQUIRED_NON_SIDEREAL_FIELDS",
    "REQUIRED_NON_SIDEREAL_FIELDS_PER_SCHEME", "REQUIRED_SIDEREAL_FIELDS", "SIDEREAL_FIELDS", "BaseTarget",
    "TargetMatchManager", "get_default_target_permission", "get_target_model_app_label",
]

GLOBAL_TARGET_FIELDS = ["name", "type", "permissions"]
SIDEREAL_FIELDS = [
    *GLOBAL_TARGET_FIELDS, "ra", "dec", "epoch", "pm_ra", "pm_dec", "parallax", "galactic_lng", "galactic_lat",
    "distance", "distance_err", "ephemeris_period", "ephemeris_period_err", "ephemeris_epoch", "ephemeris_epoch_err",
]
NON_SIDEREAL_FIELDS = [
    *GLOBAL_TARGET_FIELDS, "scheme", "epoch_of_elements", "mean_anomaly", "arg_of_perihelion", "lng_asc_node",
    "inclination", "mean_daily_motion", "semimajor_axis", "eccentricity", "epoch_of_perihelion", "perihdist",
    "abs_mag", "slope", "ephemeris_period", "ephemeris_period_err", "ephemeris_epoch", "ephemeris_epoch_err",
]
#: relations and bookkeeping, which are no columns of a target's own
IGNORE_FIELDS = [
    "id", "basetarget_ptr", "created", "modified", "healpix", "name_simplified", "aliases", "targetextra",
    "targetlist", "targetevent", "merge_records", "persistentshare", "observationrecord", "dataproduct", "reduceddatum",
    "targetuserobjectpermission", "targetgroupobjectpermission", "shared_by", "shared_from",
]


def get_default_target_permission() -> str:
    """The permission level a new target gets (TARGET_DEFAULT_PERMISSION)."""
    return tom_settings.TARGET_DEFAULT_PERMISSION


def get_target_model_app_label() -> str:
    """The app label of the Target class, by which its permissions are named: `<label>.view_target`."""
    return import_string(tom_settings.TARGET_MODEL_CLASS)._meta.app_label


def number_field(verbose_name: str, help_text: str, *, validators: Iterable = (), **kwargs: Any) -> FiniteFloatField:
    """An optional number that is never NaN nor infinite."""
    return FiniteFloatField(
        null=True, blank=True, verbose_name=verbose_name, help_text=help_text,
        validators=[validate_finite, *validators], **kwargs,
    )


class BaseTarget(KeepsStored, models.Model):
    """A place or body in the sky. Angles are degrees, positions ICRS, unless a field's help says otherwise."""

    class Permissions(models.TextChoices):
        OPEN = "OPEN", "Open"
        PUBLIC = "PUBLIC", "Public"
        PRIVATE = "PRIVATE", "Private"

    SIDEREAL = "SIDEREAL"
    NON_SIDEREAL = "NON_SIDEREAL"
    TARGET_TYPES = ((SIDEREAL, "Sidereal"), (NON_SIDEREAL, "Non-sidereal"))
    TARGET_SCHEMES = TARGET_SCHEMES

    #: object permissions speak of targets, whatever the class is called
    permission_noun = "target"

    name = models.CharField(
        max_length=100, unique=True, verbose_name="Name", help_text="The name of this target, e.g. Barnard's star.",
    )
    type = models.CharField(
        max_length=100, choices=TARGET_TYPES, default=SIDEREAL, verbose_name="Target type",
        help_text="Sidereal: fixed on the sky. Non-sidereal: moves along an orbit.",
    )
    created = models.DateTimeField(
        default=timezone.now, editable=False, verbose_name="Time created", help_text="When this target was made (UTC).",
    )
    modified = models.DateTimeField(
        auto_now=True, verbose_name="Last modified", help_text="When this target was last changed (UTC).",
    )
    permissions = models.CharField(
        max_length=100, choices=Permissions, default=get_default_target_permission, verbose_name="Target permissions",
        help_text="Open: everybody sees it. Public: who is logged in. Private: who has been given access.",
    )
    ra = number_field("Right ascension", "Right ascension, degrees (ICRS).")
    dec = number_field("Declination", "Declination, degrees (ICRS).")
    epoch = number_field("Epoch", "Epoch of the coordinates, Julian years, e.g. 2000.0.")
    parallax = number_field("Parallax", "Parallax, milliarcseconds.")
    pm_ra = number_field("Proper motion (RA)", "Proper motion in right ascension, with cos(dec), milliarcseconds/year.")
    pm_dec = number_field("Proper motion (Dec)", "Proper motion in declination, milliarcseconds/year.")
    galactic_lng = number_field("Galactic longitude", "Galactic longitude, degrees. Computed when left empty.")
    galactic_lat = number_field("Galactic latitude", "Galactic latitude, degrees. Computed when left empty.")
    distance = number_field("Distance", "Distance, parsecs.")
    distance_err = number_field("Distance error", "Uncertainty of the distance, parsecs.")
    scheme = models.CharField(
        max_length=50, choices=TARGET_SCHEMES, null=True, blank=True, verbose_name="Orbital element scheme",
        help_text="Which orbital elements are given.",
    )
    epoch_of_elements = number_field(
        "Epoch of elements", "Epoch of the elements, Modified Julian Date (TT).", validators=[validate_mjd],
    )
    mean_anomaly = number_field("Mean anomaly", "Mean anomaly at the epoch of the elements, degrees.")
    arg_of_perihelion = number_field("Argument of perihelion", "Argument of perihelion, degrees (J2000 ecliptic).")
    eccentricity = number_field("Eccentricity", "Eccentricity: 0 a circle, below 1 an ellipse, 1 a parabola.")
    lng_asc_node = number_field(
        "Longitude of ascending node", "Longitude of the ascending node, degrees (J2000 ecliptic)."
    )
    inclination = number_field("Inclination", "Inclination to the J2000 ecliptic, degrees from 0 to 180.")
    mean_daily_motion = number_field("Mean daily motion", "Mean daily motion, degrees/day.")
    semimajor_axis = number_field("Semimajor axis", "Semimajor axis, au.")
    epoch_of_perihelion = number_field(
        "Epoch of perihelion", "Time of perihelion passage, Modified Julian Date (TT).", validators=[validate_mjd],
    )
    ephemeris_period = number_field("Ephemeris period", "Period of the ephemeris (variables, transits), days.")
    ephemeris_period_err = number_field("Ephemeris period error", "Uncertainty of the period, days.")
    ephemeris_epoch = number_field("Ephemeris epoch", "Time of minimum, maximum or transit, days (as published).")
    ephemeris_epoch_err = number_field("Ephemeris epoch error", "Uncertainty of the ephemeris epoch, days.")
    perihdist = number_field("Perihelion distance", "Perihelion distance, au.")
    abs_mag = number_field("Absolute magnitude", "Absolute magnitude: H of a minor planet, M1 of a comet.")
    slope = number_field("Slope parameter", "Slope parameter: G of a minor planet, k1 of a comet.")
    shared_by = models.CharField(
        max_length=255, null=True, blank=True, editable=False, verbose_name="Shared by",
        help_text="Who shared this target with this TOM.",
    )
    shared_from = models.CharField(
        max_length=255, null=True, blank=True, editable=False, verbose_name="Shared from",
        help_text="The TOM or service from which this target came.",
    )
    healpix = HealpixField(
        db_index=True, verbose_name="Sky index", help_text="HEALPix NESTED order 29 of the position; kept by itself.",
    )
    name_simplified = SimplifiedNameField(
        db_index=True, verbose_name="Simplified name", help_text="The form in which names are compared.",
    )

    objects = TargetManager()
    matches = MatchManagerAttribute()

    class Meta:
        verbose_name = "target"
        permissions = (
            ("view_target", "View Target"),
            ("add_target", "Add Target"),
            ("change_target", "Change Target"),
            ("delete_target", "Delete Target"),
        )
        # With the permission level at their end, the list skips what may not be seen without reading the rows.
        indexes = [
            models.Index(fields=["-created", "-id", "permissions"], name="tom_targets_created"),
            models.Index(fields=["-modified", "-id", "permissions"], name="tom_targets_modified"),
            models.Index(fields=["type", "-created", "-id", "permissions"], name="tom_targets_type_created"),
            models.Index(fields=["ra", "id", "permissions"], name="tom_targets_ra"),
            models.Index(fields=["dec", "id", "permissions"], name="tom_targets_dec"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def save(self, *args: Any, extras: dict | None = None, names: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Store the target, its `extras` ({key: value}) and further `names` in one transaction; then run the hook.

        Existing extras are overwritten, names that the target already bears are passed over. A name of another target
        raises ValidationError, and nothing is stored.
        """
        created = self._state.adding
        kwargs["update_fields"] = self._complete(kwargs.get("update_fields"))
        extend_update_fields(self, kwargs)
        changes = {} if created else self.changed_values(kwargs.get("update_fields"))
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
            stored_extras = store_extras(self, extras or {}, tell=False)
            stored_names = [alias.name for alias in store_names(self, names or (), tell=False)]
            timeline.record_save(
                self, created=created, changes=changes, names=stored_names, extras=stored_extras,
                using=kwargs.get("using"),
            )
        self.remember_stored(kwargs.get("update_fields"))
        self._stored_position = (self.ra, self.dec)
        run_hook("target_post_save", target=self, created=created)

    save.alters_data = True

    def get_absolute_url(self) -> str:
        return reverse("targets:detail", kwargs={"pk": self.pk})

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Iterable[str], values: Iterable[Any], **fetching: Any
    ) -> "BaseTarget":
        # `fetching` comes with Django 6.1.
        instance = super().from_db(db, field_names, values, **fetching)
        state = instance.__dict__
        instance._stored_position = (state.get("ra"), state.get("dec"))
        return instance

    def _complete(self, update_fields: Iterable[str] | None) -> list[str] | None:
        """Bring RA into its range, and fill in galactic coordinates, or let them follow a changed position.

        Returns the columns to write: `update_fields`, with the galactic ones when they changed.
        """
        update_fields = None if update_fields is None else list(update_fields)
        if {"ra", "dec"} <= self.get_deferred_fields() or (update_fields and not {"ra", "dec"} & set(update_fields)):
            return update_fields
        self._wrap_angles()
        if self._galactic_is_due():
            self.galactic_lng, self.galactic_lat = galactic_position(self.ra, self.dec)
            if update_fields is not None:
                update_fields += ["galactic_lng", "galactic_lat"]
        return update_fields

    def _galactic_is_due(self) -> bool:
        if not (is_number(self.ra) and is_number(self.dec)):
            return False
        if self.galactic_lng is None or self.galactic_lat is None:
            return True
        stored = getattr(self, "_stored_position", None)
        if stored in (None, (self.ra, self.dec)) or not all(map(is_number, stored)):
            return False
        # Values that were computed follow the position; values that somebody gave stay.
        longitude, latitude = galactic_position(*stored)
        return abs(longitude - self.galactic_lng) < 1e-5 and abs(latitude - self.galactic_lat) < 1e-5

    def _wrap_angles(self) -> None:
        for name in WRAPPED:
            value = getattr(self, name)
            if is_number(value) and not 0 <= value < 360:
                wrapped = value % 360.0
                # -1e-17 % 360 is 360.0
                setattr(self, name, 0.0 if wrapped >= 360 else wrapped)

    # Judging

    def clean(self) -> None:
        """Ranges, both halves of a position, and the elements that the scheme needs."""
        super().clean()
        self._wrap_angles()
        values = {field.name: getattr(self, field.attname) for field in BaseTarget._meta.concrete_fields}
        errors = element_errors(values)
        name = " ".join(str(self.name or "").split())
        if self.name and not name:
            errors["name"] = ["Enter a name; this one is nothing but spaces."]
        self.name = name
        if errors:
            raise ValidationError(errors)

    def validate_unique(self, *args: Any, **kwargs: Any) -> None:
        """Refuse a name that another target bears, as name or alias, or that the project's match manager refuses."""
        super().validate_unique(*args, **kwargs)
        if not self.name or "name" in (kwargs.get("exclude") or (args[0] if args else None) or ()):
            return
        match = type(self).matches.match_target(self).exclude(pk=self.pk).first()
        if match is not None:
            raise ValidationError({"name": ValidationError(
                "A target named %(name)s, or similar, already exists.", code="unique", params={"name": self.name},
            )})

    # Reading

    @property
    def names(self) -> list[str]:
        """The name, then the aliases."""
        return [self.name, *(alias.name for alias in self.aliases.all())]

    @property
    def constellation(self) -> str | None:
        """The IAU constellation of the position, in full; None without one."""
        if not (is_number(self.ra) and is_number(self.dec) and -90 <= self.dec <= 90):
            return None
        from tom_common.astro.sky import constellation  # heavy: astropy

        return constellation(self.ra, self.dec)

    @property
    def future_observations(self) -> list:
        """Observation records that are not finished yet, soonest first."""
        records = getattr(self, "observationrecord_set", None)
        if records is None:
            return []
        return [record for record in records.order_by("scheduled_start") if not record.terminal]

    @property
    def extra_fields(self) -> dict[str, Any]:
        """The extras that EXTRA_FIELDS declares, each in its type."""
        types = {field["name"]: field["type"] for field in tom_settings.EXTRA_FIELDS}
        return {extra.key: extra.typed_value(types[extra.key]) for extra in self._extras() if extra.key in types}

    @property
    def tags(self) -> dict[str, str]:
        """All other extras, as text."""
        declared = {field["name"] for field in tom_settings.EXTRA_FIELDS}
        return {extra.key: extra.value for extra in self._extras() if extra.key not in declared}

    def _extras(self) -> Iterable:
        # Sorted here, so that rows fetched beforehand are used.
        return sorted(self.targetextra_set.all(), key=lambda extra: extra.key)

    def featured_image(self) -> Any:
        """The data product that is marked as this target's picture, if there is one."""
        products = getattr(self, "dataproduct_set", None)
        return products.filter(featured=True).first() if products is not None else None

    def as_dict(self) -> dict[str, Any]:
        """The fields that matter for this type of target, with their values."""
        fields = {self.SIDEREAL: SIDEREAL_FIELDS, self.NON_SIDEREAL: NON_SIDEREAL_FIELDS}
        return model_to_dict(self, fields=fields.get(self.type, GLOBAL_TARGET_FIELDS))

    def give_user_access(self, user: Any) -> None:
        """Let a user, or a group, see, change and delete this target."""
        if user is not None and not getattr(user, "is_superuser", False):
            grant([user], to=self)
