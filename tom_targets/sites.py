"""Where one observes from: the sites that the apps contribute, ours among them.

    from tom_targets.sites import known_sites
    known_sites()["Cerro Pachón"]

An app adds sites by the method `observing_sites` of its AppConfig: a list of `{'name', 'code', 'latitude', 'longitude',
'elevation', 'timezone'?}` in degrees (north and east positive) and metres, the time zone an IANA name.
"""

import logging
import math
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tom_common.integration import collect

if TYPE_CHECKING:
    from tom_common.astro.earth import Site

logger = logging.getLogger(__name__)

#: Geodetic positions of well-known observatories (WGS 84; a few tens of metres matter to nobody's airmass).
#: name, code, latitude, longitude, elevation, time zone
_OBSERVATORIES = (
    ("Apache Point", "APO", 32.7804, -105.8204, 2788, "America/Denver"),
    ("Calar Alto", "CAHA", 37.2236, -2.5463, 2168, "Europe/Madrid"),
    ("Cerro Pachón", "CPO", -30.2407, -70.7367, 2722, "America/Santiago"),
    ("Cerro Tololo", "CTIO", -30.1690, -70.8063, 2207, "America/Santiago"),
    ("Haleakalā", "OGG", 20.7070, -156.2571, 3055, "Pacific/Honolulu"),
    ("Haute-Provence", "OHP", 43.9308, 5.7133, 650, "Europe/Paris"),
    ("Kitt Peak", "KPNO", 31.9599, -111.5997, 2120, "America/Phoenix"),
    ("La Silla", "LSO", -29.2567, -70.7300, 2400, "America/Santiago"),
    ("Las Campanas", "LCAMP", -29.0146, -70.6926, 2380, "America/Santiago"),
    ("Lick", "LICK", 37.3414, -121.6429, 1283, "America/Los_Angeles"),
    ("Lowell Discovery Telescope", "LDT", 34.7444, -111.4222, 2360, "America/Phoenix"),
    ("Mauna Kea", "MKO", 19.8260, -155.4740, 4145, "Pacific/Honolulu"),
    ("McDonald", "MCD", 30.6716, -104.0217, 2070, "America/Chicago"),
    ("MMT (Mount Hopkins)", "MMT", 31.6883, -110.8850, 2608, "America/Phoenix"),
    ("Mount Graham", "LBT", 32.7014, -109.8891, 3221, "America/Phoenix"),
    ("Mount John", "MJO", -43.9867, 170.4650, 1029, "Pacific/Auckland"),
    ("Palomar", "PAL", 33.3563, -116.8650, 1712, "America/Los_Angeles"),
    ("Paranal", "PAR", -24.6272, -70.4042, 2635, "America/Santiago"),
    ("Roque de los Muchachos", "ORM", 28.7567, -17.8850, 2350, "Atlantic/Canary"),
    ("Sutherland (SAAO)", "SAAO", -32.3795, 20.8107, 1798, "Africa/Johannesburg"),
    ("Siding Spring", "SSO", -31.2734, 149.0612, 1165, "Australia/Sydney"),
    ("Teide", "TEIDE", 28.3000, -16.5117, 2390, "Atlantic/Canary"),
    ("Vera C. Rubin", "RUBIN", -30.2446, -70.7494, 2663, "America/Santiago"),
    ("Wise", "WISE", 30.5958, 34.7633, 875, "Asia/Jerusalem"),
    ("Xinglong", "XLG", 40.3933, 117.5750, 950, "Asia/Shanghai"),
)

OBSERVATORIES = [
    dict(zip(("name", "code", "latitude", "longitude", "elevation", "timezone"), row, strict=True))
    for row in _OBSERVATORIES
]


def site_entries() -> dict[str, dict[str, Any]]:
    """{name: entry} of every usable site, by name. Of two with the same name the first counts; a bad one is logged."""
    found: dict[str, dict[str, Any]] = {}
    for contribution in collect("observing_sites"):
        problem = _problem(contribution.entry)
        if problem:
            logger.error("An observing site of the app %s is left out: %s", contribution.app.label, problem)
        else:
            found.setdefault(str(contribution.entry["name"]), contribution.entry)
    return dict(sorted(found.items(), key=lambda item: item[0].casefold()))


def _problem(entry: Any) -> str:
    if not isinstance(entry, dict) or not entry.get("name"):
        return f"{entry!r} has no name."
    for key, limit in (("latitude", 90.0), ("longitude", 360.0), ("elevation", 10_000.0)):
        value = entry.get(key)
        if not isinstance(value, (int, float)) or not math.isfinite(value) or abs(value) > limit:
            return f"{entry['name']} has the {key} {value!r}."
    return ""


def known_sites() -> "dict[str, Site]":
    """{name: Site} of every site that an app contributes, in the order of their names."""
    return {name: as_site(entry) for name, entry in site_entries().items()}


def as_site(entry: dict[str, Any]) -> "Site":
    from tom_common.astro.earth import Site  # heavy: erfa, numpy

    return Site(
        name=str(entry["name"]),
        latitude=float(entry["latitude"]),
        longitude=float(entry["longitude"]),
        elevation=float(entry["elevation"]),
    )


def site_timezone(entry: dict[str, Any]) -> tzinfo:
    """The civil time of a site; its mean solar time, to the hour, when no (known) time zone is named."""
    name = entry.get("timezone")
    if name:
        try:
            return ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            logger.warning("The time zone %r of the site %s is not known here.", name, entry["name"])
    east = (float(entry["longitude"]) + 180) % 360 - 180
    return timezone(timedelta(hours=round(east / 15)))


def local_noon(entry: dict[str, Any], day: datetime) -> datetime:
    """Noon of mean solar time at the site on that date, in UTC: the night of a date begins after it."""
    east = (float(entry["longitude"]) + 180) % 360 - 180
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return noon - timedelta(hours=east / 15)
