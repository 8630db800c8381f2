"""Tags about people and their jobs."""

from typing import Any

from django import template
from django.db.models import Count, Q

from tom_common.integration import collect_partials
from tom_common.models import Job
from tom_common.people import PUBLIC_GROUP, anonymous_username, visible_groups, visible_users

register = template.Library()


@register.inclusion_tag("auth/partials/group_list.html", takes_context=True)
def group_list(context: template.Context) -> dict:
    """The groups that who is logged in may see, with their numbers of members."""
    user = context["request"].user
    members = Count("user", filter=~Q(user__username=anonymous_username()))
    groups = visible_groups(user).annotate(member_count=members)
    return {"request": context["request"], "user": user, "groups": groups, "public_group": PUBLIC_GROUP}


@register.inclusion_tag("auth/partials/user_list.html", takes_context=True)
def user_list(context: template.Context) -> dict:
    """The accounts that who is logged in may see."""
    user = context["request"].user
    users = visible_users(user).select_related("profile").prefetch_related("groups")
    return {"request": context["request"], "user": user, "users": users}


@register.inclusion_tag("auth/partials/app_user_lists.html", takes_context=True)
def include_app_user_lists(context: template.Context) -> dict:
    """The lists that apps contribute to the users page."""
    return {**context.flatten(), "user_lists": collect_partials("user_lists", context)}


@register.inclusion_tag("tom_common/partials/user_data.html")
def user_data(user: Any) -> dict:
    """Name, address, affiliation and groups of one user."""
    return {"account": user, "profile": getattr(user, "profile", None), "groups": user.groups.order_by("name")}


@register.inclusion_tag("tom_common/partials/app_profiles.html", takes_context=True)
def show_app_profiles(context: template.Context, user: Any) -> dict:
    """The cards that apps contribute to the profile page."""
    return {**context.flatten(), "profiles": collect_partials("profile_details", user)}


@register.inclusion_tag("tom_common/partials/job_progress.html", takes_context=True)
def job_progress(context: template.Context, job: Job) -> dict:
    """How far a job is, kept up to date while it runs."""
    return {"job": job, "request": context.get("request"), "csrf_token": context.get("csrf_token")}
