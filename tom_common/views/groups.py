"""Groups, which superusers manage."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import Group
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.generic import CreateView, DeleteView, UpdateView

from tom_common.forms import GroupForm
from tom_common.mixins import SuperuserRequiredMixin
from tom_common.people import PUBLIC_GROUP, goes_with, people


class GroupCreateView(SuperuserRequiredMixin, CreateView):
    form_class = GroupForm
    model = Group
    success_url = reverse_lazy("user-list")


class GroupUpdateView(SuperuserRequiredMixin, UpdateView):
    form_class = GroupForm
    model = Group
    success_url = reverse_lazy("user-list")

    def get_initial(self, *args: Any, **kwargs: Any) -> dict:
        return {**super().get_initial(*args, **kwargs), "users": people().filter(groups=self.object)}


class GroupDeleteView(SuperuserRequiredMixin, DeleteView):
    """Says first how many members lose it, and what was shared with it."""

    model = Group
    success_url = reverse_lazy("user-list")

    def get_context_data(self, **kwargs: Any) -> dict:
        losses, _ = goes_with(self.object)
        return {
            **super().get_context_data(**kwargs), "losses": losses, "members": people().filter(groups=self.object),
            "is_public_group": self.object.name == PUBLIC_GROUP,
        }

    def form_valid(self, form: Form) -> HttpResponse:
        if self.object.name == PUBLIC_GROUP:
            messages.error(self.request, f"The group {PUBLIC_GROUP} cannot be deleted: every new account joins it.")
            return redirect("user-list")
        messages.success(self.request, f"The group {self.object} was deleted.")
        return super().form_valid(form)
