"""Columns of a project's own target class, its checks, its names and its hook, in and out as tables."""

import io

from django.test import TestCase
from django.utils import timezone

from tests.demo_tom import hooks
from tests.tom_targets.exchange.test_export import IdentityCases, make_varied
from tests.tom_targets.exchange.test_import import import_text
from tom_common.astro.sky import healpix_index
from tom_common.testing import make_group, make_user
from tom_targets.models import BaseTarget, Target
from tom_targets.testing import SiderealTargetFactory
from tom_targets.utils import import_targets


class CustomIdentityTests(IdentityCases, TestCase):
    """Own columns and declared extras included."""

    def make(self):
        make_varied()
        # Names that differ in dashes only are one name for this project
        Target.objects.filter(name="V1").delete()
        SiderealTargetFactory.create(
            name="AT 2026abc", redshift=0.0, classification="SN Ia", survey="=survey", priority=-3, confirmed=True,
            discovered=timezone.now(), internal_note="two\nlines",
        ).save(extras={"observer note": "bright", "secret": "yes", "tag": "x"})
        SiderealTargetFactory.create(name="Plain", redshift=None, discovered=None)


class CustomImportTests(TestCase):
    def test_own_columns_are_typed_and_checked(self):
        _, counts, refused = import_text(
            "name,ra,dec,redshift,classification,priority,confirmed,discovered\n"
            "A,1,2,0.5,sn ia,3,yes,2026-01-02T03:04:05\nB,1,2,-3,,,,\nC,1,2,,SN X,,,\nD,1,2,,,high,,\nE,1,2,,,,maybe,\n"
            "F,1,2,,,,,soon\n"
        )
        self.assertEqual(counts, {"made": 1, "refused": 5})
        target = Target.objects.get()
        self.assertEqual((target.redshift, target.classification, target.priority, target.confirmed),
                         (0.5, "SN Ia", 3, True))
        self.assertEqual(target.discovered.isoformat(), "2026-01-02T03:04:05+00:00")
        told = [row.verdict.reason for row in refused]
        for reason, part in zip(told, ("redshift: A redshift is -0.01 or more", "classification: 'SN X' is none of",
                                       "priority: ", "confirmed: 'maybe'", "discovered: 'soon'"), strict=True):
            self.assertIn(part, reason)

    def test_rows_stand_in_both_tables_with_derived_columns_and_grants(self):
        team = make_group("team")
        import_text("name,ra,dec,redshift\nA,1,2,0.5\n", make_user("ada", groups=[team]), groups=[team])
        base = BaseTarget.objects.get()
        self.assertEqual((base.healpix, base.name_simplified), (healpix_index(1, 2), "a"))
        self.assertEqual(Target.objects.visible_to(make_user(groups=[team])).get().redshift, 0.5)

    def test_the_projects_rule_for_names_holds(self):
        SiderealTargetFactory.create(name="AT 2026abc")
        result = import_targets(io.StringIO("name\nSN2026abc\nSN 2026abd\n"))
        self.assertEqual([target.name for target in result["targets"]], ["SN 2026abd"])
        self.assertIn("Known as AT 2026abc", result["errors"][0])

    def test_the_projects_hook_is_called(self):
        import_targets(io.StringIO("name\nHooked\n"))
        self.assertEqual(hooks.calls[-1], ("UserDefinedTarget", "Hooked", True))
