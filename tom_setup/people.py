"""The first people of a TOM: a group for its members, and the superuser who lets in the others."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction


@transaction.atomic
def make_first_people(*, group: str, username: str, email: str, password: str) -> list[str]:
    """Make what is missing, change nothing that is there, and say what was done, a sentence each.

    A user of that name keeps password and rights: whoever sets a project up again must not take an account over.
    """
    members, is_new = Group.objects.get_or_create(name=group)
    said = [f"Group {group!r} was {'made' if is_new else 'there already'}."]
    users = get_user_model()
    user = users.objects.filter(**{users.USERNAME_FIELD: username}).first()
    if user is None:
        user = users.objects.create_superuser(username, email=email, password=password)
        said.append(f"Superuser {username!r} was made.")
    else:
        said.append(f"User {username!r} was there already, and keeps the same password and rights.")
    user.groups.add(members)
    return said
