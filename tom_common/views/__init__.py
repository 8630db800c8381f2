"""The pages of tom_common. The names that other code imports are handed on here."""

from tom_common.views.accounts import (
    ChangeOwnPasswordView,
    RegenerateAPITokenView,
    ShowAPITokenView,
    UserPasswordChangeView,
    UserProfileView,
)
from tom_common.views.comments import CommentDeleteView
from tom_common.views.groups import GroupCreateView, GroupDeleteView, GroupUpdateView
from tom_common.views.jobs import JobCancelView, JobDetailView, JobListView, JobProgressView, JobRetryView
from tom_common.views.pages import HomeView, robots_txt
from tom_common.views.users import UserCreateView, UserDeleteView, UserListView, UserUpdateView

__all__ = [
    "ChangeOwnPasswordView", "CommentDeleteView", "GroupCreateView", "GroupDeleteView", "GroupUpdateView", "HomeView",
    "JobCancelView", "JobDetailView", "JobListView", "JobProgressView", "JobRetryView", "RegenerateAPITokenView",
    "ShowAPITokenView", "UserCreateView", "UserDeleteView", "UserListView", "UserPasswordChangeView",
    "UserProfileView", "UserUpdateView", "robots_txt",
]
