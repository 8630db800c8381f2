"""Taking a comment away. Writing one is django-contrib-comments' own view, guarded in `tom_common.comments`."""

from typing import Any

import django_comments
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import DeleteView

from tom_common.comments import deletable_comments


class CommentDeleteView(LoginRequiredMixin, DeleteView):
    """One's own comment, or any for a superuser. To others it does not exist."""

    model = django_comments.get_model()
    template_name = "django_comments/comment_confirm_delete.html"

    def get_queryset(self) -> QuerySet:
        return deletable_comments(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict:
        return {**super().get_context_data(**kwargs), "back_url": self.page_of_comment()}

    def page_of_comment(self) -> str:
        """The page of the thing commented on, or home when that has gone or has no page."""
        commented = self.object.content_object
        return commented.get_absolute_url() if hasattr(commented, "get_absolute_url") else reverse("home")

    def form_valid(self, form: Form) -> HttpResponse:
        url = self.page_of_comment()
        self.object.delete()
        messages.success(self.request, "The comment was deleted.")
        return HttpResponseRedirect(url)
