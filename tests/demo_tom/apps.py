from django.apps import AppConfig
from django.urls import path


class DemoTomConfig(AppConfig):
    """Contributes one of each kind."""

    name = "tests.demo_tom"
    label = "demo_tom"
    verbose_name = "Demo TOM"
    default_auto_field = "django.db.models.AutoField"

    def nav_items(self) -> list[dict]:
        return [
            {"partial": "demo_tom/nav_item.html"},
            {"partial": "demo_tom/nav_item.html", "context": "tests.demo_tom.contexts.right", "position": "right"},
        ]

    def target_detail_buttons(self) -> list[dict]:
        return [{"partial": "demo_tom/button.html", "context": "tests.demo_tom.contexts.of_target"}]

    def target_detail_tabs(self) -> list[dict]:
        return [{"label": "Demo tab", "partial": "demo_tom/tab.html", "context": "tests.demo_tom.contexts.of_target"}]

    def target_detail_panels(self) -> list[dict]:
        return [
            {"label": "Demo panel", "url_name": "demo-panel"},
            {"label": "Demo partial", "partial": "demo_tom/tab.html", "context": "tests.demo_tom.contexts.of_target"},
        ]

    def target_list_columns(self) -> list[dict]:
        return [
            {"name": "redshift", "label": "z", "accessor": "redshift"},
            {"name": "finder", "label": "Finder", "partial": "demo_tom/column.html"},
        ]

    def profile_details(self) -> list[dict]:
        return [{"partial": "demo_tom/profile.html", "context": "tests.demo_tom.contexts.of_user"}]

    def user_lists(self) -> list[dict]:
        return [{"partial": "demo_tom/user_list.html", "context": "tests.demo_tom.contexts.of_page"}]

    def home_panels(self) -> list[dict]:
        return [{"partial": "demo_tom/home_panel.html"}]

    def include_url_paths(self) -> list:
        # The views import the models, which are not there yet when this module is loaded.
        from tests.demo_tom import views

        return [
            path("demo/", views.page, name="demo-page"), path("demo/<int:pk>/panel/", views.panel, name="demo-panel"),
        ]

    def harvester_classes(self) -> list[str]:
        return ["tests.demo_tom.harvesters.DemoHarvester"]

    def observing_sites(self) -> list[dict]:
        return [{"name": "Demo hill", "code": "DEMO", "latitude": 51.0, "longitude": 7.0, "elevation": 200.0}]

    def demo_content(self) -> list[str]:
        return ["tests.demo_tom.contexts.add_nothing"]
