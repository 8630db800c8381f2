"""Three people for the demo TOM: a principal investigator, a member of a team, and a guest."""

import os

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.crypto import get_random_string

TEAM = "Supernova team"
#: username, first name, last name, affiliation, is superuser, in the team
PEOPLE = [
    ("pi", "Paula", "Ibarra", "Observatory of the Demo", True, True),
    ("member", "Max", "Ember", "University of the Demo", False, True),
    ("guest", "Gwen", "Estévez", "", False, False),
]


@transaction.atomic
def make_people(password: str = "") -> str:
    """Make the three accounts and the team, as far as they are not there. Says who can log in with what.

    The password is the one given, else that of the environment (DEMO_PASSWORD), else a random one, which the returned
    sentence tells. Who is there already keeps theirs.
    """
    password = password or os.environ.get("DEMO_PASSWORD", "") or get_random_string(12)
    team, _ = Group.objects.get_or_create(name=TEAM)
    made = []
    for username, first_name, last_name, affiliation, is_superuser, is_in_team in PEOPLE:
        user, is_new = get_user_model().objects.get_or_create(
            username=username,
            defaults={
                "first_name": first_name, "last_name": last_name, "email": f"{username}@example.org",
                "is_superuser": is_superuser, "is_staff": is_superuser,
            },
        )
        if is_new:
            user.set_password(password)
            user.save()
            user.profile.affiliation = affiliation
            user.profile.save()
            made.append(username)
        if is_in_team:
            user.groups.add(team)
    if not made:
        return "pi, member and guest are there already, with the passwords they have."
    return f"{', '.join(made)} can log in with the password {password}"
