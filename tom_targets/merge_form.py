"""The form by which two targets are merged."""

from collections.abc import Iterable
from typing import Any

from django import forms


class TargetMergeForm(forms.Form):
    """Which of two targets stays. The values that it takes over are chosen beside it, field by field."""

    name_select = forms.ChoiceField(
        label="The target that stays", widget=forms.RadioSelect,
        help_text="It keeps its name and its address; the name of the other becomes an alias.",
        error_messages={"required": "Choose which of the two stays.", "invalid_choice": "Choose one of these two."},
    )

    def __init__(self, *args: Any, choices: Iterable[tuple[int, str]] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["name_select"].choices = list(choices)
