"""The Minor Planet Center: orbits of minor planets and comets by number, name or designation."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tom_catalogs import values
from tom_catalogs.harvester import AbstractHarvester, Candidate, MissingDataException, SeveralMatchesException
from tom_catalogs.small_bodies import is_comet, orbit_fields, parse_designation
from tom_common.exceptions import RemoteAnswerInvalid, RemoteRejected
from tom_common.remote import RemoteClient

if TYPE_CHECKING:
    from tom_targets.models import Target

SERVICE = "The Minor Planet Center"
ELEMENTS = ("q", "e", "i", "node", "argperi", "peri_time")
#: The MPC writes TDT, the older name of TT; TDB differs from it by milliseconds.
TIME_SCALES = frozenset({"TDT", "TT", "TDB"})


class MPCHarvester(AbstractHarvester):
    """Osculating elements; epochs are MJD in TT. Both calls are a GET with a JSON body, as the service wants it."""

    name = "MPC"
    verbose_name = "Minor Planet Center"
    help_text = "Minor planets and comets by number (433), name (Eros) or designation (2012 HN13, 67P, C/2012 S1)."
    base_url = "https://data.minorplanetcenter.net/api"
    info_url = "https://data.minorplanetcenter.net/explorer/"

    def query(self, term: str) -> None:
        client = self.client()
        identity = self._identify(client, term)
        designation = _text(identity.get("permid"), "number") or _text(
            identity.get("unpacked_primary_provisional_designation"), "designation"
        )
        if not designation:
            raise RemoteAnswerInvalid(f"{SERVICE} gives no designation for '{term}'.", service=SERVICE)
        orbit = _orbit_of(client, designation)
        if orbit is None:
            raise MissingDataException(f"{SERVICE} knows '{term}' as {designation}, but has no orbit of it.")
        self.catalog_data = {"identity": identity, "orbit": orbit}

    def to_target(self) -> "Target":
        identity, orbit = self.answer()["identity"], self.catalog_data["orbit"]
        given, elements = _part(orbit, "designation_data"), _elements(orbit)
        number = _text(given.get("permid") or identity.get("permid"), "number")
        proper_name = _text(given.get("name") or given.get("iau_name") or identity.get("name"), "name")
        provisional = _text(given.get("unpacked_primary_provisional_designation")
                            or identity.get("unpacked_primary_provisional_designation"), "designation")
        secondary = given.get("unpacked_secondary_provisional_designations")
        kind = _text(_part(orbit, "categorization").get("object_type_str"), "object type")
        comet = "comet" in kind.lower() or is_comet(number or provisional)
        name = _full_name(number, proper_name, provisional, comet)
        aliases = [number, provisional, *(secondary if isinstance(secondary, list) else [])]
        if not comet:
            # A comet's name is its discoverer's, who may have a dozen.
            aliases.insert(0, proper_name)
        return self.new_target(
            name=name, names=aliases, **orbit_fields(comet=comet, **elements), **_magnitude(orbit, comet),
            extras={"object_type": kind}, notes=[_quality(orbit)],
            link=f"{self.info_url}?{urlencode({'search': number or provisional})}",
        )

    def _identify(self, client: RemoteClient, term: str) -> dict[str, Any]:
        """Which body is meant. A name with its number, `(433) Eros`, is known by either part."""
        designation = parse_designation(term)
        asked = list(dict.fromkeys([designation.short, designation.typed]))
        answer = client.get_json("query-identifier", json={"ids": asked})
        if not isinstance(answer, dict):
            raise RemoteAnswerInvalid(f"{SERVICE} answered with something that is no list of identifiers.",
                                      service=SERVICE)
        matches = [answer[name] for name in asked if isinstance(answer.get(name), dict)]
        if not matches:
            raise RemoteAnswerInvalid(f"{SERVICE} did not say whether it knows '{term}'.", service=SERVICE)
        for match in matches:
            count = values.required(match.get("found"), "number of matches", service=SERVICE, low=0)
            if count > 1:
                self._offer(match, term)
            if count == 1:
                return match
        raise MissingDataException(f"{SERVICE} knows no minor planet or comet named '{term}'.")

    def _offer(self, match: dict[str, Any], term: str) -> None:
        entries = match.get("disambiguation_list")
        candidates = [
            candidate for entry in (entries if isinstance(entries, list) else [])
            if (candidate := _candidate(entry)) is not None
        ]
        raise SeveralMatchesException(f"{SERVICE} knows several bodies named '{term}'.", candidates)


class MPCExplorerHarvester(MPCHarvester):
    """The same under the name that projects may have in their settings."""

    name = "MPC Explorer"
    verbose_name = "MPC Explorer"


def _orbit_of(client: RemoteClient, designation: str) -> dict[str, Any] | None:
    try:
        return _orbit_in(client.get_json("get-orb", json={"desig": designation}))
    except RemoteRejected as error:
        if error.status == 404:
            return None
        raise


def _orbit_in(answer: Any) -> dict[str, Any] | None:
    """The mpc_orb object. It has stood bare and in a list, both in a list with the status."""
    body = answer[0] if isinstance(answer, list) and answer else answer
    if not isinstance(body, dict) or "mpc_orb" not in body:
        raise RemoteAnswerInvalid(f"{SERVICE} answered with something that holds no orbit.", service=SERVICE)
    orbit = body["mpc_orb"]
    if isinstance(orbit, list):
        orbit = orbit[0] if orbit else None
    if orbit is None or orbit == {}:
        return None
    if not isinstance(orbit, dict):
        raise RemoteAnswerInvalid(f"{SERVICE} gives the orbit in a shape that makes no sense.", service=SERVICE)
    return orbit


def _elements(orbit: dict[str, Any]) -> dict[str, float]:
    """The cometary elements by name: their order has changed between versions of the format."""
    block, epoch = _part(orbit, "COM"), _part(orbit, "epoch_data")
    names, given = block.get("coefficient_names"), block.get("coefficient_values")
    if not (isinstance(names, list) and isinstance(given, list) and len(names) == len(given)):
        raise RemoteAnswerInvalid(f"{SERVICE} gives no list of elements.", service=SERVICE)
    by_name = dict(zip(map(str, names), given, strict=True))
    scale, form = (_text(epoch.get(key), key).upper() for key in ("timesystem", "timeform"))
    if scale not in TIME_SCALES or form not in ("MJD", "JD"):
        raise RemoteAnswerInvalid(f"{SERVICE} gives epochs as '{form} {scale}', where MJD TDT is expected.",
                                  service=SERVICE)
    frame = _part(orbit, "system_data").get("refsys")
    if frame is not None and "ecliptic" not in _text(frame, "reference system").lower():
        raise RemoteAnswerInvalid(f"{SERVICE} gives elements in the system '{frame}', where Ecliptic is expected.",
                                  service=SERVICE)
    read_epoch = values.mjd if form == "MJD" else values.mjd_of_jd
    return {
        "epoch_mjd": read_epoch(epoch.get("epoch"), "epoch", service=SERVICE),
        "perihelion_mjd": values.mjd(by_name.get("peri_time"), "time of perihelion", service=SERVICE),
        "q": values.required(by_name.get("q"), "perihelion distance", service=SERVICE, low=1e-5, high=1e5),
        "e": values.required(by_name.get("e"), "eccentricity", service=SERVICE, low=0, high=1000),
        "i": values.required(by_name.get("i"), "inclination", service=SERVICE, low=0, high=180),
        "node": values.angle(by_name.get("node"), "longitude of the node", service=SERVICE),
        "argperi": values.angle(by_name.get("argperi"), "argument of perihelion", service=SERVICE),
    }


def _magnitude(orbit: dict[str, Any], comet: bool) -> dict[str, Any]:
    """H and G of a minor planet. What the MPC gives for comets follows another law, so it is left out."""
    magnitudes = _part(orbit, "magnitude_data")
    h = values.number(magnitudes.get("H"), "absolute magnitude", service=SERVICE, low=-15, high=50)
    if comet or h is None:
        return {}
    slope = values.number(magnitudes.get("G"), "magnitude slope", service=SERVICE, low=-1, high=1)
    return {"abs_mag": h, "slope": slope}


def _quality(orbit: dict[str, Any]) -> str:
    """What the orbit rests on."""
    fit = orbit.get("orbit_fit_statistics")
    if not isinstance(fit, dict) or not isinstance(fit.get("nobs_total"), int):
        return ""
    return f"Orbit from {fit['nobs_total']} observations, {fit.get('arc_length_total') or 'arc not given'}."


def _full_name(number: str, proper_name: str, provisional: str, comet: bool) -> str:
    """`433 Eros`, `67P/Churyumov-Gerasimenko`, `2012 HN13`, `C/2012 S1 (ISON)`."""
    if number:
        separator = "/" if comet else " "
        return f"{number}{separator}{proper_name or provisional}".rstrip(separator)
    if proper_name and provisional:
        return f"{provisional} ({proper_name})"
    return provisional or proper_name


def _candidate(entry: Any) -> Candidate | None:
    if isinstance(entry, str) and entry.strip():
        return Candidate(entry.strip(), entry.strip())
    if not isinstance(entry, dict):
        return None
    keys = ("permid", "iau_designation", "unpacked_primary_provisional_designation", "name")
    texts = [text for key in keys if isinstance(entry.get(key), str) and (text := entry[key].strip())]
    return Candidate(" ".join(dict.fromkeys(texts)), texts[0].strip("()")) if texts else None


def _part(data: dict[str, Any], key: str) -> dict[str, Any]:
    part = data.get(key)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise RemoteAnswerInvalid(f"{SERVICE} gives {key} in a shape that makes no sense.", service=SERVICE)
    return part


def _text(value: Any, what: str) -> str:
    return values.text(value, what, service=SERVICE)
