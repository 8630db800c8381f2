"""Answers of the real services, from a folder where they have been recorded."""

import json
from pathlib import Path

from tests.fake_services.messages import Asked, Reply, simplified


def recorded(folder: Path, service: str, request: Asked) -> Reply | None:
    """The real service's answer to this question, where it has been recorded."""
    text = request.body.decode("utf-8", "replace") + json.dumps(request.query)
    asked = simplified(text.replace("+", " ").replace("%27", "'").replace("%3A", ":").replace("%22", '"'))
    for of_service, words, name, kind in RECORDED_ANSWERS:
        if of_service == service and all(word in asked for word in words):
            return Reply(_wrapped(service, (folder / name).read_bytes(), name), content_type=kind)
    return None


def _wrapped(service: str, body: bytes, name: str) -> bytes:
    """Some recordings hold only the inner part of an answer."""
    if name.startswith("mpc/get_orb_") and not body.lstrip().startswith(b"["):
        return json.dumps([{"mpc_orb": [json.loads(body)]}, 200]).encode()
    if name.endswith(".txt"):
        return json.dumps({"signature": {"version": "1.2"}, "result": body.decode()}).encode()
    if name.endswith("_values.json"):
        return json.dumps({"id_code": 200, "id_message": "OK", "data": json.loads(body)}).encode()
    return body


XML, JSON = "application/x-votable+xml", "application/json"
#: service, what the question holds (without blanks, lower case), file, content type
RECORDED_ANSWERS = [
    ("Simbad", ["ident.id='m31'"], "simbad/query_object_m31.xml", XML),
    ("Simbad", ["barnard"], "simbad/query_object_barnard.xml", XML),
    ("NED", ["%7b", "m31"], "ned/objectlookup_m31.json", JSON),
    ("NED", ["nearpositionsearch", "83.82"], "ned/objsearch_near_position.xml", XML),
    ("MPC", ['"ids"', "sedna"], "mpc/query_identifier_Sedna.json", JSON),
    ("MPC", ['"desig"', "65803"], "mpc/get_orb_65803_mpc_orb.json", JSON),
    ("MPC", ['"desig"', "2012hn13"], "mpc/get_orb_2012HN13.json", JSON),
    ("JPL Horizons", ["ceres;"], "jpl_horizons/ceres_elements_single.txt", JSON),
    ("JPL Horizons", ["73p"], "jpl_horizons/json_ambiguous.json", JSON),
    ("TNS", ["2020ubb", "objname"], "tns/object_2020ubb_values.json", JSON),
]
