"""One's own account: profile, password, API token; and the pages around logging in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView
from rest_framework.authtoken.models import Token

from tom_common.forms import ChangeUserPasswordForm
from tom_common.mixins import SuperuserRequiredMixin
from tom_common.models import Profile
from tom_common.people import email_is_configured, people


class TomLoginView(auth_views.LoginView):
    """Who is logged in already is sent on, not asked again."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict:
        return {**super().get_context_data(**kwargs), "can_reset_password": email_is_configured()}


class UserProfileView(LoginRequiredMixin, TemplateView):
    """One's own page: data, groups, token, and the cards of the apps."""

    template_name = "tom_common/user_profile.html"


class ChangeOwnPasswordView(LoginRequiredMixin, auth_views.PasswordChangeView):
    template_name = "registration/password_change.html"
    success_url = reverse_lazy("user-profile")

    def form_valid(self, form: Form) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            Profile.objects.filter(user=self.request.user).update(password_changed_at=timezone.now())
        messages.success(self.request, "Your password was changed. Elsewhere you have been logged out.")
        return response


@method_decorator([sensitive_post_parameters("password"), never_cache], name="dispatch")
class UserPasswordChangeView(SuperuserRequiredMixin, FormView):
    """A superuser sets somebody's password. For another superuser's account the page asks first whether it is meant."""

    template_name = "tom_common/change_user_password.html"
    confirmation_template_name = "auth/user_confirm_change_password.html"
    success_url = reverse_lazy("user-list")
    form_class = ChangeUserPasswordForm

    @property
    def account(self) -> Any:
        return get_object_or_404(people(), pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "user": self.account}

    def get_context_data(self, **kwargs: Any) -> dict:
        return {**super().get_context_data(**kwargs), "account": self.account}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.account.is_superuser and self.account.pk != request.user.pk:
            return render(request, self.confirmation_template_name, {"account": self.account})
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "change_password_form" not in request.POST:
            form = self.form_class(initial=self.get_initial(), user=self.account)
            return self.render_to_response(self.get_context_data(form=form))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ChangeUserPasswordForm) -> HttpResponse:
        account = self.account
        account.set_password(form.cleaned_data["password"])
        with transaction.atomic():
            account.save(update_fields=["password"])
            Profile.objects.filter(user=account).update(password_changed_at=None)
        if account.pk == self.request.user.pk:
            update_session_auth_hash(self.request, account)
        messages.success(self.request, f"The password of {account.get_username()} was changed.")
        return super().form_valid(form)


class TokenView(LoginRequiredMixin, View):
    """The API token of the account `pk`, shown or made anew. One's own; a superuser may renew anybody's, unseen."""

    partial_template_name = "tom_common/partials/api_token.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.pk != kwargs["pk"] and not (user.is_superuser and self.superuser_may):
            raise Http404("There is no such account, or it is not yours.")
        return super().dispatch(request, *args, **kwargs)

    superuser_may = False

    def answer(self, request: HttpRequest, account: Any, *, shown: bool) -> HttpResponse:
        response = render(request, self.partial_template_name, {"account": account, "token_shown": shown})
        response["Cache-Control"] = "no-store"
        return response


class ShowAPITokenView(TokenView):
    """The token in clear, by POST, so that it stands in no history and no cache."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        Token.objects.get_or_create(user=request.user)
        if not request.htmx:
            return render(request, "tom_common/user_profile.html", {"token_shown": True})
        return self.answer(request, request.user, shown=True)


class RegenerateAPITokenView(TokenView):
    """A new token; the old one stops working at once."""

    superuser_may = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        account = get_object_or_404(people(), pk=pk)
        is_own = account.pk == request.user.pk
        with transaction.atomic():
            get_user_model().objects.select_for_update().get(pk=account.pk)
            Token.objects.filter(user=account).delete()
            Token.objects.create(user=account)
        account = people().get(pk=pk)
        if request.htmx:
            return self.answer(request, account, shown=is_own)
        messages.success(request, f"{account.get_username()} has a new API token; the old one no longer works.")
        return redirect("user-profile" if is_own else "user-list")


class PasswordResetIsOfferedMixin:
    """A forgotten password can be reset only where the TOM can send mail."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not email_is_configured():
            raise Http404("This TOM sends no mail. Ask a principal investigator for a new password.")
        return super().dispatch(request, *args, **kwargs)


class ResetPasswordView(PasswordResetIsOfferedMixin, auth_views.PasswordResetView):
    template_name = "registration/reset_password.html"
    email_template_name = "registration/reset_password_email.txt"
    subject_template_name = "registration/reset_password_subject.txt"
    success_url = reverse_lazy("password_reset_done")

    @property
    def extra_email_context(self) -> dict:
        """The link leads to the site's own name, or, while nobody has given it one, to where the request came in."""
        domain = get_current_site(self.request).domain
        return {"domain": self.request.get_host() if domain == "example.com" else domain}


class ResetPasswordDoneView(PasswordResetIsOfferedMixin, auth_views.PasswordResetDoneView):
    template_name = "registration/reset_password_sent.html"


class ResetPasswordConfirmView(PasswordResetIsOfferedMixin, auth_views.PasswordResetConfirmView):
    template_name = "registration/reset_password_confirm.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: Form) -> HttpResponse:
        messages.success(self.request, "Your password was set. You can log in with it now.")
        Profile.objects.filter(user=self.user).update(password_changed_at=timezone.now())
        return super().form_valid(form)
