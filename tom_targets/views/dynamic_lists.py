"""Groupings renamed; dynamic lists made, opened, changed, deleted."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template import Context
from django.urls import reverse, reverse_lazy
from django.views.generic import CreateView, DeleteView, DetailView, TemplateView, UpdateView

from tom_common.pagination import CAP
from tom_targets.choosing import LONGEST_QUERY, FilterMistake, filtered, mistake_in
from tom_targets.dynamic_lists import DynamicTargetList, make_dynamic_list
from tom_targets.list_forms import DynamicListForm, GroupingForm
from tom_targets.models import TargetList
from tom_targets.views.access import GrantedObjectMixin
from tom_targets.views.access_page import AccessView

LISTS = reverse_lazy("targets:targetgrouping")


class TargetGroupingUpdateView(LoginRequiredMixin, GrantedObjectMixin, UpdateView):
    """Renames a grouping."""

    model = TargetList
    action = "change"
    form_class = GroupingForm
    template_name = "tom_targets/list_form.html"
    success_url = LISTS
    extra_context = {"title": "Rename the group"}

    def form_valid(self, form: GroupingForm) -> HttpResponse:
        messages.success(self.request, f"The group is now named {form.cleaned_data['name']}.")
        return super().form_valid(form)


class DynamicListView(GrantedObjectMixin, DetailView):
    """Opens the target list with the saved filters; says so when they do not hold any more."""

    model = DynamicTargetList
    template_name = "tom_targets/dynamic_list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        mistake = mistake_in(self.object.query_string, request.user)
        if mistake:
            changeable = DynamicTargetList.objects.changeable_by(request.user).filter(pk=self.object.pk).exists()
            return self.render_to_response(self.get_context_data(mistake=mistake, may_change=changeable))
        return redirect(f"{reverse('targets:list')}?{self.object.query_string}")


class _FormMixin(LoginRequiredMixin):
    model = DynamicTargetList
    form_class = DynamicListForm
    template_name = "tom_targets/list_form.html"
    success_url = LISTS

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}


class DynamicListCreateView(_FormMixin, CreateView):
    """Saves the filters of the target list's address (`?name=M31`) under a name."""

    extra_context = {"title": "Save these filters as a list"}

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "query_string": self.request.META.get("QUERY_STRING", "")[:LONGEST_QUERY]}

    def form_valid(self, form: DynamicListForm) -> HttpResponse:
        groups = form.cleaned_data.get("groups", ())
        self.object = make_dynamic_list(form.instance, user=self.request.user, groups=groups)
        messages.success(self.request, f"The list {self.object} was saved. It always holds what its filters find.")
        return HttpResponseRedirect(self.get_success_url())


class DynamicListUpdateView(_FormMixin, GrantedObjectMixin, UpdateView):
    action = "change"
    extra_context = {"title": "Change the list"}

    def form_valid(self, form: DynamicListForm) -> HttpResponse:
        messages.success(self.request, f"The list {form.instance} was changed.")
        return super().form_valid(form)


class DynamicListDeleteView(LoginRequiredMixin, GrantedObjectMixin, DeleteView):
    model = DynamicTargetList
    action = "delete"
    template_name = "tom_targets/dynamic_list_confirm_delete.html"
    success_url = LISTS

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, f"The list {self.object} was deleted. The targets it showed are still here.")
        return super().form_valid(form)


class DynamicListAccessView(AccessView):
    """Who may see, change and delete a dynamic list."""

    model = DynamicTargetList


class DynamicListCountView(GrantedObjectMixin, DetailView):
    """How many targets a list has for the reader, fetched when it is seen."""

    model = DynamicTargetList
    template_name = "tom_targets/partials/dynamic_list_count.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        try:
            rows = filtered(self.object.query_string, self.request.user)
            found = rows.values("pk").distinct()[:CAP + 1].count()
        except FilterMistake as mistake:
            return {**context, "mistake": str(mistake)}
        return {**context, "count": min(found, CAP), "capped": found > CAP}


class PinnedListsView(LoginRequiredMixin, TemplateView):
    """The visitor's own pinned lists, fetched by the menu when it is opened."""

    template_name = "tom_targets/partials/pinned_lists.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"pinned_lists": pinned_by(self.request.user)}


def dynamic_lists_of(user: Any) -> dict[str, Any]:
    """What the page of groups needs: the lists that a user may see, and the keys of those to change and delete."""
    lists, keys = DynamicTargetList.objects.all(), {}
    for name, action in (("changeable_dynamic", "change"), ("deletable_dynamic", "delete")):
        allowed = lists.allowed(user, action) if user.is_authenticated else lists.none()
        keys[name] = set(allowed.values_list("pk", flat=True))
    return {"dynamic_lists": lists.visible_to(user).select_related("owner"), **keys}


def pinned_by(user: Any) -> Any:
    """The dynamic lists that a user has pinned."""
    return DynamicTargetList.objects.visible_to(user).filter(owner=user.pk, pinned=True)


def pinned_panel(context: Context) -> dict[str, Any]:
    """The context of the panel on the first page."""
    user = context.get("user")
    return {"pinned_lists": pinned_by(user) if user is not None and user.is_authenticated else []}
