"""The Transient Name Server, the IAU's register of supernovae and other transients."""

from typing import TYPE_CHECKING, Any

from tom_catalogs import tns, values
from tom_catalogs.harvester import (
    AbstractHarvester,
    Candidate,
    HarvesterNotConfigured,
    MissingDataException,
    SeveralMatchesException,
)
from tom_common.exceptions import RemoteAnswerInvalid
from tom_common.remote import RemoteClient

if TYPE_CHECKING:
    from tom_targets.models import Target

TNS_URL = tns.TNS_URL
#: The keys of HARVESTERS["TNS"].
TNS_CREDENTIALS = tns.REQUIRED_SETTINGS
MOST_CANDIDATES = 30
#: How far degrees and sexagesimal parts of the same position may lie apart.
POSITION_TOLERANCE_DEG = 1 / 3600


class TNSHarvester(AbstractHarvester):
    """Transients by name (`SN 2023ixf`, `2023ixf`), by a survey's name (`ZTF20acddzrd`), or by position."""

    name = "TNS"
    verbose_name = "Transient Name Server"
    help_text = "Supernovae and other transients, by TNS name, by a survey's own name, or by position. Needs a TNS bot."
    base_url = TNS_URL
    info_url = "https://www.wis-tns.org/"
    required_settings = TNS_CREDENTIALS

    def client(self, **kwargs: Any) -> RemoteClient:
        if missing := self.missing_settings():
            raise HarvesterNotConfigured(
                f"TNS is not configured: HARVESTERS['TNS'] has no {', '.join(missing)}. Make a bot on the TNS site; it "
                "has all three."
            )
        return tns.tns_client(self.settings(), **kwargs)

    def query(self, term: str) -> None:
        client, key = self.client(), self.settings().get("api_key")
        name = tns.without_prefix(term)
        if name[:4].isdigit():
            found = tns.get_object(client, key, name)
        else:
            matches = tns.search(client, key, internal_name=name, internal_name_exact_match=1)
            if len(matches) > 1:
                self._offer(matches, f"TNS knows several transients by the name '{term}'.")
            found = tns.get_object(client, key, str(matches[0]["objname"])) if matches else None
        if found is None:
            raise MissingDataException(f"TNS knows no transient named '{term}'.")
        self.catalog_data = found

    def query_position(self, ra: float, dec: float, radius_arcsec: float) -> None:
        client, key = self.client(), self.settings().get("api_key")
        cone = {"ra": f"{ra:.7f}", "dec": f"{dec:+.7f}", "radius": f"{radius_arcsec:g}", "units": "arcsec"}
        matches = tns.search(client, key, **cone)
        if not matches:
            raise MissingDataException(f"TNS has no transient within {radius_arcsec:g}″ of this position.")
        if len(matches) > 1:
            self._offer(matches, f"TNS has {len(matches)} transients within {radius_arcsec:g}″ of this position.")
        self.query(str(matches[0]["objname"]))

    def to_target(self) -> "Target":
        data = self.answer()
        ra, dec = _position(data)
        objname, prefix = _text(data.get("objname"), "name"), _text(data.get("name_prefix"), "prefix")
        group, kind = data.get("reporting_group"), data.get("object_type")
        internal = _text(data.get("internal_names"), "internal names").split(",")
        found_on = _text(data.get("discoverydate"), "date of discovery")
        reported_by = _text(group.get("group_name"), "group") if isinstance(group, dict) else ""
        # TNS names the group of an amateur without one "None".
        reported_by = "" if reported_by == "None" else reported_by
        return self.new_target(
            name=f"{prefix} {objname}".strip(),
            names=[objname, *internal, _text(data.get("discoverer_internal_name"), "internal name")],
            ra=ra, dec=dec, epoch=2000.0,
            extras={
                "redshift": values.number(data.get("redshift"), "redshift", service="TNS", low=-1, high=1200),
                "object_type": _text(kind.get("name"), "type") if isinstance(kind, dict) else "",
                "host": _text(data.get("hostname"), "host"),
                "host_redshift": values.number(data.get("host_redshift"), "host's redshift", service="TNS", low=-1,
                                               high=1200),
            },
            notes=[f"Discovered {found_on} UTC{f', reported by {reported_by}' if reported_by else ''}."
                   if found_on else ""],
            link=f"{self.info_url}object/{objname}",
        )

    def _offer(self, matches: list[dict[str, Any]], message: str) -> None:
        raise SeveralMatchesException(message, [
            Candidate(f"{_text(match.get('prefix'), 'prefix')} {match['objname']}".strip(), str(match["objname"]))
            for match in matches[:MOST_CANDIDATES]
        ])


def get(term: str) -> dict[str, Any]:
    """What TNS has on a transient, as it came. Raises as TNSHarvester.query does."""
    harvester = TNSHarvester()
    harvester.query(term)
    return harvester.catalog_data


def _position(data: dict[str, Any]) -> tuple[float | None, float | None]:
    """The position in degrees. TNS gives it twice; two that differ are refused, for nobody knows which is meant."""
    in_degrees = values.position(data.get("radeg"), data.get("decdeg"), service="TNS")
    if data.get("ra") in (None, "") and data.get("dec") in (None, ""):
        return in_degrees
    in_parts = values.position(data.get("ra"), data.get("dec"), service="TNS")
    if in_degrees[0] is None:
        return in_parts
    if in_parts[0] is not None:
        from tom_common.astro.sky import separation

        if separation(*in_degrees, *in_parts) > POSITION_TOLERANCE_DEG:
            raise RemoteAnswerInvalid(
                f"TNS gives two different positions: {data.get('ra')} {data.get('dec')} and {data.get('radeg')} "
                f"{data.get('decdeg')}.", service="TNS",
            )
    return in_degrees


def _text(value: Any, what: str) -> str:
    return values.text(value, what, service="TNS")
