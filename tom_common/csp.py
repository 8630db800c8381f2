"""The Content-Security-Policy that every page is sent with: nothing inline, nothing from another host.

A browser that keeps to it runs no script and no style that somebody smuggled into a name, a comment or a file. The
only exceptions of every page are `data:` and `blob:` for images (the arrows of form controls, a plot that is saved as
a picture) and, by its checksum, the style sheet that plotly's map part carries inside its file.

The sky viewer (Aladin Lite) needs more, so it runs in a frame of its own whose view is decorated with `csp_sky_viewer`.

A project that needs more says so in `CSP_EXTRA`; a single view by the decorator `csp_allow`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tom_common.conf import tom_settings

HEADER = "Content-Security-Policy"

#: The style sheet that plotly 4.1.1 writes into the page. It changes with plotly: the browser names the new checksum in
#: its console, and tests/browser fails until it stands here.
PLOTLY_STYLE = "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"
#: The style attributes that plotly writes, by checksum: an empty one (colour bars) and "font-size:70%" (exponents).
PLOTLY_ATTRIBUTES = [
    "'unsafe-hashes'",
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-S+l+cz1wXqs2B0FcjqqT7NvjwGmhD1UjJswXjlSkj0s='",
]


#: The REST framework's own pages carry styles inline (colours of the code, style="float: right"), but no script except,
#: by its checksum, the handler of "Log out": document.getElementById("logoutForm").submit()
BROWSABLE_API = {
    "style-src": ["'unsafe-inline'"],
    "script-src": ["'unsafe-hashes'", "'sha256-tHTC1YgZ5UbAs8E2Ib4NjuSS8R05d1nfPHtbmXq05WA='"],
}


def policy() -> dict[str, list[str]]:
    """The directives of this TOM, before what a single view adds."""
    static, media = _origin(settings.STATIC_URL), _origin(settings.MEDIA_URL)
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *static],
        "style-src": ["'self'", *static, PLOTLY_STYLE, *PLOTLY_ATTRIBUTES],
        "img-src": ["'self'", *static, *media, "data:", "blob:"],
        "font-src": ["'self'", *static],
        "connect-src": ["'self'", *static],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
    return merged(directives, tom_settings.CSP_EXTRA)


def _origin(url: str | None) -> list[str]:
    """The host of files that the project keeps elsewhere (an absolute STATIC_URL or MEDIA_URL)."""
    parts = urlsplit(url or "")
    return [f"{parts.scheme or 'https'}://{parts.netloc}"] if parts.netloc else []


def merged(directives: dict[str, list[str]], extra: dict[str, list[str]]) -> dict[str, list[str]]:
    """The directives with further sources; a directive that was not there starts from `default-src`."""
    result = {name: list(sources) for name, sources in directives.items()}
    for name, sources in extra.items():
        known = result.setdefault(name, list(result.get("default-src", ())))
        known.extend(source for source in sources if source not in known)
        if len(known) > 1 and "'none'" in known:
            known.remove("'none'")
        if "'unsafe-inline'" in known:  # a browser that sees a checksum beside it takes no notice of it
            result[name] = [source for source in known if not source.startswith(("'sha", "'nonce-", "'unsafe-hashes"))]
    return result


def sky_viewer() -> dict[str, list[str]]:
    """What Aladin Lite needs: WebAssembly (no eval of text), styles of its own, and the servers of sky images."""
    servers = list(tom_settings.CSP_IMAGE_SERVERS)
    return {
        "script-src": ["'wasm-unsafe-eval'", "blob:"],
        "style-src": ["'unsafe-inline'"],
        "img-src": servers,
        "font-src": ["data:"],
        "connect-src": ["data:", *servers],
        "worker-src": ["blob:"],
    }


def header_value(directives: dict[str, list[str]]) -> str:
    """The directives as the header spells them."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def csp_allow(**extra: list[str]) -> Callable:
    """Decorator of a view whose page needs more: `@csp_allow(frame_src=["https://example.org"])`."""
    wanted = {name.replace("_", "-"): sources for name, sources in extra.items()}
    return _adding(lambda: wanted)


def csp_sky_viewer(view: Callable) -> Callable:
    """Decorator of the view of a frame that holds nothing but the sky viewer."""
    return _adding(sky_viewer)(view)


def _adding(extra: Callable[[], dict[str, list[str]]]) -> Callable:
    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> HttpResponse:
            response = view(*args, **kwargs)
            response.csp_extra = extra()
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
            extra = BROWSABLE_API if _is_browsable_api(request, response) else getattr(response, "csp_extra", {})
            response.headers[HEADER] = header_value(merged(policy(), extra))
        return response


def _is_browsable_api(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether this is a page of the REST framework, whose templates carry styles."""
    renderer = getattr(response, "accepted_renderer", None)
    match = request.resolver_match
    return getattr(renderer, "format", "") in ("api", "admin") or bool(match and match.namespace == "rest_framework")
