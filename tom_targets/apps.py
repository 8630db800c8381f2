"""What the app of targets is, and what it contributes to the pages."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_save


class TomTargetsConfig(AppConfig):
    name = "tom_targets"
    verbose_name = "TOM: targets"
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from tom_targets import checks, models  # noqa: F401  (the checks register themselves)
        from tom_targets.derived import fill_derived_fields
        from tom_targets.signals import timeline  # noqa: F401  (the receivers connect themselves)
        from tom_targets.signals.handlers import settle_permissions

        senders: list[Any] = [models.BaseTarget, models.TargetName, models.TargetExtra]
        for sender in dict.fromkeys([*senders, models.Target]):
            pre_save.connect(fill_derived_fields, sender=sender, dispatch_uid=f"derive {sender._meta.label}")
        post_migrate.connect(settle_permissions, dispatch_uid="settle target permissions")

    def observing_sites(self) -> list[dict[str, Any]]:
        """Well-known observatories; facilities and projects add their own."""
        from tom_targets.sites import OBSERVATORIES

        return OBSERVATORIES

    def target_detail_panels(self) -> list[dict[str, Any]]:
        """What happened to the target, below what the other apps show."""
        return [{"label": "Timeline", "url_name": "tom_targets:timeline", "order": 90}]

    def home_panels(self) -> list[dict[str, Any]]:
        """The lists that the visitor has pinned."""
        return [{
            "partial": "tom_targets/partials/pinned_lists_panel.html", "position": "side",
            "context": "tom_targets.views.dynamic_lists.pinned_panel",
        }]

    def demo_content(self) -> list[str]:
        return ["tom_targets.demo.make_targets", "tom_targets.demo_lists.make_lists"]
