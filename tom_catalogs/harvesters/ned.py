"""NED, the NASA/IPAC Extragalactic Database: names by its ObjectLookup service, positions by its object search."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tom_catalogs import values, votable
from tom_catalogs.harvester import AbstractHarvester, Candidate, MissingDataException, SeveralMatchesException
from tom_common.exceptions import RemoteAnswerInvalid, RemoteUnavailable

if TYPE_CHECKING:
    from tom_targets.models import Target

LOOKUP_PATH = "/srs/ObjectLookup"
SEARCH_PATH = "/cgi-bin/objsearch"
SERVED = 100
NOT_UNDERSTOOD, NOT_IN_NED, AMBIGUOUS, KNOWN = range(4)
MOST_CANDIDATES = 30
REDSHIFTS = {"low": -1, "high": 1200}


class NEDHarvester(AbstractHarvester):
    """Extragalactic objects by name or position. Positions are J2000, redshifts heliocentric."""

    name = "NED"
    help_text = "Galaxies, quasars and other extragalactic objects, by name or by position."
    base_url = "https://ned.ipac.caltech.edu"
    info_url = "https://ned.ipac.caltech.edu/"
    #: A search around a position takes NED up to a minute.
    timeout_s = 60.0

    def query(self, term: str) -> None:
        client = self.client()
        response = client.query(LOOKUP_PATH, data={"json": json.dumps({"name": {"v": term}})})
        data = client.json(response)
        if not isinstance(data, dict) or not isinstance(data.get("ResultCode"), int):
            raise RemoteAnswerInvalid("NED answered with something that is no result of a look-up.", service="NED")
        if data.get("StatusCode", SERVED) != SERVED:
            raise RemoteUnavailable(f"NED did not serve the question (status {data['StatusCode']}).", service="NED")
        code = data["ResultCode"]
        if code == AMBIGUOUS:
            self._offer_names(data, term)
        if code in (NOT_UNDERSTOOD, NOT_IN_NED):
            reason = "does not understand the name" if code == NOT_UNDERSTOOD else "has no object named"
            raise MissingDataException(f"NED {reason} '{term}'.")
        if code != KNOWN or not isinstance(data.get("Preferred"), dict):
            raise RemoteAnswerInvalid(f"NED answered with the result code {code}, but no object.", service="NED")
        self.catalog_data = data

    def query_position(self, ra: float, dec: float, radius_arcsec: float) -> None:
        rows = self._near(ra, dec, radius_arcsec)
        if not rows:
            raise MissingDataException(f"NED has nothing within {radius_arcsec:g}″ of this position.")
        if len(rows) > 1:
            raise SeveralMatchesException(
                f"NED has {len(rows)} objects within {radius_arcsec:g}″ of this position.",
                [_candidate(row) for row in rows[:MOST_CANDIDATES]],
            )
        self.query(_text(rows[0].get("Object Name"), "name"))

    def to_target(self) -> "Target":
        preferred = self.answer()["Preferred"]
        place = _part(preferred, "Position")
        name = _text(preferred.get("Name"), "name")
        redshift = values.number(_part(preferred, "Redshift").get("Value"), "redshift", service="NED", **REDSHIFTS)
        kind = _text(_part(preferred, "ObjType").get("Value"), "object type")
        return self.new_target(
            name=name, names=[_part(self.catalog_data, "Interpreted").get("Name")],
            ra=place.get("RA"), dec=place.get("Dec"), epoch=2000.0,
            extras={"redshift": redshift, "object_type": kind},
            link=f"{self.info_url}byname?{urlencode({'objname': name})}",
        )

    def _near(self, ra: float, dec: float, radius_arcsec: float) -> list[votable.Row]:
        content = self.client().get(SEARCH_PATH, params={
            "search_type": "Near Position Search", "in_csys": "Equatorial", "in_equinox": "J2000.0",
            "lon": f"{ra:.7f}d", "lat": f"{dec:.7f}d", "radius": f"{radius_arcsec / 60:.6f}",
            "out_csys": "Equatorial", "out_equinox": "J2000.0", "of": "xml_main", "list_limit": "0",
            "obj_sort": "Distance to search center", "img_stamp": "NO",
        }).content
        rows = votable.rows(content, service="NED", units={
            "RA": "deg", "DEC": "deg", "RA(deg)": "deg", "DEC(deg)": "deg", "Separation": "arcmin",
            "Distance (arcmin)": "arcmin",
        })
        if not rows and (error := votable.parameters(content, service="NED").get("Error", "").strip()):
            raise MissingDataException(f"NED says: {error}")
        if not all(row.get("Object Name") for row in rows):
            raise RemoteAnswerInvalid("NED gives an object without a name.", service="NED")
        return rows

    def _offer_names(self, data: dict[str, Any], term: str) -> None:
        """NED may say which names it hesitates between."""
        meant = data.get("Interpreted")
        entries = meant if isinstance(meant, list) else [meant]
        texts = [text for entry in entries if isinstance(entry, dict) and (text := _text(entry.get("Name"), "name"))]
        message = f"NED finds '{term}' ambiguous. Write the name in full."
        if not texts:
            raise MissingDataException(message)
        raise SeveralMatchesException(message, [Candidate(text, text) for text in texts])


def _candidate(row: votable.Row) -> Candidate:
    name = _text(row.get("Object Name"), "name")
    ra, dec = values.position(row.get("RA", row.get("RA(deg)")), row.get("DEC", row.get("DEC(deg)")), service="NED")
    arcmin = values.number(row.get("Separation", row.get("Distance (arcmin)")), "separation", service="NED", low=0)
    redshift = values.number(row.get("Redshift"), "redshift", service="NED", **REDSHIFTS)
    parts = [
        f"{arcmin * 60:.1f}″" if arcmin is not None else "", _text(row.get("Type"), "type"),
        f"z = {redshift:g}" if redshift is not None else "",
    ]
    return Candidate(name, name, " ".join(part for part in parts if part), ra, dec)


def _part(data: dict[str, Any], key: str) -> dict[str, Any]:
    part = data.get(key)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise RemoteAnswerInvalid(f"NED gives {key} in a shape that makes no sense.", service="NED")
    return part


def _text(value: Any, what: str) -> str:
    return values.text(value, what, service="NED")
