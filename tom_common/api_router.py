"""The one API root. Every app registers its viewsets here from its `urls.py`:

    router = SharedAPIRootRouter()
    router.register("targets", TargetViewSet, "targets")
"""

import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from rest_framework.routers import APIRootView, SimpleRouter

logger = logging.getLogger(__name__)


class SharedAPIRootRouter(SimpleRouter):
    """Whoever makes one registers on the same `shared_router`, which is what the site serves under /api/."""

    shared_router = SimpleRouter()

    def register(self, *args: Any, **kwargs: Any) -> None:
        self.shared_router.register(*args, **kwargs)
        # The router caches its URLs; what is registered later would be missing from them.
        if hasattr(self.shared_router, "_urls"):
            del self.shared_router._urls


def collect_api_urls() -> list:
    """The URL patterns below /api/, after every installed app had its chance to register viewsets.

    An app whose `urls` cannot be imported is logged and left out: it never takes the site with it.
    """
    _import_urls_of_all_apps()
    from tom_common.api_views import GroupViewSet, ObtainToken

    router = SharedAPIRootRouter.shared_router
    if not any(prefix == "groups" for prefix, _, _ in router.registry):
        SharedAPIRootRouter().register("groups", GroupViewSet, "groups")
    lists = {prefix: f"{basename}-list" for prefix, _, basename in router.registry}
    return [
        path("", APIRootView.as_view(api_root_dict=lists), name="root"),
        path("token-auth/", ObtainToken.as_view(), name="token-auth"),
        path("schema.json", _schema("SpectacularJSONAPIView"), name="schema"),
        path("schema.yaml", _schema("SpectacularYAMLAPIView"), name="schema-yaml"),
        *router.urls,
    ]


def _schema(view_name: str) -> Callable[..., HttpResponse]:
    """A view of drf-spectacular, imported when the schema is asked for: it takes longer to load than all the rest."""

    @csrf_exempt
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return import_string(f"drf_spectacular.views.{view_name}").as_view()(request, *args, **kwargs)

    return view


def _import_urls_of_all_apps() -> None:
    for app in apps.get_app_configs():
        module = f"{app.name}.urls"
        if app.name == "tom_common":
            continue
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                logger.exception("%s cannot be imported; what it registers is missing from the API.", module)
        except Exception:
            logger.exception("%s cannot be imported; what it registers is missing from the API.", module)
