"""What the author of a harvester imports in a test.

    class MyHarvesterTests(HarvesterContract, TestCase):
        harvester_class = MyHarvester
        term, position = "NGC 1300", (49.920, -19.411)
        responses = {"/objects": b'{"name": "NGC 1300", "ra": 49.920, "dec": -19.411}'}

The harvester talks to a server on this machine that answers each path with the bytes in `responses` (a tuple of status
and bytes for an error). What is tested: that a target comes out, and that no failure of the service breaks anything.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from django.test import override_settings

from tom_catalogs.answers import Answer, Status
from tom_catalogs.harvester import AbstractHarvester, MissingDataException
from tom_catalogs.resolve import resolve

__all__ = ["HarvesterContract", "ResponseServer"]

#: How a service can fail, and what the harvester makes of it: (name, status, body, the statuses that are right).
FAILURES = [
    ("is down", 503, b"", {Status.DOWN}),
    ("answers with a page of HTML", 200, b"<html><body>Maintenance</body></html>", {Status.NONSENSE, Status.NOT_FOUND}),
    ("answers with nothing", 200, b"", {Status.NONSENSE, Status.NOT_FOUND}),
    ("answers with an empty object", 200, b"{}", {Status.NONSENSE, Status.NOT_FOUND}),
    ("refuses", 400, b'{"message": "no"}', {Status.REJECTED, Status.NOT_FOUND}),
    ("asks for patience", 429, b"", {Status.THROTTLED}),
]


class ResponseServer:
    """A server on this machine that answers each path with what `responses` has for it, and 404 elsewhere."""

    def __init__(self, responses: dict[str, Any]):
        self.responses = responses
        self.override: tuple[int, bytes] | None = None
        self.paths: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> tuple[int, bytes]:
        self.paths.append(path)
        found = self.override or self.responses.get(path, (404, b"nothing here"))
        return found if isinstance(found, tuple) else (200, found)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body = server.answer(urlsplit(self.path).path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *arguments: Any) -> None:
                pass

        return Handler


class HarvesterContract:
    """What every harvester keeps to. Mix it into a TestCase and set the attributes."""

    harvester_class: type[AbstractHarvester]
    #: A name that the responses know.
    term: str
    #: Where that object is (degrees); None for a body that moves.
    position: tuple[float, float] | None = None
    #: path -> bytes, or (status, bytes)
    responses: dict[str, Any] = {}
    #: What HARVESTERS[name] has besides base_url: keys, user names.
    settings: dict[str, Any] = {}

    def setUp(self) -> None:
        super().setUp()
        self.server = ResponseServer(self.responses)
        self.addCleanup(self.server.stop)
        cls = self.harvester_class
        configured = override_settings(
            HARVESTERS={cls.name: {"base_url": self.server.url, "timeout_s": 5, **self.settings}},
            TOM_HARVESTER_CLASSES=[f"{cls.__module__}.{cls.__qualname__}"], REMOTE_READ_RETRIES=0,
        )
        configured.enable()
        self.addCleanup(configured.disable)

    def ask(self) -> Answer:
        return resolve(self.harvester_class.name, self.term)

    def test_it_has_a_name_of_its_own(self) -> None:
        self.assertIsInstance(self.harvester_class.name, str)
        self.assertNotIn(self.harvester_class.name, ("", AbstractHarvester.name))

    def test_it_is_made_without_arguments(self) -> None:
        self.harvester_class()

    def test_it_has_no_target_before_it_was_asked(self) -> None:
        with self.assertRaises(MissingDataException):
            self.harvester_class().to_target()

    def test_what_it_finds_is_a_target(self) -> None:
        answer = self.ask()
        self.assertEqual(answer.status, Status.FOUND, answer.message)
        self.assertTrue(self.server.paths, "The harvester did not ask the address in HARVESTERS[name]['base_url'].")
        if self.position is None:
            self.assertEqual(answer.fields["type"], "NON_SIDEREAL")
        else:
            for value, wanted in zip((answer.ra, answer.dec), self.position, strict=True):
                self.assertAlmostEqual(value, wanted, places=3)

    def test_no_failure_of_the_service_breaks_it(self) -> None:
        for name, status, body, right in FAILURES:
            with self.subTest(service=name):
                self.server.override = (status, body)
                answer = self.ask()
                self.assertIn(answer.status, right, answer.message)
                self.assertTrue(answer.message)

    def test_what_it_needs_and_has_not_is_told(self) -> None:
        for key in self.harvester_class.required_settings:
            without = {name: value for name, value in self.settings.items() if name != key}
            with override_settings(HARVESTERS={self.harvester_class.name: {"base_url": self.server.url, **without}}):
                answer = self.ask()
            self.assertEqual(answer.status, Status.NOT_CONFIGURED)
            self.assertIn(key, answer.message)
