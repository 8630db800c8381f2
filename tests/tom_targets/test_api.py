"""Targets through the API: the same rules as on the pages, and an answer that names the field for every mistake."""

from unittest import mock

from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APITestCase

from tom_common.permissions import grant, granted_groups
from tom_targets.models import BaseTarget, Target, TargetExtra, TargetList, TargetName
from tom_targets.testing import (
    NonSiderealTargetFactory,
    SiderealTargetFactory,
    TargetExtraFactory,
    TargetGroupingFactory,
    TargetNameFactory,
)

LIST = "/api/targets/"
STAR = {"name": "M31", "type": "SIDEREAL", "ra": 10.68, "dec": 41.27}


class ApiCase(APITestCase):
    def setUp(self):
        self.group, self.other_group = Group.objects.create(name="team"), Group.objects.create(name="other team")
        self.user = User.objects.create_user("u")
        self.user.groups.add(self.group)
        self.client.force_authenticate(self.user)

    def refused(self, method, url, **data) -> dict:
        response = getattr(self.client, method)(url, data)
        self.assertEqual(response.status_code, 400, response.content)
        return response.json()


class ReadTests(ApiCase):
    def test_the_list_holds_what_the_user_may_see_newest_first(self):
        shared, public = SiderealTargetFactory.create(), NonSiderealTargetFactory.create(permissions="PUBLIC")
        SiderealTargetFactory.create()
        grant([self.group], to=shared)
        self.assertEqual([row["id"] for row in self.client.get(LIST).json()["results"]], [public.pk, shared.pk])
        self.client.force_authenticate(None)
        self.assertEqual(self.client.get(LIST).json()["count"], 0)

    def test_a_target_is_given_with_all_that_belongs_to_it(self):
        target = SiderealTargetFactory.create(permissions="OPEN", ra=0.0)
        alias, extra = TargetNameFactory.create(target=target), TargetExtraFactory.create(target=target)
        grant([self.group, self.other_group], to=target)
        row = self.client.get(f"{LIST}{target.pk}/").json()
        self.assertEqual(row["aliases"], [{"id": alias.pk, "name": alias.name}])
        self.assertEqual(row["targetextra_set"], [{"id": extra.pk, "key": extra.key, "value": extra.value}])
        self.assertEqual(row["groups"], [{"id": self.group.pk, "name": "team"}], "groups of others are not told")
        self.assertEqual(row["ra"], 0.0)
        columns = {field.name for field in BaseTarget._meta.concrete_fields} - {"healpix", "name_simplified"}
        self.assertLessEqual(columns, set(row))

    def test_what_may_not_be_seen_is_not_found(self):
        target = SiderealTargetFactory.create()
        for method in ("get", "patch", "delete"):
            self.assertEqual(getattr(self.client, method)(f"{LIST}{target.pk}/").status_code, 404)

    def test_what_may_be_seen_but_not_changed_stays(self):
        target = SiderealTargetFactory.create(permissions="OPEN")
        for method in ("patch", "put", "delete"):
            self.assertEqual(getattr(self.client, method)(f"{LIST}{target.pk}/", {"name": "x"}).status_code, 404)
        self.assertTrue(Target.objects.filter(name=target.name).exists())

    def test_the_list_takes_as_many_queries_for_a_hundred_as_for_one(self):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                self.client.get(LIST)
            return len(captured)

        def make(count):
            for target in SiderealTargetFactory.create_batch(count, permissions="PUBLIC"):
                TargetNameFactory.create(target=target)
                TargetExtraFactory.create(target=target)
                grant([self.group], to=target)

        make(1)
        few = queries()
        make(20)
        self.assertEqual(queries(), few)
        self.assertLessEqual(few, 8)

    def test_pages_are_cut_by_limit_and_offset(self):
        SiderealTargetFactory.create_batch(3, permissions="OPEN")
        page = self.client.get(LIST, {"limit": 2, "offset": 2}).json()
        self.assertEqual((page["count"], len(page["results"]), page["next"]), (3, 1, None))


class FilterTests(ApiCase):
    def test_the_filters_of_the_target_list_work_here(self):
        target = SiderealTargetFactory.create(name="M 31", ra=10.0, dec=41.0, permissions="OPEN")
        SiderealTargetFactory.create(name="M 87", ra=187.7, dec=12.4, permissions="OPEN")
        target.save(extras={"kind": "spiral"}, names=["NGC 224"])
        for query in (
            {"name": "m 31"}, {"name_fuzzy": "ngc224"}, {"cone_search": "10, 41, 1"}, {"target_cone_search": "m31, 1"},
            {"key": "kind", "value": "spi"}, {"query": "ngc"}, {"type": "SIDEREAL", "name": "224"},
        ):
            rows = self.client.get(LIST, query).json()["results"]
            self.assertEqual([row["name"] for row in rows], ["M 31"], query)

    @override_settings(EXTRA_FIELDS=[{"name": "z", "type": "number"}])
    def test_extra_fields_have_ranges(self):
        SiderealTargetFactory.create(permissions="OPEN").save(extras={"z": 0.5})
        self.assertEqual(self.client.get(LIST, {"z_min": 0.4, "z_max": 0.6}).json()["count"], 1)
        self.assertEqual(self.client.get(LIST, {"z_min": 0.6}).json()["count"], 0)

    def test_what_makes_no_sense_is_answered_400_at_its_name(self):
        wrong = {"cone_search": "here", "target_cone_search": "x, 1", "type": "STAR", "targetlist__name": "x"}
        for name, value in wrong.items():
            self.assertEqual(list(self.refused("get", LIST, **{name: value})), [name])


class CreateTests(ApiCase):
    def test_a_target_is_made_with_all_that_comes_along(self):
        response = self.client.post(LIST, {
            **STAR, "aliases": [{"name": "NGC 224"}], "targetextra_set": [{"key": "z", "value": "-0.001"}],
            "groups": [{"name": "team"}], "target_lists": [{"name": "galaxies"}],
        })
        self.assertEqual(response.status_code, 201, response.content)
        body, target = response.json(), Target.objects.get()
        self.assertIn("message", body)
        self.assertEqual(body["aliases"][0]["name"], "NGC 224")
        self.assertEqual(body["groups"], [{"id": self.group.pk, "name": "team"}])
        self.assertEqual(target.tags, {"z": "-0.001"})
        self.assertEqual(TargetList.objects.visible_to(self.user).get().targets.get().pk, target.pk)
        self.assertTrue(Target.objects.deletable_by(self.user).exists(), "who made it has access")

    def test_a_visitor_may_not(self):
        self.client.force_authenticate(None)
        self.assertIn(self.client.post(LIST, STAR).status_code, (401, 403))
        self.assertFalse(Target.objects.exists())

    def test_a_target_that_is_there_already_is_answered_instead(self):
        target = SiderealTargetFactory.create(name="M31", permissions="PUBLIC")
        TargetNameFactory.create(target=target, name="NGC 224")
        for name in ("M31", "NGC 224"):
            response = self.client.post(LIST, {**STAR, "name": name})
            self.assertEqual((response.status_code, response.json()["id"]), (200, target.pk))
            self.assertIs(response.json()["already_exists"], True)

    def test_the_name_of_a_target_that_may_not_be_seen_is_taken(self):
        SiderealTargetFactory.create(name="M31")
        self.assertEqual(list(self.refused("post", LIST, **STAR)), ["name"])

    def test_every_mistake_is_told_at_its_field_and_nothing_is_stored(self):
        SiderealTargetFactory.create(name="taken")
        for changed, field in (
            ({"ra": None}, "ra"), ({"dec": 90.0001}, "dec"), ({"dec": "north"}, "dec"), ({"name": ""}, "name"),
            ({"type": "STAR"}, "type"), ({"distance": -1}, "distance"), ({"epoch": 60000}, "epoch"),
            ({"permissions": "SECRET"}, "permissions"), ({"groups": [{"name": "other team"}]}, "groups"),
            ({"groups": [{}]}, "groups"), ({"groups": [{"id": 99999}]}, "groups"), ({"groups": "team"}, "groups"),
            ({"aliases": [{"name": "taken"}]}, "non_field_errors"), ({"aliases": [{}]}, "aliases"),
            ({"targetextra_set": [{"value": "x"}]}, "targetextra_set"),
            ({"target_lists": [{"id": 99999}]}, "target_lists"),
        ):
            self.assertEqual(list(self.refused("post", LIST, **{**STAR, **changed})), [field], changed)
        self.assertEqual(self.client.post(LIST, [STAR]).status_code, 400)
        self.assertEqual(Target.objects.count(), 1)
        self.assertFalse(TargetList.objects.exists())

    def test_who_comes_second_is_told_so(self):
        with mock.patch.object(BaseTarget, "save", side_effect=IntegrityError):
            self.assertEqual(list(self.refused("post", LIST, **STAR)), ["name"])

    def test_a_moving_target_needs_its_elements(self):
        rock = NonSiderealTargetFactory.build()
        errors = self.refused("post", LIST, name="x", type="NON_SIDEREAL")
        self.assertIn("scheme", errors)
        elements = {key: value for key, value in rock.as_dict().items() if value is not None}
        self.assertEqual(self.client.post(LIST, elements).status_code, 201)
        errors = self.refused("post", LIST, **{**elements, "name": "y", "epoch_of_elements": 2460800.5})
        self.assertIn("60800", errors["epoch_of_elements"][0])
        errors = self.refused("post", LIST, **{key: value for key, value in elements.items() if key != "semimajor_axis"}
                              | {"name": "y"})
        self.assertEqual(list(errors), ["semimajor_axis"])

    def test_a_grouping_of_others_is_not_joined_but_made_anew(self):
        theirs = TargetGroupingFactory.create(name="galaxies")
        self.client.post(LIST, {**STAR, "target_lists": [{"name": "galaxies"}]})
        self.assertEqual(theirs.total_targets, 0)
        self.assertEqual(TargetList.objects.changeable_by(self.user).get().total_targets, 1)


class UpdateTests(ApiCase):
    def setUp(self):
        super().setUp()
        self.target = SiderealTargetFactory.create(name="M31")
        grant([self.group], to=self.target)
        self.alias = TargetNameFactory.create(target=self.target, name="NGC 224")
        self.extra = TargetExtraFactory.create(target=self.target, key="z", value="1")
        self.url = f"{LIST}{self.target.pk}/"

    def test_columns_change_and_the_rest_stays(self):
        response = self.client.patch(self.url, {"ra": 361.0})
        self.assertEqual((response.status_code, response.json()["ra"]), (200, 1.0))
        self.assertIn("message", response.json())
        self.assertEqual(Target.objects.in_cone(1.0, self.target.dec, 1e-6).count(), 1)
        self.assertEqual(self.target.names, ["M31", "NGC 224"])
        self.assertEqual(list(granted_groups(self.target)), [self.group])

    def test_aliases_and_extras_are_changed_by_id_and_added_without(self):
        response = self.client.patch(self.url, {
            "aliases": [{"id": self.alias.pk, "name": "NGC 225"}, {"name": "And"}],
            "targetextra_set": [{"id": self.extra.pk, "key": "z", "value": "2"}, {"key": "kind", "value": "spiral"}],
        })
        self.assertEqual([alias["name"] for alias in response.json()["aliases"]], ["NGC 225", "And"])
        self.assertEqual(self.target.tags, {"kind": "spiral", "z": "2"})

    def test_nobody_passes_on_more_than_he_has(self):
        new, changer = Group.objects.create(name="new"), User.objects.create_user("changer")
        changer.groups.add(new)
        grant([changer], to=self.target, actions=["view", "change"])
        self.client.force_authenticate(changer)
        response = self.client.patch(self.url, {"groups": [{"id": new.pk}]})
        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(list(granted_groups(self.target, "change").filter(pk=new.pk)), [new])
        self.assertFalse(granted_groups(self.target, "delete").filter(pk=new.pk).exists())

    def test_groups_replace_those_that_the_user_could_choose(self):
        grant([self.other_group], to=self.target)
        grant([self.user], to=self.target)
        response = self.client.patch(self.url, {"groups": []})
        self.assertEqual(response.json()["groups"], [])
        self.assertEqual(list(granted_groups(self.target)), [self.other_group])

    def test_what_is_refused_changes_nothing(self):
        SiderealTargetFactory.create(name="taken")
        foreign = TargetNameFactory.create()
        for data in (
            {"dec": 95}, {"name": "taken"}, {"ra": 5, "aliases": [{"name": "taken"}]},
            {"ra": 5, "aliases": [{"id": foreign.pk, "name": "mine now"}]},
            {"ra": 5, "aliases": [{"id": self.alias.pk, "name": "taken"}]},
            {"ra": 5, "targetextra_set": [{"id": 99999, "key": "z", "value": "3"}]},
        ):
            self.refused("patch", self.url, **data)
        self.assertEqual(Target.objects.get(pk=self.target.pk).ra, self.target.ra)
        self.assertEqual(self.target.names, ["M31", "NGC 224"])

    def test_a_target_is_deleted_with_what_belongs_to_it(self):
        self.assertEqual(self.client.delete(self.url).status_code, 204)
        self.assertFalse(TargetExtra.objects.exists() or TargetName.objects.exists())


class BelongingsTests(ApiCase):
    def test_aliases_and_extras_are_read_by_who_sees_and_removed_by_who_changes_the_target(self):
        target = SiderealTargetFactory.create(permissions="PUBLIC")
        urls = [
            f"/api/targetname/{TargetNameFactory.create(target=target).pk}/",
            f"/api/targetextra/{TargetExtraFactory.create(target=target).pk}/",
        ]
        for url in urls:
            self.assertEqual(self.client.get(url).status_code, 200)
            self.assertEqual(self.client.delete(url).status_code, 404)
        grant([self.group], to=target)
        for url in urls:
            self.assertEqual(self.client.delete(url).status_code, 204)
        self.client.force_authenticate(None)
        extra = TargetExtraFactory.create(target=target)
        self.assertEqual(self.client.get(f"/api/targetextra/{extra.pk}/").status_code, 404)

    def test_a_grouping_is_removed_and_its_targets_stay(self):
        grouping = TargetGroupingFactory.create()
        grouping.targets.add(SiderealTargetFactory.create())
        url = f"/api/targetlist/{grouping.pk}/"
        self.assertEqual(self.client.get(url).status_code, 404)
        grant([self.user], to=grouping, actions=["view"])
        self.assertEqual(self.client.get(url).json(), {"id": grouping.pk, "name": grouping.name})
        self.assertEqual(self.client.delete(url).status_code, 404)
        grant([self.user], to=grouping)
        self.assertEqual(self.client.delete(url).status_code, 204)
        self.assertEqual(Target.objects.count(), 1)
