"""Mistakes in a project's settings, told by `manage.py check` before the first page meets them."""

from django.apps import apps
from django.core import checks

from tom_common.conf import tom_settings
from tom_common.registries import REGISTRIES


@checks.register("tom")
def settings_have_their_type(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    return [
        checks.Error(problem, hint=setting.help, id="tom_common.E101")
        for setting in tom_settings
        if (problem := setting.problem())
    ]


@checks.register("tom")
def plugins_can_be_used(app_configs=None, **kwargs) -> list[checks.CheckMessage]:
    return [
        message
        for registry, app_name in REGISTRIES.values()
        if apps.is_installed(app_name)
        for message in registry.check()
    ]
