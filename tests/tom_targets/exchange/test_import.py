"""Rows become targets: each with a verdict, none at the cost of another, nothing told that is not to be seen."""

import io
from unittest import mock

from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext

from tom_common.astro.sky import healpix_index, offset_by
from tom_common.permissions import grant
from tom_common.testing import make_group, make_superuser, make_user
from tom_targets.exchange import pipeline
from tom_targets.exchange.mapping import guess
from tom_targets.exchange.pipeline import Plan, judged, stored
from tom_targets.exchange.readers import open_table
from tom_targets.exchange.values import known
from tom_targets.exchange.verdicts import LinesOfNames
from tom_targets.exchange.writer import MAKE, UPDATE, Choices
from tom_targets.models import BaseTarget, Target, TargetEvent, TargetExtra, TargetName
from tom_targets.services import groups_of
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory, TargetNameFactory
from tom_targets.utils import import_targets

CALLS = []


def remember(target, created):
    CALLS.append((target.name, created, target.names))
    if target.name == "Trouble":
        raise ValueError("the hook is broken")


def import_text(text, user=None, **options):
    """(rows, counts, refused) of a CSV."""
    table = open_table(io.BytesIO(text.encode()))
    nameable = list(groups_of(user)) if user else []
    plan = Plan(guess(table.columns, known()), user, nameable=nameable, **options)
    rows, counts, refused = [], {}, []
    for some, outcome in stored(table.fitting(), plan):
        rows += some
        refused += outcome.refused
        for key, number in outcome.counts.items():
            counts[key] = counts.get(key, 0) + number
    return rows, counts, refused


def verdicts(text, user=None):
    table = open_table(io.BytesIO(text.encode()))
    plan = Plan(guess(table.columns, known()), user, nameable=list(groups_of(user)) if user else [])
    return [row.verdict for some in judged(table.fitting(), plan) for row in some]


class ValueTests(TestCase):
    def refusal(self, text):
        verdict = verdicts(text)[0]
        self.assertEqual(verdict.kind, "bad", verdict)
        return verdict.reason

    def test_a_bad_value_is_told_with_its_field_and_what_is_wanted(self):
        for text, message in (
            ("name,ra,dec\nx,NaN,1\n", "ra: 'NaN' is not a right ascension"),
            ("name,ra,dec\nx,inf,1\n", "ra: "),
            ("name,ra,dec\nx,360.5,1\n", "ra: '360.5' is not a right ascension: it runs from 0 to 360"),
            ("name,ra,dec\nx,1,90.0001\n", "dec: '90.0001' is not a declination: it runs from -90 to +90"),
            ("name,ra,dec\nx,1,\n", "dec: A position needs both"),
            ("name,ra,dec\nx,one,2\n", "ra: 'one' is not a right ascension"),
            ("name,parallax\nx,nan\n", "parallax: 'nan' is not a finite number"),
            ("name;parallax\nx;12,5\n", "parallax: '12,5' is not a number. Write a point, not a comma."),
            ("name,parallax\nx,1_000\n", "parallax: '1_000' is not a"),
            ("name,distance\nx,-1\n", "distance: Enter a number greater than zero"),
            ("name,ra,dec\n ,1,2\n", "name: there is none"),
            (f"name\n{'x' * 101}\n", "at most 100"),
            (f"name,name2\nx,{'y' * 101}\n", "alias: it has 101 characters"),
            ("name,type\nx,STAR\n", "type: 'STAR' is none of SIDEREAL, NON_SIDEREAL"),
            ("name,permissions\nx,everybody\n", "permissions: 'everybody' is none of"),
            ("name,type,scheme,eccentricity\nx,NON_SIDEREAL,MPC_COMET,1\n", "MPC Comet elements need this value"),
            ("name,type,epoch_of_elements\nx,NON_SIDEREAL,2460000.5\n", "looks like a Julian Date"),
        ):
            with self.subTest(text):
                self.assertIn(message, self.refusal(text))

    @override_settings(EXTRA_FIELDS=[{"name": "z", "type": "number"}, {"name": "when", "type": "datetime"},
                                     {"name": "ok", "type": "boolean"}])
    def test_declared_extras_have_their_type(self):
        self.assertIn("z: 'far' is not a number", self.refusal("name,z\nx,far\n"))
        self.assertIn("when: 'soon' is not a time", self.refusal("name,when\nx,soon\n"))
        self.assertIn("ok: 'perhaps' is not true or false", self.refusal("name,ok\nx,perhaps\n"))
        import_text("name,z,when,ok\nx,0.5,2026-01-02,yes\n")
        self.assertEqual(Target.objects.get().extra_fields["z"], 0.5)
        self.assertTrue(TargetExtra.objects.filter(key="when", time_value__year=2026).exists())
        self.assertTrue(TargetExtra.objects.filter(key="ok", bool_value=True).exists())

    def test_positions_in_every_notation_and_at_the_edges(self):
        import_text(
            "name,ra,dec\na,12:30:49.42,+12:23:28\nb,360,90\nc,0,-90\nd,187.7059,12.3911\ne,-0.0,-0.0\nf,12h30m,-1d30m\n"
        )
        found = {target.name: (target.ra, target.dec) for target in Target.objects.all()}
        self.assertAlmostEqual(found["a"][0], 187.705917, 6)
        self.assertEqual((found["b"], found["c"], found["d"]), ((0.0, 90.0), (0.0, -90.0), (187.7059, 12.3911)))
        self.assertEqual(found["f"], (187.5, -1.5))
        import_text("name,coords\ng,10.5 -20.25\n")
        self.assertEqual((Target.objects.get(name="g").ra, Target.objects.get(name="g").dec), (10.5, -20.25))

    def test_units_are_brought_to_those_of_the_fields(self):
        import_text("name,RA [hours],Dec,pmRA [arcsec/yr],distance [kpc]\nx,2,5,0.25,1.5\n")
        target = Target.objects.get()
        self.assertEqual((target.ra, target.pm_ra, target.distance), (30.0, 250.0, 1500.0))

    def test_an_orbit_makes_a_moving_target(self):
        import_text(
            "name,scheme,epoch_of_elements,M,peri,node,incl,e,a\nCeres,MPC_MINOR_PLANET,60800,10,73,80,10.6,0.08,2.77\n"
        )
        target = Target.objects.get()
        self.assertEqual((target.type, target.mean_anomaly, target.semimajor_axis), ("NON_SIDEREAL", 10.0, 2.77))

    def test_bad_rows_cost_no_other_and_are_told_by_their_line(self):
        lines = [f"Star {number},{number % 360},{number % 90}" for number in range(10_000)]
        lines[6_543] = "Star 6543,12,95"
        _, counts, refused = import_text("name,ra,dec\n" + "\n".join(lines))
        self.assertEqual(counts, {"made": 9_999, "refused": 1})
        self.assertEqual(([row.number for row in refused], Target.objects.count()), ([6_545], 9_999))


class VerdictTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.user, cls.superuser = make_user("ada", groups=[cls.team]), make_superuser()
        cls.m31 = SiderealTargetFactory.create(name="M 31", ra=10.6847, dec=41.2688, permissions="PUBLIC")
        TargetNameFactory.create(target=cls.m31, name="NGC 224")
        cls.secret = SiderealTargetFactory.create(name="Secret", ra=100.0, dec=0.0, permissions="PRIVATE")
        TargetNameFactory.create(target=cls.secret, name="Hidden alias")

    def kind(self, text, user=None):
        verdict = verdicts(text, user or self.user)[0]
        return verdict.kind, verdict.target_id

    def test_by_name_and_by_alias(self):
        m31 = self.m31.pk
        self.assertEqual(self.kind("name\nM 31\n"), ("same", m31))
        self.assertEqual(self.kind("name\nNGC 224\n"), ("same", m31))
        self.assertEqual(self.kind("name,name2\nAndromeda,NGC 224\n"), ("same", m31))
        self.assertEqual(self.kind("name\nm-31\n"), ("alike", m31))
        self.assertEqual(self.kind("name,name2\nAndromeda,ngc224\n"), ("alike", m31))
        self.assertEqual(self.kind("name\nM 310\n"), ("new", None))

    def test_by_position_within_two_arcsec_whatever_the_place(self):
        places = [(10.0, 89.9999), (0.00001, -45.0), (359.99999, 3.0), (200.0, -89.99999)]
        for number, (ra, dec) in enumerate(places):
            target = SiderealTargetFactory.create(name=f"P{number}", ra=ra, dec=dec, permissions="PUBLIC")
            for angle in (0, 77, 180, 290):
                for distance, kind in ((1.9, "near"), (2.1, "new")):
                    near_ra, near_dec = map(float, offset_by(ra, dec, angle, distance / 3600))
                    with self.subTest(ra=ra, dec=dec, angle=angle, distance=distance):
                        found = self.kind(f"name,ra,dec\nQ,{near_ra % 360!r},{near_dec!r}\n")
                        self.assertEqual(found, (kind, target.pk if kind == "near" else None))

    def test_what_moves_has_no_neighbours(self):
        NonSiderealTargetFactory.create(name="Moving", ra=50.0, dec=5.0, permissions="PUBLIC")
        self.assertEqual(self.kind("name,ra,dec\nQ,50,5\n"), ("new", None))

    def test_of_hidden_targets_nothing_is_told_but_that_a_name_is_taken(self):
        for text in ("name\nSecret\n", "name\nHidden alias\n", "name,name2\nx,Secret\n"):
            verdict = verdicts(text, self.user)[0]
            self.assertEqual((verdict.kind, verdict.target_id, verdict.target_name), ("taken", None, ""))
            self.assertIn("is taken", verdict.reason)
        self.assertEqual(self.kind("name,ra,dec\nx,100,0\n"), ("new", None))
        self.assertEqual(self.kind("name\nse-cret\n"), ("new", None))
        self.assertEqual(self.kind("name\nSecret\n", self.superuser), ("same", self.secret.pk))
        grant([self.team], to=self.secret)
        self.assertEqual(self.kind("name,ra,dec\nx,100,0\n"), ("near", self.secret.pk))

    def test_the_same_name_twice_in_a_table(self):
        found = verdicts("name,name2\nA,B\nA,\nC,B\nB,\nD,\n", self.user)
        self.assertEqual([verdict.kind for verdict in found], ["new", "repeated", "repeated", "repeated", "new"])
        self.assertIn("line 2 has A already", found[1].reason)

    def test_lines_of_names_are_kept_however_many(self):
        lines = LinesOfNames(settled_at=7)
        for number in range(100):
            lines.add(f"N{number}", number)
        self.assertEqual([lines.of(f"N{number}") for number in range(100)], list(range(100)))
        self.assertIsNone(lines.of("N100"))

    def test_names_of_two_targets_in_one_row(self):
        SiderealTargetFactory.create(name="M 32", permissions="PUBLIC")
        verdict = verdicts("name,name2\nM 31,M 32\n", self.user)[0]
        self.assertEqual(verdict.kind, "bad")
        self.assertIn("M 32 is a name of M 32, but M 31 is one of M 31", verdict.reason)

    def test_a_group_of_another_team_is_refused_like_one_that_is_not(self):
        make_group("Others")
        for name in ("Others", "Nobody"):
            verdict = verdicts(f"name,groups\nx,{name}\n", self.user)[0]
            self.assertEqual((verdict.kind, verdict.reason), ("bad", f"groups: you are in no group named {name}."))
        self.assertEqual(verdicts("name,groups\nx,team\n", self.user)[0].kind, "new")


class WritingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team, cls.others = make_group("team"), make_group("others")
        cls.user, cls.stranger = make_user("ada", groups=[cls.team, cls.others]), make_user("bob")

    TABLE = (
        "name,ra,dec,pm_ra,name2,name3,note,groups\nM 31,10.6847,41.2688,5,NGC 224,UGC 454,far,others\n"
        "M 32,10.67,40.86,,,,,\n"
    )

    def test_everything_is_stored_as_save_would(self):
        _, counts, _ = import_text(self.TABLE, self.user, groups=[self.team])
        self.assertEqual(counts, {"made": 2})
        target = Target.objects.get(name="M 31")
        other = Target(name="x", ra=10.6847, dec=41.2688)
        other.save()
        for name in ("healpix", "galactic_lng", "galactic_lat", "permissions", "type"):
            self.assertEqual(getattr(target, name), getattr(other, name))
        self.assertEqual(target.healpix, healpix_index(10.6847, 41.2688))
        self.assertEqual((target.names, target.tags), (["M 31", "NGC 224", "UGC 454"], {"note": "far"}))
        self.assertEqual(Target.objects.named("ugc454").get(), target)
        self.assertEqual(Target.objects.in_cone(10.6847, 41.2688, 0.001).first(), target)
        self.assertAlmostEqual((target.modified - other.modified).total_seconds(), 0, delta=60)

    def test_access_goes_to_the_maker_and_to_groups_of_the_maker(self):
        import_text(self.TABLE, self.user, groups=[self.team])
        in_team, in_others = make_user(groups=[self.team]), make_user(groups=[self.others])
        for action in ("view", "change", "delete"):
            allowed = {person: set(Target.objects.all().allowed(person, action).values_list("name", flat=True))
                       for person in (self.user, in_team, in_others, self.stranger)}
            self.assertEqual(allowed, {self.user: {"M 31", "M 32"}, in_team: {"M 31", "M 32"}, in_others: {"M 31"},
                                       self.stranger: set()})

    def test_the_timeline_tells_who_made_them(self):
        import_text(self.TABLE, self.user)
        event = TargetEvent.objects.get(target__name="M 31", kind="created")
        self.assertEqual((event.actor, event.data["names"], event.data["extras"]),
                         (self.user, ["NGC 224", "UGC 454"], {"note": "far"}))

    def test_the_same_table_again_makes_nothing_new(self):
        import_text(self.TABLE, self.user)
        before = [model.objects.count() for model in (Target, TargetName, TargetExtra)]
        for choices in (Choices(), Choices(doubtful=MAKE), Choices(known=UPDATE), Choices(MAKE, UPDATE)):
            modified = Target.objects.get(name="M 31").modified
            _, counts, _ = import_text(self.TABLE, self.user, choices=choices)
            self.assertEqual(counts, {"unchanged" if choices.known == UPDATE else "known": 2})
            self.assertEqual([model.objects.count() for model in (Target, TargetName, TargetExtra)], before)
            self.assertEqual(Target.objects.get(name="M 31").modified, modified)

    def test_doubtful_rows_are_made_only_when_asked_for(self):
        SiderealTargetFactory.create(name="Near", ra=5.0, dec=5.0, permissions="PUBLIC")
        text = "name,ra,dec\nQ,5.0001,5\nNe-ar,80,8\n"
        self.assertEqual(import_text(text, self.user)[1], {"refused": 2})
        self.assertEqual(import_text(text, self.user, choices=Choices(doubtful=MAKE))[1], {"made": 2})

    def test_rows_of_one_table_may_lie_as_close_as_they_like(self):
        with mock.patch.object(pipeline, "BATCH_SIZE", 1):
            self.assertEqual(import_text("name,ra,dec\nA 1,5,5\nA-1,5,5\nB,5,5\n", self.user)[1], {"made": 3})

    def test_known_targets_are_brought_up_to_date_only_by_those_who_may_change_them(self):
        import_text(self.TABLE, self.user)
        Target.objects.update(permissions="PUBLIC")
        text = "name,ra,dec,pm_ra,name2,note,permissions\nNGC 224,10.7,,7,Andromeda,,PRIVATE\n"
        _, counts, refused = import_text(text.replace(",10.7,,", ",,,"), self.stranger, choices=Choices(known=UPDATE))
        self.assertEqual((counts, refused[0].verdict.reason), ({"refused": 1}, "You may see M 31, but not change it."))
        _, counts, _ = import_text(text.replace(",10.7,,", ",10.7,41.0,"), self.user, choices=Choices(known=UPDATE))
        target = Target.objects.get(name="M 31")
        self.assertEqual(counts, {"changed": 1})
        self.assertEqual((target.ra, target.pm_ra, target.permissions), (10.7, 7.0, "PUBLIC"))
        self.assertEqual(target.tags, {"note": "far"})
        self.assertEqual(target.names, ["M 31", "NGC 224", "UGC 454", "Andromeda"])
        self.assertEqual(target.healpix, healpix_index(10.7, 41.0))

    def test_a_row_that_the_database_refuses_costs_no_other(self):
        names = [f"N{number}" for number in range(20)]
        real = pipeline.Judge.judge

        def blind(judge, rows):
            """Somebody else makes a target of that name after the rows were judged."""
            real(judge, rows)
            Target.objects.get_or_create(name="N7")

        with mock.patch.object(pipeline.Judge, "judge", blind):
            _, counts, refused = import_text("name\n" + "\n".join(names), self.user)
        self.assertEqual((counts, [row.name for row in refused]), ({"made": 19, "refused": 1}, ["N7"]))
        self.assertEqual(Target.objects.count(), 20)
        self.assertIn("The database did not take it", refused[0].verdict.reason)

    @override_settings(HOOKS={"target_post_save": f"{__name__}.remember"})
    def test_the_hook_hears_of_every_target_and_cannot_stop_the_rest(self):
        CALLS.clear()
        table = open_table(io.BytesIO(b"name,name2\nA,B\nTrouble,\nC,\n"))
        plan = Plan(guess(table.columns, known()), self.user)
        (_, outcome), = stored(table.fitting(), plan)
        self.assertEqual(CALLS, [("A", True, ["A", "B"]), ("Trouble", True, ["Trouble"]), ("C", True, ["C"])])
        self.assertEqual((outcome.counts["made"], len(outcome.warnings)), (3, 1))
        self.assertIn("the hook is broken", outcome.warnings[0][2])

    def test_a_class_that_saves_in_its_own_way_does(self):
        saved = []
        real = BaseTarget.save

        def own_save(target, *args, **kwargs):
            saved.append(target.name)
            real(target, *args, **kwargs)

        with mock.patch("tom_targets.exchange.writer.BaseTarget") as base:
            base.save = object()
            with mock.patch.object(Target, "save", own_save):
                import_text(self.TABLE, self.user)
        self.assertEqual(saved, ["M 31", "M 32"])
        self.assertEqual(set(Target.objects.visible_to(self.user)), set(Target.objects.all()))

    def test_the_queries_do_not_grow_with_the_rows(self):
        text = "name,ra,dec,name2,note\n" + "".join(f"S{n},{n / 10},{n / 20},T{n},x\n" for n in range(1000))
        import_text("name\nwarm\n", self.user, groups=[self.team])
        with CaptureQueriesContext(connection) as queries:
            import_text(text, self.user, groups=[self.team])
        self.assertLessEqual(len(queries), 20)


class ImportFunctionTests(TestCase):
    def test_text_and_bytes_give_targets_and_errors(self):
        make_group("team")
        text, content = "name,ra,dec,groups\nA,1,2,team\nB,1,99,\n", b"name,ra,dec\nC,1,2\nB,1,99\n"
        for stream in (io.StringIO(text), io.BytesIO(content)):
            result = import_targets(stream)
            self.assertEqual(len(result["targets"]), 1)
            self.assertIn("Line 3 (B): dec:", result["errors"][0])
        self.assertTrue(Target.objects.visible_to(make_user(groups=[make_user().groups.model.objects.get(name="team")])))

    def test_what_is_no_table_is_an_error(self):
        for stream in (io.StringIO(""), io.StringIO("ra,dec\n1,2\n"), io.BytesIO(b"PK\x03\x04")):
            result = import_targets(stream)
            self.assertEqual((result["targets"], len(result["errors"])), ([], 1))
