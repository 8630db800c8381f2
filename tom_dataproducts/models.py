"""Data products (files) and measurements (reduced data) of a target."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from tom_common.conf import tom_settings
from tom_dataproducts.canonical import TYPED_COLUMNS, MeasurementRefused, measure
from tom_dataproducts.querysets import IDENTITY, ReducedDatumQuerySet, TargetDataQuerySet


def data_product_path(instance: "DataProduct", filename: str) -> str:
    """Where the file of a product is stored, below MEDIA_ROOT or in the bucket: `<target>/none/<filename>`.

    DATA_PRODUCT_PATH names a project's own function of the same form.
    """
    own = tom_settings.DATA_PRODUCT_PATH
    if own:
        return import_string(own)(instance, filename)
    record = getattr(instance, "observation_record", None)
    return f"{instance.target.name}/{record.facility if record else 'none'}/{filename}"


class DataProductGroup(models.Model):
    """Data products that belong together."""

    name = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.name


class DataProduct(models.Model):
    """A file that belongs to a target."""

    FITS_EXTENSIONS = (".fits", ".fz", ".fits.fz", ".fits.gz", ".fit", ".fts")

    product_id = models.CharField(
        max_length=255, unique=True, null=True, blank=True, help_text="The name that the file's source knows it by."
    )
    target = models.ForeignKey("tom_targets.BaseTarget", on_delete=models.CASCADE)
    data = models.FileField(upload_to=data_product_path, null=True, default=None)
    extra_data = models.TextField(blank=True, default="")
    group = models.ManyToManyField(DataProductGroup, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)
    data_product_type = models.CharField(max_length=50, blank=True, default="")
    featured = models.BooleanField(default=False)
    thumbnail = models.FileField(upload_to=data_product_path, null=True, blank=True, default=None)

    objects = TargetDataQuerySet.as_manager()

    class Meta:
        ordering = ("-created",)
        get_latest_by = ("modified",)

    def __str__(self) -> str:
        return self.product_id or self.get_file_name() or f"Data product {self.pk}"

    def clean(self) -> None:
        known = {value for value, label in tom_settings.DATA_PRODUCT_TYPES.values()}
        if self.data_product_type and self.data_product_type not in known:
            message = f"{self.data_product_type!r} is no data product type. Known: {', '.join(sorted(known))}."
            raise ValidationError({"data_product_type": message})

    def get_type_display(self) -> str:
        """The label of the product's type; the type itself when the settings no longer name it."""
        labels = dict(tom_settings.DATA_PRODUCT_TYPES.values())
        return labels.get(self.data_product_type, self.data_product_type)

    def get_file_name(self) -> str:
        return PurePosixPath(self.data.name).name if self.data else ""

    def get_file_extension(self) -> str:
        return PurePosixPath(self.data.name).suffix if self.data else ""


class ReducedDatum(models.Model):
    """One measurement: a point of a light curve, a spectrum, or whatever a project measures.

    `value` keeps it as it came. The typed columns, by which it is searched, sorted and drawn, are filled from the value
    each time it is written; see `tom_dataproducts.measurements` for the way to write many.
    """

    #: what `fill_columns` writes
    FILLED = (*TYPED_COLUMNS, "fingerprint")

    id = models.BigAutoField(primary_key=True)
    target = models.ForeignKey("tom_targets.BaseTarget", on_delete=models.CASCADE)
    data_product = models.ForeignKey(DataProduct, null=True, blank=True, on_delete=models.CASCADE)
    data_type = models.CharField(max_length=100, default="", help_text="photometry, spectroscopy, …")
    source_name = models.CharField(max_length=100, blank=True, default="", help_text="Who measured or published it.")
    source_location = models.CharField(max_length=200, blank=True, default="", help_text="Where it came from.")
    source_id = models.CharField(
        max_length=255, blank=True, default="",
        help_text="The source's own name of this measurement; a new value under it replaces the old one.",
    )  # fmt: skip
    timestamp = models.DateTimeField(default=timezone.now, db_index=True)
    value = models.JSONField()
    bandpass = models.CharField(max_length=100, blank=True, default="")
    brightness = models.FloatField(null=True, blank=True, help_text="In `unit`; empty for a limit.")
    brightness_error = models.FloatField(null=True, blank=True, help_text="One standard deviation, in `unit`.")
    limit = models.FloatField(null=True, blank=True, help_text="The faintest that would have been seen, in `unit`.")
    unit = models.CharField(max_length=100, blank=True, default="", help_text="As astropy writes it, e.g. mag(AB).")
    telescope = models.CharField(max_length=255, blank=True, default="")
    instrument = models.CharField(max_length=255, blank=True, default="")
    exposure_time = models.FloatField(null=True, blank=True, help_text="Seconds")
    reduction_version = models.CharField(max_length=255, blank=True, default="")
    fingerprint = models.UUIDField(unique=True, null=True, editable=False)
    created = models.DateTimeField(default=timezone.now, null=True, editable=False)
    superseded = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the source replaced this value by a newer one."
    )

    objects = ReducedDatumQuerySet.as_manager()

    class Meta:
        get_latest_by = ("timestamp",)
        indexes = [
            models.Index(fields=["target", "data_type", "timestamp"], name="reduceddatum_of_target"),
            models.Index(fields=["data_type", "bandpass", "brightness"], name="reduceddatum_brightness"),
            models.Index(
                fields=["target", "source_name", "source_id"], name="reduceddatum_source",
                condition=~models.Q(source_id=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        kind, source = self.data_type or "Measurement", self.source_name or "unknown"
        return f"{kind} of {self.timestamp:%Y-%m-%d %H:%M:%S} from {source}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it as `measurements.ingest` would: columns filled; what cannot be true or is there already refused."""
        self.fill_columns()
        if self._state.adding:
            self.validate_unique()
        fields = kwargs.get("update_fields")
        if fields is not None and set(fields) & IDENTITY:
            kwargs["update_fields"] = {*fields, *self.FILLED}
        with transaction.atomic(using=kwargs.get("using")):
            if self._state.adding and self.source_id and self.superseded is None:
                self._supersede_earlier()
            super().save(*args, **kwargs)

    save.alters_data = True

    def fill_columns(self) -> None:
        """Fill the typed columns and the fingerprint from the value. ValidationError says what cannot be stored."""
        value = self.value
        if not value and (self.brightness is not None or self.limit is not None):
            value = self._value_of_columns()
        try:
            measurement = measure(
                self.data_type, self.timestamp, value,
                telescope=self.telescope, instrument=self.instrument, exposure_time=self.exposure_time,
            )  # fmt: skip
        except MeasurementRefused as refused:
            raise ValidationError(str(refused), code="refused") from refused
        self.timestamp, self.value = measurement.timestamp, measurement.value
        for column in TYPED_COLUMNS:
            setattr(self, column, getattr(measurement, column))
        self.fingerprint = measurement.fingerprint(self.target_id, self.data_type, self.source_name)

    def _value_of_columns(self) -> dict:
        columns = ("bandpass", "brightness", "brightness_error", "limit", "unit")
        return {name: getattr(self, name) for name in columns if getattr(self, name) not in (None, "")}

    def clean(self) -> None:
        self.fill_columns()

    def validate_unique(self, exclude: Iterable[str] | None = None) -> None:
        """A measurement that is stored already, in whatever spelling, is refused."""
        super().validate_unique(exclude={*(exclude or ()), "fingerprint"})
        same = type(self)._base_manager.filter(fingerprint=self.fingerprint).exclude(pk=self.pk)
        if self.fingerprint and same.exists():
            raise ValidationError("This measurement is stored already.", code="duplicate")

    def _supersede_earlier(self) -> None:
        type(self)._base_manager.filter(
            target_id=self.target_id, data_type=self.data_type, source_name=self.source_name,
            source_id=self.source_id, superseded=None,
        ).update(superseded=timezone.now())  # fmt: skip


class DataProductUserObjectPermission(UserObjectPermissionBase):
    """What one user may do with one data product, where data have permissions of their own."""

    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey(DataProduct, on_delete=models.CASCADE, db_index=False)

    class Meta(UserObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "user"], name="tom_data_product_user_grant")]


class DataProductGroupObjectPermission(GroupObjectPermissionBase):
    """What the members of one group may do with one data product."""

    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey(DataProduct, on_delete=models.CASCADE, db_index=False)

    class Meta(GroupObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "group"], name="tom_data_product_group_grant")]


class ReducedDatumUserObjectPermission(UserObjectPermissionBase):
    """What one user may do with one measurement."""

    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey(ReducedDatum, on_delete=models.CASCADE, db_index=False)

    class Meta(UserObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "user"], name="tom_data_datum_user_grant")]


class ReducedDatumGroupObjectPermission(GroupObjectPermissionBase):
    """What the members of one group may do with one measurement."""

    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey(ReducedDatum, on_delete=models.CASCADE, db_index=False)

    class Meta(GroupObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "group"], name="tom_data_datum_group_grant")]
