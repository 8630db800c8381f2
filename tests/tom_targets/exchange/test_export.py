"""What one TOM exports, another takes in as it was; it streams, and no spreadsheet runs it."""

import csv
import io
import json
import math
from unittest import mock

from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tom_common.permissions import grant
from tom_common.testing import logged_in, make_group, make_user
from tom_targets.exchange import pipeline
from tom_targets.exchange.export import FORMATS, TargetRows, export_lines
from tom_targets.exchange.readers import open_table
from tom_targets.exchange.values import importable_fields
from tom_targets.models import Target, TargetExtra, TargetName
from tom_targets.testing import CometTargetFactory, NonSiderealTargetFactory, SiderealTargetFactory
from tom_targets.utils import export_targets, import_targets

EXPORT = reverse("targets:export")
NASTY = [
    "=cmd()", "+1", "-1", "-x", "@x", "'quoted'", 'say "x"', "a,b;c\td", "two\nlines", "two\r\nlines", "<b>&amp;</b>",
    "Größe Ωμέγα 星 🌌", " spaces ", "0", "nan", "None", "x" * 3000,
]


def make_varied():
    """Targets of every kind, with everything that is hard to write down."""
    star = SiderealTargetFactory.create(name="=HYPERLINK(1)", ra=0.0, dec=-0.0, permissions="OPEN", distance=1 / 3)
    star.save(names=["-alias", "+b 2", "@c", "Größe, \"x\"", "y" * 100],
              extras={f"tag {number}": text for number, text in enumerate(NASTY)})
    odd = SiderealTargetFactory.create(name="Ωμέγα 星", ra=359.99999999999994, dec=90.0, pm_ra=1e-300, epoch=None)
    odd.save(extras={"ra": "a tag named ra", "H": "1", "name2": "x", "groups": "y", "=risky key": "z", "extra:x": "w",
                     "Name": "v", "id": "7", "#hash": "u", "two  spaces": "t", "import line": "s", "alias": "r",
                     "position": "q", "pmra": "p", " lead": "o"})
    SiderealTargetFactory.create(name="Nowhere", ra=None, dec=None)
    SiderealTargetFactory.create(name="V 1", ra=5.0, dec=5.0)
    SiderealTargetFactory.create(name="V1", ra=5.0, dec=5.0)
    NonSiderealTargetFactory.create(name="Moving", lng_asc_node=0.0)
    CometTargetFactory.create(name="Comet")


def contents():
    """All that an export has to keep."""
    fields = [field.name for field in importable_fields()]
    return {
        target.name: (
            {name: getattr(target, name) for name in fields}, [alias.name for alias in target.aliases.all()],
            {extra.key: extra.value for extra in target.targetextra_set.all()}, target.healpix,
        )
        for target in Target.objects.prefetch_related("aliases", "targetextra_set")
    }


class IdentityCases:
    """Export, empty, import: all is as it was."""

    def make(self):
        make_varied()

    def test_what_is_exported_comes_back_as_it_was(self):
        self.make()
        before = contents()
        exported = {name: "".join(export_lines(Target.objects.all(), name)) for name in FORMATS}
        for name, text in exported.items():
            for size in (1000, 2):
                with self.subTest(name, size=size), mock.patch.object(pipeline, "BATCH_SIZE", size):
                    Target.objects.all().delete()
                    result = import_targets(io.BytesIO(text.encode()))
                    self.assertEqual(result["errors"], [])
                    after = contents()
                    self.assertEqual(set(after), set(before))
                    for target, was in before.items():
                        self.assertEqual(after[target], was)

    def test_importing_the_export_where_it_came_from_makes_nothing(self):
        self.make()
        count = Target.objects.count(), TargetName.objects.count(), TargetExtra.objects.count()
        result = import_targets(export_targets(Target.objects.all()))
        self.assertEqual((result["targets"], len(result["errors"])), ([], count[0]))
        self.assertEqual((Target.objects.count(), TargetName.objects.count(), TargetExtra.objects.count()), count)


class IdentityTests(IdentityCases, TestCase):
    def test_negative_zero_is_written_and_read(self):
        SiderealTargetFactory.create(ra=0.0, dec=-0.0, parallax=-0.0)
        rows = [[-0.0 if value == 0 else value for value in row] for row in TargetRows(Target.objects.all())]
        with mock.patch.object(TargetRows, "__iter__", lambda self: iter(rows)):
            for name in FORMATS:
                table = open_table(io.BytesIO("".join(export_lines(Target.objects.all(), name)).encode()))
                columns = [column.name for column in table.columns]
                (line,) = table.fitting()
                self.assertEqual(math.copysign(1, float(line.cells[columns.index("dec")])), -1)

    @override_settings(EXTRA_FIELDS=[{"name": "z", "type": "number"}, {"name": "when", "type": "datetime"}])
    def test_typed_extras_come_back_with_their_type(self):
        SiderealTargetFactory.create(name="x").save(extras={"z": 0.0, "when": "2026-01-02T03:04:05+00:00"})
        before = list(TargetExtra.objects.order_by("key").values_list("key", "value", "float_value", "time_value"))
        text = export_targets(Target.objects.all()).getvalue()
        Target.objects.all().delete()
        import_targets(io.StringIO(text))
        self.assertEqual(
            list(TargetExtra.objects.order_by("key").values_list("key", "value", "float_value", "time_value")), before
        )

    def test_a_tag_without_a_value_comes_back_where_the_format_can_tell(self):
        SiderealTargetFactory.create(name="x").save(extras={"empty": ""})
        SiderealTargetFactory.create(name="y")
        for name in ("csv", "json"):
            text = "".join(export_lines(Target.objects.all(), name))
            Target.objects.all().delete()
            import_targets(io.StringIO(text))
            self.assertEqual([(extra.target.name, extra.value) for extra in TargetExtra.objects.all()], [("x", "")])


class FormatTests(TestCase):
    def test_no_cell_is_a_formula(self):
        make_varied()
        rows = list(csv.reader(export_targets(Target.objects.all())))
        for row in rows:
            for cell in row:
                if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
                    float(cell)
        self.assertIn("'=HYPERLINK(1)", [row[0] for row in rows])
        self.assertIn("'=risky key", rows[0])

    def test_the_header_has_fields_then_extras_then_further_names(self):
        SiderealTargetFactory.create().save(names=["a", "b"], extras={"zeta": "1", "eta": "2"})
        header = next(csv.reader(export_targets(Target.objects.all())))
        self.assertEqual(header[:5], ["name", "type", "permissions", "ra", "dec"])
        self.assertEqual(header[-4:], ["eta", "zeta", "name2", "name3"])

    def test_astropy_reads_them_with_units(self):
        from astropy.table import Table

        make_varied()
        Target.objects.filter(name="Nowhere").delete()
        for name, options in (("ecsv", {"format": "ascii.ecsv"}), ("votable", {"format": "votable"})):
            content = "".join(export_lines(Target.objects.order_by("pk"), name)).encode()
            table = Table.read(io.BytesIO(content) if name == "votable" else content.decode(), **options)
            self.assertEqual(len(table), Target.objects.count())
            self.assertEqual((str(table["ra"].unit), str(table["pm_ra"].unit)), ("deg", "mas / yr"))
            self.assertEqual(str(table["name"][1]), "Ωμέγα 星")
            self.assertEqual(float(table["distance"][0]), 1 / 3)
        self.assertEqual(json.loads("".join(export_lines(Target.objects.all(), "json")))[0]["ra"], 0.0)

    def test_an_empty_list_is_a_header(self):
        for name in FORMATS:
            text = "".join(export_lines(Target.objects.none(), name))
            self.assertTrue("name" in text or json.loads(text) == [])

    def test_the_queries_do_not_grow(self):
        for number in range(30):
            SiderealTargetFactory.create().save(names=[f"a{number}", f"b{number}"], extras={"x": "1"})
        for name in FORMATS:
            with CaptureQueriesContext(connection) as queries:
                list(export_lines(Target.objects.visible_to(make_user()), name))
            self.assertLessEqual(len([one for one in queries if "SELECT" in one["sql"]]) - 1, 8)

    def test_any_queryset_can_be_exported(self):
        for number in range(4):
            SiderealTargetFactory.create(name=f"T{number}")
        ordered = Target.objects.order_by("-name")
        separated = Target.objects.with_separation(1, 1)
        for queryset, count in ((ordered[:2], 2), (ordered.values("name"), 4), (separated, 4),
                                (Target.objects.prefetch_related("aliases"), 4)):
            self.assertEqual(len(export_targets(queryset).getvalue().splitlines()), count + 1)


class ExportPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.member, cls.other = make_user(groups=[cls.team]), make_user()
        for level in ("OPEN", "PUBLIC", "PRIVATE"):
            SiderealTargetFactory.create(name=level, permissions=level, ra=10.0, dec=10.0)
        grant([cls.team], to=Target.objects.get(name="PRIVATE"))

    def names(self, user, **query):
        response = logged_in(user).get(EXPORT, query)
        text = b"".join(response.streaming_content).decode()
        return {row["name"] for row in csv.DictReader(io.StringIO(text))}

    def test_everybody_gets_what_they_see(self):
        self.assertEqual(self.names(None), {"OPEN"})
        self.assertEqual(self.names(self.other), {"OPEN", "PUBLIC"})
        self.assertEqual(self.names(self.member), {"OPEN", "PUBLIC", "PRIVATE"})

    def test_the_filters_of_the_list_hold(self):
        self.assertEqual(self.names(self.member, name="PRI"), {"PRIVATE"})
        self.assertEqual(self.names(self.member, cone_search="10, 10.5, 0.1"), set())
        self.assertEqual(self.names(self.member, query="PUB", page="7", sort="-name"), {"PUBLIC"})

    def test_aliases_and_extras_of_hidden_targets_do_not_show_in_the_header(self):
        Target.objects.get(name="PRIVATE").save(names=["hush"], extras={"secret project": "1"})
        response = logged_in(self.other).get(EXPORT)
        header = b"".join(response.streaming_content).decode().splitlines()[0]
        self.assertNotIn("secret project", header)
        self.assertNotIn("name2", header)

    def test_every_format_is_a_file_of_its_kind(self):
        for name, made in FORMATS.items():
            response = logged_in(self.member).get(EXPORT, {"format": name})
            self.assertEqual(response["Content-Type"], made.content_type)
            self.assertIn(f".{made.suffix}", response["Content-Disposition"])
            self.assertIn("PRIVATE", b"".join(response.streaming_content).decode())

    def test_a_bad_filter_or_format_exports_nothing_and_says_why(self):
        client = logged_in(self.member)
        cases = (({"cone_search": "nonsense"}, "Nothing was exported"), ({"format": "xls"}, "xls is none of"))
        for query, message in cases:
            self.assertContains(client.get(EXPORT, query, follow=True), message)

    def test_a_page_takes_few_queries(self):
        client = logged_in(self.member)
        with CaptureQueriesContext(connection) as queries:
            b"".join(client.get(EXPORT).streaming_content)
        self.assertLessEqual(len(queries), 8)
