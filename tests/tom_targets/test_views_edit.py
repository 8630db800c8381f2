"""Making, changing and deleting targets by the forms, with right and wrong input, as every role."""

from unittest.mock import patch

from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.db import IntegrityError
from django.test import TestCase, override_settings
from django.urls import reverse

from tests.tom_targets import hooks_for_tests
from tom_common.people import PUBLIC_GROUP
from tom_common.permissions import grant, granted_groups
from tom_common.testing import logged_in, make_group, make_superuser, make_user
from tom_targets.models import Target, TargetExtra, TargetList, TargetName
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory

CREATE = reverse("targets:create")
EXTRA_FIELDS = [
    {"name": "redshift", "type": "number"}, {"name": "followed", "type": "boolean"},
    {"name": "discovered", "type": "datetime"}, {"name": "secret", "type": "string", "hidden": True},
]
ELEMENTS = {
    "type": "NON_SIDEREAL", "name": "Ceres", "scheme": "MPC_MINOR_PLANET", "epoch_of_elements": "61000",
    "mean_anomaly": "231.5", "arg_of_perihelion": "73.3", "lng_asc_node": "80.25", "inclination": "10.59",
    "eccentricity": "0.0796", "semimajor_axis": "2.7656",
}


def rows(prefix, *values, initial=0):
    """The POST data of a formset."""
    data = {f"{prefix}-TOTAL_FORMS": len(values), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(values):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def posted(names=(), tags=(), **fields):
    data = {"name": "M31", "type": "SIDEREAL", "ra": "00:42:44.33", "dec": "+41:16:07.5", "permissions": "PRIVATE"}
    data |= rows("aliases", *({"name": name} for name in names))
    data |= rows("targetextra_set", *({"key": key, "value": value} for key, value in tags))
    return data | fields


class CreateTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.public, _ = Group.objects.get_or_create(name=PUBLIC_GROUP)
        cls.user = make_user("member", groups=[cls.team, cls.public])
        cls.other = make_user("other")

    def setUp(self):
        self.client = logged_in(self.user)
        hooks_for_tests.calls.clear()

    def create(self, client=None, **data):
        return (client or self.client).post(CREATE, posted(**data))

    def test_a_target_with_aliases_tags_and_groups(self):
        response = self.create(names=["NGC 224", "Andromeda"], tags=[("kind", "galaxy")], groups=[self.team.pk])
        target = Target.objects.get(name="M31")
        self.assertRedirects(response, target.get_absolute_url())
        self.assertEqual((round(target.ra, 6), round(target.dec, 6)), (10.684708, 41.26875))
        self.assertEqual(target.names, ["M31", "NGC 224", "Andromeda"])
        self.assertEqual(target.tags, {"kind": "galaxy"})
        self.assertEqual(list(granted_groups(target)), [self.team])

    def test_who_makes_a_target_may_see_change_and_delete_it_and_nobody_else(self):
        self.create()
        target = Target.objects.get(name="M31")
        for page in ("detail", "update", "delete"):
            url = reverse(f"targets:{page}", args=[target.pk])
            self.assertEqual(self.client.get(url).status_code, 200)
            self.assertEqual(logged_in(self.other).get(url).status_code, 404)

    def test_a_visitor_logs_in_first(self):
        for method in ("get", "post"):
            response = getattr(logged_in(), method)(CREATE, posted())
            self.assertEqual(response.status_code, 302)
            self.assertIn("/accounts/login/", response.url)
        self.assertFalse(Target.objects.exists())

    def test_the_own_groups_are_ticked_but_not_the_one_that_everybody_is_in(self):
        form = self.client.get(CREATE).context["form"]
        self.assertEqual([int(pk) for pk in form["groups"].value()], [self.team.pk])
        self.assertIn(self.public, form.fields["groups"].queryset)

    def test_a_group_one_is_not_in_cannot_be_given_access(self):
        elsewhere = make_group("elsewhere")
        response = self.create(groups=[elsewhere.pk])
        self.assertIn("groups", response.context["form"].errors)
        self.assertFalse(Target.objects.exists())

    def test_every_notation_of_a_position_is_taken(self):
        places = (("187.7059", "12.3911"), ("12h30m49.42s", "+12d23m28s"), ("12 30 49.42", "12 23 28"), ("0", "0"),
                  ("359.99999", "-90"))
        for number, (ra, dec) in enumerate(places):
            with self.subTest(ra=ra, dec=dec):
                response = self.create(name=f"place {number}", ra=ra, dec=dec, create_anyway="yes")
                self.assertEqual(response.status_code, 302)

    def test_wrong_input_is_told_at_its_field_and_nothing_typed_is_lost(self):
        for field, value in (
            ("name", ""), ("name", "x" * 101), ("ra", ""), ("ra", "banana"), ("ra", "25:00:00"), ("ra", "nan"),
            ("dec", "91"), ("dec", "inf"), ("dec", "+41:99:00"), ("epoch", "two thousand"), ("pm_ra", "nan"),
            ("parallax", "1e400"), ("permissions", "SECRET"), ("groups", "99999"), ("distance", "far"),
        ):
            response = self.create(**{field: value}, names=["Kept alias"], tags=[("kept", "tag")])
            with self.subTest(field=field, value=value):
                self.assertEqual(response.status_code, 200)
                self.assertIn(field, response.context["form"].errors)
                self.assertContains(response, "Kept alias")
                self.assertContains(response, 'value="tag"')
                if value:
                    self.assertContains(response, value if field != "permissions" else "not one of the available")
        self.assertFalse(Target.objects.exists())

    def test_wrong_aliases_and_tags_are_told_at_their_rows(self):
        SiderealTargetFactory.create(name="Taken", permissions="PRIVATE")
        TargetName.objects.create(target=SiderealTargetFactory.create(), name="Also taken")
        for names, tags in (
            (("Taken",), ()), (("Also taken",), ()), (("x" * 101,), ()), (("M31",), ()), (("Twice", "Twice"), ()),
            ((), (("k", "1"), ("k", "2"))), ((), (("k" * 201, "1"),)), ((), (("", "no key"),)),
        ):
            response = self.create(names=names, tags=tags)
            with self.subTest(names=names, tags=tags):
                self.assertEqual(response.status_code, 200)
                self.assertContains(response, "invalid-feedback" if names != ("Twice", "Twice") else "Not stored yet")
        self.assertEqual(Target.objects.filter(name="M31").count(), 0)

    def test_a_formset_that_was_tampered_with_is_no_error_page(self):
        for data in ({"aliases-TOTAL_FORMS": "x"}, {"aliases-TOTAL_FORMS": "99999"},
                     {"targetextra_set-INITIAL_FORMS": "-1"}, {"aliases-0-id": "77", "aliases-INITIAL_FORMS": "1"}):
            with self.subTest(data):
                self.assertIn(self.create(**data).status_code, (200, 302))

    def test_a_form_without_formsets_is_enough(self):
        data = {key: value for key, value in posted().items() if "-" not in key}
        self.assertEqual(self.client.post(CREATE, data).status_code, 302)

    def test_a_name_of_another_target_is_refused_even_when_one_may_not_see_it(self):
        SiderealTargetFactory.create(name="M31", permissions="PRIVATE")
        self.assertIn("name", self.create().context["form"].errors)

    def test_two_who_are_equally_fast_do_not_meet_an_error_page(self):
        with patch("tom_targets.forms.TargetForm.save", side_effect=IntegrityError):
            self.assertContains(self.create(), "was made just now")

    @override_settings(HOOKS={"target_post_save": "tests.tom_targets.hooks_for_tests.target_post_save"})
    def test_the_hook_sees_the_target_when_it_is_complete(self):
        self.create(names=["NGC 224"], tags=[("kind", "galaxy")])
        self.assertEqual([call["created"] for call in hooks_for_tests.calls], [True, True])
        self.assertEqual(hooks_for_tests.calls[-1]["names"], ["M31", "NGC 224"])
        self.assertEqual(hooks_for_tests.calls[-1]["tags"], {"kind": "galaxy"})

    @override_settings(EXTRA_FIELDS=EXTRA_FIELDS)
    def test_the_projects_own_fields_are_in_the_form(self):
        page = self.client.get(CREATE, {"redshift": "0.5"})
        self.assertEqual(page.context["form"]["redshift"].value(), "0.5")
        self.assertNotIn("secret", page.context["form"].fields)
        for field, value in (("redshift", "high"), ("discovered", "yesterday")):
            self.assertIn(field, self.create(**{field: value}).context["form"].errors)
        self.create(redshift="0.5", followed="on", discovered="2026-01-02 03:04:05")
        target = Target.objects.get(name="M31")
        self.assertEqual(target.extra_fields["redshift"], 0.5)
        self.assertIs(target.extra_fields["followed"], True)
        self.assertEqual(target.extra_fields["discovered"].isoformat(), "2026-01-02T03:04:05+00:00")


class DuplicateTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user()
        cls.m31 = SiderealTargetFactory.create(name="NGC 224", ra=10.684708, dec=41.26875, permissions="OPEN")

    def setUp(self):
        self.client = logged_in(self.user)

    def create(self, **data):
        return self.client.post(CREATE, posted(**data))

    def test_what_lies_at_the_same_place_is_shown_first_and_one_may_go_on(self):
        response = self.create(names=["An alias"])
        self.assertContains(response, "This may be a target already")
        self.assertContains(response, self.m31.get_absolute_url())
        self.assertContains(response, "An alias")
        self.assertFalse(Target.objects.filter(name="M31").exists())
        self.assertEqual(self.create(create_anyway="yes").status_code, 302)
        self.assertTrue(Target.objects.filter(name="M31").exists())

    def test_a_similar_name_is_shown_also_when_it_is_an_alias(self):
        for data in ({"name": "ngc-224"}, {"names": ["NGC224"]}):
            response = self.create(**{"ra": "200", "dec": "0"} | data)
            self.assertContains(response, "similar name")

    def test_three_arcseconds_off_is_another_target(self):
        self.assertEqual(self.create(ra="10.684708", dec=str(41.26875 + 3 / 3600)).status_code, 302)

    def test_nothing_is_told_of_targets_that_one_may_not_see(self):
        Target.objects.filter(pk=self.m31.pk).update(permissions="PRIVATE")
        self.assertEqual(self.create().status_code, 302)

    def test_enter_in_a_field_does_not_mean_create_it_anyway(self):
        html = self.create().content.decode()
        form = html[html.index('id="target-form"'):]
        first = form[form.index("<button"):]
        self.assertNotIn("create_anyway", first[:first.index(">")])


class TypeTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user()

    def setUp(self):
        self.client = logged_in(self.user)

    def test_the_type_comes_from_the_address_or_the_settings(self):
        self.assertEqual(self.client.get(CREATE).context["target_type"], "SIDEREAL")
        self.assertEqual(self.client.get(CREATE, {"type": "NON_SIDEREAL"}).context["target_type"], "NON_SIDEREAL")
        self.assertEqual(self.client.get(CREATE, {"type": "PLANET"}).context["target_type"], "SIDEREAL")
        with override_settings(TARGET_TYPE="NON_SIDEREAL"):
            self.assertEqual(self.client.get(CREATE).context["target_type"], "NON_SIDEREAL")

    def test_fields_and_names_come_filled_in_from_the_address(self):
        query = {"name": "M31", "ra": "00:42:44.3", "pm_ra": "5", "names": "NGC 224, Andromeda,,"}
        page = self.client.get(CREATE, query)
        form = page.context["form"]
        self.assertEqual([form[name].value() for name in ("name", "ra", "pm_ra")], ["M31", "00:42:44.3", "5"])
        self.assertEqual([row["name"].value() for row in page.context["names_form"]], ["NGC 224", "Andromeda", None])
        motion = next(section for section in page.context["sections"] if section.title == "Motion and distance")
        self.assertTrue(motion.unfolded)

    def test_nonsense_in_the_address_is_no_error_page(self):
        for query in ({"groups": "x"}, {"names": "," * 50}, {"permissions": "<script>"}, {"ra": "x" * 5000},
                      {"instance": "1"}, {"aliases-TOTAL_FORMS": "x"}):
            with self.subTest(query):
                page = self.client.get(CREATE, query)
                self.assertEqual(page.status_code, 200)
                self.assertNotContains(page, "<script>\"")

    def test_switching_the_type_keeps_what_was_typed(self):
        typed = {"type": "NON_SIDEREAL", "name": "X", "ra": "12:30:49.4", "dec": "+12", "aliases-0-name": "Al",
                 "targetextra_set-0-key": "k", "targetextra_set-0-value": "v"}
        page = self.client.get(CREATE, typed)
        self.assertEqual(page.context["form"]["name"].value(), "X")
        self.assertIn(("ra", "12:30:49.4"), page.context["carried"])
        self.assertContains(page, 'value="Al"')
        self.assertContains(page, 'value="v"')

    def test_a_moving_target_is_made_from_its_elements(self):
        response = self.client.post(CREATE, {**posted(), **ELEMENTS})
        self.assertEqual(response.status_code, 302)
        self.assertEqual(Target.objects.get(name="Ceres").type, "NON_SIDEREAL")

    def test_wrong_elements_are_told_at_their_fields(self):
        for field, value in (
            ("scheme", ""), ("scheme", "KEPLER"), ("epoch_of_elements", "2461000.5"), ("epoch_of_elements", ""),
            ("eccentricity", "-0.1"), ("inclination", "181"), ("semimajor_axis", ""), ("mean_anomaly", "x"),
            ("eccentricity", "nan"),
        ):
            response = self.client.post(CREATE, {**posted(), **ELEMENTS, field: value})
            with self.subTest(field=field, value=value):
                if field == "scheme" and not value:
                    self.assertIn(response.status_code, (200, 302))
                    continue
                self.assertEqual(response.status_code, 200)
                self.assertIn(field, response.context["form"].errors)


class UpdateTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.member, cls.viewer, cls.other = make_user(groups=[cls.team]), make_user(), make_user()
        cls.superuser = make_superuser()
        cls.target = SiderealTargetFactory.create(name="M31", ra=10.684708, dec=41.26875, permissions="PRIVATE")
        grant([cls.team], to=cls.target)
        grant([cls.viewer], to=cls.target, actions=["view"])
        cls.alias = TargetName.objects.create(target=cls.target, name="NGC 224")
        cls.tag = TargetExtra.objects.create(target=cls.target, key="kind", value="galaxy")
        cls.url = reverse("targets:update", args=[cls.target.pk])

    def data(self, **fields):
        return {
            **posted(), "groups": [self.team.pk],
            **rows("aliases", {"id": self.alias.pk, "name": "NGC 224"}, initial=1),
            **rows("targetextra_set", {"id": self.tag.pk, "key": "kind", "value": "galaxy"}, initial=1), **fields,
        }

    def test_only_those_who_may_change_it_get_the_form(self):
        answers = ((None, 302), (self.other, 404), (self.viewer, 403), (self.member, 200), (self.superuser, 200))
        for user, status in answers:
            client = logged_in(user)
            with self.subTest(user=user):
                self.assertEqual(client.get(self.url).status_code, status)
                response = client.post(self.url, self.data(name=f"by {user}"))
                self.assertEqual(response.status_code, 302 if status == 200 else status)
                self.target.refresh_from_db()
                self.assertEqual(self.target.name == f"by {user}", status == 200)

    def test_the_form_holds_what_is_stored(self):
        page = logged_in(self.member).get(self.url)
        self.assertContains(page, "NGC 224")
        self.assertContains(page, "galaxy")
        self.assertEqual(page.context["form"]["groups"].value(), [self.team.pk])

    def test_aliases_and_tags_are_changed_added_and_deleted(self):
        alias = {"id": self.alias.pk, "name": "NGC 224", "DELETE": "on"}
        tag = {"id": self.tag.pk, "key": "kind", "value": "spiral"}
        response = logged_in(self.member).post(self.url, self.data(
            **rows("aliases", alias, {"name": "Andromeda"}, initial=1),
            **rows("targetextra_set", tag, {"key": "z", "value": "0"}, initial=1),
        ))
        self.assertRedirects(response, self.target.get_absolute_url())
        target = Target.objects.get(pk=self.target.pk)
        self.assertEqual(target.names, ["M31", "Andromeda"])
        self.assertEqual(target.tags, {"kind": "spiral", "z": "0"})

    def test_aliases_of_another_target_cannot_be_taken(self):
        stolen = TargetName.objects.create(target=SiderealTargetFactory.create(), name="Theirs")
        self.client = logged_in(self.member)
        self.client.post(self.url, self.data(**rows("aliases", {"id": stolen.pk, "name": "Mine now"}, initial=1)))
        stolen.refresh_from_db()
        self.assertEqual(stolen.name, "Theirs")

    def test_wrong_input_is_told_and_kept(self):
        client = logged_in(self.member)
        for field, value in (("name", ""), ("ra", "banana"), ("dec", "-91"), ("epoch", "nan")):
            response = client.post(self.url, self.data(**{field: value}))
            with self.subTest(field):
                self.assertIn(field, response.context["form"].errors)
                self.assertContains(response, value)
        self.target.refresh_from_db()
        self.assertEqual(self.target.name, "M31")

    def test_the_groups_of_others_keep_their_access(self):
        theirs = make_group("theirs")
        grant([theirs], to=self.target)
        data = self.data()
        del data["groups"]
        grant([self.member], to=self.target)
        logged_in(self.member).post(self.url, data)
        self.assertEqual(list(granted_groups(self.target)), [theirs])

    def test_nobody_passes_on_more_than_he_has_by_saving(self):
        keeps, new = make_group("keeps"), make_group("new")
        changer = make_user("changer", groups=[keeps, new])
        grant([keeps], to=self.target, actions=["view", "change"])
        response = logged_in(changer).post(self.url, {**self.data(), "groups": [keeps.pk, new.pk]})
        self.assertEqual(response.status_code, 302)
        self.assertLessEqual({keeps, new}, set(granted_groups(self.target, "change")))
        self.assertTrue({keeps, new}.isdisjoint(granted_groups(self.target, "delete")))

    def test_a_moving_target_has_its_own_form(self):
        asteroid = NonSiderealTargetFactory.create()
        page = logged_in(self.superuser).get(reverse("targets:update", args=[asteroid.pk]))
        self.assertIn("mean_anomaly", page.context["form"].fields)
        self.assertNotIn("ra", page.context["form"].fields)


class DeleteTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.owner, cls.changer, cls.other, cls.superuser = make_user(), make_user(), make_user(), make_superuser()
        cls.target = SiderealTargetFactory.create(name="M31", permissions="PRIVATE")
        grant([cls.owner], to=cls.target)
        grant([cls.changer], to=cls.target, actions=["view", "change"])
        TargetName.objects.create(target=cls.target, name="NGC 224")
        TargetExtra.objects.create(target=cls.target, key="kind", value="galaxy")
        TargetList.objects.create(name="list").targets.add(cls.target)
        cls.url = reverse("targets:delete", args=[cls.target.pk])

    def test_only_those_who_may_delete_it_do(self):
        for user, status in ((None, 302), (self.other, 404), (self.changer, 403)):
            with self.subTest(user=user):
                self.assertEqual(logged_in(user).get(self.url).status_code, status)
                self.assertEqual(logged_in(user).post(self.url).status_code, status)
        self.assertTrue(Target.objects.filter(pk=self.target.pk).exists())

    def test_asking_deletes_nothing_and_says_what_goes_with_it(self):
        page = logged_in(self.owner).get(self.url)
        self.assertContains(page, "1 alias")
        self.assertContains(page, "1 tag")
        self.assertTrue(Target.objects.filter(pk=self.target.pk).exists())

    def test_confirming_deletes(self):
        for user in (self.owner,):
            response = logged_in(user).post(self.url)
            self.assertRedirects(response, reverse("targets:list"))
            self.assertEqual([str(message) for message in get_messages(response.wsgi_request)], ["M31 was deleted."])
        self.assertFalse(Target.objects.exists())
        self.assertFalse(TargetName.objects.exists())
        self.assertEqual(TargetList.objects.get().targets.count(), 0)

    def test_a_superuser_deletes(self):
        self.assertEqual(logged_in(self.superuser).post(self.url).status_code, 302)
        self.assertFalse(Target.objects.exists())
