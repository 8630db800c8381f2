"""`setdefaultextras`; `converttargetextras` where there is no target class of the project's own.

How extras become columns is tested with the demo TOM, which has such a class (tests/demo_tom).
"""

from io import StringIO

from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings

from tom_targets.models import Target, TargetEvent, TargetExtra
from tom_targets.testing import SiderealTargetFactory

FIELDS = [
    {"name": "redshift", "type": "number", "default": 0.0}, {"name": "follow_up", "type": "boolean", "default": True},
    {"name": "note", "type": "string"},
]


def run(command, *args):
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


@override_settings(EXTRA_FIELDS=FIELDS)
class SetDefaultExtrasTests(TestCase):
    def test_targets_without_it_get_the_default_and_the_others_keep_theirs(self):
        known, new = SiderealTargetFactory.create(), SiderealTargetFactory.create()
        known.save(extras={"redshift": 0.3})
        said = run("setdefaultextras", "--targetextra", "redshift", "follow_up")
        self.assertIn("redshift: 1 targets got 0.0.", said)
        self.assertIn("follow_up: 2 targets got True.", said)
        self.assertEqual(Target.objects.get(pk=known.pk).extra_fields, {"redshift": 0.3, "follow_up": True})
        self.assertEqual(Target.objects.get(pk=new.pk).extra_fields, {"redshift": 0.0, "follow_up": True})
        self.assertEqual(TargetExtra.objects.get(target=new.pk, key="redshift").float_value, 0.0)
        self.assertEqual(TargetEvent.objects.filter(target=new.pk, kind="extras").count(), 2)

    def test_it_can_be_run_again(self):
        SiderealTargetFactory.create_batch(3)
        run("setdefaultextras", "--targetextra", "redshift")
        self.assertIn("0 targets", run("setdefaultextras", "--targetextra", "redshift"))
        self.assertEqual(TargetExtra.objects.count(), 3)

    def test_what_is_not_declared_or_has_no_default_is_refused(self):
        SiderealTargetFactory.create()
        with self.assertRaisesMessage(CommandError, "EXTRA_FIELDS has no 'mass'. Known: redshift, follow_up, note."):
            call_command("setdefaultextras", "--targetextra", "redshift", "mass")
        with self.assertRaisesMessage(CommandError, "no default for 'note'"):
            call_command("setdefaultextras", "--targetextra", "note")
        self.assertFalse(TargetExtra.objects.exists())


class ConvertWithoutAClassTests(TestCase):
    def test_it_lists_what_there_is(self):
        SiderealTargetFactory.create().save(extras={"redshift": 0.1, "class": "SN Ia"})
        for args in (["--list"], []):
            said = run("converttargetextras", *args)
            self.assertIn("  class: 1\n  redshift: 1\n", said)

    def test_it_says_what_is_missing(self):
        if Target._meta.label != "tom_targets.BaseTarget":
            self.skipTest("this TOM has a target class of its own")
        with self.assertRaisesMessage(CommandError, "TARGET_MODEL_CLASS"):
            call_command("converttargetextras", "--target_extra", "redshift", "--model_field", "redshift", "--confirm")
