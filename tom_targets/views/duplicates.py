"""Pairs of targets that may be one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import View

from tom_common.models import Job
from tom_common.pagination import CappedPaginator
from tom_targets import duplicates

PAIRS_PER_PAGE = 50


class ScanForm(forms.Form):
    """How near two targets lie that may be one."""

    radius = forms.FloatField(
        label="Within (arcsec)", min_value=0.0, max_value=duplicates.MAX_RADIUS_ARCSEC,
        initial=duplicates.DUPLICATE_RADIUS_ARCSEC, widget=forms.NumberInput(attrs={"step": "any"}),
    )


class DuplicatesView(LoginRequiredMixin, View):
    """The pairs found last, with their age; POST looks through all targets anew, by a job."""

    template_name = "tom_targets/duplicates.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._page(ScanForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ScanForm(request.POST)
        if not form.is_valid():
            return self._page(form)
        duplicates.start_scan(request.user, form.cleaned_data["radius"])
        return redirect("tom_targets:duplicates")

    def _page(self, form: ScanForm) -> HttpResponse:
        user, dismissed = self.request.user, "dismissed" in self.request.GET
        found = duplicates.pairs_for(user, dismissed=dismissed)
        page = CappedPaginator(found, PAIRS_PER_PAGE).get_page(self.request.GET.get("page"))
        job = Job.objects.visible_to(user).filter(active_key="possible-duplicates").first()
        return render(self.request, self.template_name, {
            "form": form, "page": page, "pairs": duplicates.with_targets(page, user), "dismissed": dismissed,
            "scan": duplicates.latest_scan(), "job": job,
            "suffix": "&dismissed=1" if dismissed else "",
        })


class DuplicateJudgeView(LoginRequiredMixin, View):
    """POST: these two are not the same; with `same`, that is taken back. For who may change both."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        same = "same" in request.POST
        pairs = duplicates.pairs_for(request.user, dismissed=same)
        pair = get_object_or_404(pairs, pk=kwargs["pk"])
        [shown] = duplicates.with_targets([pair], request.user)
        if not shown.may_judge:
            raise PermissionDenied("Only who may change both targets can say whether they are the same.")
        duplicates.judge(pair, user=request.user, same=same)
        said = "may be the same again" if same else "will not be shown as possible duplicates again"
        messages.success(request, f"{shown.first} and {shown.second} {said}.")
        return HttpResponseRedirect(reverse("tom_targets:duplicates") + ("?dismissed=1" if same else ""))
