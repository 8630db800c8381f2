"""Extras become columns of the project's target class."""

from datetime import UTC, datetime
from io import StringIO

from django.core.management import CommandError, call_command
from django.test import TestCase

from tom_targets.models import Target, TargetEvent, TargetExtra
from tom_targets.testing import SiderealTargetFactory


def run(*args):
    out = StringIO()
    call_command("converttargetextras", *args, stdout=out)
    return out.getvalue()


class ConvertTests(TestCase):
    def target(self, **extras):
        target = SiderealTargetFactory.create()
        target.save(extras=extras)
        return target

    def test_without_confirm_nothing_is_changed(self):
        target = self.target(z="0.25")
        said = run("--target_extra", "z", "--model_field", "redshift")
        self.assertIn("z -> redshift: 1 can be converted, 0 refused.", said)
        self.assertIn("Nothing was changed", said)
        target.refresh_from_db()
        self.assertIsNone(target.redshift)
        self.assertEqual(target.tags, {"z": "0.25"})

    def test_each_type_of_column_reads_what_people_write(self):
        target = self.target(z=" 0.25 ", discovered="2026-03-01T12:00:00Z", sure="yes", rank="3.0", where="ZTF")
        said = run("--target_extra", "z", "discovered", "sure", "rank", "where", "--model_field", "redshift",
                   "discovered", "confirmed", "priority", "survey", "--confirm")
        self.assertIn("rank -> priority: 1 converted, 0 refused.", said)
        self.assertIn("Take z, discovered, sure, rank, where out of EXTRA_FIELDS", said)
        target = Target.objects.get(pk=target.pk)
        self.assertEqual(
            (target.redshift, target.discovered, target.confirmed, target.priority, target.survey),
            (0.25, datetime(2026, 3, 1, 12, tzinfo=UTC), True, 3, "ZTF"),
        )
        self.assertFalse(TargetExtra.objects.exists())
        told = [event.data["changes"] for event in TargetEvent.objects.filter(target=target.pk, kind="fields")]
        self.assertIn({"redshift": [None, 0.25]}, told)

    def test_columns_of_the_same_name_need_not_be_named(self):
        target = self.target(redshift="1.5")
        run("--target_extra", "redshift", "--confirm")
        target.refresh_from_db()
        self.assertEqual(target.redshift, 1.5)

    def test_what_does_not_fit_stays_and_is_told_row_by_row(self):
        good, text, below, empty = (self.target(z=value) for value in ("0.5", "unknown", "-3", ""))
        said = run("--target_extra", "z", "--model_field", "redshift", "--confirm")
        self.assertIn("2 converted, 2 refused.", said)
        self.assertIn(f"  {text}: 'unknown': 'unknown' is no number", said)
        self.assertIn(f"  {below}: '-3': A redshift is -0.01 or more.", said)
        good.refresh_from_db()
        self.assertEqual(good.redshift, 0.5)
        self.assertEqual(set(TargetExtra.objects.values_list("target", flat=True)), {text.pk, below.pk})
        empty.refresh_from_db()
        self.assertIsNone(empty.redshift)

    def test_numbers_choices_and_lengths_are_checked_by_the_column(self):
        for column, value, reason in (("priority", "2.5", "no whole number"), ("classification", "SN X", "not a valid"),
                                      ("survey", "x" * 51, "at most 50"), ("confirmed", "perhaps", "no yes or no"),
                                      ("discovered", "soon", "no date or time"), ("redshift", "nan", "no number")):
            with self.subTest(column):
                self.target(extra=value)
                said = run("--target_extra", "extra", "--model_field", column, "--confirm")
                self.assertIn("0 converted, 1 refused", said)
                self.assertIn(reason, said)
                Target.objects.all().delete()

    def test_a_column_that_holds_something_else_is_left_alone_unless_forced(self):
        target = self.target(z="0.5")
        Target.objects.update(redshift=0.7)
        said = run("--target_extra", "z", "--model_field", "redshift", "--confirm")
        self.assertIn("the column holds 0.7 already", said)
        run("--target_extra", "z", "--model_field", "redshift", "--confirm", "--force")
        target.refresh_from_db()
        self.assertEqual(target.redshift, 0.5)

    def test_what_does_not_exist_is_named(self):
        self.target(z="0.5")
        for args, message in ((["--target_extra", "z", "--model_field", "mass"], "no column of its own named 'mass'"),
                              (["--target_extra", "z", "--model_field", "ra"], "no column of its own named 'ra'"),
                              (["--target_extra", "y", "--model_field", "redshift"], "No target has an extra 'y'"),
                              (["--target_extra", "z", "--model_field", "redshift", "survey"], "1 extras, but 2"),
                              (["--target_extra", "z", "z", "--model_field", "survey", "survey"], "the same column")):
            with self.subTest(args), self.assertRaisesMessage(CommandError, message):
                run(*args)

    def test_the_list_shows_the_columns(self):
        self.target(z="0.5")
        self.assertIn("  redshift (FloatField)", run("--list"))
