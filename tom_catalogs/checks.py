"""Mistakes in HARVESTERS, told by `manage.py check` before somebody asks a catalogue in the night."""

from typing import Any

from django.core import checks

from tom_catalogs.harvester import get_service_classes
from tom_common.conf import tom_settings

HINT = "HARVESTERS is {harvester name: {'base_url', 'timeout_s', 'api_key', …}}; each key may be left out."


@checks.register("tom")
def harvester_settings_make_sense(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    configured = tom_settings.HARVESTERS
    if not isinstance(configured, dict):
        return []  # tom_common has told of it
    return [message for name, settings in configured.items() for message in _problems(name, settings)]


def _problems(name: str, settings: Any) -> list[checks.CheckMessage]:
    if settings is None:
        return []
    if not isinstance(settings, dict):
        return [checks.Error(f"HARVESTERS['{name}'] is {settings!r}, not a dictionary.", hint=HINT,
                             id="tom_catalogs.E001")]
    found: list[checks.CheckMessage] = []
    address, timeout_s = settings.get("base_url"), settings.get("timeout_s")
    if address and not str(address).startswith(("http://", "https://")):
        found.append(checks.Error(f"HARVESTERS['{name}']['base_url'] is {address!r}; it should begin with https://.",
                                  hint=HINT, id="tom_catalogs.E002"))
    if timeout_s is not None and (isinstance(timeout_s, bool) or not isinstance(timeout_s, (int, float))
                                  or timeout_s <= 0):
        found.append(checks.Error(f"HARVESTERS['{name}']['timeout_s'] is {timeout_s!r}; it should be a number of "
                                  "seconds above 0.", hint=HINT, id="tom_catalogs.E003"))
    known = {other.lower(): other for other in get_service_classes()}
    if name.lower() not in known:
        found.append(checks.Warning(
            f"HARVESTERS has '{name}', but this TOM has no catalogue of that name.",
            hint=f"Known: {', '.join(sorted(known.values())) or 'none'}.", id="tom_catalogs.W001",
        ))
    return found
