from django.apps import AppConfig


class TomCatalogsConfig(AppConfig):
    name = "tom_catalogs"
    verbose_name = "TOM: catalogues"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tom_catalogs import checks  # noqa: F401  (it registers itself)

    def harvester_classes(self) -> list[str]:
        """The catalogues that every TOM can ask."""
        return [
            "tom_catalogs.harvesters.simbad.SimbadHarvester",
            "tom_catalogs.harvesters.ned.NEDHarvester",
            "tom_catalogs.harvesters.mpc.MPCHarvester",
            "tom_catalogs.harvesters.jplhorizons.JPLHorizonsHarvester",
            "tom_catalogs.harvesters.tns.TNSHarvester",
        ]

    def nav_items(self) -> list[dict]:
        return [{"partial": "tom_catalogs/partials/catalog_query_menu.html"}]
