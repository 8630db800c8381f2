"""The pages that belong to no app: home, robots.txt, and what stands where something went wrong."""

import logging
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.templatetags.static import static
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from tom_common.conf import tom_settings

logger = logging.getLogger(__name__)

ROBOTS_TXT = "User-agent: *\nDisallow: /\n"


class HomeView(TemplateView):
    """The page behind the name of the TOM."""

    template_name = "tom_common/index.html"


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """The file at ROBOTS_TXT_PATH. Without one, or when it cannot be read, robots are sent away."""
    text, path = ROBOTS_TXT, tom_settings.ROBOTS_TXT_PATH
    if path:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            logger.error("ROBOTS_TXT_PATH %s could not be read: %s", path, error)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon that browsers ask for on pages that name none, such as the administration's."""
    return redirect(static("tom_common/img/favicon.svg"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: says what was refused, as far as the code that refused it said so."""
    return _told(request, "403.html", 403, str(exception) or "You may not do this.")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same for what does not exist and for what this user may not see."""
    return _told(request, "404.html", 404, "There is no such page, or it is not open to you.")


def _told(request: HttpRequest, template: str, status: int, message: str) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", "") or request.path.startswith("/api/"):
        return JsonResponse({"detail": message}, status=status)
    return render(request, template, {"message": message}, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page without database, session or context, since any of them may be what failed."""
    if "application/json" in request.headers.get("Accept", "") or request.path.startswith("/api/"):
        return JsonResponse({"detail": "The server could not answer. The error has been logged."}, status=500)
    try:
        html = loader.get_template("500.html").render({"tom_name": tom_settings.TOM_NAME})
    except Exception:
        logger.exception("The page for errors could not be shown either.")
        html = "<h1>Something went wrong</h1><p>The error has been logged.</p>"
    return HttpResponseServerError(html)
