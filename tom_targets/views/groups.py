"""Groupings of targets: listed, made, deleted, filled."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import CreateView, DeleteView, View
from django_filters.views import FilterView

from tom_common.htmx_table import HTMXTableViewMixin
from tom_targets import groups
from tom_targets.filters import TargetGroupFilterSet
from tom_targets.models import Target, TargetList
from tom_targets.services import create_grouping
from tom_targets.tables import TargetGroupTable
from tom_targets.views.access import GrantedObjectMixin
from tom_targets.views.dynamic_lists import dynamic_lists_of
from tom_targets.views.merge import merge_selected


class TargetGroupingView(HTMXTableViewMixin, FilterView):
    """The groupings that the visitor may see."""

    template_name = "tom_targets/target_grouping.html"
    model = TargetList
    table_class = TargetGroupTable
    filterset_class = TargetGroupFilterSet
    paginate_by = 25

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet:
        """The groupings; where they are sorted by it, with the number of their targets that the visitor may see."""
        user = self.request.user
        rows = super().get_queryset().visible_to(user)
        if "total_targets" not in self.request.GET.get("sort", ""):
            return rows
        visible = Target.objects.visible_to(user).order_by().values("pk")
        return rows.annotate(visible_targets=Count("targets", filter=Q(targets__in=visible), distinct=True))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | dynamic_lists_of(self.request.user)

    def get_table(self, **kwargs: Any) -> TargetGroupTable:
        table = super().get_table(**kwargs)
        user = self.request.user
        count_visible([row.record for row in table.page.object_list], user)
        if user.is_authenticated:
            table.changeable = frozenset(TargetList.objects.changeable_by(user).values_list("pk", flat=True))
            table.deletable = frozenset(TargetList.objects.deletable_by(user).values_list("pk", flat=True))
        return table


def count_visible(groupings: list[TargetList], user: Any) -> None:
    """Give those that are shown their number of targets that the user may see, in one query."""
    missing = {grouping.pk: grouping for grouping in groupings if not hasattr(grouping, "visible_targets")}
    visible = Target.objects.visible_to(user).filter(targetlist__in=missing).order_by()
    counts = dict(visible.values_list("targetlist").annotate(Count("pk"))) if missing else {}
    for pk, grouping in missing.items():
        grouping.visible_targets = counts.get(pk, 0)


class TargetGroupingCreateView(LoginRequiredMixin, CreateView):
    """A new grouping belongs to who made it."""

    model = TargetList
    fields = ["name"]
    template_name = "tom_targets/targetlist_form.html"
    success_url = reverse_lazy("targets:targetgrouping")

    def form_valid(self, form: ModelForm) -> HttpResponse:
        self.object = create_grouping(form.cleaned_data["name"], user=self.request.user)
        messages.success(self.request, f"The group {self.object} was made. Fill it from the list of targets.")
        return HttpResponseRedirect(self.get_success_url())


class TargetGroupingDeleteView(LoginRequiredMixin, GrantedObjectMixin, DeleteView):
    """Deletes the grouping; its targets stay."""

    model = TargetList
    action = "delete"
    template_name = "tom_targets/targetlist_confirm_delete.html"
    success_url = reverse_lazy("targets:targetgrouping")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, f"The group {self.object} was deleted. Its targets are still here.")
        return super().form_valid(form)


class TargetAddRemoveGroupingView(LoginRequiredMixin, View):
    """POST `grouping`, `selected-target`s (or `isSelectAll` and the list's `query_string`), and add, remove or move;

    or two `selected-target`s and merge.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "merge" in request.POST:
            return merge_selected(request) or self._back()
        verb = next((name for name in ("add", "remove", "move") if name in request.POST), "")
        if not verb:
            messages.error(request, "Nothing was done: say whether to add, remove or move.")
            return self._back()
        grouping = self._grouping()
        if grouping is None:
            messages.error(request, "Choose one of your groups first.")
            return self._back()
        preposition = {"add": "to", "remove": "from", "move": "to"}[verb]
        if request.POST.get("isSelectAll") == "True":
            deed = getattr(groups, f"{verb}_all_{preposition}_grouping")
            deed(request.POST.get("query_string", ""), grouping, request)
        else:
            deed = getattr(groups, f"{verb}_selected_{preposition}_grouping")
            deed(request.POST.getlist("selected-target"), grouping, request)
        return self._back()

    def _grouping(self) -> TargetList | None:
        key = self.request.POST.get("grouping", "")
        if not key.isdecimal() or len(key) > 18:
            return None
        visible = TargetList.objects.visible_to(self.request.user).filter(pk=key).first()
        if visible and not TargetList.objects.changeable_by(self.request.user).filter(pk=key).exists():
            raise PermissionDenied(f"You may see the group {visible}, but not change it.")
        return visible

    def _back(self) -> HttpResponse:
        onward = self.request.POST.get("next", "")
        if onward and url_has_allowed_host_and_scheme(onward, {self.request.get_host()}, self.request.is_secure()):
            return HttpResponseRedirect(onward)
        query = self.request.POST.get("query_string", "")
        return HttpResponseRedirect(f"{reverse('targets:list')}?{query}") if query else redirect("targets:list")
