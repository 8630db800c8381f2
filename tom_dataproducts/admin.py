from django.contrib import admin

from tom_dataproducts.models import DataProduct, DataProductGroup, ReducedDatum


@admin.register(DataProductGroup)
class DataProductGroupAdmin(admin.ModelAdmin):
    list_display = ("name", "created")
    search_fields = ("name",)


@admin.register(DataProduct)
class DataProductAdmin(admin.ModelAdmin):
    list_display = ("__str__", "target", "data_product_type", "created")
    list_filter = ("data_product_type",)
    list_select_related = ("target",)
    raw_id_fields = ("target", "group")
    search_fields = ("product_id", "target__name")


@admin.register(ReducedDatum)
class ReducedDatumAdmin(admin.ModelAdmin):
    """Only the value and what makes a measurement itself can be written; the typed columns follow."""

    list_display = ("timestamp", "target", "data_type", "source_name", "bandpass", "brightness", "limit", "unit")
    list_filter = ("data_type",)
    list_select_related = ("target",)
    raw_id_fields = ("target", "data_product")
    search_fields = ("target__name", "source_name")
    show_full_result_count = False
    fields = (
        "target", "data_product", "data_type", "source_name", "source_location", "source_id", "timestamp", "value",
        "telescope", "instrument", "exposure_time", "reduction_version",
        "bandpass", "brightness", "brightness_error", "limit", "unit", "created", "superseded",
    )  # fmt: skip
    readonly_fields = ("bandpass", "brightness", "brightness_error", "limit", "unit", "created", "superseded")
