from django.apps import AppConfig


class TomCommonConfig(AppConfig):
    name = "tom_common"
    verbose_name = "TOM: common ground"
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from tom_common import checks, comments, signals  # noqa: F401  (they register themselves)

    def profile_details(self) -> list[dict]:
        """The user's own data stand first on the profile page."""
        return [
            {
                "partial": "tom_common/partials/user_data.html",
                "context": "tom_common.templatetags.user_extras.user_data",
            }
        ]

    def demo_content(self) -> list[str]:
        """Three people; they come before the objects that are theirs."""
        return ["tom_common.demo.make_people"]
