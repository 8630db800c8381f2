"""The forms that change who may do what: of one object, and of many targets at once."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model

from tom_common.people import is_anonymous_account, visible_users
from tom_common.permissions import ACTIONS
from tom_targets.access import grants_on, may_hand_on
from tom_targets.bulk_access import AccessChange
from tom_targets.models import Target
from tom_targets.services import groups_of

ACTION_LABELS = {"view": "see", "change": "change", "delete": "delete"}
#: what may be done to the rights of a group on many targets: label, actions given, actions taken
DEEDS = {
    "": ("as it is", (), ()),
    "view": ("give: see", ("view",), ()),
    "change": ("give: see and change", ("view", "change"), ()),
    "all": ("give: see, change and delete", ACTIONS, ()),
    "read-only": ("take: change and delete", (), ("change", "delete")),
    "nothing": ("take: everything", (), ACTIONS),
}
LEVELS = [(value, f"{label}: {who}") for (value, label), who in zip(
    Target.Permissions.choices,
    ("everybody sees it", "whoever is logged in sees it", "only who has been given access sees it"), strict=True,
)]


class ActionsField(forms.MultipleChoiceField):
    """See, change, delete, as check boxes. Who may change or delete may also see."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[str]:
        actions = super().clean(value)
        offered = {key for key, _ in self.choices}
        return ["view", *actions] if actions and "view" not in actions and "view" in offered else actions


class AccessForm(forms.Form):
    """Who may do what with one object: its level, if it is a target; its groups; people.

    A user hands on what he or she has, to the own groups and to people of those; a superuser to all.
    """

    permissions = forms.ChoiceField(label="Level", choices=LEVELS, widget=forms.RadioSelect)
    add_user = forms.ModelChoiceField(
        get_user_model().objects.none(), required=False, label="Give somebody access", empty_label="Choose a person…",
        to_field_name="username", widget=forms.Select(attrs={"class": "form-control form-control-sm"}),
    )
    add_user_actions = ActionsField(required=False, label="who may then")
    confirm = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, instance: Model, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.instance, self.user = instance, user
        self.own = may_hand_on(instance, user)
        self.grants = grants_on(instance)
        self.choices = [(action, ACTION_LABELS[action]) for action in self.own]
        if isinstance(instance, Target):
            self.fields["permissions"].initial = instance.permissions
        else:
            del self.fields["permissions"]
        self.holders: dict[str, Any] = {}
        self._add_holders()
        known = visible_users(user).filter(is_active=True, is_superuser=False)
        self.fields["add_user"].queryset = known.exclude(pk__in=[one.pk for one in self.grants.of_users])
        self.fields["add_user_actions"].choices = self.choices
        self.fields["add_user_actions"].initial = ["view"]

    def _add_holders(self) -> None:
        for group in groups_of(self.user):
            self._add(f"group-{group.pk}", group, group.name, self.grants.of_groups.get(group, ()))
        known = set(visible_users(self.user).filter(pk__in=[one.pk for one in self.grants.of_users]))
        for one, actions in self.grants.of_users.items():
            if is_anonymous_account(one):
                if self.user.is_superuser:
                    self._add(f"user-{one.pk}", one, "Visitors", actions)
            elif one in known:
                label = f"{one.get_username()} (you)" if one == self.user else one.get_username()
                self._add(f"user-{one.pk}", one, label, actions)

    def _add(self, name: str, holder: Any, label: str, actions: Any) -> None:
        self.holders[name] = holder
        self.fields[name] = ActionsField(
            required=False, label=label, choices=self.choices,
            initial=[action for action in actions if action in self.own],
        )

    def group_fields(self) -> list[forms.BoundField]:
        return list(self._fields_of(Group))

    def user_fields(self) -> list[forms.BoundField]:
        return list(self._fields_of(get_user_model()))

    def _fields_of(self, kind: type[Model]) -> Iterator[forms.BoundField]:
        return (self[name] for name, holder in self.holders.items() if isinstance(holder, kind))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("add_user") and not cleaned.get("add_user_actions") and "add_user_actions" not in self.errors:
            self.add_error("add_user_actions", "Say what this person may do.")
        return cleaned

    def wanted(self) -> dict[Any, list[str]]:
        """Holder -> actions, of a valid form."""
        wanted = {holder: self.cleaned_data[name] for name, holder in self.holders.items()}
        if self.cleaned_data.get("add_user"):
            wanted[self.cleaned_data["add_user"]] = self.cleaned_data["add_user_actions"]
        return wanted


class BulkAccessForm(forms.Form):
    """What is to become of the access to many targets: the level, and a deed for each of the user's groups."""

    level = forms.ChoiceField(label="Level", required=False, choices=[("", "as it is"), *LEVELS])

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.groups = {f"group-{group.pk}": group for group in groups_of(user)}
        for name, group in self.groups.items():
            self.fields[name] = forms.ChoiceField(
                label=f"Group {group.name}", required=False, choices=[(key, deed[0]) for key, deed in DEEDS.items()],
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError("Nothing would change: choose a level, or what a group is given or loses.")
        return cleaned

    def change(self) -> AccessChange:
        """What a valid form asks for."""
        deeds = {group.pk: DEEDS[self.cleaned_data[name]] for name, group in self.groups.items()}
        return AccessChange(
            self.cleaned_data["level"],
            {key: given for key, (_, given, _) in deeds.items() if given},
            {key: taken for key, (_, _, taken) in deeds.items() if taken},
        )
