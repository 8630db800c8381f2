"""Who can see this, and why; and changing it, for one object or for many targets."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import FormView, View

from tom_common import jobs
from tom_targets.access import LockedOut, change_access, who_may
from tom_targets.access_forms import AccessForm, BulkAccessForm
from tom_targets.bulk_access import AccessChange, Preview, apply, preview
from tom_targets.choosing import Choice, FilterMistake
from tom_targets.models import Target, TargetList
from tom_targets.views.access import GrantedObjectMixin


class AccessView(LoginRequiredMixin, GrantedObjectMixin, FormView):
    """Everybody who may see, change and delete an object, with the reason; for who may change it."""

    action = "change"
    form_class = AccessForm
    template_name = "tom_targets/access.html"
    object: Model

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.object, "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "object": self.object, "is_target": isinstance(self.object, Target), "back": self.object.get_absolute_url(),
            "rows": who_may(self.object, reader=self.request.user),
        }

    def form_valid(self, form: AccessForm) -> HttpResponse:
        try:
            changed = change_access(
                self.object, user=self.request.user, grants=form.wanted(),
                level=form.cleaned_data.get("permissions", ""), even_if_locked_out=form.cleaned_data["confirm"],
            )
        except LockedOut as warning:
            self.object = self.get_object()
            return self.render_to_response(self.get_context_data(form=form, warning=str(warning)))
        if changed:
            messages.success(self.request, f"Access to {self.object} was changed.")
        else:
            messages.info(self.request, "Nothing was changed.")
        return HttpResponseRedirect(self.get_success_url())

    def get_success_url(self) -> str:
        """The same page, for who may still open it."""
        still = self.model._default_manager.all().changeable_by(self.request.user).filter(pk=self.object.pk).exists()
        return self.request.path if still else reverse("targets:list")


class TargetAccessView(AccessView):
    model = Target


class GroupingAccessView(AccessView):
    """Who may see, change and delete a grouping. Its targets keep their own access."""

    model = TargetList


class BulkAccessView(LoginRequiredMixin, View):
    """POST what the list of targets chose; then what is to change, its preview, and the change itself."""

    http_method_names = ["post", "options"]
    template_name = "tom_targets/bulk_access.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        choice, step = Choice.from_post(request.POST), request.POST.get("step", "")
        if choice.is_empty:
            messages.warning(request, "No targets were selected.")
            return redirect("targets:list")
        form = BulkAccessForm(request.POST if step else None, user=request.user)
        try:
            if not step or not form.is_valid():
                return self._page(form, choice, preview(choice, AccessChange(), request.user), shown=False)
            change = form.change()
            outlook = preview(choice, change, request.user)
        except FilterMistake as mistake:
            messages.error(request, f"Nothing was done: {mistake}")
            return redirect("targets:list")
        unseen = step != "apply" or request.POST.get("previewed") != fingerprint(change, outlook)
        if step == "apply" and unseen:
            messages.warning(request, "The targets or the change are not those of the table that you saw. Look again.")
        if unseen or not outlook.changeable or (outlook.locked_out and "confirm" not in request.POST):
            return self._page(form, choice, outlook, change=change, unconfirmed=not unseen)
        return self._apply(choice, change, outlook)

    def _page(self, form: BulkAccessForm, choice: Choice, outlook: Preview, *, change: AccessChange | None = None,
              **context: Any) -> HttpResponse:
        context = {"shown": True, **context, "form": form, "choice": choice.as_post(), "preview": outlook}
        if change is not None:
            context["previewed"] = fingerprint(change, outlook)
        return render(self.request, self.template_name, context)

    def _apply(self, choice: Choice, change: AccessChange, outlook: Preview) -> HttpResponse:
        query = f"?{choice.query}" if choice.query else ""
        back = f"{reverse('targets:list')}{query}"
        if outlook.is_job:
            return redirect(jobs.start(
                "tom_targets.bulk_access.apply_as_job", user=self.request.user,
                title=f"Change access to {outlook.changeable:,} targets",
                kwargs={"user_id": self.request.user.pk, "keys": list(choice.keys), "query": choice.query,
                        "change": change.as_json(), "url": back},
            ))
        done = apply(choice, change, self.request.user)
        messages.success(self.request, f"Access to {done:,} target{'' if done == 1 else 's'} was changed.")
        if outlook.left_out:
            messages.warning(self.request, f"{outlook.left_out:,} left out: you may not change them.")
        return HttpResponseRedirect(back)


def fingerprint(change: AccessChange, outlook: Preview) -> str:
    """What was shown, in short: the change, and how many targets it would have reached."""
    return f"{change.as_json()} {outlook.total} {outlook.changeable}"
