"""Forms for accounts and groups."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth import get_user_model, password_validation
from django.contrib.auth.forms import UserCreationForm, UsernameField
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.forms import inlineformset_factory

from tom_common.models import Profile
from tom_common.people import PUBLIC_GROUP, is_last_superuser, people


class ProfileModelForm(forms.ModelForm):
    class Meta:
        model = Profile
        fields = ("affiliation", "phone_number")


UserProfileInlineFormSet = inlineformset_factory(
    get_user_model(), Profile, form=ProfileModelForm, extra=1, max_num=1, can_delete=False
)


class ChangeUserPasswordForm(forms.Form):
    """A new password for somebody else's account; only a superuser gets to see it."""

    password = forms.CharField(
        label="New password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validation.password_validators_help_text_html,
    )
    change_password_form = forms.CharField(widget=forms.HiddenInput, required=False, initial="yes")

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, self.user)
        return password


class GroupForm(forms.ModelForm):
    """A group and its members."""

    users = forms.ModelMultipleChoiceField(
        label="Members", queryset=get_user_model().objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Group
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["users"].queryset = people()
        if self.instance.name == PUBLIC_GROUP:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = "Every new account joins this group, by this name."

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> Group:
        group = super().save(*args, **kwargs)
        if group.pk:
            group.user_set.set(self.cleaned_data["users"])
        return group


class ProfileFormMixin:
    """An account form with the profile below it, as the formset `user_profile_formset`.

    A POST without the formset's data leaves the profile as it is.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        sent = self.is_bound and any(key.endswith("-TOTAL_FORMS") for key in self.data)
        self.user_profile_formset = UserProfileInlineFormSet(data=self.data if sent else None, instance=self.instance)
        self.helper = FormHelper()
        self.form_tag = self.helper.form_tag = False
        if "groups" in self.fields:
            self.fields["groups"].queryset = Group.objects.order_by("name")

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        user = super().save(commit=commit)
        if commit:
            self.save_profile(user)
        return user

    def save_profile(self, user: Any) -> None:
        """Write the profile's fields. The profile itself was made with the account."""
        if not self.user_profile_formset.is_bound:
            return
        profile, _ = Profile.objects.get_or_create(user=user)
        for cleaned in self.user_profile_formset.cleaned_data[:1]:
            for name in ProfileModelForm.Meta.fields:
                if name in cleaned:
                    setattr(profile, name, cleaned[name])
        profile.save()

    def clean(self) -> dict:
        cleaned_data = super().clean()
        if self.user_profile_formset.is_bound:
            for message in self.user_profile_formset.non_form_errors():
                self.add_error(None, message)
        return cleaned_data

    def is_valid(self) -> bool:
        profile_is_valid = not self.user_profile_formset.is_bound or self.user_profile_formset.is_valid()
        return super().is_valid() and profile_is_valid

    def has_changed(self) -> bool:
        return super().has_changed() or (self.user_profile_formset.is_bound and self.user_profile_formset.has_changed())


class CustomUserCreationForm(ProfileFormMixin, UserCreationForm):
    """A new account, its groups, and its profile in one form."""

    email = forms.EmailField(required=True)
    groups = forms.ModelMultipleChoiceField(
        queryset=Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "password1", "password2", "groups")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:
            self.fields["groups"].initial = Group.objects.filter(name=PUBLIC_GROUP)


class UserUpdateForm(ProfileFormMixin, forms.ModelForm):
    """An account that exists. Its password has a page of its own.

    A superuser (`for_superuser`) also says who may log in, who is a superuser, and who is in which group.
    """

    is_superuser = forms.BooleanField(
        label="Principal investigator (superuser)", required=False,
        help_text="May see, change and delete everything, and manage users and groups.",
    )
    is_active = forms.BooleanField(
        label="May log in", required=False,
        help_text="Untick this instead of deleting an account: what the user wrote and shared stays.",
    )
    groups = forms.ModelMultipleChoiceField(
        queryset=Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "is_superuser", "is_active", "groups")
        field_classes = {"username": UsernameField}

    def __init__(self, *args: Any, for_superuser: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not for_superuser:
            for name in ("is_superuser", "is_active", "groups"):
                del self.fields[name]

    def clean_username(self) -> str:
        """Names that differ only in case would be taken for each other."""
        username = self.cleaned_data["username"]
        others = get_user_model().objects.exclude(pk=self.instance.pk)
        if "username" in self.changed_data and others.filter(username__iexact=username).exists():
            raise forms.ValidationError("A user with that username already exists.", code="unique")
        return username

    def clean(self) -> dict:
        cleaned_data = super().clean() or self.cleaned_data
        keeps_power = cleaned_data.get("is_superuser", True) and cleaned_data.get("is_active", True)
        before = get_user_model().objects.filter(pk=self.instance.pk).first()
        if not keeps_power and before and is_last_superuser(before):
            field = "is_active" if cleaned_data.get("is_superuser", True) else "is_superuser"
            self.add_error(
                field, "This is the last principal investigator who can log in. Make somebody else one first."
            )
        return cleaned_data

    def save(self, commit: bool = True) -> Any:
        if "is_superuser" in self.changed_data:
            self.instance.is_staff = self.instance.is_superuser
        return super().save(commit=commit)
