"""The forms of groupings and dynamic lists."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group

from tom_targets.choosing import LONGEST_QUERY, FilterMistake, filtered, normalized
from tom_targets.dynamic_lists import DynamicTargetList
from tom_targets.models import TargetList
from tom_targets.services import groups_of


class GroupingForm(forms.ModelForm):
    """The name of a grouping."""

    class Meta:
        model = TargetList
        fields = ["name"]

    def clean_name(self) -> str:
        return self.cleaned_data["name"].strip()


class DynamicListForm(forms.ModelForm):
    """A saved filter: what it is called, what it filters, where it stands, and, when it is new, who else sees it."""

    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Show it to",
        help_text="Members of these groups see the list; each finds in it the targets that he or she may see.",
    )

    class Meta:
        model = DynamicTargetList
        fields = ["name", "query_string", "pinned"]
        widgets = {"query_string": forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_QUERY, "spellcheck": "false"})}
        labels = {"pinned": "Pin it to my first page and menu"}
        help_texts = {"pinned": ""}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["groups"].queryset = groups_of(user)
        if self.instance.pk or not groups_of(user).exists():
            del self.fields["groups"]
        if self.instance.pk and self.instance.owner_id != user.pk:
            # It is pinned for its owner alone.
            del self.fields["pinned"]

    def clean_name(self) -> str:
        return self.cleaned_data["name"].strip()

    def clean_query_string(self) -> str:
        """Filters that this user can use now; only what filters is kept."""
        text = self.cleaned_data["query_string"].strip()
        text = text.partition("?")[2] if "?" in text else text
        if len(text) > LONGEST_QUERY:
            raise forms.ValidationError(f"These filters are longer than {LONGEST_QUERY} characters.")
        try:
            filtered(text, self.user)
        except FilterMistake as mistake:
            raise forms.ValidationError(str(mistake)) from mistake
        kept = normalized(text, self.user)
        if not kept:
            raise forms.ValidationError("No filter is set: this would be the list of all targets.")
        return kept
