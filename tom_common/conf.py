"""Every setting of the framework: its name, type, default and meaning. Nobody else names a default.

    from tom_common.conf import tom_settings
    tom_settings.TARGET_PERMISSIONS_ONLY

A value is read from the project's settings each time, so `override_settings` works in tests.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings

MISSING = object()


class Setting:
    """One setting. `default` may be a callable without arguments; mutable defaults must be."""

    def __init__(
        self,
        default: Any,
        help: str,
        *,
        type: type | tuple[type, ...] | None = None,
        choices: tuple = (),
        group: str = "General",
        older_name: str = "",
    ):
        self.default = default
        self.help = help
        self.choices = choices
        self.group = group
        self.older_name = older_name
        self.types = type if isinstance(type, tuple) else (type,) if type else ()

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: "TomSettings | None", owner: type) -> Any:
        if instance is None:
            return self
        value = self.configured()
        return self.default_value() if value is MISSING else value

    def configured(self) -> Any:
        """What the project says, or MISSING."""
        value = getattr(settings, self.name, MISSING)
        if value is MISSING and self.older_name:
            value = getattr(settings, self.older_name, MISSING)
        return value

    def default_value(self) -> Any:
        return self.default() if isinstance(self.default, Callable) else self.default

    def problem(self) -> str:
        """What is wrong with the configured value, in one sentence; empty when nothing is."""
        value = self.configured()
        if value is MISSING or (value is None and self.default_value() is None):
            return ""
        if self.types and not isinstance(value, self.types):
            wanted = " or ".join(kind.__name__ for kind in self.types)
            return f"{self.name} is {value!r}; it should be of type {wanted}."
        if self.choices and value not in self.choices:
            return f"{self.name} is {value!r}; it should be one of {', '.join(map(repr, self.choices))}."
        return ""


class TomSettings:
    # People and access
    AUTH_STRATEGY = Setting(
        "READ_ONLY",
        "What a visitor who has not logged in may open: READ_ONLY what is open to all, LOCKED only the login page.",
        choices=("READ_ONLY", "LOCKED"), group="Access",
    )
    OPEN_URLS = Setting(list, "Paths (shell patterns) that stay open under LOCKED.", type=(list, tuple), group="Access")
    TARGET_PERMISSIONS_ONLY = Setting(
        True, "Who may see a target may see all that belongs to it.", type=bool, group="Access"
    )
    TARGET_DEFAULT_PERMISSION = Setting(
        "PRIVATE", "The permission level a new target gets.", choices=("OPEN", "PUBLIC", "PRIVATE"), group="Access"
    )
    SECRET_KEY_FALLBACKS = Setting(
        list, "Earlier values of SECRET_KEY that still open what was encrypted with them.",
        type=(list, tuple), group="Access",
    )

    ANONYMOUS_USER_NAME = Setting(
        "AnonymousUser", "The account of django-guardian that stands for visitors: what it is granted is open to all.",
        type=str, group="Access",
    )

    # Targets
    TARGET_TYPE = Setting(
        "SIDEREAL", "The target type that the create form starts with.",
        choices=("SIDEREAL", "NON_SIDEREAL"), group="Targets",
    )
    TARGET_MODEL_CLASS = Setting(
        "tom_targets.base_models.BaseTarget", "Dotted path of the model that stands for a target.",
        type=str, group="Targets",
    )
    TARGET_LIST_COLUMNS = Setting(
        lambda: ["name", "type", "observations", "saved_data"], "Columns of the `target_table` tag.",
        type=(list, tuple), group="Targets",
    )
    EXTRA_FIELDS = Setting(
        list, "Additional target fields: a list of {'name', 'type': number|string|boolean|datetime, "
        "'default'?, 'hidden'?}.", type=(list, tuple), group="Targets",
    )
    MATCH_MANAGERS = Setting(
        dict, "{'Target': dotted path} of the manager class behind `Target.matches`.", type=dict, group="Targets"
    )
    GENERAL_SEARCH_FUNCTIONS = Setting(
        dict, "{'app.Model': dotted path} of a function (queryset, name, value) that answers a table's search box.",
        type=dict, group="Targets",
    )
    SELECTION_EXTRA_FIELDS = Setting(
        list, "Further target attributes shown in the table of the facility selection page.",
        type=(list, tuple), group="Targets",
    )

    # Data
    DATA_PRODUCT_PATH = Setting(
        None, "Dotted path of a function (data product, file name) that says where a file is stored.",
        type=str, group="Data",
    )
    DATA_PRODUCT_TYPES = Setting(
        lambda: {
            "photometry": ("photometry", "Photometry"),
            "fits_file": ("fits_file", "FITS File"),
            "spectroscopy": ("spectroscopy", "Spectroscopy"),
            "image_file": ("image_file", "Image File"),
        },
        "The kinds of data products: {key: (value, label)}.", type=dict, group="Data",
    )

    # Plugins
    HOOKS = Setting(dict, "{hook name: dotted path} of functions called when something happens.",
                    type=dict, group="Plugins")
    TOM_HARVESTER_CLASSES = Setting(
        list, "Dotted paths of catalogue harvesters; when set, the apps' own contributions are not asked.",
        type=(list, tuple), group="Plugins",
    )
    INCLUDE_HARVESTER_CLASSES = Setting(
        list, "When set, only these of the contributed harvesters are offered (dotted paths).",
        type=(list, tuple), group="Plugins",
    )
    EXCLUDE_HARVESTER_CLASSES = Setting(
        list, "Contributed harvesters that are not offered (dotted paths).", type=(list, tuple), group="Plugins"
    )
    HARVESTERS = Setting(
        dict, "{harvester name: {'base_url', 'api_key', 'timeout_s', …}}: where a catalogue is and how to log in.",
        type=dict, group="Plugins",
    )

    # Remote services
    REMOTE_TIMEOUT_S = Setting(
        20.0, "Seconds a remote service may take to answer.", type=(int, float), group="Remote services"
    )
    REMOTE_READ_RETRIES = Setting(
        2, "How often a read is tried again after a connection error or a 5xx answer. Writes never are.",
        type=int, group="Remote services",
    )

    # Appearance
    TOM_NAME = Setting("TOM Toolkit", "The name shown in the navigation bar and put on shared messages.",
                       type=str, group="Appearance")
    CSS_THEME = Setting(None, "Name of a further style sheet `tom_common/css/<name>.css`; `dark` starts dark.",
                        type=str, group="Appearance")
    PLOTLY_THEME = Setting("plotly_white", "The plotly template of the plots.", type=str, group="Appearance")
    SHOW_PAGINATION_INFO = Setting(True, "Say which rows of how many a page shows.", type=bool, group="Appearance")
    COMMENTS_ENABLED = Setting(True, "Comments on target pages.", type=bool, group="Appearance")
    HINTS_ENABLED = Setting(False, "Show hints on how to customise a page.", type=bool, group="Appearance")
    HINT_LEVEL = Setting(20, "The message level hints are shown with.", type=int, group="Appearance")
    CSP_IMAGE_SERVERS = Setting(
        lambda: [
            "https://alasky.cds.unistra.fr", "https://alaskybis.cds.unistra.fr",
            "https://alasky.unistra.fr", "https://alaskybis.unistra.fr",
        ],
        "Servers that the frame of the sky viewer may load images from (sources of its Content-Security-Policy).",
        type=(list, tuple), group="Appearance",
    )
    CSP_EXTRA = Setting(
        dict, "{directive: [sources]} added to the Content-Security-Policy of every page.",
        type=dict, group="Appearance",
    )
    ROBOTS_TXT_PATH = Setting(None, "A file served as /robots.txt; without one, robots are sent away.",
                              type=str, group="Appearance")

    def __iter__(self) -> Iterator[Setting]:
        return iter(setting for setting in vars(type(self)).values() if isinstance(setting, Setting))


tom_settings = TomSettings()
