"""What comes of asking a catalogue: plain data that can be stored, shown and made into a target."""

import math
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any
from urllib.parse import quote_plus, urlencode

#: Fields that a new target gets from its TOM, not from a catalogue.
NOT_FROM_CATALOGS = frozenset({
    "id", "created", "modified", "permissions", "healpix", "name_simplified", "galactic_lng", "galactic_lat",
    "shared_by", "shared_from",
})
#: How many characters of names a link to the form of a new target carries.
LONGEST_NAMES_QUERY = 2000
#: Under which name the form of a new target takes tags.
TAGS_PREFIX = "targetextra_set"


class Status(StrEnum):
    """How an answer came out."""

    FOUND = "found"
    SEVERAL = "several"
    NOT_FOUND = "not_found"
    UNSUPPORTED = "unsupported"
    NOT_CONFIGURED = "not_configured"
    DOWN = "down"
    SLOW = "slow"
    THROTTLED = "throttled"
    REJECTED = "rejected"
    NONSENSE = "nonsense"
    BROKEN = "broken"

    @property
    def is_an_answer(self) -> bool:
        """Whether the catalogue has spoken: this is worth keeping, a failure is not."""
        return self in (Status.FOUND, Status.SEVERAL, Status.NOT_FOUND)


@dataclass(frozen=True)
class Candidate:
    """One of several matches. `term` is what to ask the same catalogue to get this one."""

    label: str
    term: str
    detail: str = ""
    ra: float | None = None
    dec: float | None = None


@dataclass(frozen=True)
class Answer:
    """The answer of one catalogue to one term. `message` is fit for the page."""

    harvester: str
    term: str
    status: Status
    message: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    extras: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    link: str = ""

    @property
    def name(self) -> str:
        return self.fields.get("name", "")

    @property
    def ra(self) -> float | None:
        return self.fields.get("ra")

    @property
    def dec(self) -> float | None:
        return self.fields.get("dec")

    @property
    def found(self) -> bool:
        return self.status == Status.FOUND

    def as_json(self) -> dict[str, Any]:
        return _storable(asdict(self) | {"status": str(self.status)})

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Answer":
        """The answer as it was stored; what an earlier or later release kept besides is passed over."""
        candidates = [Candidate(**_known(Candidate, candidate)) for candidate in data.get("candidates", ())]
        return cls(**_known(cls, data) | {"status": Status(data["status"]), "candidates": candidates})

    def create_query(self, extra_fields: tuple[str, ...] = ()) -> str:
        """The query string that fills the form of a new target: its fields, `names=a,b`, and the extras; those that
        the project has no field for (`extra_fields`) come as tags."""
        query = self.fields | {name: value for name, value in self.extras.items() if name in extra_fields}
        tags = [(name, value) for name, value in self.extras.items() if name not in extra_fields]
        for number, (name, value) in enumerate(tags):
            query |= {f"{TAGS_PREFIX}-{number}-key": name, f"{TAGS_PREFIX}-{number}-value": value}
        names = ",".join(self.travelling_names)
        return urlencode(query | ({"names": names} if names else {}))

    @property
    def travelling_names(self) -> list[str]:
        """The names that fit into an address; the famous ones stand first.

        The form takes them apart at the commas, so a name that has one cannot travel. Web servers refuse addresses
        above 4 kB.
        """
        names, length = [], 0
        for name in self.names:
            length += len(quote_plus(name)) + 3
            if "," not in name and length <= LONGEST_NAMES_QUERY:
                names.append(name)
        return names


def _known(cls: type, data: dict[str, Any]) -> dict[str, Any]:
    names = {dataclass_field.name for dataclass_field in fields(cls)}
    return {name: value for name, value in data.items() if name in names}


def target_fields(target: Any) -> dict[str, Any]:
    """The fields of an unsaved target that a catalogue has filled, as JSON can hold them."""
    from django.db.models import NOT_PROVIDED

    filled = {}
    for model_field in target._meta.concrete_fields:
        name, value = model_field.attname, getattr(target, model_field.attname, None)
        if name in NOT_FROM_CATALOGS or model_field.is_relation or model_field.primary_key or not model_field.editable:
            continue
        is_default = model_field.default is not NOT_PROVIDED and value == model_field.get_default() and name != "type"
        if value is None or value == "" or is_default or (stored := _storable(value)) is None:
            continue
        filled[name] = stored
    return filled


def _storable(value: Any) -> Any:
    """The value as every database keeps it in JSON: no NaN, no NUL and no half of a surrogate pair in a text."""
    if isinstance(value, dict):
        return {str(key): _storable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(inner) for inner in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "__float__"):
        number = float(value)
        return number if math.isfinite(number) else None
    return str(value)
