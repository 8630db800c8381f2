"""Messages where only a fragment of the page is fetched: they are shown at once, not on the next page."""

from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


class HTMXMessageMiddleware:
    """Adds the waiting messages to a fragment that htmx fetched, out of band, into `#messages` of the page.

    A redirect, an answer without a body, and a fragment that brings `#messages` of its own are left alone; the
    messages then wait for the next page, as they would without htmx.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "htmx", False) and _is_fragment(response) and len(get_messages(request)):
            context = {"messages": get_messages(request), "oob": True}
            html = render_to_string("tom_common/partials/messages.html", context)
            response.content += html.encode(response.charset)
            if response.has_header("Content-Length"):
                response.headers["Content-Length"] = str(len(response.content))
        return response


def _is_fragment(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and response.get("Content-Type", "").startswith("text/html")
        and not any(name in response.headers for name in ("HX-Redirect", "HX-Refresh", "HX-Location"))
        and b'id="messages"' not in response.content
    )
