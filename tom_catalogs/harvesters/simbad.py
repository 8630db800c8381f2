"""SIMBAD, the CDS's database of stars, galaxies and what else lies beyond the Solar System, asked by TAP."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tom_catalogs import values, votable
from tom_catalogs.harvester import AbstractHarvester, Candidate, MissingDataException, SeveralMatchesException
from tom_common.exceptions import RemoteAnswerInvalid

if TYPE_CHECKING:
    from tom_targets.models import Target

TAP_PATH = "/simbad/sim-tap/sync"
UNITS = {"ra": "deg", "dec": "deg", "pmra": "mas/yr", "pmdec": "mas/yr", "plx_value": "mas"}
COLUMNS = (
    "basic.oid, basic.main_id, basic.ra, basic.dec, basic.pmra, basic.pmdec, basic.plx_value, basic.otype, "
    "basic.rvz_redshift, basic.sp_type"
)
MOST_ROWS = 500
MOST_CANDIDATES = 30
PARSECS = {"pc": 1.0, "kpc": 1e3, "Mpc": 1e6, "Gpc": 1e9}
#: What SIMBAD writes before a name to say what kind of name it is.
NAME_MARKS = ("NAME ", "V* ", "** ", "* ", "Cl ")
#: Catalogues whose names people use, in the order in which they are offered.
FAMOUS = ("NAME ", "M ", "NGC ", "IC ", "SN ", "V* ", "* ", "HD ", "HR ", "HIP ", "UGC ", "3C ", "PSR ", "Gaia DR3 ",
          "2MASS ", "TIC ")


class SimbadHarvester(AbstractHarvester):
    """Objects by any of their names, or by position. Positions are ICRS at epoch J2000."""

    name = "Simbad"
    verbose_name = "SIMBAD"
    help_text = "Stars, galaxies and other objects outside the Solar System, by any name or by position."
    base_url = "https://simbad.cds.unistra.fr"
    info_url = "https://simbad.cds.unistra.fr/simbad/"

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__()
        self.simbad = self.client()

    def query(self, term: str) -> None:
        name = " ".join(term.split()).replace("'", "''")
        rows = self._ask(
            f"SELECT {COLUMNS}, ids.ids, mesDistance.dist, mesDistance.unit, mesDistance.minus_err, "
            f"mesDistance.plus_err, mesDistance.bibcode FROM basic JOIN ident ON ident.oidref = basic.oid "
            f"LEFT JOIN ids ON ids.oidref = basic.oid LEFT JOIN mesDistance ON mesDistance.oidref = basic.oid "
            # A proper name is kept as "NAME Andromeda Galaxy", which nobody types.
            f"WHERE ident.id = '{name}' OR ident.id = 'NAME {name}'"
        )
        objects = {row.get("oid") or row.get("main_id") for row in rows}
        if len(objects) > 1:
            self._offer(rows, f"SIMBAD knows several objects named '{term}'.")
        if not rows:
            raise MissingDataException(f"SIMBAD knows no object named '{term}'.")
        self.catalog_data = rows

    def query_position(self, ra: float, dec: float, radius_arcsec: float) -> None:
        rows = self._ask(
            f"SELECT {COLUMNS}, DISTANCE(POINT('ICRS', ra, dec), POINT('ICRS', {ra!r}, {dec!r})) AS separation "
            f"FROM basic WHERE CONTAINS(POINT('ICRS', ra, dec), "
            f"CIRCLE('ICRS', {ra!r}, {dec!r}, {radius_arcsec / 3600!r})) = 1 ORDER BY separation"
        )
        if not rows:
            raise MissingDataException(f"SIMBAD has nothing within {radius_arcsec:g}″ of this position.")
        if len(rows) > 1:
            self._offer(rows, f"SIMBAD has {len(rows)} objects within {radius_arcsec:g}″ of this position.")
        # The cone knows no aliases and distances.
        self.query(values.text(rows[0].get("main_id"), "main id", service="SIMBAD"))

    def to_target(self) -> "Target":
        rows = self.answer()
        row = rows[0]
        main_id = values.text(row.get("main_id"), "main id", service="SIMBAD")
        names = _by_fame(_identifiers(rows))
        distance, note = _distance(rows)
        return self.new_target(
            name=_readable(main_id), names=[_readable(name) for name in (main_id, *names)],
            ra=row.get("ra"), dec=row.get("dec"), epoch=2000.0,
            **self._proper_motion(row), parallax=row.get("plx_value"), **distance,
            extras={
                "redshift": values.number(row.get("rvz_redshift"), "redshift", service="SIMBAD", low=-1, high=1200),
                "object_type": values.text(row.get("otype"), "object type", service="SIMBAD"),
                "spectral_type": values.text(row.get("sp_type"), "spectral type", service="SIMBAD"),
            },
            notes=[note], link=f"{self.info_url}sim-id?{urlencode({'Ident': main_id})}",
        )

    def _proper_motion(self, row: votable.Row) -> dict[str, Any]:
        """Both components or none: one alone is no motion."""
        pm_ra, pm_dec = row.get("pmra"), row.get("pmdec")
        return {"pm_ra": pm_ra, "pm_dec": pm_dec} if pm_ra is not None and pm_dec is not None else {}

    def _ask(self, adql: str) -> list[votable.Row]:
        response = self.simbad.query(TAP_PATH, data={
            "REQUEST": "doQuery", "LANG": "ADQL", "FORMAT": "votable", "MAXREC": str(MOST_ROWS), "QUERY": adql,
        })
        rows = votable.rows(response.content, service="SIMBAD", units=UNITS)
        # Left out, one of two matches would pass for the only one.
        if not all(row.get("main_id") for row in rows):
            raise RemoteAnswerInvalid("SIMBAD gives an object without a name.", service="SIMBAD")
        return rows

    def _offer(self, rows: list[votable.Row], message: str) -> None:
        candidates = {}
        for row in rows:
            main_id = values.text(row.get("main_id"), "main id", service="SIMBAD")
            ra, dec = values.position(row.get("ra"), row.get("dec"), service="SIMBAD")
            separation = values.number(row.get("separation"), "separation", service="SIMBAD", low=0, high=180)
            detail = values.text(row.get("otype"), "object type", service="SIMBAD")
            if separation is not None:
                detail = f"{separation * 3600:.1f}″ {detail}"
            candidates.setdefault(main_id, Candidate(_readable(main_id), main_id, detail.strip(), ra, dec))
        raise SeveralMatchesException(message, list(candidates.values())[:MOST_CANDIDATES])


def _identifiers(rows: list[votable.Row]) -> list[str]:
    ids = values.text(rows[0].get("ids"), "list of names", service="SIMBAD")
    return [name.strip() for name in ids.split("|")] if ids else []


def _by_fame(names: list[str]) -> list[str]:
    """The names that people use first, the rest as SIMBAD has them."""

    def rank(name: str) -> int:
        return next((place for place, mark in enumerate(FAMOUS) if name.startswith(mark)), len(FAMOUS))

    return sorted(names, key=rank)


def _readable(identifier: str) -> str:
    """`NAME Barnard's star` as people say it."""
    mark = next((mark for mark in NAME_MARKS if identifier.startswith(mark)), "")
    return identifier[len(mark):] if mark != "Cl " else identifier


def _distance(rows: list[votable.Row]) -> tuple[dict[str, float], str]:
    """The latest measured distance in parsec, its larger error, and a sentence that says whose it is."""
    measured = [row for row in rows if row.get("dist") is not None and str(row.get("unit")).strip() in PARSECS]
    if not measured:
        return {}, ""
    latest = max(measured, key=lambda row: str(row.get("bibcode") or ""))
    unit = str(latest["unit"]).strip()
    distance = values.number(latest["dist"], "distance", service="SIMBAD", low=0)
    if not distance:
        return {}, ""
    errors = [
        abs(error) for key in ("minus_err", "plus_err")
        if (error := values.number(latest.get(key), "error of the distance", service="SIMBAD"))
    ]
    fields = {"distance": distance * PARSECS[unit]}
    if errors:
        fields["distance_err"] = max(errors) * PARSECS[unit]
    source = values.text(latest.get("bibcode"), "bibcode", service="SIMBAD")
    count = f", the latest of {len(measured)}" if len(measured) > 1 else ""
    return fields, f"Distance {distance:g} {unit} ({source or 'source not given'}{count})."
