"""Merging targets that have columns of a project's own, and what their timeline tells of these."""

from django.test import TestCase
from django.urls import reverse

from tests.demo_tom.models import UserDefinedTarget
from tom_common.testing import logged_in, make_superuser
from tom_targets.history import TargetEvent
from tom_targets.merge import FOLD_IN, merge_targets
from tom_targets.merge_undo import undo_merge, why_not_undo
from tom_targets.models import BaseTarget, Target


class MergeTests(TestCase):
    def setUp(self):
        self.keep = Target.objects.create(name="Alpha", type="SIDEREAL", ra=1, dec=2, redshift=0.1, priority=3)
        self.other = Target.objects.create(
            name="Beta", type="SIDEREAL", ra=50, dec=2, redshift=0.2, survey="ZTF", internal_note="hush",
        )

    def test_own_columns_are_chosen_like_the_others_and_come_back(self):
        record = merge_targets(keep=self.keep, fold_in=self.other, choices={"redshift": FOLD_IN})
        kept = Target.objects.get()
        self.assertEqual((kept.redshift, kept.survey, kept.priority), (0.2, "ZTF", 3))
        self.assertEqual(BaseTarget.objects.count(), 1)
        self.assertEqual(why_not_undo(record), "")
        other, _ = undo_merge(record)
        self.assertEqual((other.redshift, other.survey, other.internal_note), (0.2, "ZTF", "hush"))
        kept = Target.objects.get(pk=self.keep.pk)
        self.assertEqual((kept.redshift, kept.survey), (0.1, ""))
        self.assertEqual(UserDefinedTarget.objects.count(), 2)

    def test_a_change_of_an_own_column_stands_against_undoing(self):
        record = merge_targets(keep=self.keep, fold_in=self.other)
        kept = Target.objects.get()
        kept.survey = "ATLAS"
        kept.save()
        record.refresh_from_db()
        self.assertIn("was changed since: survey", why_not_undo(record))

    def test_the_page_hides_what_the_project_hides(self):
        url = reverse("targets:merge", args=[self.keep.pk, self.other.pk])
        page = logged_in(make_superuser()).get(url)
        self.assertContains(page, 'name="field:survey"')
        self.assertNotContains(page, "hush")

    def test_the_timeline_tells_own_columns_by_their_label_but_not_the_hidden_ones(self):
        target = Target.objects.get(pk=self.keep.pk)
        target.redshift, target.internal_note = 0.3, "hush"
        target.save()
        event = TargetEvent.objects.get(kind="fields")
        self.assertEqual(event.data["changes"]["redshift"], [0.1, 0.3])
        client = logged_in(make_superuser())
        page = client.get(reverse("targets:timeline", args=[target.pk]))
        self.assertContains(page, "Redshift")
        self.assertNotContains(page, "hush")
        self.assertNotContains(client.get(reverse("api:targetevents-list")), "hush")
