"""What is asked and what is answered."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

RESPONSES = Path(__file__).parent.parent / "tom_catalogs" / "responses"


@dataclass(frozen=True)
class Reply:
    """What a service answers. `delay_s` before the first byte."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form, as one is sent by a browser or as parts."""
        text = self.body.decode()
        if "multipart/form-data" in self.headers.get("Content-Type", ""):
            return dict(re.findall(r'name="(\w+)"\r\n\r\n(.*?)\r\n--', text, re.S))
        return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


def as_json(data: Any, status: int = 200) -> Reply:
    return Reply(json.dumps(data).encode(), status)


def objects(catalogue: str) -> list[dict[str, Any]]:
    return json.loads((RESPONSES / f"{catalogue}.json").read_text())


def simplified(name: str) -> str:
    return "".join(name.lower().split())
