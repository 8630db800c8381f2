"""Writing a comment and taking one away."""

from typing import Any

import django_comments
from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import DeleteView
from django_comments.views.comments import post_comment as library_post_comment

from tom_common.comments import deletable_comments, may_comment, visible_object

NOTHING_HERE = "There is nothing here that you may comment on."


def post_comment(request: HttpRequest) -> HttpResponse:
    """Store a comment and go back to the page it was written on.

    The form carries a stamp against spam that runs out after two hours; who is logged in and may see the thing is no
    spammer, so the stamp is made anew and a text that was long in the writing is not lost.
    """
    return _post(request) if request.method != "POST" or request.user.is_authenticated else _to_login(request)


@require_POST
def _post(request: HttpRequest) -> HttpResponse:
    commented = _commented_object(request)
    if commented is None or not may_comment(request.user, commented):
        raise Http404(NOTHING_HERE)
    data = request.POST.copy()
    data.update({"name": "", "email": "", "url": ""})
    for name, value in django_comments.get_form()(commented).generate_security_data().items():
        data[name] = value
    data["name"] = (request.user.get_full_name() or request.user.get_username())[:50]
    data["email"] = _address_of(request.user)
    request.POST = data
    response = library_post_comment(request)
    if response.status_code == 302 and url_has_allowed_host_and_scheme(data.get("next"), {request.get_host()}):
        # The library adds the comment's number as a parameter that no page reads.
        return redirect(data["next"])
    return response


def _address_of(user: Any) -> str:
    """The library insists on a mail address; an account may have none."""
    try:
        validate_email(user.email)
    except ValidationError:
        return "nobody@example.invalid"
    return user.email


def _commented_object(request: HttpRequest) -> Model | None:
    try:
        model = apps.get_model(request.POST.get("content_type", ""))
        return model._default_manager.filter(pk=request.POST.get("object_pk")).first()
    except (LookupError, ValueError, ValidationError):
        return None


def _to_login(request: HttpRequest) -> HttpResponse:
    """Asks to log in; then back to the page where the comment was to be written."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = reverse("home")
    messages.info(request, "Log in to write a comment.")
    return redirect(f"{reverse('login')}?next={back}")


@require_safe
@login_required
def comment_done(request: HttpRequest) -> HttpResponse:
    return render(request, "comments/posted.html")


@require_safe
def to_commented_object(request: HttpRequest, content_type_id: str, object_pk: str) -> HttpResponse:
    """From a comment to the page of what it is about, for whoever may see that."""
    content_type = ContentType.objects.filter(pk=content_type_id).first()
    model = content_type.model_class() if content_type else None
    commented = visible_object(model, object_pk, request.user) if model else None
    if not hasattr(commented, "get_absolute_url"):
        raise Http404(NOTHING_HERE)
    return redirect(commented.get_absolute_url())


class CommentDeleteView(LoginRequiredMixin, DeleteView):
    """One's own comment, or any for a superuser. To others it does not exist."""

    model = django_comments.get_model()
    template_name = "django_comments/comment_confirm_delete.html"

    def get_queryset(self) -> QuerySet:
        return deletable_comments(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict:
        return {**super().get_context_data(**kwargs), "back_url": self.page_of_comment()}

    def page_of_comment(self) -> str:
        """The page of the thing commented on, or home when that has gone, is hidden, or has no page."""
        content_type = self.object.content_type
        model = content_type.model_class()
        commented = visible_object(model, self.object.object_pk, self.request.user) if model else None
        return commented.get_absolute_url() if hasattr(commented, "get_absolute_url") else reverse("home")

    def form_valid(self, form: Form) -> HttpResponse:
        url = self.page_of_comment()
        self.object.delete()
        messages.success(self.request, "The comment was deleted.")
        return HttpResponseRedirect(url)
