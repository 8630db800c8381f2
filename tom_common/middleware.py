"""What every request passes: who may come in, and what becomes of an error on the way out."""

from collections.abc import Callable
from fnmatch import fnmatch
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme

from tom_common.conf import tom_settings
from tom_common.exceptions import ImproperCredentialsException, RemoteError

GetResponse = Callable[[HttpRequest], HttpResponse]

#: What stays open under LOCKED: the ways in. A star stands for each part of the path that varies.
LOCKED_OPEN_URL_NAMES = (
    "login", "logout", "robots_txt", "api:token-auth",
    "password_reset", "password_reset_done", "password_reset_confirm",
)


class AuthStrategyMiddleware:
    """Under AUTH_STRATEGY = 'LOCKED' a visitor gets to the login page and to OPEN_URLS, and nowhere else."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    @property
    def open_urls(self) -> list[str]:
        """Shell patterns of the paths that stay open. Static files are served before this middleware."""
        return [*_paths_of(*LOCKED_OPEN_URL_NAMES), *tom_settings.OPEN_URLS]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        locked = tom_settings.AUTH_STRATEGY == "LOCKED"
        if locked and not request.user.is_authenticated and not self._is_open(request.path_info):
            if _wants_data(request):
                return self.get_response(request) if _has_good_credentials(request) else _denied(request)
            return redirect_to_login(_page_of(request))
        return self.get_response(request)

    def _is_open(self, path: str) -> bool:
        return any(fnmatch(path, pattern) for pattern in self.open_urls)


class Raise403Middleware:
    """An anonymous visitor who is denied a page is asked to log in, and comes back to it."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, PermissionDenied) and not request.user.is_authenticated:
            if not _wants_data(request):
                return redirect_to_login(_page_of(request))
        return None


class ExternalServiceMiddleware:
    """A remote service's error that no view caught becomes a message on the page the user came from."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (RemoteError, ImproperCredentialsException)):
            return None
        text = str(exception) or "A remote service refused the credentials of this TOM."
        if _wants_data(request):
            return JsonResponse({"detail": text}, status=502)
        if getattr(request, "htmx", False):
            # A redirect would put a whole page where a fragment belongs.
            return HttpResponse(format_html('<div class="alert alert-danger" role="alert">{}</div>', text))
        way_back = _way_back(request)
        if way_back is None:
            return render(request, "503.html", {"message": text}, status=503)
        messages.error(request, text)
        return redirect(way_back)


class HTMXRedirectMiddleware:
    """A redirect to the login page, met by htmx inside a fragment, sends the whole page there."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        location = response.headers.get("Location", "")
        if getattr(request, "htmx", False) and urlsplit(location).path == resolve_url(settings.LOGIN_URL):
            page = _page_of(request)
            response = HttpResponse(status=204, headers={"HX-Redirect": redirect_to_login(page).headers["Location"]})
        return response


def _page_of(request: HttpRequest) -> str:
    """The page to come back to after logging in: for a fragment that htmx fetches, the page it belongs to."""
    if getattr(request, "htmx", False):
        return request.htmx.current_url_abs_path or reverse("home")
    return request.get_full_path()


def _paths_of(*names: str) -> list[str]:
    paths = []
    for name in names:
        try:
            paths.append(reverse(name, args=["*", "*"] if name.endswith("_confirm") else None))
        except NoReverseMatch:
            continue
    return paths


def _has_good_credentials(request: HttpRequest) -> bool:
    """Whether the REST framework knows who this is by a header; else it would let a visitor read what is open."""
    from rest_framework.exceptions import APIException
    from rest_framework.request import Request
    from rest_framework.settings import api_settings

    if "HTTP_AUTHORIZATION" not in request.META:
        return False
    authenticators = [authenticate() for authenticate in api_settings.DEFAULT_AUTHENTICATION_CLASSES]
    try:
        return bool(Request(request, authenticators=authenticators).user.is_authenticated)
    except APIException:
        return False


def _wants_data(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _denied(request: HttpRequest) -> HttpResponse:
    response = HttpResponse('{"detail": "Authentication credentials were not provided."}',
                            content_type="application/json", status=401)
    response["WWW-Authenticate"] = "Token"
    return response


def _way_back(request: HttpRequest) -> str | None:
    """The page the user came from, if it is one of ours; else home. Never this page: a GET would fail again.

    None when there is nowhere else to go.
    """
    here = request.build_absolute_uri() if request.method == "GET" else ""
    referer = request.META.get("HTTP_REFERER", "")
    same_host = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    for way in (referer if same_host else "", request.build_absolute_uri(reverse("home"))):
        if way and way.partition("?")[0] != here.partition("?")[0]:
            return way
    return None
