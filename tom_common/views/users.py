"""Users: the list, and what a superuser does to accounts. A member changes and deletes the own one only."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model, logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.db.models import ProtectedError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.views.generic import CreateView, DeleteView, TemplateView, UpdateView

from tom_common.forms import CustomUserCreationForm, UserUpdateForm
from tom_common.mixins import SuperuserRequiredMixin
from tom_common.people import goes_with, is_anonymous_account, is_last_superuser


class OwnAccountOrSuperuserMixin(LoginRequiredMixin):
    """For the account's owner and for superusers. To others the account does not exist."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not user.is_superuser and user.pk != kwargs.get("pk"):
            raise Http404("There is no such account, or it is not yours.")
        return super().dispatch(request, *args, **kwargs)

    def get_object(self, queryset: Any = None) -> Any:
        account = super().get_object(queryset)
        if is_anonymous_account(account):
            raise Http404("This account stands for visitors; nobody may change it.")
        return account


class UserListView(LoginRequiredMixin, TemplateView):
    """Users and groups: all for a superuser; oneself and those one shares a group with for others."""

    template_name = "auth/user_list.html"


class UserCreateView(SuperuserRequiredMixin, CreateView):
    template_name = "tom_common/create_user.html"
    success_url = reverse_lazy("user-list")
    form_class = CustomUserCreationForm

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, f"The account {self.object.get_username()} was made.")
        return response


class UserUpdateView(OwnAccountOrSuperuserMixin, UpdateView):
    model = get_user_model()
    template_name = "tom_common/create_user.html"
    form_class = UserUpdateForm

    def get_success_url(self) -> str:
        return reverse("user-list" if self.request.user.is_superuser else "user-profile")

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        # The page's own `user` is the one who is logged in; a model named User must not take its place.
        return {**context, "current_user": self.request.user, "account": self.object, "user": self.request.user}

    def get_form_kwargs(self) -> dict:
        kwargs = super().get_form_kwargs()
        if issubclass(self.get_form_class(), UserUpdateForm):
            kwargs["for_superuser"] = self.request.user.is_superuser
        return kwargs

    def get_form(self, form_class: type | None = None) -> Form:
        """A form of a project's own loses what only a superuser may decide."""
        form = super().get_form(form_class)
        if not self.request.user.is_superuser:
            for name in ("groups", "is_superuser", "is_staff", "is_active", "user_permissions"):
                form.fields.pop(name, None)
        return form

    def form_valid(self, form: Form) -> HttpResponse:
        self.object = form.save()
        messages.success(self.request, "The profile was saved.")
        return HttpResponseRedirect(self.get_success_url())


class UserDeleteView(OwnAccountOrSuperuserMixin, DeleteView):
    """Says first what goes with the account."""

    model = get_user_model()
    template_name = "auth/user_confirm_delete.html"
    success_url = reverse_lazy("user-list")

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        losses, protecting = goes_with(self.object)
        return {
            **context, "user": self.request.user, "account": self.object, "losses": losses, "protecting": protecting,
            "is_own": self.object.pk == self.request.user.pk, "is_last_superuser": is_last_superuser(self.object),
        }

    def form_valid(self, form: Form) -> HttpResponse:
        account, is_own = self.object, self.object.pk == self.request.user.pk
        with transaction.atomic():
            if is_last_superuser(account):
                messages.error(self.request, "The last principal investigator who can log in cannot be deleted.")
                return redirect("user-list")
            try:
                account.delete()
            except ProtectedError as error:
                messages.error(self.request, f"{account} cannot be deleted: {error.args[0]}")
                return redirect("user-list")
        messages.success(self.request, f"The account {account.get_username()} was deleted.")
        if is_own:
            logout(self.request)
            return redirect("home")
        return HttpResponseRedirect(self.success_url)
