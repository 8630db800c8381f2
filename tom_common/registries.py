"""The kinds of plugins, one row each."""

from tom_common.conf import tom_settings
from tom_common.plugins import PluginRegistry, contributed_paths


def _harvester_paths() -> list[str]:
    """The setting wins; else what the apps contribute, less what the project leaves out."""
    if tom_settings.TOM_HARVESTER_CLASSES:
        return list(tom_settings.TOM_HARVESTER_CLASSES)
    included, excluded = tom_settings.INCLUDE_HARVESTER_CLASSES, tom_settings.EXCLUDE_HARVESTER_CLASSES
    return [path for path in included or contributed_paths("harvester_classes") if path not in excluded]


harvesters = PluginRegistry("harvester", base="tom_catalogs.harvester.AbstractHarvester", paths=_harvester_paths)

#: kind -> (registry, the app whose presence makes it count)
REGISTRIES = {"harvester": (harvesters, "tom_catalogs")}
