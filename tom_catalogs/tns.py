"""How to talk to the Transient Name Server: the bot's marker, its key, and both shapes of answers.

Shared by whoever speaks to TNS: the harvester, the broker, the reports.
"""

import json
from collections.abc import Mapping
from typing import Any

from tom_common.exceptions import RemoteAnswerInvalid, RemoteRejected
from tom_common.remote import RemoteClient

TNS_URL = "https://www.wis-tns.org"
REQUIRED_SETTINGS = ("api_key", "bot_id", "bot_name")
SEARCH_PATH = "/api/get/search"
OBJECT_PATH = "/api/get/object"
#: Prefixes of names that TNS gives: astronomical transient, supernova, tidal disruption event, fast radio burst.
PREFIXES = ("AT", "SN", "TDE", "FRB")
SERVICE = "TNS"


def bot_marker(bot_id: str | int, bot_name: str) -> str:
    """The user agent by which TNS knows a bot; without it every request is refused."""
    number = int(bot_id) if str(bot_id).isdigit() else bot_id
    return "tns_marker" + json.dumps({"tns_id": number, "type": "bot", "name": bot_name})


def tns_client(settings: Mapping[str, Any], **kwargs: Any) -> RemoteClient:
    """A client that carries the bot's marker. `settings`: api_key, bot_id, bot_name, and where wanted base_url and
    timeout_s."""
    return RemoteClient(
        SERVICE, settings.get("base_url") or TNS_URL,
        **{
            "headers": {"User-Agent": bot_marker(settings["bot_id"], settings["bot_name"])},
            "timeout_s": settings.get("timeout_s"), "secrets": [settings["api_key"]], **kwargs,
        },
    )


def ask(client: RemoteClient, path: str, api_key: str, question: dict[str, Any]) -> Any:
    """The `data` of the answer to one read request; None where TNS has no such object.

    Until TNS 2.0 the data stood in `data.reply`; both shapes are taken.
    """
    form = {"api_key": (None, api_key), "data": (None, json.dumps(question))}
    try:
        body = client.json(client.query(path, files=form))
    except RemoteRejected as error:
        if error.status == 404:
            return None
        raise
    if not isinstance(body, dict) or "data" not in body:
        raise RemoteAnswerInvalid("TNS answered with something that holds no data.", service=SERVICE)
    code = body.get("id_code", 200)
    if code == 404:
        return None
    if code != 200:
        detail = str(body.get("id_message", ""))[:300]
        raise RemoteRejected(f"TNS said no: {detail or code}", service=SERVICE, status=None, detail=detail)
    data = body["data"]
    return data["reply"] if isinstance(data, dict) and "reply" in data else data


def search(client: RemoteClient, api_key: str, **criteria: Any) -> list[dict[str, Any]]:
    """[{objname, prefix, objid}] of the objects that meet the criteria (objname, internal_name, ra, dec, radius …)."""
    found = ask(client, SEARCH_PATH, api_key, criteria)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(entry, dict) and entry.get("objname") for entry in found):
        raise RemoteAnswerInvalid("TNS answered a search with something that is no list of objects.", service=SERVICE)
    return found


def get_object(client: RemoteClient, api_key: str, objname: str, **wanted: Any) -> dict[str, Any] | None:
    """What TNS has on one object (`wanted`: photometry="1", spectra="1"), or None."""
    found = ask(client, OBJECT_PATH, api_key, {"objname": objname, **wanted})
    if found in (None, [], {}):
        return None
    if not isinstance(found, dict):
        raise RemoteAnswerInvalid("TNS answered with something that is no object.", service=SERVICE)
    return found if found.get("objname") else None


def without_prefix(name: str) -> str:
    """`2023ixf` of `SN 2023ixf`, as TNS wants it; other names stay as they are."""
    joined = "".join(name.split())
    for prefix in PREFIXES:
        rest = joined[len(prefix):]
        if joined.upper().startswith(prefix) and rest[:4].isdigit():
            return rest
    return joined if joined[:4].isdigit() else name.strip()
