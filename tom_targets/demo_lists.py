"""The dynamic lists of the demo TOM: filters that its people have saved."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from tom_targets.demo_objects import SUPERNOVA_TEAM
from tom_targets.dynamic_lists import DynamicTargetList, make_dynamic_list

#: owner, name, filters; all are pinned, and shown to the team
LISTS = (
    ("pi", "Within 15° of M 87", "cone_search=187.7059%2C12.3911%2C15"),
    ("member", "Whatever is called SN", "name=SN"),
)


@transaction.atomic
def make_lists() -> str:
    """Add the demo lists of those people who are there; lists of the same name and owner are left as they are."""
    team, made = Group.objects.filter(name=SUPERNOVA_TEAM), 0
    for username, name, query in LISTS:
        owner = get_user_model().objects.filter(username=username).first()
        if owner is None or DynamicTargetList.objects.filter(owner=owner, name=name).exists():
            continue
        make_dynamic_list(DynamicTargetList(name=name, query_string=query, pinned=True), user=owner, groups=team)
        made += 1
    return f"Dynamic lists: {made} added." if made else "Dynamic lists: all are there."
