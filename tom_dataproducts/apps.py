from django.apps import AppConfig


class TomDataproductsConfig(AppConfig):
    name = "tom_dataproducts"
    verbose_name = "TOM: data"
    default_auto_field = "django.db.models.AutoField"

    def target_detail_panels(self) -> list[dict]:
        """Light curve and spectra, each fetched when it is seen."""
        return [
            {"label": "Light curve", "url_name": "dataproducts:target-photometry"},
            {"label": "Spectra", "url_name": "dataproducts:target-spectroscopy"},
        ]

    def merge_handlers(self) -> list[dict]:
        """A measurement's fingerprint names its target."""
        return [{
            "model": "tom_dataproducts.ReducedDatum", "label": "measurements",
            "handler": "tom_dataproducts.merging.move_measurements",
        }]

    def demo_content(self) -> list[str]:
        return ["tom_dataproducts.demo.make_data"]
