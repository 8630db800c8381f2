"""The Minor Planet Center and JPL Horizons."""

import json
from typing import Any

from tests.fake_services.messages import Asked, Reply, as_json, objects, simplified

GAUSS = 0.9856076686014251


def small_bodies(name: str) -> list[dict[str, Any]]:
    """Those that bear the name, as number, name, designation, or number and name."""
    wanted = simplified(name).strip("()")
    return [body for body in objects("small_bodies") if wanted in {simplified(other) for other in _body_names(body)}]


def _body_names(body: dict[str, Any]) -> list[str]:
    permid, name, provisional = body.get("permid"), body.get("name"), body.get("provisional")
    names = [permid, name, provisional, *body.get("secondary", ()), f"{permid} {name}", f"{permid}/{name}"]
    return [other for other in names if other]


def mpc_identifier(request: Asked) -> Reply:
    answer = {}
    for asked in json.loads(request.body)["ids"]:
        found = [body for body in small_bodies(asked) if "major" not in body]
        several = len(found) > 1
        body = found[0] if len(found) == 1 else {}
        answer[asked] = {
            "found": len(found), "name": body.get("name"), "permid": body.get("permid"),
            "iau_designation": f"({body['permid']})" if body.get("permid") else body.get("provisional"),
            "unpacked_primary_provisional_designation": body.get("provisional"),
            "unpacked_secondary_provisional_designations": body.get("secondary", []),
            "object_type": [body["kind"], 0] if body else None, "citation": None,
            "disambiguation_list": [_identity(other) for other in found] if several else None,
        }
    return as_json(answer)


def _identity(body: dict[str, Any]) -> dict[str, Any]:
    return {"permid": body["permid"], "name": body["name"],
            "unpacked_primary_provisional_designation": body["provisional"]}


def mpc_orbit(request: Asked) -> Reply:
    found = [body for body in small_bodies(json.loads(request.body)["desig"]) if "major" not in body]
    if not found:
        return as_json([{"mpc_orb": []}, 200])
    return as_json([{"mpc_orb": [mpc_orb(found[0])]}, 200])


def mpc_orb(body: dict[str, Any]) -> dict[str, Any]:
    """The mpc_orb object of one of our small bodies."""
    return {
        "COM": {
            "coefficient_names": ["q", "e", "i", "node", "argperi", "peri_time"],
            "coefficient_values": [body[key] for key in ("q", "e", "i", "node", "argperi", "tp")],
            "coefficient_uncertainties": [1e-8] * 6,
        },
        "categorization": {"object_type_int": 0, "object_type_str": body["kind"], "orbit_type_str": ""},
        "designation_data": {
            "permid": body["permid"], "name": body["name"] or "", "iau_name": "",
            "unpacked_primary_provisional_designation": body["provisional"],
            "unpacked_secondary_provisional_designations": body["secondary"],
        },
        "epoch_data": {"epoch": body["epoch"], "timeform": "MJD", "timesystem": "TDT"},
        "magnitude_data": {"H": body.get("H"), "G": body.get("G"), "G1": None, "photometric_model": "HG"},
        "orbit_fit_statistics": {"nobs_total": body["nobs"], "arc_length_total": "1990-2024", "U_param": 0},
        "system_data": {"refsys": "Ecliptic", "refframe": "ICRF"},
    }


def horizons(request: Asked) -> Reply:
    command = request.query.get("COMMAND", "").strip("'\"")
    name = command.removeprefix("DES=").split(";")[0].strip()
    bodies = objects("small_bodies")
    recorded = [body for body in bodies if name in {record for record, _ in body.get("records", ())}]
    found = recorded or [body for body in bodies if body.get("major") == command] or (
        [body for body in small_bodies(name) if "major" not in body] if ";" in command else []
    )
    if not found:
        return _horizons_text(f"\n Comet AND asteroid index search:\n\n    NAME = {name.upper()};\n\n"
                              " Matching small-bodies: \n\n No matches found.\n")
    body = found[0]
    if body.get("records") and not recorded and "CAP" not in command:
        lines = "".join(
            f"    {record}    {epoch}    {body['permid']}            {body['permid']}             {body['name']}\n"
            for record, epoch in body["records"]
        )
        return _horizons_text(
            f"\n Comet AND asteroid index search:\n\n    DES = {name};\n\n Matching small-bodies: \n\n"
            "    Record #  Epoch-yr  >MATCH DESIG<  Primary Desig  Name  \n"
            f"    --------  --------  -------------  -------------  -------------------------\n{lines}\n"
            f" ({len(body['records'])} matches. To SELECT, enter record # (integer), followed by semi-colon.)\n"
        )
    return _horizons_text(horizons_table(body))


def _horizons_text(result: str) -> Reply:
    return as_json({"signature": {"source": "NASA/JPL Horizons API", "version": "1.3"}, "result": result})


def horizons_table(body: dict[str, Any]) -> str:
    """The data sheet and table of elements of one of our bodies."""
    q, e = body["q"], body["e"]
    a, epoch = q / (1 - e), body["epoch"] + 2400000.5
    n = GAUSS * abs(a) ** -1.5
    anomaly = n * (body["epoch"] - body["tp"])
    columns = {
        "JDTDB": epoch, "Calendar Date (TDB)": "A.D. 2024-Oct-17 00:00:00.0000", "EC": e, "QR": q, "IN": body["i"],
        "OM": body["node"], "W": body["argperi"], "Tp": body["tp"] + 2400000.5, "N": n,
        "MA": anomaly % 360 if e < 1 else anomaly, "TA": 0.0, "A": a, "AD": a * (1 + e), "PR": 360 / n,
    }
    cells = ", ".join(f"{value:.15E}" if isinstance(value, float) and name != "JDTDB" else str(value)
                      for name, value in columns.items())
    rule = "*" * 79
    return (
        f"{rule}\nJPL/HORIZONS      {horizons_name(body)}     2026-Nov-01 10:00:00\n{_horizons_sheet(body)}\n{rule}\n"
        f"Target body name: {horizons_name(body)}                       {{source: JPL#1}}\n"
        "Center body name: Sun (10)                        {source: DE441}\n"
        "Output units    : AU-D, deg, Julian Day Number (Tp)\nReference frame : Ecliptic of J2000.0\n"
        f"{rule}\n{', '.join(columns)},\n{rule}\n$$SOE\n{cells},\n$$EOE\n{rule}\n"
    )


def horizons_name(body: dict[str, Any]) -> str:
    if "major" in body:
        return f"{body['name']} ({body['major']})"
    if body["kind"] == "Comet":
        return f"{body['permid']}/{body['name']}" if body["permid"] else f"{body['provisional']} ({body['name']})"
    if body["permid"]:
        return f"{body['permid']} {body['name']} ({body['provisional']})"
    return f"({body['provisional']})"


def _horizons_sheet(body: dict[str, Any]) -> str:
    if "major" in body:
        return "PHYSICAL DATA:\n  Vol. Mean Radius (km) = 3389.92   Density (g/cm^3) = 3.933"
    sheet = "Rec #:       1 (+COV) Soln.date: 2026-Jan-13_11:04:44   # obs: 1075 (1995-2026)\n"
    if "M1" in body:
        return (f"{sheet}Comet physical (GM= km^3/s^2; RAD= km):\n   GM= n.a.                RAD= 1.7\n"
                f"   M1=  {body['M1']}      M2=  n.a.     k1=  {body['k1']}    k2=  n.a.      PHCOF=  n.a.")
    return (f"{sheet}Asteroid physical parameters (km, seconds, rotational period in hours):\n"
            f"   GM= n.a.                RAD= n.a.               ROTPER= n.a.\n"
            f"   H= {body['H']}                 G= {body['G']}                B-V= n.a.\n"
            "                           ALBEDO= .090            STYP= C")
