"""Starter lists of targets."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.generic import View

from tom_targets.seed import STARTER_LISTS, seed


class TargetSeedView(LoginRequiredMixin, View):
    """GET shows the lists; POST `list` adds one of them (that of Messier when it is not said which)."""

    template_name = "tom_targets/target_seed.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(request, self.template_name, {"starter_lists": STARTER_LISTS.values()})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        starter = STARTER_LISTS.get(request.POST.get("list", "messier"))
        if starter is None:
            messages.error(request, "There is no such starter list.")
            return redirect("tom_targets:seed")
        done = seed(starter, user=request.user)
        messages.success(request, f"{starter.title}: {len(done.added)} added, {len(done.known)} were there.")
        if done.refused:
            messages.warning(request, f"Not added: {'; '.join(done.refused[:5])}")
        return HttpResponseRedirect(done.grouping.get_absolute_url())
