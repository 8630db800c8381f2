"""SIMBAD, NED and TNS."""

import json
import re
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Any
from xml.sax.saxutils import escape

from tests.fake_services.messages import Asked, Reply, as_json, objects, simplified

TNS_KEY, TNS_BOT = "a-key-of-nobody", {"tns_id": 1, "type": "bot", "name": "nobody_bot"}


def separation(ra1: float, dec1: float, ra2: float, dec2: float) -> float:
    """Degrees."""
    half = sin(radians(dec2 - dec1) / 2) ** 2
    half += cos(radians(dec1)) * cos(radians(dec2)) * sin(radians(ra2 - ra1) / 2) ** 2
    return degrees(2 * asin(min(1.0, sqrt(half))))


# SIMBAD

SIMBAD_FIELDS = {
    "oid": ("long", ""), "main_id": ("char", ""), "ra": ("double", "deg"), "dec": ("double", "deg"),
    "pmra": ("double", "mas.yr-1"), "pmdec": ("double", "mas.yr-1"), "plx_value": ("double", "mas"),
    "otype": ("char", ""), "rvz_redshift": ("double", ""), "sp_type": ("char", ""), "ids": ("char", ""),
    "dist": ("double", ""), "unit": ("char", ""), "minus_err": ("double", ""), "plus_err": ("double", ""),
    "bibcode": ("char", ""),
    "separation": ("double", "deg"),
}


def votable(fields: dict[str, tuple[str, str]], rows: list[dict[str, Any]]) -> bytes:
    """A VOTable as TAP services write it; a missing value is an empty cell."""
    heads = "".join(
        f'<FIELD name="{name}" datatype="{kind}"' + (' arraysize="*"' if kind == "char" else "")
        + (f' unit="{unit}"' if unit else "") + "/>\n" for name, (kind, unit) in fields.items()
    )
    cells = "".join(
        "<TR>" + "".join(f"<TD>{'' if row.get(name) is None else escape(str(row[name]))}</TD>" for name in fields)
        + "</TR>\n" for row in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">\n<RESOURCE type="results">\n'
        f'<INFO name="QUERY_STATUS" value="OK"/>\n<TABLE name="result">\n{heads}<DATA><TABLEDATA>\n{cells}'
        "</TABLEDATA></DATA>\n</TABLE>\n</RESOURCE>\n</VOTABLE>\n"
    ).encode()


def simbad(request: Asked) -> Reply:
    adql = request.form.get("QUERY", "")
    names = {simplified(name.replace("''", "'")) for name in re.findall(r"ident\.id = '((?:[^']|'')*)'", adql)}
    cone = re.search(r"CIRCLE\('ICRS', ([-\d.e]+), ([-\d.e]+), ([-\d.e]+)\)", adql)
    if not adql.startswith("SELECT") or not (names or cone):
        body = ('<?xml version="1.0"?><VOTABLE version="1.4"><RESOURCE type="results"><INFO name="QUERY_STATUS" '
                'value="ERROR">Incorrect ADQL query</INFO></RESOURCE></VOTABLE>')
        return Reply(body.encode(), 400, "application/x-votable+xml")
    known, rows = objects("simbad"), []
    for entry in known:
        row = {**entry, "ids": "|".join(entry["ids"])}
        if names and names & {simplified(name) for name in (entry["main_id"], *entry["ids"])}:
            keys = ("dist", "unit", "minus_err", "plus_err", "bibcode")
            rows += [row | dict(zip(keys, measured, strict=True)) for measured in entry["distances"]] or [row]
        elif cone and "ra" in entry:
            ra, dec, radius = map(float, cone.groups())
            if (apart := separation(ra, dec, entry["ra"], entry["dec"])) <= radius:
                rows.append(row | {"separation": apart})
    asked = SIMBAD_FIELDS if names else {name: kind for name, kind in SIMBAD_FIELDS.items() if name != "ids"}
    rows.sort(key=lambda row: row.get("separation", 0))
    return Reply(votable(asked, rows), content_type="application/x-votable+xml")


# NED


def ned_lookup(request: Asked) -> Reply:
    name = json.loads(request.form["json"])["name"]["v"]
    base = {"NameResolver": "NED-MODERN", "Version": "2.0", "Supplied": name, "StatusCode": 100}
    for entry in objects("ned"):
        if simplified(name) in {simplified(other) for other in (entry["name"], *entry["aliases"])}:
            return as_json(base | {
                "ResultCode": 3, "Interpreted": {"Name": entry["name"]},
                "Preferred": {
                    "Name": entry["name"], "ObjType": {"Value": entry["type"], "RefCode": None},
                    "Position": {"RA": entry["ra"], "Dec": entry["dec"], "UncSemiMajor": 0.5, "RefCode": "test"},
                    "Redshift": {"Value": entry["z"], "Uncertainty": entry["z_err"], "QualityFlag": ""},
                },
            })
    return as_json(base | {"ResultCode": 0})


def ned_search(request: Asked) -> Reply:
    ra, dec = (float(request.query[key].rstrip("d")) for key in ("lon", "lat"))
    rows = []
    for entry in objects("ned"):
        arcmin = separation(ra, dec, entry["ra"], entry["dec"]) * 60
        if arcmin <= float(request.query["radius"]):
            rows.append({"No.": len(rows) + 1, "Object Name": entry["name"], "RA": entry["ra"], "DEC": entry["dec"],
                         "Type": entry["type"], "Redshift": entry["z"], "Separation": f"{arcmin:.3f}"})
    fields = {"No.": ("int", ""), "Object Name": ("char", ""), "RA": ("double", "degrees"),
              "DEC": ("double", "degrees"), "Type": ("char", ""), "Redshift": ("double", ""),
              "Separation": ("double", "arcmin")}
    if rows:
        return Reply(votable(fields, sorted(rows, key=lambda row: float(row["Separation"]))), content_type="text/xml")
    body = ('<?xml version="1.0"?>\n<VOTABLE version="1.1"><RESOURCE type="results">'
            '<INFO name="QUERY_STATUS" value="OK"/>'
            '<PARAM name="Error" datatype="char" arraysize="*" value=" No object found."/></RESOURCE></VOTABLE>')
    return Reply(body.encode(), content_type="text/xml")


# TNS


def tns(request: Asked) -> Reply:
    form = request.form
    marker = request.headers.get("User-Agent", "").removeprefix("tns_marker")
    try:
        known_bot = json.loads(marker) == TNS_BOT
    except ValueError:
        return Reply(b"<html><body>Forbidden</body></html>", 403, "text/html")
    if not known_bot or form.get("api_key") != TNS_KEY:
        return as_json({"id_code": 401, "id_message": "Unauthorized"}, 401)
    wanted = json.loads(form["data"])
    if request.path.endswith("/object"):
        found = [entry for entry in objects("tns") if entry["objname"] == wanted.get("objname")]
        if found:
            return as_json({"id_code": 200, "id_message": "OK", "data": found[0]})
        missing = {"110": {"message": "No results found.", "message_id": 110}}
        return as_json({"id_code": 404, "id_message": "Not found", "data": {"objname": missing}}, 404)
    found = [entry for entry in objects("tns") if _matches_tns(entry, wanted)]
    data = [{"objname": entry["objname"], "prefix": entry["name_prefix"], "objid": entry["objid"]} for entry in found]
    return as_json({"id_code": 200, "id_message": "OK", "data": data})


def _matches_tns(entry: dict[str, Any], wanted: dict[str, Any]) -> bool:
    if "ra" in wanted:
        apart = separation(float(wanted["ra"]), float(wanted["dec"]), entry["radeg"], entry["decdeg"])
        return apart * 3600 <= float(wanted["radius"])
    internal = {simplified(name) for name in entry["internal_names"].split(",")}
    return simplified(wanted.get("internal_name", "?")) in internal
