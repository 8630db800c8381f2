"""Catalogues on this machine, for tests, demonstrations and work without a network.

    python -m tests.fake_services --port 8099            # prints the HARVESTERS setting to use

    with FakeServices() as fake, override_settings(HARVESTERS=fake.harvesters):
        fake.reply("NED", status=503)                    # until fake.recover("NED")

They answer in the shape that the real services document, from the small lists in `tests/tom_catalogs/responses`; with
`recorded` from answers of the real services, where a folder holds them. TNS wants the marker and the key.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fake_services.deep_sky import TNS_BOT, TNS_KEY, ned_lookup, ned_search, simbad, tns
from tests.fake_services.messages import Asked, Reply
from tests.fake_services.recorded import recorded as recorded_answer
from tests.fake_services.small_bodies import horizons, mpc_identifier, mpc_orbit

__all__ = ["Asked", "FakeServices", "Reply"]

#: path -> service, and what answers there
ROUTES = {
    "/simbad/sim-tap/sync": ("Simbad", simbad),
    "/srs/ObjectLookup": ("NED", ned_lookup),
    "/cgi-bin/objsearch": ("NED", ned_search),
    "/api/query-identifier": ("MPC", mpc_identifier),
    "/api/get-orb": ("MPC", mpc_orbit),
    "/api/horizons.api": ("JPL Horizons", horizons),
    "/api/get/search": ("TNS", tns),
    "/api/get/object": ("TNS", tns),
}


class FakeServices:
    """All catalogues behind one port of the loopback interface."""

    def __init__(self, port: int = 0, recorded: Path | None = None):
        self.requests: list[Asked] = []
        self.scripted: dict[str, Reply] = {}
        self.recorded = recorded
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def harvesters(self) -> dict[str, dict[str, Any]]:
        """The setting HARVESTERS that leads here."""
        tns = {"base_url": self.url, "api_key": TNS_KEY, "bot_id": TNS_BOT["tns_id"], "bot_name": TNS_BOT["name"]}
        return {name: {"base_url": self.url} for name in ("Simbad", "NED", "JPL Horizons")} | {
            "MPC": {"base_url": f"{self.url}/api"}, "MPC Explorer": {"base_url": f"{self.url}/api"}, "TNS": tns,
        }

    def reply(self, service: str, body: bytes | str | Any = b"", **kwargs: Any) -> None:
        """Answer every question to this service so, until `recover`. What is no text goes out as JSON."""
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        self.scripted[service] = Reply(body.encode() if isinstance(body, str) else body, **kwargs)

    def recover(self, service: str) -> None:
        self.scripted.pop(service, None)

    def asked(self, service: str) -> list[Asked]:
        """The requests that this service has had."""
        return [request for request in self.requests if ROUTES.get(request.path, ("",))[0] == service]

    def start(self) -> "FakeServices":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    __enter__ = start

    def __exit__(self, *exception: Any) -> None:
        self.stop()

    def answer(self, request: Asked) -> Reply:
        self.requests.append(request)
        if request.path not in ROUTES:
            return Reply(b"no such service", 404, "text/plain")
        service, answer = ROUTES[request.path]
        if service in self.scripted:
            return self.scripted[service]
        if self.recorded and (kept := recorded_answer(self.recorded, service, request)):
            return kept
        return answer(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        services = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve("GET")

            def do_POST(self) -> None:
                self._serve("POST")

            def _serve(self, method: str) -> None:
                url = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
                reply = services.answer(Asked(method, url.path, query, body, dict(self.headers)))
                # A slow service is let go as soon as the test is over.
                services._released.wait(reply.delay_s)
                self.send_response(reply.status)
                for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *arguments: Any) -> None:
                pass

            def handle(self) -> None:
                try:
                    super().handle()
                except (BrokenPipeError, ConnectionResetError):
                    pass  # who asked did not want to wait

        return Handler
