"""The timeline of a target: what is written down, that it stays, and who may read what."""

import django_comments
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_comments.signals import comment_was_posted

from tom_common import jobs
from tom_common.actors import acting, current_actor
from tom_common.permissions import grant, revoke
from tom_common.testing import logged_in, make_group, make_superuser, make_user, run_queued_jobs
from tom_targets import timeline
from tom_targets.history import AppendOnly, TargetEvent
from tom_targets.models import BaseTarget, Target, TargetExtra, TargetList, TargetName
from tom_targets.telling import Teller
from tom_targets.testing import SiderealTargetFactory


def rename(progress, pk: int) -> dict:
    """A job that changes a target."""
    target = Target.objects.get(pk=pk)
    target.ra = 77.0
    target.save()
    return {}


def events(target, kind=None):
    rows = TargetEvent.objects.filter(target=target.pk)
    return list(rows.filter(kind=kind) if kind else rows)


def posted(**fields):
    data = {"name": "M31", "type": "SIDEREAL", "ra": "10.5", "dec": "41.25", "permissions": "PRIVATE"}
    for prefix in ("aliases", "targetextra_set"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data | fields


class WrittenDownTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user("ada")

    def make(self, **fields):
        target = Target(name="M31", type="SIDEREAL", ra=10.0, dec=41.0, permissions="PRIVATE", **fields)
        target.save(names=["NGC 224"], extras={"redshift": 0.1})
        return target

    def test_that_a_target_was_made_with_its_names_and_tags_is_one_event(self):
        with acting(self.user):
            target = self.make()
        event, = events(target)
        self.assertEqual((event.kind, event.actor), ("created", self.user))
        self.assertEqual(event.data, {"name": "M31", "names": ["NGC 224"], "extras": {"redshift": "0.1"}})

    def test_a_change_is_told_with_the_value_before(self):
        target = Target.objects.get(pk=self.make().pk)
        target.ra, target.epoch = 11.0, 2000.0
        target.save()
        event, = events(target, "fields")
        self.assertEqual(event.data, {"changes": {"ra": [10.0, 11.0], "epoch": [None, 2000.0]}})

    def test_each_save_tells_what_it_changed_and_no_more(self):
        target = self.make()
        target.save()
        self.assertEqual(events(target, "fields"), [])
        target.dec = 42.0
        target.save()
        target.dec = 43.0
        target.save(update_fields=["dec"])
        target.save()
        self.assertEqual([event.data["changes"]["dec"] for event in events(target, "fields")],
                         [[42.0, 43.0], [41.0, 42.0]])

    def test_what_update_fields_leaves_out_is_not_told(self):
        target = Target.objects.get(pk=self.make().pk)
        target.ra, target.epoch = 11.0, 1950.0
        target.save(update_fields=["epoch"])
        self.assertEqual(events(target, "fields")[0].data, {"changes": {"epoch": [None, 1950.0]}})

    def test_a_value_read_later_or_again_is_known_as_it_was_read(self):
        pk = self.make().pk
        target = Target.objects.only("name").get(pk=pk)
        self.assertEqual(target.ra, 10.0)
        Target.objects.filter(pk=pk).update(dec=44.0)
        target.refresh_from_db()
        target.ra = "12.5"
        target.save()
        self.assertEqual(events(target, "fields")[0].data, {"changes": {"ra": [10.0, 12.5]}})

    def test_text_that_means_the_stored_number_is_no_change(self):
        target = Target.objects.get(pk=self.make().pk)
        target.ra = "10.0"
        target.save()
        self.assertEqual(events(target, "fields"), [])

    def test_a_save_that_fails_leaves_no_event(self):
        target, other = self.make(), SiderealTargetFactory()
        target.ra = 20.0
        with self.assertRaisesMessage(Exception, "Already the name of another target"):
            target.save(names=[other.name])
        self.assertEqual(events(target, "fields"), [])

    def test_a_save_costs_no_query_to_know_the_value_before(self):
        target = Target.objects.get(pk=self.make().pk)
        target.ra = 11.0
        with self.assertNumQueries(4):  # savepoint, update, event, release
            target.save()

    def test_names_and_tags_tell_when_they_come_change_and_go(self):
        target = self.make()
        alias = TargetName.objects.create(target=target, name="Andromeda")
        alias = TargetName.objects.get(pk=alias.pk)
        alias.name = "Andromeda Galaxy"
        alias.save()
        alias.save()
        alias.delete()
        self.assertEqual([event.data for event in events(target, "names")], [
            {"removed": ["Andromeda Galaxy"]}, {"renamed": ["Andromeda", "Andromeda Galaxy"]}, {"added": ["Andromeda"]},
        ])
        extra = TargetExtra.objects.get(target=target, key="redshift")
        extra.value = "0.2"
        extra.save()
        extra.save()
        TargetExtra.objects.filter(target=target).delete()
        self.assertEqual([event.data["changes"] for event in events(target, "extras")],
                         [{"redshift": ["0.2", None]}, {"redshift": ["0.1", "0.2"]}])

    def test_names_and_tags_given_to_save_are_told_when_they_are_new(self):
        target = self.make()
        target.save(extras={"redshift": 0.1, "host": "x"}, names=["NGC 224", "Messier 31"])
        self.assertEqual(events(target, "extras")[0].data, {"changes": {"host": [None, "x"]}})
        self.assertEqual(events(target, "names")[0].data, {"added": ["Messier 31"]})

    def test_groupings_tell_from_both_sides_and_only_what_changed(self):
        target, other, grouping = self.make(), SiderealTargetFactory(), TargetList.objects.create(name="Tonight")
        grouping.targets.add(target)
        target.targetlist_set.add(grouping)
        grouping.targets.remove(target, other)
        target.targetlist_set.add(grouping)
        grouping.targets.clear()
        self.assertEqual([event.data["joined"] for event in events(target, "grouping")], [False, True, False, True])
        self.assertEqual(events(other, "grouping"), [])
        self.assertEqual(events(target, "grouping")[0].about_pk, grouping.pk)

    def test_rights_tell_when_they_are_given_and_taken_not_when_they_are_given_again(self):
        target, team = self.make(), make_group("team")
        for _ in range(2):
            grant([team, self.user], to=target)
        revoke([team], to=target, actions=["change"])
        revoke([team], to=target, actions=["change"])
        told = [(event.data["name"], event.data["given"], event.data["actions"]) for event in events(target, "access")]
        everything = ["view", "change", "delete"]
        self.assertEqual(told, [("team", False, ["change"]), ("ada", True, everything), ("team", True, everything)])

    def test_a_comment_is_told_without_its_text(self):
        target = self.make()
        comment = django_comments.get_model().objects.create(
            content_type=ContentType.objects.get_for_model(Target), object_pk=str(target.pk), site=Site.objects.get(),
            user=self.user, comment="Not to be kept",
        )
        comment_was_posted.send(type(comment), comment=comment, request=None)
        event, = events(target, "comment")
        self.assertEqual((event.actor, event.data, event.text), (self.user, {"comment": comment.pk}, ""))

    def test_the_same_event_for_many_targets_is_a_statement(self):
        targets = [SiderealTargetFactory() for _ in range(5)]
        with self.assertNumQueries(1):
            written = timeline.record_for(Target.objects.filter(ra__isnull=False), "embargo", text="It ended.", days=3)
        self.assertEqual(written, 5)
        event, = events(targets[3], "embargo")
        self.assertEqual((event.text, event.data, event.actor), ("It ended.", {"days": 3}, None))
        self.assertEqual(timeline.record_for([targets[0].pk, 99999], "embargo"), 1)
        self.assertEqual(timeline.record_for(Target.objects.none(), "embargo"), 0)
        self.assertEqual(timeline.record_for([], "embargo"), 0)

    def test_values_that_json_does_not_know_are_told_as_text(self):
        event = timeline.record(self.make(), "x", number=float("nan"), many={1, 2} - {2}, thing=BaseTarget)
        event.refresh_from_db()
        self.assertEqual(event.data["number"], "nan")
        self.assertEqual(event.data["many"], [1])

    def test_deleting_a_target_takes_its_events_along_and_writes_no_more(self):
        target = self.make()
        target.delete()
        self.assertFalse(TargetEvent.objects.exists())


class WhoTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user("ada")
        cls.target = SiderealTargetFactory(name="M31", permissions="PRIVATE")
        grant([cls.user], to=cls.target)

    def test_a_page_is_its_users_doing(self):
        data = posted(ra="12.5")
        response = logged_in(self.user).post(reverse("targets:update", args=[self.target.pk]), data)
        self.assertEqual(response.status_code, 302)
        self.assertEqual(events(self.target, "fields")[0].actor, self.user)
        self.assertIsNone(current_actor())

    def test_a_token_of_the_api_is_its_users_doing(self):
        from rest_framework.authtoken.models import Token

        token = Token.objects.get(user=self.user).key
        response = self.client.patch(
            reverse("api:targets-detail", args=[self.target.pk]), {"epoch": 1950.0}, "application/json",
            headers={"Authorization": f"Token {token}"},
        )
        self.assertEqual(response.status_code, 200)
        self.assertEqual(events(self.target, "fields")[0].actor, self.user)

    def test_a_job_is_the_doing_of_who_started_it(self):
        jobs.start("tests.tom_targets.test_timeline.rename", user=self.user, title="x", kwargs={"pk": self.target.pk})
        run_queued_jobs()
        self.assertEqual(events(self.target, "fields")[0].actor, self.user)
        self.assertIsNone(current_actor())

    def test_a_command_is_nobodys_doing_and_nested_work_its_own(self):
        with acting(self.user):
            with acting(None):
                self.assertIsNone(current_actor())
            self.assertEqual(current_actor(), self.user)
        with acting(AnonymousUser()):
            self.assertIsNone(current_actor())

    def test_the_event_stays_when_its_actor_goes(self):
        visitor = make_user("gone soon")
        timeline.record(self.target, "note", actor=visitor)
        visitor.delete()
        self.assertIsNone(events(self.target, "note")[0].actor)


class AppendOnlyTests(TestCase):
    def test_no_event_can_be_changed_or_deleted(self):
        event, = events(SiderealTargetFactory())
        for deed in (
            event.save, event.delete, TargetEvent.objects.all().delete, TargetEvent.objects.filter(pk=event.pk).delete,
            lambda: TargetEvent.objects.update(text="x"), lambda: TargetEvent.objects.bulk_update([event], ["text"]),
        ):
            with self.assertRaises(AppendOnly):
                deed()
        self.assertEqual(TargetEvent.objects.get().text, "")


class ReadersTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team, cls.others = make_group("Team"), make_group("Hidden collaboration")
        cls.users = {
            "visitor": AnonymousUser(), "guest": make_user("guest"), "member": make_user("member", groups=[cls.team]),
            "superuser": make_superuser("pi"),
        }
        cls.target = SiderealTargetFactory(name="Secret", permissions="PRIVATE")
        cls.open = SiderealTargetFactory(name="Shown", permissions="OPEN")
        grant([cls.team, cls.others], to=cls.target)
        cls.grouping = TargetList.objects.create(name="Hidden plans")
        cls.grouping.targets.add(cls.target, cls.open)

    def seen(self, role, target):
        return sorted(TargetEvent.objects.filter(target=target.pk).visible_to(self.users[role])
                      .values_list("kind", flat=True))

    def test_who_sees_the_target_sees_its_events(self):
        self.assertEqual(self.seen("visitor", self.target), [])
        self.assertEqual(self.seen("guest", self.target), [])
        self.assertEqual(self.seen("member", self.target), ["access", "created"])
        self.assertEqual(self.seen("superuser", self.target), ["access", "access", "created", "grouping"])
        self.assertEqual(self.seen("visitor", self.open), ["created"])

    def test_an_event_about_a_group_is_for_those_who_may_know_the_group(self):
        told = TargetEvent.objects.filter(target=self.target.pk).visible_to(self.users["member"])
        self.assertEqual([event.data.get("name") for event in told.filter(kind="access")], ["Team"])
        grant([self.users["guest"]], to=self.grouping)
        self.assertEqual(self.seen("guest", self.open), ["created", "grouping"])
        self.grouping.delete()
        self.assertEqual(self.seen("guest", self.open), ["created"])

    def test_the_panel_and_the_api_tell_each_role_what_it_may_know(self):
        for role, status in (("visitor", 302), ("guest", 404), ("member", 200), ("superuser", 200)):
            client = logged_in(self.users[role])
            with self.subTest(role):
                page = client.get(reverse("targets:timeline", args=[self.target.pk]))
                self.assertEqual(page.status_code, status)
                if status == 200:
                    shown = role == "superuser"
                    self.assertEqual("Hidden" in page.content.decode(), shown)
                answer = client.get(reverse("api:targetevents-list"), {"target": self.target.pk}).json()
                expected = {"visitor": 0, "guest": 0, "member": 2, "superuser": 4}[role]
                self.assertEqual(len(answer["results"]), expected)

    def test_visitors_are_not_told_who_it_was(self):
        with acting(self.users["member"]):
            self.open.ra = 5
            self.open.save()
        url, page = reverse("api:targetevents-list"), reverse("targets:timeline", args=[self.open.pk])
        for role, actor in (("visitor", None), ("guest", "member")):
            client = logged_in(self.users[role])
            answer = client.get(url, {"target": self.open.pk, "kind": "fields"}).json()["results"]
            self.assertEqual([event["actor"] for event in answer], [actor])
            self.assertEqual("member" in client.get(page).content.decode(), bool(actor))

    def test_the_api_reads_only_and_says_what_a_target_is(self):
        client = logged_in(self.users["superuser"])
        event = events(self.target, "created")[0]
        url = reverse("api:targetevents-detail", args=[event.pk])
        self.assertEqual(client.get(url).json()["data"], {"name": "Secret"})
        for method in ("put", "patch", "delete"):
            self.assertEqual(getattr(client, method)(url).status_code, 405)
        self.assertEqual(client.post(reverse("api:targetevents-list"), {"kind": "x"}).status_code, 405)
        response = client.get(reverse("api:targetevents-list"), {"target": "M31"})
        self.assertEqual(response.status_code, 400)
        self.assertIn("named by its key", response.json()["target"])

    @override_settings(EXTRA_FIELDS=[{"name": "secret", "type": "string", "hidden": True}])
    def test_hidden_fields_stay_hidden(self):
        self.open.save(extras={"secret": "do not tell", "shown": "tell"})
        told = Teller(self.users["guest"]).tell(events(self.open, "extras"))
        self.assertEqual([line.label for line in told[0].lines], ["shown"])

    def test_every_kind_is_told_in_words_and_unknown_kinds_by_their_text(self):
        self.open.permissions = "PUBLIC"
        self.open.save(names=["Alias"], extras={"redshift": 1})
        self.open.aliases.all()[0].delete()
        timeline.record(self.open, "observation", text="Submitted to LCO.")
        timeline.record(self.open, "data_reduced")
        page = logged_in(self.users["superuser"]).get(reverse("targets:timeline", args=[self.open.pk]))
        for text in ("Made as Shown.", "Put into the group Hidden plans.", "<del>Open</del> → Public",
                     "Submitted to LCO.", "Data reduced", "redshift: 1", "Alias: <del>Alias</del>"):
            self.assertContains(page, text)

    def test_the_panel_is_paged_and_filtered(self):
        for number in range(45):
            timeline.record(self.open, "note", text=f"Note {number:02}.")
        client, url = logged_in(self.users["guest"]), reverse("targets:timeline", args=[self.open.pk])
        with self.assertNumQueries(7):
            first = client.get(url)
        self.assertContains(first, "Note 44.")
        self.assertNotContains(first, "Note 24.")
        oldest = first.context["told"][-1].event.pk
        second = client.get(url, {"before": oldest})
        self.assertContains(second, "Note 24.")
        self.assertNotContains(second, "<select")
        third = client.get(url, {"before": second.context["told"][-1].event.pk})
        self.assertContains(third, "Made as Shown.")
        self.assertNotContains(third, "Older")
        self.assertNotContains(client.get(url, {"kind": "created"}), "Note 4")
        for damaged in ({"before": "x"}, {"before": "9" * 30}, {"kind": "<b>"}):
            self.assertEqual(client.get(url, damaged).status_code, 200)

    def test_what_people_write_is_shown_as_text(self):
        self.open.save(names=["<script>alert(1)</script>"])
        page = logged_in(self.users["guest"]).get(reverse("targets:timeline", args=[self.open.pk]))
        self.assertNotContains(page, "<script>")

    def test_the_page_of_a_target_has_the_panel_below_those_of_other_apps(self):
        text = logged_in(self.users["guest"]).get(self.open.get_absolute_url()).content.decode()
        panel, light_curve = reverse("targets:timeline", args=[self.open.pk]), "panel-light-curve"
        self.assertLess(text.index(light_curve), text.index(panel))

    def test_the_api_goes_on_page_by_page_without_counting(self):
        for number in range(5):
            timeline.record(self.open, "note", number=number)
        url, found = f"{reverse('api:targetevents-list')}?kind=note&limit=2", []
        client = logged_in(self.users["guest"])
        with CaptureQueriesContext(connection) as queries:
            while url:
                answer = client.get(url).json()
                found += [event["data"]["number"] for event in answer["results"]]
                url = answer["next"]
        self.assertEqual(found, [4, 3, 2, 1, 0])
        self.assertNotIn("COUNT(", " ".join(query["sql"] for query in queries))
