"""What every request passes: who may come in, and what becomes of an error on the way out."""

from collections.abc import Callable
from fnmatch import fnmatch

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tom_common.conf import tom_settings
from tom_common.exceptions import ImproperCredentialsException, RemoteError

GetResponse = Callable[[HttpRequest], HttpResponse]


class AuthStrategyMiddleware:
    """Under AUTH_STRATEGY = 'LOCKED' a visitor gets to the login page and to OPEN_URLS, and nowhere else."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    @property
    def open_urls(self) -> list[str]:
        """Shell patterns of the paths that stay open. Static files are served before this middleware."""
        return [*_paths_of("login", "logout", "robots_txt"), *tom_settings.OPEN_URLS]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        locked = tom_settings.AUTH_STRATEGY == "LOCKED"
        if locked and not request.user.is_authenticated and not self._is_open(request.path_info):
            if _wants_data(request):
                # The REST framework judges tokens itself; it denies anonymous calls with a 401 of its own.
                return self.get_response(request) if "HTTP_AUTHORIZATION" in request.META else _denied(request)
            return redirect_to_login(request.get_full_path())
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
                return redirect_to_login(request.get_full_path())
        return None


class ExternalServiceMiddleware:
    """A remote service's error that no view caught becomes a message on the page the user came from."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (RemoteError, ImproperCredentialsException)) or _wants_data(request):
            return None
        messages.error(request, str(exception) or "A remote service refused the credentials of this TOM.")
        return redirect(_way_back(request))


class HTMXRedirectMiddleware:
    """A redirect to the login page, met by htmx inside a fragment, sends the whole page there."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        location = response.headers.get("Location", "")
        if getattr(request, "htmx", False) and location.startswith(reverse("login")):
            response = HttpResponse(status=204, headers={"HX-Redirect": location})
        return response


def _paths_of(*names: str) -> list[str]:
    paths = []
    for name in names:
        try:
            paths.append(reverse(name))
        except NoReverseMatch:
            continue
    return paths


def _wants_data(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _denied(request: HttpRequest) -> HttpResponse:
    response = HttpResponse('{"detail": "Authentication credentials were not provided."}',
                            content_type="application/json", status=401)
    response["WWW-Authenticate"] = "Token"
    return response


def _way_back(request: HttpRequest) -> str:
    """The page the user came from, unless that is this one (a GET would fail again) or of another host."""
    referer = request.META.get("HTTP_REFERER", "")
    same_host = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    if same_host and not (request.method == "GET" and referer == request.build_absolute_uri()):
        return referer
    return reverse("home")
