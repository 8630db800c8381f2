"""Directives that write the reference from the code, so that it cannot grow stale.

    .. tom-settings::            every setting of tom_common/conf.py
    .. tom-contributions::       every AppConfig method of tom_common/integration.py
    .. tom-plugin-kinds::        every registry of tom_common/registries.py
"""

import django
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList


class Generated(Directive):
    """Parses the reStructuredText that `lines` gives, in place."""

    def lines(self) -> list[str]:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        section = nodes.section()
        section.document = self.state.document
        content = StringList(self.lines(), source=self.name)
        self.state.nested_parse(content, self.content_offset, section, match_titles=1)
        return section.children


class Settings(Generated):
    def lines(self) -> list[str]:
        from tom_common.conf import tom_settings

        groups: dict[str, list] = {}
        for setting in tom_settings:
            groups.setdefault(setting.group, []).append(setting)
        lines = []
        for group, settings in groups.items():
            lines += [f".. rubric:: {group}", ""]
            for setting in settings:
                lines += [f"``{setting.name}``", f"   {setting.help}", ""]
                lines.append(f"   Default: ``{setting.default_value()!r}``.")
                if setting.choices:
                    lines += [f"   One of {', '.join(f'``{choice}``' for choice in setting.choices)}."]
                if setting.older_name:
                    lines += [f"   Older name: ``{setting.older_name}``."]
                lines.append("")
        return lines


class Contributions(Generated):
    def lines(self) -> list[str]:
        from tom_common.integration import CONTRIBUTIONS

        lines = []
        for method, meaning in CONTRIBUTIONS.items():
            lines += [f"``{method}()``", f"   {_entry(meaning)}", ""]
        return lines


class PluginKinds(Generated):
    def lines(self) -> list[str]:
        from tom_common.registries import REGISTRIES

        lines = [".. list-table::", "   :header-rows: 1", "", "   * - Kind", "     - Base class"]
        for kind, (registry, _app) in REGISTRIES.items():
            lines += [f"   * - {kind}", f"     - ``{registry.base_path}``"]
        return [*lines, ""]


def _entry(meaning: str) -> str:
    """`{'partial', …}: what it is` as a literal and a sentence."""
    if not meaning.startswith("{"):
        return f"A list of {meaning}."
    shape, _, sentence = meaning.partition("}")
    return f"A list of ``{shape}}}``. {sentence.lstrip(': ').capitalize()}."


def setup(app) -> dict:
    django.setup()
    app.add_directive("tom-settings", Settings)
    app.add_directive("tom-contributions", Contributions)
    app.add_directive("tom-plugin-kinds", PluginKinds)
    return {"parallel_read_safe": True, "version": "1"}
