"""Forms tell what is wrong at the field, keep what was typed, and store all or nothing."""

from datetime import UTC, datetime

from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase, override_settings

from tom_common.permissions import grant, granted_groups, may
from tom_targets.forms import (
    CoordinateField,
    NonSiderealTargetCreateForm,
    SiderealTargetCreateForm,
    TargetExtraFormset,
    TargetNamesFormset,
    TargetVisibilityForm,
    UnknownTypeTargetCreateForm,
    extra_field_to_form_field,
)
from tom_targets.models import Target, TargetExtra
from tom_targets.services import store_forms
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory, TargetExtraFactory, TargetNameFactory

EXTRA_FIELDS = [
    {"name": "redshift", "type": "number", "default": 0.1},
    {"name": "confirmed", "type": "boolean"},
    {"name": "discovered", "type": "datetime"},
    {"name": "host galaxy", "type": "string"},
    {"name": "internal", "type": "string", "hidden": True},
]
STAR = {"name": "M31", "type": "SIDEREAL", "permissions": "PRIVATE", "ra": "10.6847", "dec": "41.2687"}
ROCK = {
    "name": "Ceres", "type": "NON_SIDEREAL", "permissions": "PRIVATE", "scheme": "MPC_MINOR_PLANET",
    "epoch_of_elements": "60800", "inclination": "0", "lng_asc_node": "0", "arg_of_perihelion": "0",
    "eccentricity": "0", "mean_anomaly": "0", "semimajor_axis": "2.77",
}


class CoordinateFieldTests(SimpleTestCase):
    def test_every_notation_is_cleaned_to_degrees(self):
        ra, dec = CoordinateField(c_type="ra"), CoordinateField(c_type="dec")
        for text in ("187.705917", "12:30:49.42", "12h30m49.42s", "12 30 49.42", "187d42m21.3s"):
            self.assertAlmostEqual(ra.clean(text), 187.705917, places=5, msg=text)
        for text in ("12.391111", "+12:23:28.0", "12d23m28s", "+12°23′28″", "12 23 28"):
            self.assertAlmostEqual(dec.clean(text), 12.391111, places=5, msg=text)
        self.assertEqual(ra.clean("0"), 0.0)
        self.assertAlmostEqual(ra.clean("370"), 10.0)

    def test_what_is_no_angle_is_told_with_what_is_understood(self):
        for c_type, texts in (("ra", ("north", "nan", "25h")), ("dec", ("90.0001", "12h", "--1"))):
            for text in texts:
                with self.assertRaisesMessage(ValidationError, repr(text)):
                    CoordinateField(c_type=c_type).clean(text)

    def test_another_notation_of_the_same_place_is_no_change(self):
        field = CoordinateField(c_type="dec")
        self.assertFalse(field.has_changed(-30.5, "-30:30:00"))
        self.assertFalse(field.has_changed(None, ""))
        self.assertTrue(field.has_changed(-30.5, "-30:30:01"))
        self.assertTrue(field.has_changed(None, "1"))
        self.assertTrue(field.has_changed(1.0, "?"))


class SiderealFormTests(TestCase):
    def test_a_position_in_any_notation_makes_a_target(self):
        form = SiderealTargetCreateForm({**STAR, "ra": "00h42m44.3s", "dec": "+41:16:07"})
        self.assertTrue(form.is_valid(), form.errors)
        target = form.save()
        self.assertAlmostEqual(target.ra, 10.684583, places=5)
        self.assertAlmostEqual(target.dec, 41.268611, places=5)

    def test_zero_is_a_position(self):
        form = SiderealTargetCreateForm({**STAR, "ra": "0", "dec": "0"})
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.save().ra, 0.0)

    def test_position_and_name_are_required(self):
        form = SiderealTargetCreateForm({**STAR, "ra": "", "dec": " ", "name": ""})
        self.assertEqual(set(form.errors), {"ra", "dec", "name"})

    def test_each_mistake_is_told_at_its_field_and_what_was_typed_stays(self):
        wrong = {
            "ra": "25h", "dec": "91", "parallax": "near", "distance": "-3", "epoch": "2460000.5", "pm_ra": "inf",
            "permissions": "SECRET", "galactic_lat": "100",
        }
        form = SiderealTargetCreateForm({**STAR, **wrong})
        self.assertEqual(set(form.errors), set(wrong))
        for name, typed in wrong.items():
            self.assertEqual(form[name].value(), typed)

    def test_the_name_of_another_target_is_refused_at_the_name(self):
        TargetNameFactory.create(name="M31")
        form = SiderealTargetCreateForm(STAR)
        self.assertEqual(set(form.errors), {"name"})

    def test_values_stored_wrongly_that_the_form_does_not_show_are_told_above_it(self):
        target = SiderealTargetFactory.create(inclination=300.0)
        form = SiderealTargetCreateForm(STAR, instance=target)
        self.assertFalse(form.is_valid())
        self.assertIn("Inclination", form.non_field_errors()[0])


class NonSiderealFormTests(TestCase):
    def test_elements_of_zero_are_elements(self):
        form = NonSiderealTargetCreateForm(ROCK)
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.save().eccentricity, 0.0)

    def test_what_the_scheme_needs_is_asked_for_at_each_field_once(self):
        form = NonSiderealTargetCreateForm({**ROCK, "scheme": "MPC_COMET", "inclination": ""})
        self.assertEqual(set(form.errors), {"perihdist", "epoch_of_perihelion", "inclination"})
        for messages in form.errors.values():
            self.assertEqual(messages, ["MPC Comet elements need this value."])

    def test_without_a_scheme_it_is_asked_for(self):
        form = NonSiderealTargetCreateForm({**ROCK, "scheme": ""})
        self.assertIn("scheme", form.errors)

    def test_a_julian_date_is_refused_with_the_date_it_would_be(self):
        form = NonSiderealTargetCreateForm({**ROCK, "epoch_of_elements": "2460800.5"})
        self.assertEqual(len(form.errors["epoch_of_elements"]), 1)
        self.assertIn("60800", form.errors["epoch_of_elements"][0])

    def test_any_type_takes_whatever_is_given(self):
        form = UnknownTypeTargetCreateForm({"name": "?", "type": "SIDEREAL", "permissions": "OPEN", "abs_mag": "3"})
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.save().abs_mag, 3.0)


@override_settings(EXTRA_FIELDS=EXTRA_FIELDS)
class ExtraFieldTests(TestCase):
    def test_extras_are_typed_fields_and_the_hidden_ones_are_not_there(self):
        form = SiderealTargetCreateForm()
        self.assertEqual(list(form.extra_fields), ["redshift", "confirmed", "discovered", "host galaxy"])
        self.assertEqual(form["redshift"].value(), 0.1)

    def test_extras_are_stored_and_shown_again(self):
        given = {"redshift": "0", "confirmed": "on", "discovered": "2026-01-02 03:04:05", "host galaxy": "NGC 1"}
        form = SiderealTargetCreateForm({**STAR, **given})
        self.assertTrue(form.is_valid(), form.errors)
        target = form.save()
        self.assertEqual(target.extra_fields, {
            "confirmed": True, "discovered": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "host galaxy": "NGC 1",
            "redshift": 0.0,
        })
        shown = SiderealTargetCreateForm(instance=target)
        self.assertEqual(shown["redshift"].value(), 0.0)
        self.assertIs(shown["confirmed"].value(), True)
        self.assertEqual(shown["host galaxy"].value(), "NGC 1")

    def test_an_emptied_extra_goes_and_hidden_ones_stay(self):
        target = SiderealTargetFactory.create()
        target.save(extras={"redshift": 1, "internal": "kept", "host galaxy": "x"})
        form = SiderealTargetCreateForm({**STAR, "redshift": "", "host galaxy": ""}, instance=target)
        self.assertTrue(form.is_valid(), form.errors)
        form.save()
        self.assertEqual(set(target.targetextra_set.values_list("key", flat=True)), {"internal", "confirmed"})

    def test_a_value_of_the_wrong_type_is_told_at_its_field(self):
        form = SiderealTargetCreateForm({**STAR, "redshift": "far", "discovered": "yesterday"})
        self.assertEqual(set(form.errors), {"redshift", "discovered"})

    def test_a_value_stored_as_text_is_shown_as_it_is(self):
        target = SiderealTargetFactory.create()
        target.save(extras={"redshift": "unknown"})
        self.assertEqual(SiderealTargetCreateForm(instance=target)["redshift"].value(), "unknown")

    def test_an_unknown_type_is_named(self):
        with self.assertRaisesMessage(ValueError, "'colour'"):
            extra_field_to_form_field("colour")


class GroupsFieldTests(TestCase):
    def setUp(self):
        self.mine, self.other = Group.objects.create(name="mine"), Group.objects.create(name="other")
        self.user = User.objects.create_user("u")
        self.user.groups.add(self.mine)

    def test_only_the_users_own_groups_can_be_chosen(self):
        def choices(user):
            return set(SiderealTargetCreateForm(user=user).fields["groups"].queryset)

        self.assertEqual(choices(self.user), set(self.user.groups.all()))
        self.assertEqual(choices(User.objects.create_superuser("pi")), set(Group.objects.all()))
        self.assertEqual(choices(AnonymousUser()), set())
        form = SiderealTargetCreateForm({**STAR, "groups": [self.other.pk]}, user=self.user)
        self.assertEqual(set(form.errors), {"groups"})

    def test_chosen_groups_get_access_and_groups_of_others_keep_theirs(self):
        form = SiderealTargetCreateForm({**STAR, "groups": [self.mine.pk]}, user=self.user)
        target = form.save()
        self.assertTrue(may(self.user, "change", target))
        grant([self.other], to=target)
        form = SiderealTargetCreateForm(instance=target, user=self.user)
        self.assertIn(self.mine, form["groups"].initial)
        form = SiderealTargetCreateForm({**STAR, "groups": []}, instance=target, user=self.user)
        self.assertTrue(form.is_valid(), form.errors)
        form.save()
        self.assertEqual(list(granted_groups(target)), [self.other])


class FormsetTests(TestCase):
    def data(self, prefix, *rows, initial=0):
        data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
        for number, row in enumerate(rows):
            data.update({f"{prefix}-{number}-{name}": value for name, value in row.items()})
        return data

    def names(self, *rows, instance=None, initial=0):
        return TargetNamesFormset(self.data("aliases", *rows, initial=initial), instance=instance or Target(name="M31"))

    def extras(self, *rows, instance=None, initial=0):
        data = self.data("targetextra_set", *rows, initial=initial)
        return TargetExtraFormset(data, instance=instance or Target(name="M31"))

    def test_a_form_with_tags_and_aliases_is_stored_at_once(self):
        user = User.objects.create_user("u")
        form = SiderealTargetCreateForm(STAR, user=user)
        tags, aliases = self.extras({"key": "kind", "value": "spiral"}, {}), self.names({"name": "NGC 224"}, {})
        self.assertTrue(form.is_valid() and tags.is_valid() and aliases.is_valid())
        target = store_forms(form, tags, aliases, user=user)
        self.assertEqual((target.names, target.tags), (["M31", "NGC 224"], {"kind": "spiral"}))
        self.assertTrue(may(user, "delete", target))

    def test_an_alias_of_another_target_is_told_at_its_row(self):
        TargetNameFactory.create(name="NGC 224", target=SiderealTargetFactory.create(name="M 31"))
        formset = self.names({"name": "And"}, {"name": "NGC 224"}, {"name": "M 31"}, {"name": "M31"})
        self.assertFalse(formset.is_valid())
        self.assertEqual([bool(errors) for errors in formset.errors], [False, True, True, True])

    def test_an_alias_given_twice_is_told(self):
        self.assertFalse(self.names({"name": "a"}, {"name": "a"}).is_valid())

    def test_aliases_are_renamed_and_removed(self):
        target = SiderealTargetFactory.create(name="M31")
        rows = [TargetNameFactory.create(target=target, name=name) for name in ("one", "two")]
        formset = self.names(
            {"id": rows[0].pk, "name": "1"}, {"id": rows[1].pk, "name": "two", "DELETE": "on"}, {"name": "3"},
            instance=target, initial=2,
        )
        self.assertTrue(formset.is_valid(), formset.errors)
        self.assertEqual(formset.names, ["1", "3"])
        formset.save()
        self.assertEqual(target.names, ["M31", "1", "3"])

    @override_settings(EXTRA_FIELDS=EXTRA_FIELDS)
    def test_declared_extras_are_no_tags(self):
        target = SiderealTargetFactory.create()
        target.save(extras={"redshift": 1, "internal": 2, "kind": "spiral"})
        formset = TargetExtraFormset(instance=target)
        self.assertEqual([form.instance.key for form in formset.initial_forms], ["kind"])
        formset = self.extras({"key": "redshift", "value": "2"})
        self.assertFalse(formset.is_valid())
        self.assertIn("field of its own", formset.errors[0]["key"][0])

    def test_a_tag_given_twice_is_told(self):
        self.assertFalse(self.extras({"key": "a", "value": "1"}, {"key": "a", "value": "2"}).is_valid())
        extra = TargetExtraFactory.create(key="a")
        formset = self.extras({"id": extra.pk, "key": "a", "value": "1"}, {"key": "a", "value": "2"},
                              instance=extra.target, initial=1)
        self.assertFalse(formset.is_valid())
        self.assertEqual(TargetExtra.objects.count(), 1)


class PossibleDuplicatesTests(TestCase):
    def test_the_form_tells_what_the_user_may_see_of_what_is_similar(self):
        user = User.objects.create_user("u")
        near = SiderealTargetFactory.create(name="near", ra=10.6847, dec=41.2687, permissions="PUBLIC")
        SiderealTargetFactory.create(name="secret", ra=10.6847, dec=41.2687)
        named = SiderealTargetFactory.create(name="m-31", permissions="OPEN")
        form = SiderealTargetCreateForm(STAR)
        self.assertTrue(form.is_valid(), "a similar target is no error: the user may go on")
        found = form.possible_duplicates(user)
        self.assertEqual([one.target for one in found], [near, named])
        self.assertEqual([one.reason for one in found], ["lies at the same place", "bears a similar name"])
        self.assertEqual([one.target for one in form.possible_duplicates(AnonymousUser())], [named])

    def test_it_does_not_ask_where_moving_targets_are(self):
        form = NonSiderealTargetCreateForm(ROCK)
        self.assertTrue(form.is_valid())
        NonSiderealTargetFactory.create()
        self.assertEqual(form.possible_duplicates(User.objects.create_superuser("pi")), [])


class VisibilityFormTests(SimpleTestCase):
    def test_the_end_comes_after_the_start(self):
        form = TargetVisibilityForm({"start_time": "2026-01-02", "end_time": "2026-01-01", "airmass": "2"})
        self.assertEqual(set(form.errors), {"end_time"})
        self.assertTrue(TargetVisibilityForm({"start_time": "2026-01-01", "end_time": "2026-01-02"}).is_valid())

    def test_airmass_is_one_or_more(self):
        form = TargetVisibilityForm({"start_time": "2026-01-01", "end_time": "2026-01-02", "airmass": "0.9"})
        self.assertEqual(set(form.errors), {"airmass"})
