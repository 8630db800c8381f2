"""Who may open a view."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from guardian.mixins import PermissionRequiredMixin


def _refused(request: HttpRequest) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not request.user.is_superuser:
        raise PermissionDenied("Only the principal investigators of this TOM (superusers) may do this.")
    return None


class SuperuserRequiredMixin:
    """For superusers alone. A visitor is asked to log in; somebody else is told no (403)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _refused(request) or super().dispatch(request, *args, **kwargs)


def superuser_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for a view that is a function."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _refused(request) or view(request, *args, **kwargs)

    return guarded


class Raise403PermissionRequiredMixin(PermissionRequiredMixin):
    """guardian's object permission check that denies with 403, so that the middleware can decide what comes of it."""

    return_403 = True
