"""The only door to the outside: every call to a remote service goes through a RemoteClient.

    client = RemoteClient("SIMBAD", base_url)
    table = client.get("/simbad/sim-tap/sync", params={...}).content

A call always has a time limit. Reads are tried again after a connection error or a 5xx answer, writes never: an
observation must not be submitted twice; nor are they redirected, since a redirected POST becomes a GET that looks like
success. What goes wrong comes out as one of the RemoteError classes, with a message that a page can show and with no
secret in it.
"""

import html
import json
import logging
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, urlsplit

from django.utils.html import strip_tags

from tom_common.conf import tom_settings
from tom_common.exceptions import (
    RemoteAnswerInvalid,
    RemoteCredentialsRejected,
    RemoteError,
    RemoteRejected,
    RemoteTimeout,
    RemoteUnavailable,
)

if TYPE_CHECKING:
    import requests

__all__ = [
    "RemoteAnswerInvalid", "RemoteClient", "RemoteCredentialsRejected", "RemoteError", "RemoteRejected",
    "RemoteTimeout", "RemoteUnavailable",
]

logger = logging.getLogger(__name__)

#: How much of a service's own words goes into a message.
DETAIL_LENGTH = 300
#: How much of an answer is searched for them.
DETAIL_BYTES = 100_000
#: Answers above this size are refused: no catalogue or broker answer is that long, and memory is not endless.
LARGEST_ANSWER_BYTES = 100 * 1024 * 1024


class RemoteClient:
    """One remote service: its name for messages, its address, and how to log in.

    `secrets` are texts (keys, tokens) that are blotted out of every message, beside the password of `auth` and what the
    header Authorization carries. They, `headers` and `auth` go to the host of `base_url` alone: an address of another
    host (a link in an answer) is called without. `session` may be given in tests. `wait` is called with the seconds
    between two tries of a read.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout_s: float | None = None,
        read_retries: int | None = None,
        secrets: Iterable[str] = (),
        session: "requests.Session | None" = None,
        wait: Callable[[float], None] = time.sleep,
    ):
        self.service = service
        self.base_url = base_url
        self.headers = headers or {}
        self.auth = auth
        self.timeout_s = timeout_s or tom_settings.REMOTE_TIMEOUT_S
        self.read_retries = tom_settings.REMOTE_READ_RETRIES if read_retries is None else read_retries
        self.secrets = sorted(_secrets(secrets, auth, self.headers), key=len, reverse=True)
        self._session = session
        self._wait = wait

    def get(self, path: str = "", **kwargs: Any) -> "requests.Response":
        """Read. `kwargs` as for `requests`: params, json, headers, timeout_s."""
        return self._read("GET", path, **kwargs)

    def query(self, path: str = "", **kwargs: Any) -> "requests.Response":
        """Read by POST, as TAP services and search forms want it: tried again like any read."""
        return self._read("POST", path, **kwargs)

    def post(self, path: str = "", **kwargs: Any) -> "requests.Response":
        """Write. Sent once."""
        return self._send("POST", path, **kwargs)

    def put(self, path: str = "", **kwargs: Any) -> "requests.Response":
        """Write. Sent once."""
        return self._send("PUT", path, **kwargs)

    def patch(self, path: str = "", **kwargs: Any) -> "requests.Response":
        """Write. Sent once."""
        return self._send("PATCH", path, **kwargs)

    def delete(self, path: str = "", **kwargs: Any) -> "requests.Response":
        """Write. Sent once."""
        return self._send("DELETE", path, **kwargs)

    def json(self, response: "requests.Response") -> Any:
        """The answer's JSON. Bare NaN, which several services send, is taken as it is."""
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            raise RemoteAnswerInvalid(
                f"{self.service} answered with something that is not JSON: {self.detail_of(response)}",
                service=self.service,
            ) from error

    def get_json(self, path: str = "", **kwargs: Any) -> Any:
        return self.json(self.get(path, **kwargs))

    def detail_of(self, response: "requests.Response") -> str:
        """The service's own words, as plain text without secrets, shortened."""
        text = response.content[:DETAIL_BYTES].decode(response.encoding or "utf-8", errors="replace")
        if "json" in response.headers.get("Content-Type", ""):
            text = _words_in(text) or text
        elif "<" in text:
            text = html.unescape(strip_tags(re.sub(r"(?is)<(script|style|head)\b.*?</\1>", " ", text)))
        text = self.masked(" ".join(text.split()))
        return text[:DETAIL_LENGTH] or f"HTTP {response.status_code}"

    def masked(self, text: str) -> str:
        """The text without the secrets, also where they stand in an address."""
        for secret in self.secrets:
            for form in (secret, quote(secret, safe=""), quote_plus(secret)):
                text = text.replace(form, "•••")
        return text

    def _read(self, method: str, path: str, **kwargs: Any) -> "requests.Response":
        for attempt in range(self.read_retries + 1):
            try:
                return self._send(method, path, follow=True, **kwargs)
            except RemoteUnavailable as error:
                if attempt == self.read_retries or error.retry_after_s is not None:
                    raise
                logger.info("%s: asking again after: %s", self.service, error)
                self._wait(0.5 * 2**attempt)
        raise AssertionError("unreachable")

    def _send(self, method: str, path: str, *, timeout_s: float | None = None, headers: dict | None = None,
              follow: bool = False, **kwargs: Any) -> "requests.Response":
        import requests

        session = self._session or requests.Session()
        timeout_s = timeout_s or self.timeout_s
        url = self._url(path)
        ours = _origin(url) == _origin(self.base_url)
        own = {**(self.headers if ours else {}), **(headers or {})}
        try:
            response = session.request(
                method, url, headers={"User-Agent": _user_agent(), **own},
                auth=(self.auth if ours else None) or _no_other_auth, timeout=timeout_s, stream=True,
                allow_redirects=follow, **kwargs,
            )
            self._read_body(response, timeout_s)
        except requests.Timeout as error:
            raise self._timeout(timeout_s) from error
        except requests.ConnectionError as error:
            if "Read timed out" in str(error):
                raise self._timeout(timeout_s) from error
            raise RemoteUnavailable(f"{self.service} cannot be reached.", service=self.service) from error
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema,
                requests.exceptions.InvalidSchema, requests.exceptions.InvalidHeader) as error:
            raise RemoteError(f"The address or the key of {self.service} in the settings is no good: "
                              f"{self.masked(str(error))[:DETAIL_LENGTH]}", service=self.service) from error
        except requests.TooManyRedirects as error:
            raise RemoteAnswerInvalid(f"{self.service} sends us in circles.", service=self.service) from error
        except requests.RequestException as error:
            raise RemoteUnavailable(
                f"The connection to {self.service} broke: {self.masked(str(error))[:DETAIL_LENGTH]}",
                service=self.service,
            ) from error
        finally:
            if self._session is None:
                session.close()
        self._raise_for_status(response)
        return response

    def _read_body(self, response: "requests.Response", timeout_s: float) -> None:
        """Read the answer within the time limit, which `requests` holds only between two packets."""
        deadline = time.monotonic() + timeout_s
        chunks, size = [], 0
        for chunk in _chunks(response):
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST_ANSWER_BYTES:
                raise RemoteAnswerInvalid(f"{self.service} sent more than {LARGEST_ANSWER_BYTES >> 20} MB.",
                                          service=self.service)
            if time.monotonic() > deadline:
                raise self._timeout(timeout_s)
        response._content = b"".join(chunks)
        response._content_consumed = True

    def _timeout(self, timeout_s: float) -> RemoteTimeout:
        return RemoteTimeout(f"{self.service} did not answer within {timeout_s:g} s.", service=self.service)

    def _url(self, path: str) -> str:
        if not path or path.startswith(("http://", "https://")):
            return path or self.base_url
        return f"{self.base_url.rstrip('/')}/{path.lstrip('/')}"

    def _raise_for_status(self, response: "requests.Response") -> None:
        status = response.status_code
        if status < 300:
            return
        if status < 400:
            there = self.masked(response.headers.get("Location", "nowhere"))[:DETAIL_LENGTH]
            raise RemoteAnswerInvalid(f"{self.service} has moved to {there}; nothing was sent there. "
                                      "Mend its address in the settings.", service=self.service)
        detail = self.detail_of(response)
        if status in (401, 403):
            raise RemoteCredentialsRejected(f"{self.service} refused the credentials: {detail}", service=self.service)
        if status == 429:
            raise RemoteUnavailable(f"{self.service} asks us to slow down: {detail}", service=self.service,
                                    retry_after_s=_seconds(response.headers.get("Retry-After")))
        if status >= 500:
            raise RemoteUnavailable(f"{self.service} has a problem of its own (HTTP {status}).", service=self.service)
        raise RemoteRejected(f"{self.service} said no: {detail}", service=self.service, status=status, detail=detail)


def _user_agent() -> str:
    try:
        number = version("tomtoolkit")
    except PackageNotFoundError:
        number = "unknown"
    # A header is one line of Latin-1, and a project may call its TOM what it likes.
    name = " ".join(tom_settings.TOM_NAME.encode("ascii", "ignore").decode().split())
    return f"tomtoolkit/{number} ({name})"


def _secrets(given: Iterable[str], auth: tuple[str, str] | None, headers: dict[str, str]) -> set[str]:
    carried = [value.split()[-1] for name, value in headers.items() if name.lower() == "authorization" and value]
    return {secret for secret in (*given, *carried, *(auth or ())[1:]) if secret}


def _no_other_auth(request: Any) -> Any:
    """Takes the place of a login from the server's ~/.netrc, which would push our Authorization header aside."""
    return request


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _chunks(response: "requests.Response") -> Iterator[bytes]:
    """The body as it comes in, piece by piece; `iter_content` would wait for a full piece, however long that takes."""
    import requests
    import urllib3

    raw = response.raw
    if getattr(raw, "chunked", False) or not hasattr(raw, "read1"):
        yield from response.iter_content(64 * 1024)
        return
    try:
        while piece := raw.read1(64 * 1024, decode_content=True):
            yield piece
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from error
    except (urllib3.exceptions.ProtocolError, urllib3.exceptions.DecodeError) as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error


def _seconds(retry_after: str | None) -> float:
    """Retry-After in seconds; a date, or nothing, counts as a minute."""
    try:
        seconds = float(retry_after)
    except (TypeError, ValueError):
        return 60.0
    return max(seconds, 0.0) if math.isfinite(seconds) else 60.0


def _words_in(text: str) -> str:
    """The message inside a JSON error, wherever services use to put it."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if isinstance(body, dict):
        for key in ("detail", "message", "error", "id_message", "description", "non_field_errors"):
            words = body.get(key)
            if words:
                return "; ".join(map(str, words)) if isinstance(words, list) else str(words)
    return ""
