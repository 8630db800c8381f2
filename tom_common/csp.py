"""The Content-Security-Policy that every page is sent with: nothing inline, nothing from another host.

A browser that keeps to it runs no script and no style that somebody smuggled into a name, a comment or a file.
What the default allows beyond our own files, and why:

- `'wasm-unsafe-eval'` for scripts: the sky viewer (Aladin Lite) is WebAssembly. It allows no eval of text.
- the servers of sky images (`CSP_IMAGE_SERVERS`) for images and requests: the sky viewer loads its tiles there. Without
  a network the pages work and the viewer stays empty.
- by their checksums, the style sheets that the sky viewer and plotly's map part carry inside their files, and one style
  attribute of the sky viewer (`'unsafe-hashes'` lets a checksum count for an attribute, and nothing else).
- `data:` and `blob:` for images: the arrows of form controls, and a plot that is saved as a picture; `data:` for
  requests: the sky viewer carries its WebAssembly inside its file.

A project that needs more says so in `CSP_EXTRA`; a single view by the decorator `csp_allow`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tom_common.conf import tom_settings

HEADER = "Content-Security-Policy"

#: Checksums of what our browser libraries write into a page. They change with the library: the browser names the new
#: one in its console, and tests/browser fails until it stands here.
LIBRARY_STYLES = [
    "'unsafe-hashes'",
    "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='",  # plotly 4.1.1: style sheet of its map part
    "'sha256-cEnY4wnnUdAaYodEHQq0zu+362EwEHHSAlawP4BBKmw='",  # Aladin Lite 3.8.2: its style sheet
    "'sha256-wkY2X5hecQzbhnFCqvTpwrUJ1f4X8LH5WFjYUzv1wmU='",  # Aladin Lite 3.8.2: style="font-weight:bold"
]


def policy() -> dict[str, list[str]]:
    """The directives of this TOM, before what a single view adds."""
    images = list(tom_settings.CSP_IMAGE_SERVERS)
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'"],
        "style-src": ["'self'", *LIBRARY_STYLES],
        "img-src": ["'self'", "data:", "blob:", *images],
        "font-src": ["'self'"],
        "connect-src": ["'self'", "data:", *images],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
    return merged(directives, tom_settings.CSP_EXTRA)


def merged(directives: dict[str, list[str]], extra: dict[str, list[str]]) -> dict[str, list[str]]:
    """The directives with further sources; a directive that was not there starts from `default-src`."""
    result = {name: list(sources) for name, sources in directives.items()}
    for name, sources in extra.items():
        known = result.setdefault(name, list(result.get("default-src", ())))
        known.extend(source for source in sources if source not in known)
        if len(known) > 1 and "'none'" in known:
            known.remove("'none'")
    return result


def header_value(directives: dict[str, list[str]]) -> str:
    """The directives as the header spells them."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def csp_allow(**extra: list[str]) -> Callable:
    """Decorator of a view whose page needs more: `@csp_allow(frame_src=["https://example.org"])`."""
    wanted = {name.replace("_", "-"): sources for name, sources in extra.items()}

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> HttpResponse:
            response = view(*args, **kwargs)
            response.csp_extra = wanted
            return response

        return wrapper

    return decorate


class ContentSecurityPolicyMiddleware:
    """Sends the policy with every answer that does not bring one of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if settings.DEBUG and response.status_code in (404, 500):
            return response  # Django's own report of an error is made of inline styles
        if HEADER not in response.headers:
            response.headers[HEADER] = header_value(merged(policy(), getattr(response, "csp_extra", {})))
        return response
