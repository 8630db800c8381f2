"""Filters find what they say; a value that makes no sense is told, and finds nothing."""

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.test import RequestFactory, TestCase, override_settings

from tom_common.permissions import grant
from tom_targets.filters import TargetFilterSet, TargetGroupFilterSet, filter_for_field
from tom_targets.models import Target, TargetList
from tom_targets.testing import (
    NonSiderealTargetFactory,
    SiderealTargetFactory,
    TargetExtraFactory,
    TargetGroupingFactory,
    TargetNameFactory,
)

EXTRA_FIELDS = [
    {"name": "redshift", "type": "number"},
    {"name": "confirmed", "type": "boolean"},
    {"name": "discovered", "type": "datetime"},
    {"name": "host galaxy", "type": "string"},
    {"name": "internal", "type": "string", "hidden": True},
]


def only_bright(queryset, name, value):
    return queryset.filter(name=f"bright {value}")


class FilterCase(TestCase):
    user = AnonymousUser()

    def filterset(self, **values) -> TargetFilterSet:
        request = RequestFactory().get("/")
        request.user = self.user
        return TargetFilterSet(values, queryset=Target.objects.all(), request=request)

    def found(self, **values) -> set[str]:
        filterset = self.filterset(**values)
        self.assertTrue(filterset.is_valid(), filterset.errors)
        return set(filterset.qs.values_list("name", flat=True))

    def refused(self, **values) -> dict:
        filterset = self.filterset(**values)
        self.assertFalse(filterset.is_valid(), values)
        self.assertFalse(filterset.qs.exists(), "an unfiltered list would be taken for the answer")
        return filterset.errors


class NamesAndPlacesTests(FilterCase):
    @classmethod
    def setUpTestData(cls):
        cls.m31 = SiderealTargetFactory.create(name="M 31", ra=10.6847, dec=41.2687)
        SiderealTargetFactory.create(name="M 32", ra=10.6743, dec=40.8652)
        SiderealTargetFactory.create(name="M 87", ra=187.7059, dec=12.3911)
        NonSiderealTargetFactory.create(name="Ceres")
        TargetNameFactory.create(target=cls.m31, name="NGC 224")

    def test_without_values_all_are_found(self):
        self.assertEqual(len(self.found()), 4)

    def test_name_finds_a_part_of_a_name_or_alias_and_several_at_once(self):
        self.assertEqual(self.found(name="m 3"), {"M 31", "M 32"})
        self.assertEqual(self.found(name="224"), {"M 31"})
        self.assertEqual(self.found(name="224, cer"), {"M 31", "Ceres"})
        self.assertEqual(self.found(name=","), set())

    def test_name_fuzzy_finds_a_name_however_it_is_written(self):
        self.assertEqual(self.found(name_fuzzy="ngc-224"), {"M 31"})
        self.assertEqual(self.found(name_fuzzy="m3"), set())

    def test_cone_search_takes_any_notation(self):
        for text in ("10.6847, 41.2687, 0.1", "00:42:44.3 +41:16:07, 6'", "10.6847 41.2687 0.1"):
            self.assertEqual(self.found(cone_search=text), {"M 31"}, text)
        self.assertEqual(self.found(cone_search="10.68, 41, 1"), {"M 31", "M 32"})

    def test_cone_search_around_a_target_takes_its_name_or_alias(self):
        for text in ("M 31, 0.5", "m31, 30'", "ngc 224,0.5"):
            self.assertEqual(self.found(target_cone_search=text), {"M 31", "M 32"}, text)

    def test_type_and_search_box(self):
        self.assertEqual(self.found(type="NON_SIDEREAL"), {"Ceres"})
        self.assertEqual(self.found(query="ngc2"), {"M 31"})
        self.assertEqual(self.found(query="12:30:49.42 +12:23:28.0"), {"M 87"})
        self.assertEqual(self.found(query="eres", type="NON_SIDEREAL"), {"Ceres"})

    def test_what_makes_no_sense_is_told_at_its_field(self):
        for field, values in {
            "cone_search": ["here", "1,2", "10, 91, 1", "10, 20, 200", "10, 20, -1", "nan, nan, nan", ",,"],
            "target_cone_search": ["M 31", "M 31, far", ", 1", "Atlantis, 1", "Ceres, 1"],
            "type": ["STAR"],
        }.items():
            for value in values:
                self.assertEqual(list(self.refused(**{field: value})), [field], value)

    def test_one_bad_value_among_good_ones_finds_nothing(self):
        self.refused(name="M 31", cone_search="here")

    def test_a_target_that_the_user_may_not_see_is_not_known_by_name(self):
        request = RequestFactory().get("/")
        request.user = self.user
        filterset = TargetFilterSet(
            {"target_cone_search": "M 31, 1"}, queryset=Target.objects.visible_to(self.user), request=request
        )
        self.assertFalse(filterset.is_valid())
        self.assertIn("No target is named M 31", filterset.errors["target_cone_search"][0])

    @override_settings(
        GENERAL_SEARCH_FUNCTIONS={"tom_targets.BaseTarget": "tests.tom_targets.test_filters.only_bright"}
    )
    def test_the_project_may_answer_the_search_box(self):
        SiderealTargetFactory.create(name="bright star")
        self.assertEqual(self.found(query="star"), {"bright star"})


class TagsAndGroupingsTests(FilterCase):
    def setUp(self):
        self.target, self.other = SiderealTargetFactory.create(name="one"), SiderealTargetFactory.create(name="two")
        for target, kind in ((self.target, "SN Ia"), (self.other, "SN II")):
            TargetExtraFactory.create(target=target, key="kind", value=kind)
            TargetExtraFactory.create(target=target, key="note", value="SN II maybe")

    def test_key_and_value_hold_for_the_same_tag(self):
        self.assertEqual(self.found(key="kind"), {"one", "two"})
        self.assertEqual(self.found(value="maybe"), {"one", "two"})
        self.assertEqual(self.found(key="kind", value="sn ii"), {"two"})
        self.assertEqual(self.found(key="kin"), set())

    def test_a_grouping_is_found_by_key_and_by_name_by_who_may_see_it(self):
        grouping = TargetGroupingFactory.create(name="mine")
        numbered = TargetGroupingFactory.create(name="12345")
        grouping.targets.add(self.target)
        numbered.targets.add(self.other)
        self.user = User.objects.create_user("u")
        self.refused(targetlist__name=str(grouping.pk))
        grant([self.user], to=[grouping, numbered])
        self.assertEqual(self.found(targetlist__name=str(grouping.pk)), {"one"})
        self.assertEqual(self.found(targetlist__name="mine"), {"one"})
        self.assertEqual(self.found(targetlist__name="12345"), {"two"})
        self.refused(targetlist__name="other")
        self.assertEqual(
            list(self.filterset().form.fields["targetlist__name"].queryset), [numbered, grouping]
        )

    def test_the_list_of_groupings_is_filtered_by_name(self):
        TargetGroupingFactory.create(name="Supernovae")
        TargetGroupingFactory.create(name="Asteroids")
        filterset = TargetGroupFilterSet({"name": "nova"}, queryset=TargetList.objects.all())
        self.assertEqual([grouping.name for grouping in filterset.qs], ["Supernovae"])


@override_settings(EXTRA_FIELDS=EXTRA_FIELDS)
class ExtraFieldFilterTests(FilterCase):
    def setUp(self):
        for name, extras in {
            "near": {"redshift": 0, "confirmed": True, "discovered": "2026-01-01T12:00", "host galaxy": "NGC 1"},
            "far": {"redshift": 2.5, "confirmed": False, "discovered": "2026-06-01", "host galaxy": "anonymous"},
            "unknown": {"redshift": "?", "internal": "x"},
        }.items():
            SiderealTargetFactory.create(name=name).save(extras=extras)

    def test_numbers_have_a_range_open_at_either_end(self):
        self.assertEqual(self.found(redshift_min="0", redshift_max="1"), {"near"})
        self.assertEqual(self.found(redshift_min="0.1"), {"far"})
        self.assertEqual(self.found(redshift_max="2.5"), {"near", "far"})

    def test_times_have_a_range(self):
        self.assertEqual(self.found(discovered_after="2026-02-01"), {"far"})
        self.assertEqual(self.found(discovered_before="2026-01-01 12:00"), {"near"})

    def test_truth_and_text(self):
        self.assertEqual(self.found(confirmed="true"), {"near"})
        self.assertEqual(self.found(confirmed="false"), {"far"})
        self.assertEqual(self.found(**{"host galaxy": "ngc"}), {"near"})

    def test_hidden_extras_are_no_filter(self):
        self.assertNotIn("internal", self.filterset().filters)

    def test_bad_values_are_told(self):
        self.refused(redshift_min="near")
        self.refused(discovered_after="yesterday")

    def test_a_range_is_answered_by_an_index(self):
        if connection.vendor != "sqlite":
            self.skipTest("reads SQLite's query plan")
        plan = self.filterset(redshift_min="1").qs.explain()
        self.assertIn("tom_targets_extra_number", plan)

    def test_a_type_that_is_none_is_named(self):
        with self.assertRaisesMessage(ValueError, "'colour'"):
            filter_for_field({"name": "x", "type": "colour"})


class QueryCountTests(FilterCase):
    def test_filters_add_no_queries_of_their_own(self):
        SiderealTargetFactory.create_batch(3)
        with self.assertNumQueries(1):
            list(self.filterset(name="star", cone_search="1, 2, 180", key="", type="SIDEREAL", name_fuzzy="x").qs)
