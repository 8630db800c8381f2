"""Logging in, users, groups, comments and jobs: the routes of tom_common that have no namespace."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path

from tom_common.views import accounts, comments, groups, jobs, users

urlpatterns = [
    path("accounts/login/", accounts.TomLoginView.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/password/", accounts.ChangeOwnPasswordView.as_view(), name="password_change"),
    path("accounts/password/reset/", accounts.ResetPasswordView.as_view(), name="password_reset"),
    path("accounts/password/reset/sent/", accounts.ResetPasswordDoneView.as_view(), name="password_reset_done"),
    path(
        "accounts/password/reset/<uidb64>/<token>/",
        accounts.ResetPasswordConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("users/", users.UserListView.as_view(), name="user-list"),
    path("users/create/", users.UserCreateView.as_view(), name="user-create"),
    path("users/profile/", accounts.UserProfileView.as_view(), name="user-profile"),
    path("users/<int:pk>/update/", users.UserUpdateView.as_view(), name="user-update"),
    path("users/<int:pk>/delete/", users.UserDeleteView.as_view(), name="user-delete"),
    path(
        "users/<int:pk>/changepassword/",
        accounts.UserPasswordChangeView.as_view(),
        name="admin-user-change-password",
    ),
    path("users/<int:pk>/token/", accounts.ShowAPITokenView.as_view(), name="show-api-token"),
    path(
        "users/<int:pk>/regenerate-token/", accounts.RegenerateAPITokenView.as_view(), name="regenerate-api-token"
    ),
    path("groups/create/", groups.GroupCreateView.as_view(), name="group-create"),
    path("groups/<int:pk>/update/", groups.GroupUpdateView.as_view(), name="group-update"),
    path("groups/<int:pk>/delete/", groups.GroupDeleteView.as_view(), name="group-delete"),
    path("comment/<int:pk>/delete", comments.CommentDeleteView.as_view(), name="comment-delete"),
    path("jobs/", jobs.JobListView.as_view(), name="job-list"),
    path("jobs/<int:pk>/", jobs.JobDetailView.as_view(), name="job-detail"),
    path("jobs/<int:pk>/progress/", jobs.JobProgressView.as_view(), name="job-progress"),
    path("jobs/<int:pk>/cancel/", jobs.JobCancelView.as_view(), name="job-cancel"),
    path("jobs/<int:pk>/retry/", jobs.JobRetryView.as_view(), name="job-retry"),
    path("api-auth/", include("rest_framework.urls")),
]
