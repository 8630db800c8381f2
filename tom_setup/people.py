"""The first people of a TOM: a group for its members, and the superuser who lets in the others."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from tom_common.people import PUBLIC_GROUP


@transaction.atomic
def make_first_people(*, group: str, username: str, email: str, password: str) -> list[str]:
    """Make what is missing, change nothing that is there, and say what was done, a sentence each.

    A user of that name keeps password and rights: whoever sets a project up again must not take an account over.
    """
    groups, said = [], []
    for name in dict.fromkeys((PUBLIC_GROUP, group)):
        made, is_new = Group.objects.get_or_create(name=name)
        groups.append(made)
        said.append(f"Group {name!r} was {'made' if is_new else 'there already'}.")
    users = get_user_model()
    user = users.objects.filter(**{users.USERNAME_FIELD: username}).first()
    if user is None:
        user = users.objects.create_superuser(username, email=email, password=password)
        said.append(f"Superuser {username!r} was made.")
    else:
        said.append(f"User {username!r} was there already, and keeps the same password and rights.")
    user.groups.add(*groups)
    return said
