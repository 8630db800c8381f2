"""Garbled answers: a hundred and more of each catalogue. None may crash, and none may give a value that is not true."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

from django.test import SimpleTestCase

from tests.tom_catalogs.cases import CatalogueCase
from tom_catalogs.answers import Answer, Status
from tom_catalogs.resolve import resolve

#: What a value may turn into; none of it is a possible value of any field.
GARBLED = [None, "", "abc", "NaN", "1e999", True, [], {"a": 1}, -1e12, "12:34:56:78", "\x00<b>"]
ELSEWHERE = [
    "<html><body><h1>502 Bad Gateway</h1></body></html>", "", "null", "[]", "{}", "[1, 2, 3]", '"text"', "\ufeff{",
]


class Mutations(CatalogueCase):
    """One catalogue and one term, whose last body is garbled in every way."""

    service: str
    term: str
    path_of_body: str
    radius_arcsec: float | None = None
    outcome = Status.FOUND
    at_least = 100

    def setUp(self) -> None:
        super().setUp()
        self.baseline = self.ask()
        self.assertEqual(self.baseline.status, self.outcome, self.baseline.message)
        self.asked = next(request for request in self.fake.asked(self.service) if request.path == self.path_of_body)
        self.genuine = self.fake.answer(self.asked)

    def ask(self) -> Answer:
        return resolve(self.service, self.term, radius_arcsec=self.radius_arcsec)

    def mutated(self) -> Iterator[tuple[str, bytes]]:
        raise NotImplementedError

    def test_no_garbled_answer_crashes_or_gives_a_wrong_value(self):
        count = 0
        for label, body in (*self.mutated(), *self.cut_short(), *self.something_else()):
            count += 1
            with self.subTest(mutation=label):
                self.judge(label, self.answer_to(body))
        self.assertGreaterEqual(count, self.at_least)

    def answer_to(self, body: bytes) -> Answer:
        genuine, asked = self.fake.answer, self.asked

        def answer(request):
            reply = genuine(request)
            return type(reply)(body, content_type=reply.content_type) if request.path == asked.path else reply

        self.fake.answer = answer
        try:
            return self.ask()
        finally:
            self.fake.answer = genuine

    def judge(self, label: str, answer: Answer) -> None:
        self.assertNotEqual(answer.status, Status.BROKEN, answer.message)
        places = {(candidate.ra, candidate.dec) for candidate in self.baseline.candidates} | {(None, None)}
        for candidate in answer.candidates:
            self.assertTrue(candidate.label and candidate.term)
            self.assertIn((candidate.ra, candidate.dec), places)
        if not answer.found:
            self.assertTrue(answer.message)
            return
        if self.outcome == Status.SEVERAL:
            self.assertTrue(label.endswith("removed"), "One of two was taken for the only one.")
            return
        self.assertTrue(answer.name)
        for field, value in answer.fields.items():
            if isinstance(value, float):
                self.assertEqual(value, self.baseline.fields.get(field), field)
        for key, value in answer.extras.items():
            if isinstance(value, float):
                self.assertEqual(value, self.baseline.extras.get(key), key)

    def cut_short(self) -> Iterator[tuple[str, bytes]]:
        body = self.genuine.body
        for part in range(1, 12):
            yield f"cut at {part}/12", body[:len(body) * part // 12]

    def something_else(self) -> Iterator[tuple[str, bytes]]:
        for text in ELSEWHERE:
            yield f"instead {text[:12]!r}", text.encode()
        yield "bytes of no encoding", b"\xff\xfe\x00\x01" * 50


class JsonMutations(Mutations):
    def mutated(self) -> Iterator[tuple[str, bytes]]:
        data = json.loads(self.genuine.body)
        for path in paths_in(data):
            for value in GARBLED:
                yield f"{path} = {value!r}", json.dumps(changed(data, path, value)).encode()
            yield f"{path} removed", json.dumps(changed(data, path, REMOVED)).encode()


REMOVED = object()


def paths_in(data: Any, path: tuple = ()) -> Iterator[tuple]:
    """The way to every value of a JSON document, containers included."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from paths_in(value, (*path, key))


def changed(data: Any, path: tuple, value: Any) -> Any:
    document = copy.deepcopy(data)
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    if value is REMOVED:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return document


class NedMutations(JsonMutations, SimpleTestCase):
    service, term, path_of_body = "NED", "3C 273", "/srs/ObjectLookup"


class MpcOrbitMutations(JsonMutations, SimpleTestCase):
    service, term, path_of_body = "MPC", "433", "/api/get-orb"


class MpcIdentifierMutations(JsonMutations, SimpleTestCase):
    service, term, path_of_body = "MPC", "433", "/api/query-identifier"


class TnsMutations(JsonMutations, SimpleTestCase):
    service, term, path_of_body = "TNS", "SN 2023ixf", "/api/get/object"


class TnsSearchMutations(JsonMutations, SimpleTestCase):
    service, term, path_of_body = "TNS", "210.85 +54.29", "/api/get/search"
    radius_arcsec, outcome = 600, Status.SEVERAL


class VotableMutations(Mutations):
    texts = ["", "abc", "n.a.", "1e999", "-1e12", "12:34:56:78", "&lt;b&gt;", "---"]

    def mutated(self) -> Iterator[tuple[str, bytes]]:
        text = self.genuine.body.decode()
        for number, cell in enumerate(re.finditer(r"<TD>(.*?)</TD>", text)):
            for value in self.texts:
                yield f"cell {number} = {value}", (text[:cell.start(1)] + value + text[cell.end(1):]).encode()
            yield f"cell {number} removed", (text[:cell.start()] + text[cell.end():]).encode()
        for unit in re.finditer(r' unit="(.*?)"', text):
            for other in ("rad", "arcmin", "h", "km", "mas"):
                if other != unit.group(1):
                    yield f"{unit.group(1)} as {other}", (text[:unit.start(1)] + other + text[unit.end(1):]).encode()
        for field in re.finditer(r"<FIELD .*?/>", text):
            yield f"without {field.group()[:30]}", (text[:field.start()] + text[field.end():]).encode()
        yield "no table", re.sub("<TABLE.*</TABLE>", "", text, flags=re.S).encode()

class SimbadMutations(VotableMutations, SimpleTestCase):
    service, term, path_of_body = "Simbad", "Vega", "/simbad/sim-tap/sync"


class SimbadConeMutations(VotableMutations, SimpleTestCase):
    service, term, path_of_body = "Simbad", "05:34:31.9 +22:01:00", "/simbad/sim-tap/sync"
    radius_arcsec, outcome = 60, Status.SEVERAL


class NedConeMutations(VotableMutations, SimpleTestCase):
    service, term, path_of_body = "NED", "210.79 +54.31", "/cgi-bin/objsearch"
    radius_arcsec, outcome = 600, Status.SEVERAL


class HorizonsListMutations(Mutations, SimpleTestCase):
    service, term, path_of_body = "JPL Horizons", "67P", "/api/horizons.api"
    outcome = Status.SEVERAL

    def mutated(self) -> Iterator[tuple[str, bytes]]:
        lines = json.loads(self.genuine.body)["result"].splitlines()
        for number, line in enumerate(lines):
            for garbled in ("", "-", line[:10], line[::-1], line.replace(" ", ""), "\x00" * 5, line * 3, "9" * 400):
                yield f"line {number} = {garbled[:20]!r}", json.dumps(
                    {"result": "\n".join([*lines[:number], garbled, *lines[number + 1:]])}).encode()


class HorizonsMutations(Mutations, SimpleTestCase):
    service, term, path_of_body = "JPL Horizons", "Eros", "/api/horizons.api"
    texts = ["", "abc", "n.a.", "9.9E+99", "-1.0E+12", "12:34:56", "*****"]

    def mutated(self) -> Iterator[tuple[str, bytes]]:
        text = json.loads(self.genuine.body)["result"]
        lines = text.splitlines()
        row = lines.index("$$SOE") + 1
        cells = lines[row].split(",")
        for number in range(len(cells) - 1):
            for value in self.texts:
                garbled = ",".join([*cells[:number], f" {value}", *cells[number + 1:]])
                yield f"cell {number} = {value}", self.body_of([*lines[:row], garbled, *lines[row + 1:]])
            yield f"cell {number} removed", self.body_of(
                [*lines[:row], ",".join(cells[:number] + cells[number + 1:]), *lines[row + 1:]])
        for number in range(len(lines)):
            yield f"line {number} removed", self.body_of(lines[:number] + lines[number + 1:])
        for found, other in [("AU-D", "KM-S"), ("Ecliptic of J2000.0", "ICRF"), ("Sun (10)", "Earth (399)"),
                             ("$$SOE", ""), ("$$EOE", ""), ("H= 10.41", "H= n.a."), ("G= 0.46", "G= n.a.")]:
            yield f"{found} as {other}", self.body_of(text.replace(found, other).splitlines())
        yield "two columns exchanged", self.body_of(text.replace("EC, QR", "QR, EC").splitlines())

    def body_of(self, lines: list[str]) -> bytes:
        return json.dumps({"result": "\n".join(lines)}).encode()
