"""A real HTTP server on loopback whose answers a test writes down, so that client code, URLs and parsing run.

    with HttpServer() as server:
        server.answer("/simbad/sim-tap/sync", "main_id\\tra\\nM31\\t10.68", content_type="text/plain")
        client = RemoteClient("SIMBAD", server.url)

Answers for a path are given in the order they were written; the last one stays. What came in is in `server.requests`.
An answer that is too slow waits for the end of the test, not for a clock: give the client a tiny time limit.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Received:
    """One request as it came in. `query` and `form` hold the last value of each name."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return _last_values(self.body.decode())

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    #: never answered while the test lasts
    never: bool = False
    #: the connection is cut before anything is said
    cut: bool = False
    #: the length promised, when it is not that of the body
    promised_length: int | None = None
    #: seconds between two bytes of a body of a thousand blanks
    trickle_s: float | None = None


class HttpServer:
    """Runs in threads of its own from `with` to its end."""

    def __init__(self):
        self.requests: list[Received] = []
        self.over = threading.Event()
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        self._functions: dict[str, Callable[[Received], Answer | Any]] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, path: str, body: Any = b"", *, method: str = "", **fields: Any) -> None:
        """Say what a path answers: bytes and text as they are, anything else as JSON. Fields as of Answer."""
        with self._lock:
            self._answers.setdefault((method, path), []).append(_made(body, fields))

    def call(self, path: str, function: Callable[[Received], Any]) -> None:
        """Let a function answer a path: it gets the request and returns an Answer, or a body."""
        self._functions[path] = function

    def __enter__(self) -> "HttpServer":
        self._thread.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _choose(self, received: Received) -> Answer:
        if received.path in self._functions:
            made = self._functions[received.path](received)
            return made if isinstance(made, Answer) else _made(made, {})
        with self._lock:
            for key in ((received.method, received.path), ("", received.path), ("", "*")):
                answers = self._answers.get(key)
                if answers:
                    return answers.pop(0) if len(answers) > 1 else answers[0]
        return Answer(b'{"detail": "Nothing is written down for this path."}', status=404)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                received = Received(self.command, parts.path, _last_values(parts.query), dict(self.headers), body)
                server.requests.append(received)
                try:
                    self.send(server._choose(received))
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

            def send(self, answer: Answer) -> None:
                if answer.never:
                    server.over.wait(30)
                if answer.never or answer.cut:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                length = len(answer.body) if answer.promised_length is None else answer.promised_length
                headers = {"Content-Type": answer.content_type, "Content-Length": str(length), **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if answer.trickle_s:
                    for _ in range(1000):
                        if server.over.wait(answer.trickle_s):
                            break
                        self.wfile.write(b" ")
                elif self.command != "HEAD":
                    self.wfile.write(answer.body)
                self.close_connection = answer.promised_length is not None

            def log_message(self, *args: Any) -> None:
                pass

        return Handler


def _made(body: Any, fields: dict) -> Answer:
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return Answer(body, **fields)


def _last_values(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
