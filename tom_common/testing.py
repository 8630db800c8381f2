"""What tests of plugins and projects import: people, groups, jobs.

    class MyTests(TestCase):
        def test_members_see_it(self):
            team = make_group("Team")
            client = logged_in(make_user("ada", groups=[team]))
            self.assertContains(client.get("/targets/"), "M31")
"""

from collections.abc import Iterable
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group
from django.test import Client

from tom_common import jobs
from tom_common.models import Job

PASSWORD = "a-password-for-tests-1"

_numbers = count(1)


def make_user(username: str = "", *, groups: Iterable[Group] = (), **fields: Any) -> Any:
    """A user with the password PASSWORD. Without a name it gets one that nobody else has."""
    username = username or f"user{next(_numbers)}"
    fields.setdefault("email", f"{username}@example.org")
    password = fields.pop("password", PASSWORD)
    user = get_user_model().objects.create_user(username, password=password, **fields)
    user.groups.add(*groups)
    return user


def make_superuser(username: str = "", **fields: Any) -> Any:
    """A principal investigator, who may do everything."""
    return make_user(username, is_superuser=True, is_staff=True, **fields)


def make_group(name: str = "", *, users: Iterable[Any] = ()) -> Group:
    """A group with these members."""
    group = Group.objects.create(name=name or f"group{next(_numbers)}")
    group.user_set.add(*users)
    return group


def logged_in(user: Any = None) -> Client:
    """A browser in which this user is logged in; without a user, that of a visitor."""
    client = Client()
    if user is not None and not isinstance(user, AnonymousUser):
        client.force_login(user)
    return client


def htmx_headers(target: str = "") -> dict[str, str]:
    """The headers htmx sends: `client.get(url, headers=htmx_headers())`."""
    return {"HX-Request": "true", **({"HX-Target": target} if target else {})}


def run_queued_jobs() -> list[Job]:
    """Do the work of all waiting jobs here and now, as a worker would; returns them as they ended.

    A job started inside a `TestCase` waits in the database, since its transaction never ends.
    """
    done = []
    while waiting := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
        done.append(jobs.run(waiting.pk))
    return [job for job in done if job is not None]
