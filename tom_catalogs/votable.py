"""Answers in VOTable, the virtual observatory's format, as plain rows."""

import io
import warnings
from typing import Any

from tom_common.exceptions import RemoteAnswerInvalid, RemoteRejected

Row = dict[str, Any]

#: How services spell units that the standard writes otherwise.
UNIT_SPELLINGS = {"degrees": "deg", "degree": "deg", "km/sec": "km/s", "mas.yr-1": "mas/yr", "masyr-1": "mas/yr"}


def rows(content: bytes, *, service: str, units: dict[str, str] | None = None) -> list[Row]:
    """The rows of the answer's first table, each a dict by column name; a missing value is None.

    An answer without a table gives no rows. `units` says in which unit a column has to come: degrees read as radians
    are a mistake that nobody would notice later. Raises RemoteRejected with the service's words when the answer says
    that the question was wrong, RemoteAnswerInvalid when it is no VOTable, was cut short, or has other units.
    """
    votable = _parsed(content, service)
    _raise_for_status(votable, service)
    table = next(iter(votable.iter_tables()), None)
    if table is None:
        return []
    for field in table.fields:
        unit = _spelled(field.unit)
        wanted = (units or {}).get(field.name)
        if unit and wanted and unit != wanted:
            raise RemoteAnswerInvalid(
                f"{service} gives the column {field.name} in {unit}, where {wanted} is expected.", service=service
            )
    names = [field.name for field in table.fields]
    return [{name: _plain(record[index]) for index, name in enumerate(names)} for record in table.array]


def parameters(content: bytes, *, service: str) -> dict[str, str]:
    """The PARAMs of the answer, where NED tells of errors."""
    return {
        param.name: str(param.value) for resource in _parsed(content, service).resources for param in resource.params
    }


def _parsed(content: bytes, service: str) -> Any:
    from astropy.io.votable import parse

    if b"<VOTABLE" not in content[:4096].upper():
        raise RemoteAnswerInvalid(f"{service} answered with something that is not a VOTable.", service=service)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse(io.BytesIO(content), verify="ignore")
    except Exception as error:  # astropy raises a dozen kinds, IndexError and friends among them
        raise RemoteAnswerInvalid(f"{service} answered with a VOTable that cannot be read: {str(error)[:200]}",
                                  service=service) from error


def _raise_for_status(votable: Any, service: str) -> None:
    for resource in votable.resources:
        for info in (*resource.infos, *votable.infos):
            if info.name == "QUERY_STATUS" and str(info.value).upper() == "ERROR":
                detail = " ".join((info.content or "").split())[:300]
                raise RemoteRejected(f"{service} did not understand the question: {detail}", service=service,
                                     detail=detail)


def _spelled(unit: Any) -> str:
    text = "" if unit is None else str(unit).replace(" ", "")
    return UNIT_SPELLINGS.get(text, text)


def _plain(value: Any) -> Any:
    """A masked value as None, a numpy number as Python's, bytes as text."""
    if type(value).__name__ == "MaskedConstant":
        return None
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return None if value == "" or (isinstance(value, float) and value != value) else value
