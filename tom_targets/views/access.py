"""Which target a view is about, and who may open it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404
from django.views.generic.detail import SingleObjectMixin

from tom_common.permissions import GrantedQuerySet
from tom_targets.models import Target


class GrantedObjectMixin(SingleObjectMixin):
    """The object of the URL's `pk`, for those who may do `action` to it.

    Who may not see it gets the same answer as for one that does not exist: 404, or the login page when nobody is
    logged in. Who sees it but may not do this is told so (403).
    """

    action = "view"

    def get_queryset(self, *args: Any, **kwargs: Any) -> GrantedQuerySet:
        return super().get_queryset().allowed(self.request.user, self.action)

    def get_object(self, queryset: GrantedQuerySet | None = None) -> Model:
        try:
            return super().get_object(queryset)
        except Http404:
            user = self.request.user
            if not user.is_authenticated:
                raise PermissionDenied("Log in to see this.") from None
            if self.action != "view":
                seen = self.model._default_manager.all().visible_to(user).filter(pk=self.kwargs["pk"]).first()
                if seen is not None:
                    raise PermissionDenied(f"You may see {seen}, but not {self.action} it.") from None
            raise


class TargetAccessMixin(GrantedObjectMixin):
    model = Target
    context_object_name = "target"
