"""JPL Horizons: osculating elements of minor planets, comets and planets, at the epoch that is asked for."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.utils import timezone

from tom_catalogs import values
from tom_catalogs.harvester import AbstractHarvester, Candidate, MissingDataException, SeveralMatchesException
from tom_catalogs.small_bodies import is_comet, orbit_fields, parse_designation
from tom_common.exceptions import RemoteAnswerInvalid, RemoteRejected

if TYPE_CHECKING:
    from tom_targets.models import Target

SERVICE = "JPL Horizons"
API_PATH = "/api/horizons.api"
MAJOR_BODIES = {
    "mercury": "199", "venus": "299", "mars": "499", "jupiter": "599", "saturn": "699", "uranus": "799",
    "neptune": "899", "pluto": "999",
}
UNIX_EPOCH_JD = 2_440_587.5
#: Columns of the table of elements that must be there, with the limits of what makes sense.
COLUMNS = {"EC": (0, 1000), "QR": (1e-5, 1e5), "IN": (0, 180), "OM": (-360, 720), "W": (-360, 720)}
#: How far a(1 - e) may be from q, and M from n(t - T), before the table has been misread.
CONSISTENCY = 1e-4
MOST_CANDIDATES = 40

_TARGET = re.compile(r"^Target body name:\s*(.+?)\s*(?:\{.*)?$", re.M)
_SMALL_BODY = re.compile(r"^(?:(?P<number>\d+)\s+)?(?P<name>[^(]+?)?\s*(?:\((?P<designation>[^)]+)\))?$")
_DASHES = re.compile(r"\s*-{3,}\s+-{3,}")


class JPLHorizonsHarvester(AbstractHarvester):
    """Elements are heliocentric, J2000 ecliptic, in au, degrees, days; epochs come as JD (TDB) and are kept as MJD."""

    name = "JPL Horizons"
    help_text = "Minor planets, comets and planets: orbital elements for today. Where several fit, choose the record."
    base_url = "https://ssd.jpl.nasa.gov"
    info_url = "https://ssd.jpl.nasa.gov/tools/sbdb_lookup.html"
    timeout_s = 40.0

    def query(
        self, term: str, location: str | None = None, start: str | None = None, end: str | None = None,
        step: str | None = None,
    ) -> None:
        """Ask for elements at 0h (TDB) of today, or of the first of the dates from `start` to `end`.

        `location` is the centre in Horizons' notation, the Sun if not given: elements about any other centre are no
        elements of a target, so anything else is refused by `to_target`.
        """
        answer = self.client().get_json(API_PATH, params={
            "format": "json", "COMMAND": _quoted(command(term)), "OBJ_DATA": "YES", "MAKE_EPHEM": "YES",
            "EPHEM_TYPE": "ELEMENTS", "CENTER": _quoted(location or "500@10"), "REF_PLANE": "ECLIPTIC",
            "REF_SYSTEM": "ICRF", "OUT_UNITS": "AU-D", "TP_TYPE": "ABSOLUTE", "CSV_FORMAT": "YES", "ELEM_LABELS": "YES",
            **_times(start, end, step),
        })
        if not isinstance(answer, dict):
            raise RemoteAnswerInvalid(f"{SERVICE} answered with something that is no result.", service=SERVICE)
        if answer.get("error"):
            detail = " ".join(str(answer["error"]).split())[:300]
            raise RemoteRejected(f"{SERVICE} said no: {detail}", service=SERVICE, detail=detail)
        text = answer.get("result")
        if not isinstance(text, str):
            raise RemoteAnswerInvalid(f"{SERVICE} answered without a result.", service=SERVICE)
        if "$$SOE" not in text:
            _explain(text, term)
        self.catalog_data = text

    def to_target(self) -> "Target":
        text = self.answer()
        row, body = _table_row(text), _body(text)
        major = body["major"]
        comet = not major and (is_comet(body["designation"]) or _value(text, "M1") is not None)
        fields = orbit_fields(comet=comet, **_elements(row))
        if major:
            fields["scheme"] = "JPL_MAJOR_PLANET"
            return self.new_target(name=body["name"], **fields)
        return self.new_target(
            name=body["name"], names=body["names"], **fields, **_magnitude(text, comet), notes=[_orbit_source(text)],
            link=f"{self.info_url}#/?sstr={quote(body['designation'])}",
        )


def command(term: str) -> str:
    """What Horizons calls a body: a typed name as COMMAND. Texts in Horizons' own notation pass as they are."""
    typed = " ".join(term.split())
    if ";" in typed or "=" in typed:
        return typed
    if typed.lower() in MAJOR_BODIES:
        return MAJOR_BODIES[typed.lower()]
    designation = parse_designation(typed)
    if designation.kind in ("comet", "provisional"):
        return f"DES={designation.short};"
    return f"{designation.short};"


def _quoted(text: str) -> str:
    """Horizons takes values in quotes, which must not occur within."""
    clean = "".join(character for character in text if character.isprintable())
    return f"'{clean}'" if "'" not in clean else '"' + clean.replace('"', "") + '"'


def _times(start: str | None, end: str | None, step: str | None) -> dict[str, str]:
    if start:
        return {"START_TIME": _quoted(start), "STOP_TIME": _quoted(end or start), "STEP_SIZE": _quoted(step or "1d")}
    today = timezone.now().date()
    return {"TLIST": str(UNIX_EPOCH_JD + (today - today.replace(year=1970, month=1, day=1)).days)}


def _explain(text: str, term: str) -> None:
    """Why there is no table, as the exception that says so. Horizons tells it in prose, with HTTP 200."""
    if "No matches found" in text:
        raise MissingDataException(f"{SERVICE} knows no body named '{term}'.")
    if "Multiple major-bodies" in text or "Matching small-bodies" in text:
        candidates = _matches(text, small="Matching small-bodies" in text)
        if not candidates:
            raise MissingDataException(f"{SERVICE} knows no body named '{term}'.")
        raise SeveralMatchesException(f"{SERVICE} has {len(candidates)} records for '{term}'.",
                                      [*_closest(term, candidates), *candidates][:MOST_CANDIDATES])
    if match := re.search(r"No ephemeris for target.*", text):
        raise MissingDataException(f"{SERVICE}: {' '.join(match.group().split())}")
    raise RemoteAnswerInvalid(f"{SERVICE} answered without elements: {' '.join(text.split())[:200]}", service=SERVICE)


def _matches(text: str, small: bool) -> list[Candidate]:
    """The records of the list, each once. Its columns are as wide as the dashes below their heads."""
    candidates: dict[str, Candidate] = {}
    columns: list[tuple[str, int, int | None]] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if _DASHES.match(line):
            columns = _columns(lines[number - 1] if number else "", line)
        elif not line.strip():
            columns = []
        elif columns:
            cells = [(head, line[start:end].strip()) for head, start, end in columns]
            record = cells[0][1]
            if not re.fullmatch(r"-?\d+", record) or record in candidates:
                continue
            epoch = next((cell for head, cell in cells if head.startswith("Epoch")), "")
            names = dict.fromkeys(cell for head, cell in cells[1:] if cell and not head.startswith("Epoch"))
            detail = f"elements of {epoch}" if epoch else f"record {record}"
            candidates[record] = Candidate(" ".join(names) or record, f"{record};" if small else record, detail)
    return list(candidates.values())


def _columns(heads: str, dashes: str) -> list[tuple[str, int, int | None]]:
    """(head, start, end) of each column; the last one has no end."""
    starts = [match.start() for match in re.finditer(r"-{3,}", dashes)]
    starts[0] = 0
    return [(heads[start:end].strip(), start, end) for start, end in zip(starts, [*starts[1:], None], strict=True)]


def _closest(term: str, candidates: list[Candidate]) -> list[Candidate]:
    """For the apparitions of one comet: the orbit nearest to today, which is what one mostly wants."""
    designation = parse_designation(term)
    if designation.kind != "comet":
        return []
    return [Candidate(designation.short, f"DES={designation.short};CAP;NOFRAG", "the orbit closest to today")]


def _table_row(text: str) -> dict[str, str]:
    """The first row between $$SOE and $$EOE, by column name; the header stands two lines above."""
    lines = text.splitlines()
    try:
        start = next(number for number, line in enumerate(lines) if line.strip() == "$$SOE")
        end = next(number for number, line in enumerate(lines) if line.strip() == "$$EOE")
    except StopIteration:
        raise RemoteAnswerInvalid(f"{SERVICE} sent a table that was cut short.", service=SERVICE) from None
    if start < 2 or end <= start + 1:
        raise RemoteAnswerInvalid(f"{SERVICE} sent an empty table.", service=SERVICE)
    names = [name.strip() for name in lines[start - 2].split(",")]
    cells = [cell.strip() for cell in lines[start + 1].split(",")]
    if len(names) != len(cells) or "JDTDB" not in names:
        raise RemoteAnswerInvalid(f"{SERVICE} sent a table whose columns do not fit its header.", service=SERVICE)
    _check_frame(text)
    return dict(zip(names, cells, strict=True))


def _check_frame(text: str) -> None:
    """Au, days, degrees, about the Sun, in the J2000 ecliptic: numbers of any other kind would look just as good."""
    for label, wanted in (("Center body name", "Sun (10)"), ("Output units", "AU-D, deg"),
                          ("Reference frame", "Ecliptic of J2000")):
        match = re.search(rf"^{label}\s*:\s*(.*)$", text, re.M)
        if match and not match.group(1).startswith(wanted):
            raise RemoteAnswerInvalid(
                f"{SERVICE} gives elements with {label.lower()} '{match.group(1).strip()[:60]}', where {wanted} is "
                "expected.", service=SERVICE,
            )


def _elements(row: dict[str, str]) -> dict[str, Any]:
    numbers = {
        key: values.required(row.get(key), key, service=SERVICE, low=low, high=high)
        for key, (low, high) in COLUMNS.items()
    }
    epoch = values.mjd_of_jd(row.get("JDTDB"), "epoch", service=SERVICE)
    elements = {
        "epoch_mjd": epoch, "perihelion_mjd": values.mjd_of_jd(row.get("Tp"), "time of perihelion", service=SERVICE),
        "q": numbers["QR"], "e": numbers["EC"], "i": numbers["IN"], "node": numbers["OM"] % 360,
        "argperi": numbers["W"] % 360,
    }
    if numbers["EC"] >= 1:
        a = values.number(row.get("A"), "semimajor axis", service=SERVICE)
        # Horizons writes 9.99E+99 for the axis of a parabola.
        _check_size(elements, a if numbers["EC"] > 1 and a is not None and a < 1e9 else None)
        return elements
    a = values.required(row.get("A"), "semimajor axis", service=SERVICE, low=1e-4, high=1e6)
    n = values.required(row.get("N"), "mean motion", service=SERVICE, low=0, high=1000)
    anomaly = values.angle(row.get("MA"), "mean anomaly", service=SERVICE)
    _check_consistency(elements, a, n, anomaly)
    return elements | {"semimajor_axis": a, "mean_daily_motion": n, "mean_anomaly": anomaly}


def _check_consistency(elements: dict[str, Any], a: float, n: float, anomaly: float) -> None:
    """The same orbit is given twice over: a misread or garbled column shows at once."""
    _check_size(elements, a)
    drift = (n * (elements["epoch_mjd"] - elements["perihelion_mjd"]) - anomaly + 180) % 360 - 180
    if abs(drift) > 360 * CONSISTENCY:
        raise RemoteAnswerInvalid(f"{SERVICE} sent times and anomalies that contradict each other.", service=SERVICE)


def _check_size(elements: dict[str, Any], a: float | None) -> None:
    if a is not None and abs(a * (1 - elements["e"]) - elements["q"]) > CONSISTENCY * elements["q"]:
        raise RemoteAnswerInvalid(f"{SERVICE} sent elements that contradict each other.", service=SERVICE)


def _body(text: str) -> dict[str, Any]:
    """What the body is called: `1 Ceres (A801 AA)`, `67P/Churyumov-Gerasimenko`, `(1935 UZ)`, `Mars (499)`."""
    match = _TARGET.search(text)
    if not match:
        raise RemoteAnswerInvalid(f"{SERVICE} does not say which body this is.", service=SERVICE)
    given = " ".join(match.group(1).split())
    parts = _SMALL_BODY.match(given)
    number, name, inner = (parts["number"], parts["name"], parts["designation"]) if parts else (None, given, None)
    if name and inner and not number and inner.isdigit():
        return {"name": name, "names": [], "designation": name, "major": True}
    if number:
        full = f"{number} {name}" if name else number
        return {"name": full, "names": [name, number, inner], "designation": number, "major": False}
    if name and is_comet(name):
        # C/2012 S1 (ISON) carries its discoverer in parentheses, 67P/Churyumov-Gerasimenko behind the stroke.
        short = parse_designation(name).short
        return {"name": given, "names": [short, name], "designation": short, "major": False}
    full = name or inner or given
    return {"name": full, "names": [inner], "designation": inner or full, "major": False}


def _value(text: str, key: str) -> float | None:
    """A physical parameter of the object's data sheet: `H= 3.53`, `k1= 11.`; None for n.a. and what is not there."""
    match = re.search(rf"(?<![A-Za-z0-9]){key}=\s*(n\.a\.|[-+]?\d*\.?\d+|[-+]?\d+\.)", text)
    return values.number(match.group(1), key, service=SERVICE, low=-15, high=100) if match else None


def _magnitude(text: str, comet: bool) -> dict[str, float | None]:
    """H and G of a minor planet, M1 and k1 of a comet: each with its own slope, or without."""
    magnitude, slope = ("M1", "k1") if comet else ("H", "G")
    absolute = _value(text, magnitude)
    return {} if absolute is None else {"abs_mag": absolute, "slope": _value(text, slope)}


def _orbit_source(text: str) -> str:
    match = re.search(r"^Rec #:\s*(\d+).*?Soln\.date:\s*(\S+)", text, re.M)
    return f"Horizons record {match.group(1)}, orbit of {match.group(2).split('_')[0]}." if match else ""
