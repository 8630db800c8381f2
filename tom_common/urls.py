"""The root URLconf of a TOM. A project includes it: `path("", include("tom_common.urls"))`.

Apps meet here, by name. What an app contributes with `include_url_paths` stands before the core's own routes.
"""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path

from tom_common.api_router import collect_api_urls
from tom_common.integration import collect
from tom_common.views.pages import HomeView, favicon, robots_txt

#: mount point, URLconf, instance namespace; those of apps that are not installed are left out
APP_URLS = [
    ("targets/", "tom_targets", "targets"),
    ("catalogs/", "tom_catalogs", None),
    ("observations/", "tom_observations", "observations"),
    ("dataproducts/", "tom_dataproducts", "dataproducts"),
    ("alerts/", "tom_alerts", "alerts"),
]


def _app_urls() -> list:
    return [
        path(mount, include(f"{app}.urls", namespace=namespace))
        for mount, app, namespace in APP_URLS
        if apps.is_installed(app)
    ]


handler403 = "tom_common.views.pages.permission_denied"
handler404 = "tom_common.views.pages.page_not_found"
handler500 = "tom_common.views.pages.server_error"

urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    *(contribution.entry for contribution in collect("include_url_paths")),
    path("robots.txt", robots_txt, name="robots_txt"),
    path("favicon.ico", favicon, name="favicon"),
    path("", include("tom_common.user_urls")),
    *_app_urls(),
    path("api/", include((collect_api_urls(), "api"))),
    path("admin/", admin.site.urls),
    path("comments/", include("tom_common.comment_urls")),
]

