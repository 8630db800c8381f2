"""What the import page asks: the table, then what its columns are."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile, File

from tom_targets.exchange.mapping import ALIAS, GROUPS, KINDS, NOTHING, POSITION, TAG, UNITS, Assignment, Known
from tom_targets.exchange.readers import DELIMITERS, MAX_BYTES
from tom_targets.exchange.tables import Column
from tom_targets.exchange.writer import MAKE, SKIP, UPDATE
from tom_targets.services import groups_of

MAX_PASTED = 2_000_000


class TableForm(forms.Form):
    """A file or a pasted table."""

    file = forms.FileField(
        required=False, label="File", help_text=f"CSV, ECSV, VOTable or JSON, up to {MAX_BYTES // 1_000_000} MB.",
    )
    pasted = forms.CharField(
        required=False, label="or a pasted table", max_length=MAX_PASTED, strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "placeholder": "name\tra\tdec"}),
        help_text="From a paper, a spreadsheet or a terminal. The first line names the columns.",
    )
    delimiter = forms.ChoiceField(
        required=False, label="Between the columns", help_text="Rarely needed.",
        choices=[("", "find out"), *((key, label) for key, (label, _) in DELIMITERS.items())],
    )

    def clean_file(self) -> File | None:
        file = self.cleaned_data.get("file")
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(
                f"This file has {file.size / 1e6:,.0f} MB; at most {MAX_BYTES // 1_000_000} MB can be read. Split it."
            )
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two; `table` is it, `table_name` what it is called."""
        cleaned = super().clean()
        file, pasted = cleaned.get("file"), (cleaned.get("pasted") or "").strip("\r\n")
        if file and pasted.strip():
            raise forms.ValidationError("Choose a file or paste a table, not both.")
        if not (file or pasted.strip()) and not self.errors:
            self.add_error("file", "Choose a file, or paste a table below.")
        if file:
            cleaned["table"], cleaned["table_name"] = file, str(file.name)[-200:]
        elif pasted.strip():
            content = pasted.replace("\r\n", "\n").encode("utf-8", "replace")
            cleaned["table"], cleaned["table_name"] = ContentFile(content, "pasted.txt"), "pasted table"
        return cleaned


class OptionsForm(forms.Form):
    """What is done where there is a choice."""

    known = forms.ChoiceField(
        label="Rows of targets that are known already", widget=forms.RadioSelect, initial=SKIP,
        choices=[(SKIP, "change nothing"), (UPDATE, "bring the target up to date, where you may change it")],
    )
    doubtful = forms.ChoiceField(
        label="Rows close to a known target, or written like its name", widget=forms.RadioSelect, initial=SKIP,
        choices=[(SKIP, "refuse them"), (MAKE, "make new targets of them")],
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        label="Groups that get access to the new targets",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["groups"].queryset = groups_of(user)

    def as_options(self) -> dict[str, Any]:
        """The choices as an import keeps them."""
        cleaned = self.cleaned_data
        return {"known": cleaned["known"], "doubtful": cleaned["doubtful"],
                "groups": [group.pk for group in cleaned["groups"]]}


def target_choices(known: Known) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be, in groups for a select."""
    return [
        ("", [(NOTHING, "leave it out"), (TAG, "a tag")]),
        ("Names", [("name", "Name"), (ALIAS, "Alias (name2, name3 …)")]),
        ("Position", [("ra", str(known.fields["ra"])), ("dec", str(known.fields["dec"])), (POSITION, "Both in one")]),
        ("Extra fields", [(f"{TAG}:{key}", key) for key in known.extras]),
        ("Access", [(GROUPS, "Permission groups"), ("permissions", str(known.fields["permissions"]))]),
        ("Fields", [(name, str(label)) for name, label in known.fields.items()
                    if name not in ("name", "ra", "dec", "permissions")]),
    ]


def unit_choices() -> list[tuple[str, str, str]]:
    """(kind, unit, label) of every unit."""
    return [(kind, unit, label) for kind, units in UNITS.items() for unit, label in units.items()]


def chosen_value(assignment: Assignment, known: Known) -> str:
    """The option of `target_choices` that an assignment is."""
    declared = assignment.to == TAG and assignment.key in known.extras
    return f"{TAG}:{assignment.key}" if declared else assignment.to


def assignments_from(data: Mapping[str, Any], columns: Sequence[Column]) -> list[Assignment]:
    """The assignments that a page sent: `to-0`, `unit-0`, `key-0`, `to-1`, …"""
    found = []
    for place, column in enumerate(columns):
        to, _, key = str(data.get(f"to-{place}", "")).partition(":")
        if to == TAG:
            key = key or str(data.get(f"key-{place}") or "").strip() or column.name
            found.append(Assignment(TAG, key=key))
            continue
        unit, kind = str(data.get(f"unit-{place}") or ""), KINDS.get(to)
        said_kind, _, unit = unit.rpartition(":")
        if kind and (said_kind != kind or unit not in UNITS[kind]):
            unit = next(iter(UNITS[kind]))
        found.append(Assignment(to, unit if kind else ""))
    return found


__all__ = ["OptionsForm", "TableForm", "assignments_from", "chosen_value", "target_choices", "unit_choices"]
