"""Merging two targets and undoing it: nothing is lost, whatever app it is of."""

from datetime import UTC, datetime

import django_comments
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase, skipUnlessDBFeature
from django.test.utils import CaptureQueriesContext
from guardian.models import UserObjectPermission

from tests.attached.models import Brush, Campaign, Portrait, Rank
from tom_common.permissions import grant, granted_groups, may
from tom_common.testing import make_group, make_user
from tom_dataproducts.measurements import ingest
from tom_dataproducts.models import ReducedDatum
from tom_targets.history import MergeRecord, TargetEvent
from tom_targets.merge import (
    FOLD_IN,
    KEEP,
    choices_of,
    merge_targets,
    one_to_one_conflicts,
    target_merge,
    what_moves,
    why_not_merge,
)
from tom_targets.merge_rows import MergeRefused
from tom_targets.merge_undo import undo_merge, why_not_undo
from tom_targets.models import PersistentShare, Target, TargetExtra, TargetList, TargetName
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory

#: what a merge and its undoing write down; all else must be as it was
RECORDS = {"tom_targets_targetevent", "tom_targets_mergerecord", "sqlite_sequence"}


def contents():
    """Every row of every table, but for the records of merges and the time of the last change."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in RECORDS:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                columns = [column[0] for column in cursor.description]
                found[table] = sorted(
                    repr([value for name, value in zip(columns, row, strict=True) if name != "modified"])
                    for row in cursor.fetchall()
                )
    return found


def points(*days, source_id=False, magnitude=17.0):
    return [{"mjd": 60000 + day, "magnitude": magnitude, "error": 0.1, "filter": "r",
             **({"source_id": f"p{day}"} if source_id else {})} for day in days]


class MergeCase(TestCase):
    def setUp(self):
        self.keep = SiderealTargetFactory(
            name="SN 2024abc", ra=10.0, dec=20.0, permissions="PUBLIC", parallax=None, distance=None,
        )
        self.other = SiderealTargetFactory(
            name="AT 2024abc", ra=10.1, dec=20.1, permissions="PRIVATE", parallax=3.5, distance=None,
        )

    def merge(self, **choices):
        record = merge_targets(keep=self.keep, fold_in=self.other, choices=choices)
        self.keep = Target.objects.get(pk=self.keep.pk)
        return record


class ValuesTests(MergeCase):
    def test_what_stays_keeps_its_values_and_takes_those_that_it_lacks(self):
        self.merge()
        self.assertEqual((self.keep.name, self.keep.ra, self.keep.dec), ("SN 2024abc", 10.0, 20.0))
        self.assertEqual((self.keep.parallax, self.keep.distance), (3.5, None))
        self.assertFalse(Target.objects.filter(pk=self.other.pk).exists())

    def test_the_name_of_the_other_and_its_aliases_are_aliases(self):
        TargetName.objects.create(target=self.keep, name="ZTF24a")
        TargetName.objects.create(target=self.other, name="ATLAS24b")
        self.merge()
        self.assertEqual(set(self.keep.names), {"SN 2024abc", "ZTF24a", "ATLAS24b", "AT 2024abc"})
        self.assertEqual(Target.objects.named("at2024ABC").get(), self.keep)

    def test_each_field_can_be_chosen(self):
        self.merge(ra=FOLD_IN, dec=FOLD_IN, parallax=KEEP)
        self.assertEqual((self.keep.ra, self.keep.dec, self.keep.parallax), (10.1, 20.1, None))
        self.assertEqual(self.keep.galactic_lng, self.other.galactic_lng)
        self.assertIn(self.keep, Target.objects.in_cone(10.1, 20.1, 0.001))

    def test_half_a_position_has_galactic_coordinates_of_its_own(self):
        self.merge(ra=FOLD_IN)
        fresh = SiderealTargetFactory(name="fresh", ra=10.1, dec=20.0)
        self.assertAlmostEqual(self.keep.galactic_lng, fresh.galactic_lng, places=9)

    def test_values_that_mean_nothing_without_each_other_come_from_one_side(self):
        Target.objects.filter(pk=self.keep.pk).update(distance=100.0, ephemeris_period=None, ephemeris_epoch=None)
        Target.objects.filter(pk=self.other.pk).update(
            distance=50.0, distance_err=5.0, ephemeris_period=1.5, ephemeris_epoch=2460000.5,
        )
        self.merge()
        self.assertEqual((self.keep.distance, self.keep.distance_err), (100.0, None))
        self.assertEqual((self.keep.ephemeris_period, self.keep.ephemeris_epoch), (1.5, 2460000.5))

    def test_a_target_of_the_other_type_lends_no_elements(self):
        comet = NonSiderealTargetFactory(name="C/1")
        merge_targets(keep=self.keep, fold_in=comet)
        kept = Target.objects.get(pk=self.keep.pk)
        self.assertEqual((kept.type, kept.scheme, kept.eccentricity, kept.ra), ("SIDEREAL", None, None, 10.0))

    def test_the_stricter_level_is_proposed_so_that_merging_shows_nothing_to_new_people(self):
        self.assertEqual({one.key: one.default for one in choices_of(self.keep, self.other)}["permissions"], FOLD_IN)
        self.assertEqual({one.key: one.default for one in choices_of(self.other, self.keep)}["permissions"], KEEP)
        self.merge()
        self.assertEqual(self.keep.permissions, "PRIVATE")

    def test_tags_of_both_are_kept_and_of_one_key_the_chosen(self):
        self.keep.save(extras={"a": "1", "b": "2", "d": ""})
        self.other.save(extras={"b": "3", "c": "4", "d": "5"})
        self.merge()
        self.assertEqual(self.keep.tags, {"a": "1", "b": "2", "c": "4", "d": "5"})

    def test_a_tag_of_the_other_can_be_chosen(self):
        self.keep.save(extras={"b": "2"})
        self.other.save(extras={"b": "3"})
        record = self.merge(**{"extra:b": FOLD_IN})
        self.assertEqual(self.keep.tags, {"b": "3"})
        self.assertEqual(TargetExtra.objects.get(target=self.keep).float_value, 3.0)
        other, _ = undo_merge(record)
        self.assertEqual((self.keep.__class__.objects.get(pk=self.keep.pk).tags, other.tags), ({"b": "2"}, {"b": "3"}))

    def test_values_that_make_no_target_are_refused_and_nothing_has_changed(self):
        comet = NonSiderealTargetFactory(name="C/1")
        before = contents()
        with self.assertRaises(ValidationError):
            merge_targets(keep=self.keep, fold_in=comet, choices={"scheme": FOLD_IN, "inclination": KEEP,
                                                                  "type": FOLD_IN})
        self.assertEqual(contents(), before)

    def test_it_is_written_down_on_the_timeline_of_what_stays(self):
        user = make_user("ada")
        record = merge_targets(keep=self.keep, fold_in=self.other, actor=user)
        event = TargetEvent.objects.get(kind="merged")
        self.assertEqual((event.target_id, event.actor), (self.keep.pk, user))
        self.assertEqual(event.data, {"name": "AT 2024abc", "pk": record.merged_pk, "record": record.pk})
        told = TargetEvent.objects.filter(target=self.keep.pk, kind="created").values_list("data__name", flat=True)
        self.assertEqual(set(told), {"SN 2024abc", "AT 2024abc"})

    def test_the_known_function_takes_and_gives_targets(self):
        merged = target_merge(self.keep, self.other)
        self.assertEqual((merged.pk, merged.parallax), (self.keep.pk, 3.5))
        self.assertIn("AT 2024abc", merged.names)


class RefusedTests(MergeCase):
    def test_a_target_and_itself(self):
        with self.assertRaisesMessage(MergeRefused, "cannot be merged with itself"):
            merge_targets(keep=self.keep, fold_in=Target.objects.get(pk=self.keep.pk))
        self.assertIn("itself", why_not_merge(make_user(), self.keep, self.keep))

    def test_one_that_somebody_merged_meanwhile(self):
        self.merge()
        with self.assertRaisesMessage(MergeRefused, "is no more"):
            merge_targets(keep=self.keep, fold_in=self.other)

    def test_it_takes_the_right_to_change_both_and_to_delete_what_goes(self):
        user = make_user()
        rights = [([self.keep], ["change"]), ([self.other], ["change"]), ([self.other], ["delete"])]
        for targets, actions in rights:
            self.assertNotEqual(why_not_merge(user, self.keep, self.other), "")
            grant([user], to=targets, actions=actions)
        self.assertEqual(why_not_merge(user, self.keep, self.other), "")
        self.assertIn("may not delete", why_not_merge(user, self.other, self.keep))


class RowsTests(MergeCase):
    def comment(self, target):
        return django_comments.get_model().objects.create(
            content_type=ContentType.objects.get_for_model(Target), object_pk=str(target.pk), site=Site.objects.get(),
            comment="x",
        )

    def test_everything_that_points_at_the_other_moves(self):
        comment, campaign, grouping = self.comment(self.other), Campaign.objects.create(), TargetList.objects.create()
        campaign.targets.add(self.other)
        grouping.targets.add(self.other)
        rank = Rank.objects.create(target=self.other, season=1, measured=datetime(2024, 1, 2, 3, 4, 5, 678901, UTC))
        portrait = Portrait.objects.create(target=self.other)
        share = PersistentShare.objects.create(target=self.other, destination="x")
        team, user = make_group(), make_user()
        grant([team, user], to=self.other)
        generic, = UserObjectPermission.objects.bulk_create([UserObjectPermission(
            user=user, permission=Permission.objects.first(), object_pk=str(self.other.pk),
            content_type=ContentType.objects.get_for_model(Target),
        )])
        counted = {relation.name: number for relation, number in what_moves(self.other)}
        self.assertEqual(counted["attached.campaign_targets.basetarget"], 1)
        self.assertEqual(counted["django_comments.comment.object_pk"], 1)
        self.merge()
        for row in (rank, portrait, share):
            row.refresh_from_db()
            self.assertEqual(row.target_id, self.keep.pk)
        comment.refresh_from_db()
        generic.refresh_from_db()
        self.assertEqual((comment.object_pk, generic.object_pk), (str(self.keep.pk), str(self.keep.pk)))
        self.assertEqual((campaign.targets.get().pk, grouping.targets.get().pk), (self.keep.pk, self.keep.pk))
        self.assertTrue(may(user, "delete", self.keep))
        self.assertEqual(list(granted_groups(self.keep)), [team])

    def test_of_what_may_be_there_once_the_one_of_the_target_that_stays_stays(self):
        grouping, team = TargetList.objects.create(), make_group()
        grouping.targets.add(self.keep, self.other)
        grant([team], to=[self.keep, self.other])
        for target in (self.keep, self.other):
            PersistentShare.objects.create(target=target, destination="here")
        kept, = Rank.objects.filter(pk=Rank.objects.create(target=self.keep, season=1).pk)
        for season in (1, 2, None):
            Rank.objects.create(target=self.other, season=season)
        self.merge()
        self.assertEqual(grouping.targets.count(), 1)
        self.assertEqual(PersistentShare.objects.count(), 1)
        self.assertEqual(Rank.objects.get(season=1), kept)
        self.assertEqual(sorted(Rank.objects.values_list("season", flat=True), key=str), [1, 2, None])

    @skipUnlessDBFeature("supports_partial_indexes")
    def test_a_constraint_that_only_the_database_knows_is_met_row_by_row(self):
        kept = Rank.objects.create(target=self.keep, season=1, current=True)
        Rank.objects.create(target=self.other, season=2, current=True)
        moved = Rank.objects.create(target=self.other, season=3)
        self.merge()
        self.assertEqual(set(Rank.objects.filter(target=self.keep.pk)), {kept, moved})
        self.assertEqual(Rank.objects.count(), 2)

    def test_of_two_one_to_one_rows_that_of_the_target_that_stays_is_kept_and_the_conflict_is_known_before(self):
        kept, gone = (Portrait.objects.create(target=one, painter=one.name) for one in (self.keep, self.other))
        Brush.objects.create(portrait=gone)
        self.assertEqual([one.label for one in one_to_one_conflicts(self.keep, self.other)], ["portraits"])
        record = self.merge()
        self.assertEqual(Portrait.objects.get(), kept)
        undo_merge(record)
        self.assertEqual(Brush.objects.get().portrait.painter, "AT 2024abc")

    def test_the_number_of_queries_does_not_grow_with_the_rows(self):
        ingest(self.other, points(*range(3)), source_name="Z")
        with CaptureQueriesContext(connection) as few:
            self.merge()
        second = SiderealTargetFactory(parallax=1.0)
        ingest(second, points(*range(100, 500)), source_name="Z")
        with CaptureQueriesContext(connection) as many:
            merge_targets(keep=self.keep, fold_in=second)
        self.assertLessEqual(len(many), len(few) + 12)


class MeasurementTests(MergeCase):
    def test_the_same_measurement_is_there_once_and_known_when_it_comes_again(self):
        ingest(self.keep, points(1, 2), source_name="ZTF")
        ingest(self.other, points(2, 3), source_name="ZTF")
        self.merge()
        self.assertEqual(self.keep.reduceddatum_set.count(), 3)
        again = ingest(self.keep, points(1, 2, 3), source_name="ZTF")
        self.assertEqual((again.inserted, again.unchanged), (0, 3))

    def test_of_two_values_of_one_measurement_the_later_counts(self):
        ingest(self.keep, points(1, source_id=True), source_name="ZTF")
        ingest(self.other, points(1, source_id=True, magnitude=16.0), source_name="ZTF")
        record = self.merge()
        current = ReducedDatum.objects.filter(target_id=self.keep.pk).current().get()
        self.assertEqual((current.brightness, ReducedDatum.objects.count()), (16.0, 2))
        undo_merge(record)
        self.assertEqual(ReducedDatum.objects.current().count(), 2)


class UndoTests(MergeCase):
    def fill(self):
        """Two targets with everything there is, some of it the same for both."""
        team, user = make_group("team"), make_user("ada")
        grant([team], to=[self.keep, self.other])
        grant([user], to=self.other)
        grouping, campaign = TargetList.objects.create(name="both"), Campaign.objects.create(name="both")
        for manager in (grouping.targets, campaign.targets):
            manager.add(self.keep, self.other)
        TargetList.objects.create(name="one").targets.add(self.other)
        self.keep.save(names=["A1"], extras={"same": "1", "mine": "2"})
        self.other.save(names=["B1", "B2"], extras={"same": "3", "other": "4", "day": "2024-01-02"})
        for target in (self.keep, self.other):
            portrait = Portrait.objects.create(target=target, painter=target.name)
            Brush.objects.create(portrait=portrait)
            PersistentShare.objects.create(target=target, destination="here", user=user)
            Rank.objects.create(target=target, season=1, current=True,
                                measured=datetime(2024, 1, 2, 3, 4, 5, 678901, UTC))
        Rank.objects.create(target=self.other, season=2)
        ingest(self.keep, points(1, 2, 3), source_name="ZTF")
        ingest(self.other, points(2, 3, 4, 5), source_name="ZTF")
        grant([team], to=list(ReducedDatum.objects.filter(target_id=self.other.pk)))
        RowsTests.comment(self, self.other)
        return user, team

    def test_undoing_brings_every_row_of_every_table_back_as_it_was(self):
        self.fill()
        before = contents()
        told = set(TargetEvent.objects.filter(target=self.other.pk).values_list("pk", flat=True))
        record = self.merge(ra=FOLD_IN, dec=FOLD_IN, permissions=KEEP, **{"extra:same": FOLD_IN})
        self.assertNotEqual(contents(), before)
        self.assertEqual(why_not_undo(record), "")
        other, lost = undo_merge(record)
        self.assertEqual(lost, [])
        self.assertEqual((other.pk, other.name), (self.other.pk, "AT 2024abc"))
        self.maxDiff = 4000
        for table, rows in contents().items():
            self.assertEqual(rows, before[table], table)
        self.assertEqual(set(TargetEvent.objects.filter(target=other.pk).exclude(kind="unmerged")
                             .values_list("pk", flat=True)), told)

    def test_it_can_be_merged_again_after_it_was_undone(self):
        self.fill()
        undo_merge(self.merge())
        before = contents()
        undo_merge(self.merge())
        self.assertEqual(contents(), before)

    def test_thousands_of_rows_find_their_way_back_from_among_others(self):
        ingest(self.keep, points(*range(2000, 2010)), source_name="ZTF")
        ingest(self.other, points(*range(1000)), source_name="ZTF")
        other, _ = undo_merge(self.merge())
        self.assertEqual((self.keep.reduceddatum_set.count(), other.reduceddatum_set.count()), (10, 1000))
        again = ingest(other, points(*range(1000)), source_name="ZTF")
        self.assertEqual((again.inserted, again.unchanged), (0, 1000))

    def test_once_is_enough(self):
        record = self.merge()
        undo_merge(record)
        record.refresh_from_db()
        with self.assertRaisesMessage(MergeRefused, "was undone on"):
            undo_merge(record)

    def test_what_was_built_on_it_stands_against_undoing_and_is_named(self):
        self.fill()
        record = self.merge(ra=FOLD_IN)
        keep = self.keep
        before = contents()

        def reason():
            return why_not_undo(MergeRecord.objects.get(pk=record.pk))

        datum = ReducedDatum.objects.get(pk=ReducedDatum.objects.create(
            target=keep, data_type="photometry", source_name="new", value={"magnitude": 1, "filter": "r"}).pk)
        self.assertIn("measurements (1 more)", reason())
        with self.assertRaisesMessage(MergeRefused, "measurements"):
            undo_merge(record)
        datum.delete()
        TargetExtra.objects.filter(target=keep, key="other").delete()
        self.assertIn("tags and further fields (1 fewer)", reason())
        keep.save(extras={"other": "4"})
        self.assertIn("tags and further fields (others)", reason())
        self.assertNotEqual(contents(), before)

    def test_rights_and_groupings_given_since_stay_with_the_target_that_stayed(self):
        _user, team = self.fill()
        record = self.merge()
        reader, grouping = make_user(), TargetList.objects.create(name="since")
        grant([reader], to=self.keep, actions=["view"])
        grouping.targets.add(self.keep)
        other, lost = undo_merge(record)
        self.assertEqual((lost, grouping.targets.get().pk), ([], self.keep.pk))
        self.assertTrue(may(reader, "view", self.keep))
        self.assertFalse(may(reader, "view", other))
        self.assertEqual(list(granted_groups(other)), [team])

    def test_a_changed_value_stands_against_undoing(self):
        record = self.merge(ra=FOLD_IN)
        self.keep.ra = 99.0
        self.keep.save()
        self.assertIn("was changed since: ra", why_not_undo(MergeRecord.objects.get(pk=record.pk)))

    def test_a_name_that_another_target_has_taken_stands_against_undoing(self):
        record = self.merge()
        TargetName.objects.filter(name="AT 2024abc").delete()
        SiderealTargetFactory(name="AT 2024abc")
        self.assertIn("the name of another target by now", why_not_undo(MergeRecord.objects.get(pk=record.pk)))

    def test_merges_are_undone_from_the_last_to_the_first(self):
        third = SiderealTargetFactory(name="Third")
        before = contents()
        first = self.merge()
        second = merge_targets(keep=third, fold_in=self.keep)
        first.refresh_from_db()
        self.assertEqual(why_not_undo(first)[:40], "AT 2024abc was itself merged into Third "[:40])
        undo_merge(second)
        undo_merge(MergeRecord.objects.get(pk=first.pk))
        self.assertEqual(contents(), before)

    def test_what_cannot_come_back_is_named_and_the_rest_comes(self):
        _user, team = self.fill()
        record = self.merge()
        Campaign.objects.all().delete()
        record.content["after"].pop("attached.campaign_targets.basetarget")
        record.save()
        other, lost = undo_merge(record)
        self.assertEqual(len(lost), 1)
        self.assertIn("campaign is no more", lost[0])
        self.assertTrue(may(make_user(groups=[team]), "view", other))
