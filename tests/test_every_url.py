"""Every URL as every role: who gets in is written down here, and looking at a page changes nothing.

A new URL makes this test fail until it has a line in EXPECTED that says who may open it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import django_comments
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.urls import URLPattern, get_resolver, reverse

from tom_common.models import Job
from tom_common.permissions import grant
from tom_common.testing import logged_in, make_group, make_superuser, make_user
from tom_targets.exchange.models import TargetImport
from tom_targets.match_models import SkySearch
from tom_targets.models import DynamicTargetList, MergeRecord, Target, TargetExtra, TargetList, TargetName

ROLES = ("visitor", "guest", "member", "superuser")
#: asked to log in (302 to the login page)
TO_LOGIN = "login"
#: sent to another page (302 to anywhere else)
ELSEWHERE = "elsewhere"


@dataclass
class Expected:
    """What visitor, guest (of no group), member (of the group that may do all to the target) and superuser get."""

    answers: tuple[Any, Any, Any, Any]
    args: dict[str, str] = field(default_factory=dict)
    query: str = ""


def public(**args: str) -> Expected:
    return Expected((200, 200, 200, 200), args)


def login(**args: str) -> Expected:
    return Expected((TO_LOGIN, 200, 200, 200), args)


def superuser(**args: str) -> Expected:
    return Expected((TO_LOGIN, 403, 403, 200), args)


def visible(**args: str) -> Expected:
    """A page of an object: to whom may not see it, it does not exist; a visitor may log in first."""
    return Expected((TO_LOGIN, 404, 200, 200), args)


def data(**args: str) -> Expected:
    """The same for programs: nobody is sent to a login page."""
    return Expected((404, 404, 200, 200), args)


def post_only(*answers: Any, **args: str) -> Expected:
    return Expected(answers or (TO_LOGIN, 405, 405, 405), args)


#: the name of a URL -> what a GET of it answers. Values in braces are keys of what `setUpTestData` makes.
EXPECTED: dict[str, Expected] = {
    # The frame
    "home": public(),
    "robots_txt": public(),
    "favicon": Expected((ELSEWHERE,) * 4),
    # The ways in
    "login": Expected((200, ELSEWHERE, ELSEWHERE, ELSEWHERE)),
    "logout": post_only(405, 405, 405, 405),
    "password_change": login(),
    "password_reset": public(),
    "password_reset_done": public(),
    "password_reset_confirm": public(uidb64="MQ", token="used-long-ago"),
    "rest_framework:login": public(),
    "rest_framework:logout": post_only(405, 405, 405, 405),
    # Users and groups
    "user-list": login(),
    "user-create": superuser(),
    "user-profile": login(),
    "user-update": visible(pk="{member}"),
    "user-delete": visible(pk="{member}"),
    "admin-user-change-password": superuser(pk="{member}"),
    "show-api-token": post_only(TO_LOGIN, 404, 405, 404, pk="{member}"),
    "regenerate-api-token": post_only(TO_LOGIN, 404, 405, 405, pk="{member}"),
    "group-create": superuser(),
    "group-update": superuser(pk="{group}"),
    "group-delete": superuser(pk="{group}"),
    # Jobs
    "job-list": login(),
    "job-detail": visible(pk="{job}"),
    "job-progress": visible(pk="{job}"),
    "job-cancel": post_only(pk="{job}"),
    "job-retry": post_only(pk="{job}"),
    # Comments
    "comment-delete": visible(pk="{comment}"),
    "comments-post-comment": post_only(405, 405, 405, 405),
    "comments-comment-done": login(),
    "comments-flag": superuser(comment_id="{comment}"),
    "comments-flag-done": superuser(),
    "comments-delete": superuser(comment_id="{comment}"),
    "comments-delete-done": superuser(),
    "comments-approve": superuser(comment_id="{comment}"),
    "comments-approve-done": superuser(),
    "comments-url-redirect": Expected((404, 404, ELSEWHERE, ELSEWHERE), {"0": "{content_type}", "1": "{target}"}),
    # Targets
    "targets:list": public(),
    "targets:search": Expected((ELSEWHERE,) * 4),
    "targets:name-search": Expected((ELSEWHERE,) * 4, {"name": "Nobody knows"}),
    "targets:skymap": public(),
    "targets:aladin": public(),
    "targets:targetgrouping": public(),
    "targets:create-group": login(),
    "targets:delete-group": visible(pk="{list}"),
    "targets:update-group": visible(pk="{list}"),
    "targets:group-access": visible(pk="{list}"),
    "targets:add-remove-grouping": post_only(),
    "targets:bulk-access": post_only(),
    "targets:access": visible(pk="{target}"),
    "targets:dynamic-list-create": login(),
    "targets:pinned-lists": login(),
    "targets:dynamic-list": Expected((TO_LOGIN, 404, ELSEWHERE, ELSEWHERE), {"pk": "{dynamic}"}),
    "targets:dynamic-list-count": visible(pk="{dynamic}"),
    "targets:dynamic-list-update": visible(pk="{dynamic}"),
    "targets:dynamic-list-access": visible(pk="{dynamic}"),
    "targets:dynamic-list-delete": visible(pk="{dynamic}"),
    "targets:target-selection": login(),
    "targets:duplicates": login(),
    "targets:duplicate-judge": post_only(pk="1"),
    "targets:seed": login(),
    "targets:crossmatch": login(),
    "targets:region": login(),
    "targets:sky-search": visible(pk="{search}"),
    "targets:sky-search-list": post_only(pk="{search}"),
    "targets:import": login(),
    "targets:import-sample": login(),
    # Superusers have no business in somebody's upload either
    "targets:import-table": Expected((TO_LOGIN, 404, 200, 404), {"pk": "{import}"}),
    "targets:import-refused": Expected((TO_LOGIN, 404, 404, 404), {"pk": "{import}"}),
    "targets:import-delete": post_only(pk="{import}"),
    "targets:export": public(),
    "targets:create": login(),
    "targets:detail": visible(pk="{target}"),
    "targets:update": visible(pk="{target}"),
    "targets:delete": visible(pk="{target}"),
    "targets:position": visible(pk="{target}"),
    "targets:plan": visible(pk="{target}"),
    "targets:visibility-plot": visible(pk="{target}"),
    "targets:moon-distance": visible(pk="{target}"),
    "targets:moon-distance-plot": visible(pk="{target}"),
    "targets:finder-chart": visible(pk="{target}"),
    "targets:aladin-target": visible(pk="{target}"),
    "targets:groups": visible(pk="{target}"),
    "targets:comments": visible(pk="{target}"),
    "targets:timeline": visible(pk="{target}"),
    "targets:merge": Expected((TO_LOGIN, 404, ELSEWHERE, ELSEWHERE), {"pk1": "{target}", "pk2": "{target}"}),
    "targets:merge-record": visible(pk="{merge}"),
    # Catalogues
    "tom_catalogs:query": login(),
    "tom_catalogs:query-answer": Expected((TO_LOGIN, 404, 404, 404)),
    "tom_catalogs:resolve": login(),
    "tom_catalogs:resolve-ask": post_only(),
    "tom_catalogs:resolve-answer": Expected((TO_LOGIN, 404, 404, 404)),
    # Data
    "dataproducts:target-photometry": visible(pk="{target}"),
    "dataproducts:target-photometry-plot": visible(pk="{target}"),
    "dataproducts:target-photometry-table": visible(pk="{target}"),
    "dataproducts:target-photometry-csv": visible(pk="{target}"),
    "dataproducts:target-spectroscopy": visible(pk="{target}"),
    "dataproducts:target-spectroscopy-plot": visible(pk="{target}"),
    # API
    "api:root": public(),
    "api:token-auth": post_only(405, 405, 405, 405),
    "api:schema": public(),
    "api:schema-yaml": public(),
    "api:groups-list": Expected((403, 200, 200, 200)),
    "api:targets-list": public(),
    "api:targets-detail": data(pk="{target}"),
    "api:targetextra-detail": data(pk="{extra}"),
    "api:targetname-detail": data(pk="{name}"),
    "api:targetlist-list": public(),
    "api:targetlist-detail": data(pk="{list}"),
    "api:targetevents-list": public(),
    "api:targetevents-detail": data(pk="{event}"),
    "api:dynamictargetlist-list": public(),
    "api:dynamictargetlist-detail": data(pk="{dynamic}"),
}

#: What a TOM that is LOCKED shows to a visitor nonetheless.
OPEN_WHEN_LOCKED = {
    "login", "logout", "robots_txt", "api:token-auth",
    "password_reset", "password_reset_done", "password_reset_confirm",
}


def urls(resolver: Any = None, namespaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The name of every URL of the site, with its namespaces."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join((*namespaces, pattern.name or str(pattern.pattern)))
        else:
            yield from urls(pattern, (*namespaces, pattern.namespace) if pattern.namespace else namespaces)


class EveryUrlTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        team = make_group("Team")
        cls.users = {"visitor": None, "guest": make_user("guest"), "member": make_user("member", groups=[team]),
                     "superuser": make_superuser("superuser")}
        target = Target.objects.create(name="Secret", type="SIDEREAL", ra=10, dec=20, permissions="PRIVATE")
        group = TargetList.objects.create(name="Secret group")
        group.targets.add(target)
        grant([team], to=target)
        grant([team], to=group)
        dynamic = DynamicTargetList.objects.create(name="Secret filters", query_string="name=Secret")
        grant([team], to=dynamic)
        content_type = ContentType.objects.get_for_model(Target)
        comment = django_comments.get_model().objects.create(
            content_type=content_type, object_pk=str(target.pk), site=Site.objects.get(), user=cls.users["member"],
            comment="Not for everybody",
        )
        job = Job.objects.create(path="x.y", title="Secret work", user=cls.users["member"], state="failed")
        table = TargetImport.objects.create(user=cls.users["member"], name="Secret table")
        search = SkySearch.objects.create(
            user=cls.users["member"], kind="moc", title="Secret place", question={"ranges": [[0, 5]], "vertices": []},
            answered=target.created,
        )
        cls.made = {
            "search": search.pk,
            "import": table.pk,
            "target": target.pk, "name": TargetName.objects.create(target=target, name="Alias").pk,
            "extra": TargetExtra.objects.create(target=target, key="redshift", value="0.1").pk, "list": group.pk,
            "dynamic": dynamic.pk,
            "comment": comment.pk, "content_type": content_type.pk, "job": job.pk, "group": team.pk,
            "member": cls.users["member"].pk, "event": target.targetevent_set.first().pk,
            "merge": MergeRecord.objects.create(
                target=target, merged_pk=99, merged_name="Gone", content={"kept": target.pk, "loser": [], "moved": [],
                "aliases": [], "extras": {}, "fields": {}, "after": {}},
            ).pk,
        }

    def clients(self) -> dict[str, Client]:
        return {role: logged_in(self.users[role]) for role in ROLES}

    def url(self, name: str) -> str:
        expected = EXPECTED[name]
        values = {key: str(value).format(**self.made) for key, value in expected.args.items()}
        by_position = [values[key] for key in sorted(values) if key.isdigit()]
        return reverse(name, args=by_position or None, kwargs=None if by_position else values) + expected.query

    def test_every_url_is_listed(self):
        served = {name for name in urls() if not name.startswith("admin:")}
        new, gone = sorted(served - set(EXPECTED)), sorted(set(EXPECTED) - served)
        self.assertEqual(new, [], "Say in EXPECTED (tests/test_every_url.py) who may open these new URLs.")
        self.assertEqual(gone, [], "These stand in EXPECTED, but the site does not serve them any more.")

    def test_everybody_gets_what_is_written_down_and_nothing_is_changed_by_looking(self):
        clients, before = self.clients(), contents()
        for name, expected in EXPECTED.items():
            for role, wanted in zip(ROLES, expected.answers, strict=True):
                with self.subTest(name, role=role):
                    response = clients[role].get(self.url(name))
                    self.assertEqual(outcome(response), wanted, self.url(name))
                    if role in ("visitor", "guest") and response.status_code == 200:
                        self.assertFalse(b"Secret" in body(response), f"{self.url(name)} tells what is private")
            after = contents()
            changed = [table for table in before if before[table] != after.get(table)]
            self.assertEqual(changed, [], f"A GET of {self.url(name)} wrote to these tables.")

    def test_only_staff_gets_into_the_administration(self):
        clients, before = self.clients(), contents()
        for name in ("index", "password_change", "jsi18n", "auth_user_changelist", "auth_user_add"):
            url = reverse(f"admin:{name}")
            for role, client in clients.items():
                with self.subTest(url, role=role):
                    response = client.get(url)
                    self.assertEqual(response.status_code, 200 if role == "superuser" else 302)
        url = reverse("admin:auth_user_change", args=[self.made["member"]])
        self.assertEqual([client.get(url).status_code for client in clients.values()], [302, 302, 302, 200])
        self.assertEqual(contents(), before)

    @override_settings(AUTH_STRATEGY="LOCKED")
    def test_a_locked_tom_shows_a_visitor_the_ways_in_and_nothing_else(self):
        visitor = logged_in()
        for name, expected in EXPECTED.items():
            with self.subTest(name):
                got = outcome(visitor.get(self.url(name)))
                if name in OPEN_WHEN_LOCKED:
                    self.assertEqual(got, expected.answers[0])
                else:
                    self.assertEqual(got, 401 if name.startswith("api:") else TO_LOGIN)

    def test_what_does_not_exist_is_not_found_whoever_asks(self):
        """An object that is missing and one that is hidden look the same."""
        clients = self.clients()
        for name, expected in EXPECTED.items():
            if expected.answers[1] != 404 or "pk" not in expected.args:
                continue
            missing = reverse(name, kwargs={**expected.args, "pk": 987654})
            with self.subTest(name):
                hidden = clients["guest"].get(self.url(name))
                self.assertEqual(outcome(clients["guest"].get(missing)), outcome(hidden))
                self.assertEqual(outcome(clients["visitor"].get(missing)), expected.answers[0])
                self.assertIn(clients["superuser"].get(missing).status_code, (404, 405))


def outcome(response: Any) -> Any:
    """The status; a redirect as TO_LOGIN or ELSEWHERE."""
    if response.status_code in (301, 302):
        return TO_LOGIN if response["Location"].startswith(reverse("login")) else ELSEWHERE
    return response.status_code


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def contents() -> dict[str, int]:
    """A hash of each table's rows. Sessions are left out: to be remembered is no change of data."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != "django_session":
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                found[table] = hash(tuple(sorted(map(repr, cursor.fetchall()))))
    return found
