"""Targets within polygons, MOCs and credible regions, at the poles and across RA 0; and what is no region."""

import gzip
from io import BytesIO

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tom_common.permissions import grant
from tom_common.testing import logged_in, make_group, make_user
from tom_targets import regions
from tom_targets.match_models import SkySearch
from tom_targets.models import Target, TargetList
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory

PAGE = reverse("targets:region")


def make(name, ra, dec, **fields):
    return SiderealTargetFactory.create(name=name, ra=ra, dec=dec, **fields)


def sky_map_file(order=5, at=(30.0, 40.0), width=5.0):
    """A multi-order sky map: a Gaussian of that width (degrees) around a place."""
    from astropy.io import fits
    from cdshealpix.nested import healpix_to_lonlat

    from tom_common.astro.sky import separation

    cells = np.arange(12 * 4**order, dtype=np.uint64)
    lon, lat = healpix_to_lonlat(cells, order)
    density = np.exp(-0.5 * (separation(*at, lon.deg, lat.deg) / width) ** 2)
    density /= density.sum() * 4 * np.pi / len(cells)
    columns = [
        fits.Column("UNIQ", "K", array=cells.astype(np.int64) + 4 ** (order + 1)),
        fits.Column("PROBDENSITY", "D", array=density),
    ]
    written = BytesIO()
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(written)
    return written.getvalue()


class ReadingTests(SimpleTestCase):
    def refused(self, function, *args):
        with self.assertRaises(regions.RegionError) as caught:
            function(*args)
        return str(caught.exception)

    def test_what_is_no_polygon_is_refused_with_the_reason(self):
        self.assertIn("at least three", self.refused(regions.polygon, "10 10\n20 20"))
        self.assertIn("Vertex 2", self.refused(regions.polygon, "10 10\nhere\n20 20"))
        self.assertIn("half the sky", self.refused(regions.polygon, "0 0; 120 0; 240 0"))
        self.assertIn("Give the vertices", self.refused(regions.polygon, " \n"))
        self.assertIn("up to 1000 vertices", self.refused(regions.polygon, "1 1\n" * 1001))

    def test_what_is_no_moc_is_refused_with_the_reason(self):
        for content in ("hello", b"\x00\x01\x02", sky_map_file()[:5000], "5/99999999", '{"x": "y"}'):
            with self.subTest(content[:10]):
                self.assertIn("no", self.refused(regions.moc, content))

    def test_what_is_no_sky_map_is_refused_with_the_reason(self):
        from astropy.io import fits

        def file(*columns):
            written = BytesIO()
            fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(written)
            return written.getvalue()

        flat = np.zeros(48)
        self.assertIn("neither", self.refused(regions.sky_map, file(fits.Column("TEMP", "D", array=flat)), 90))
        self.assertIn("no probability", self.refused(regions.sky_map, file(fits.Column("PROB", "D", array=flat)), 90))
        self.assertIn("no whole sky", self.refused(regions.sky_map, file(fits.Column("PROB", "D", array=flat[:5])), 90))
        self.assertIn("no HEALPix sky map", self.refused(regions.sky_map, b"SIMPLE  = nonsense", 90))
        self.assertIn("no HEALPix sky map", self.refused(regions.sky_map, sky_map_file()[:4000], 90))

    def test_a_polygon_takes_any_notation(self):
        made = regions.polygon("00:00:00 -01:00:00; 0h8m0s -1d; 0.5 1.5")
        self.assertEqual(made.vertices[1], (2.0, -1.0))
        self.assertEqual(regions.Region.from_json({**made.as_json()}).vertices, made.vertices)


class SearchTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        random = np.random.default_rng(3)
        ra, dec = random.uniform(0, 360, 600), np.degrees(np.arcsin(random.uniform(-1, 1, 600)))
        ra[:60], dec[:60] = random.uniform(-4, 4, 60) % 360, random.uniform(-4, 4, 60)
        ra[60:90], dec[60:90] = random.uniform(0, 360, 30), random.uniform(87, 90, 30)
        ra[90], dec[90], ra[91], dec[91] = 0.0, 0.0, 123.0, 90.0
        cls.ra, cls.dec = ra, dec
        Target.objects.bulk_create([
            Target(name=f"T{i}", type=Target.SIDEREAL, ra=ra[i], dec=dec[i]) for i in range(len(ra))
        ])

    def found(self, region):
        names = regions.targets_in(region, Target.objects.all()).values_list("name", flat=True)
        return {int(name[1:]) for name in names}

    def test_polygons_agree_with_the_geometry_across_ra_0_and_around_the_pole(self):
        from tom_common.astro.sky import in_polygon

        for text in ("357 -3; 3 -3; 3 3; 357 3", "0 88; 90 88; 180 88; 270 88", "100 -20; 140 -20; 120 30"):
            made = regions.polygon(text)
            inside = in_polygon(self.ra, self.dec, *zip(*made.vertices, strict=True))
            with self.subTest(text):
                self.assertTrue(inside.any())
                self.assertEqual(self.found(made), set(np.flatnonzero(inside).tolist()))
        self.assertIn(91, self.found(regions.polygon("0 88; 90 88; 180 88; 270 88")))
        self.assertIn(90, self.found(regions.polygon("357 -3; 3 -3; 3 3; 357 3")))

    def test_mocs_agree_with_mocpy_few_ranges_or_many(self):
        import astropy.units as u
        from mocpy import MOC

        random = np.random.default_rng(5)
        places = random.uniform(0, 360, 4000) * u.deg, random.uniform(-90, 90, 4000) * u.deg
        many = MOC.from_lonlat(*places, max_norder=6)
        few = MOC.from_string("2/3-7 3/100 5/9000-9010", "ascii")
        for one in (few, many):
            inside = one.contains_lonlat(self.ra * u.deg, self.dec * u.deg)
            made = regions.moc(one.to_string("ascii"))
            with self.subTest(ranges=len(made.ranges)):
                self.assertTrue(inside.any())
                self.assertEqual(self.found(made), set(np.flatnonzero(inside).tolist()))
        self.assertGreater(len(regions.moc(many.to_string("ascii")).ranges), regions.FEW_RANGES)

    def test_a_moc_file_is_the_same_as_its_text(self):
        from mocpy import MOC

        one, written = MOC.from_string("3/100 5/9000-9010", "ascii"), BytesIO()
        one.serialize("fits").writeto(written)
        self.assertEqual(regions.moc(written.getvalue()).ranges, regions.moc(one.to_string("ascii")).ranges)

    def test_credible_regions_grow_with_their_percentage_and_hold_it(self):
        from tom_common.astro.sky import separation

        make("Centre", 30.0, 40.0)
        sizes = []
        for percent in (40, 70, 95):
            made = regions.sky_map(sky_map_file(), percent)
            sizes.append(made.area)
            # Of a round Gaussian, the radius that holds p is width * sqrt(-2 ln(1 - p))
            radius = 5.0 * np.sqrt(-2 * np.log(1 - percent / 100))
            self.assertAlmostEqual(made.area / (np.pi * radius**2), 1, delta=0.35)
            found = regions.targets_in(made, Target.objects.all())
            self.assertTrue(found.filter(name="Centre").exists())
            self.assertTrue(all(separation(30, 40, one.ra, one.dec) < radius + 5 for one in found))
        self.assertEqual(sizes, sorted(sizes))

    def test_many_ranges_drive_the_query_by_the_index(self):
        made = regions.Region([(i * 10**14, i * 10**14 + 10**12) for i in range(1000)])
        query = regions.in_ranges(Target.objects.all(), made.ranges)
        if connection.vendor == "sqlite":
            self.assertRegex(query.explain(), r"SEARCH t USING (COVERING )?INDEX \S*healpix")
        with CaptureQueriesContext(connection) as queries:
            list(query)
        self.assertEqual(len(queries), 1)

    def test_databases_without_tables_of_numbers_find_the_same(self):
        from unittest.mock import patch

        made = regions.Region([(i * 10**15, i * 10**15 + 5 * 10**14) for i in range(3000)])
        expected = set(regions.in_ranges(Target.objects.all(), made.ranges).values_list("pk", flat=True))
        with patch.object(regions, "_RANGE_JOINS", {}), patch.object(regions, "_KEY_LISTS", {}):
            found = set(regions.in_ranges(Target.objects.all(), made.ranges).values_list("pk", flat=True))
        self.assertTrue(expected)
        self.assertEqual(found, expected)

    def test_what_moves_is_in_no_region(self):
        NonSiderealTargetFactory.create(name="Mover", ra=0.0, dec=0.0)
        found = regions.targets_in(regions.polygon("357 -3; 3 -3; 3 3; 357 3"), Target.objects.all())
        self.assertFalse(found.filter(name="Mover").exists())


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.member, cls.other = make_user(groups=[cls.team]), make_user()
        make("Open star", 0.0, 0.0, permissions="OPEN")
        grant([cls.team], to=make("Hidden star", 359.9, 0.1, permissions="PRIVATE"), actions=("view",))
        make("Far star", 100.0, 0.0, permissions="OPEN")
        cls.square = {"kind": "polygon", "text": "357 -3; 3 -3; 3 3; 357 3"}

    def ask(self, user=None, **data):
        return logged_in(user or self.member).post(PAGE, data or self.square, follow=True)

    def test_a_region_is_asked_shown_exported_listed_and_filters_the_list(self):
        response = self.ask()
        search = response.context["search"]
        self.assertEqual([target.name for target in response.context["page"]], ["Hidden star", "Open star"])
        self.assertContains(response, "2 targets in")
        client = logged_in(self.member)
        file = client.get(search.get_absolute_url(), {"format": "csv"}).getvalue().decode().splitlines()
        self.assertEqual(file[0], "name,ra,dec")
        self.assertEqual(file[1], "Hidden star,359.9,0.1")
        shown = client.get(reverse("targets:list"), {"sky_search": search.pk})
        self.assertEqual({row.record.name for row in shown.context["table"].page}, {"Hidden star", "Open star"})
        client.post(reverse("targets:sky-search-list", args=[search.pk]), {"name": "In the square"})
        made = TargetList.objects.get(name="In the square")
        self.assertEqual(made.targets.count(), 2)
        self.assertTrue(TargetList.objects.deletable_by(self.member).filter(pk=made.pk).exists())

    def test_a_search_belongs_to_who_asked_it_and_shows_what_that_one_may_see_now(self):
        search = self.ask().context["search"]
        stranger = logged_in(self.other)
        self.assertEqual(stranger.get(search.get_absolute_url()).status_code, 404)
        self.assertEqual(stranger.post(reverse("targets:sky-search-list", args=[search.pk])).status_code, 404)
        listed = stranger.get(reverse("targets:list"), {"sky_search": search.pk})
        self.assertEqual(len(listed.context["table"].page), 0)
        self.member.groups.clear()
        shown = logged_in(self.member).get(search.get_absolute_url())
        self.assertEqual([target.name for target in shown.context["page"]], ["Open star"])
        self.assertNotContains(shown, "Hidden star")

    def test_a_group_narrows_the_region(self):
        group = TargetList.objects.create(name="Mine")
        grant([self.member], to=group)
        group.targets.set(Target.objects.filter(name__in=["Open star", "Far star"]))
        response = self.ask(**self.square, among=group.pk)
        self.assertEqual([target.name for target in response.context["page"]], ["Open star"])
        refused = self.ask(self.other, **self.square, among=group.pk)
        self.assertIn("among", refused.context["form"].errors)

    def test_a_sky_map_is_read_plain_or_packed(self):
        make("Centre", 30.0, 40.0, permissions="OPEN")
        for name, content in (("map.fits", sky_map_file()), ("map.fits.gz", gzip.compress(sky_map_file()))):
            file = SimpleUploadedFile(name, content)
            response = self.ask(kind="skymap", file=file, percent="50")
            with self.subTest(name):
                self.assertEqual([target.name for target in response.context["page"]], ["Centre"])
                self.assertContains(response, f"50 % of {name}")

    def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(self):
        file = SimpleUploadedFile("x.fits", b"nothing of the kind")
        cut = SimpleUploadedFile("x.gz", gzip.compress(b"x" * 1000)[:20])
        cases = [
            ({"kind": "polygon", "text": "10 10; 20 20"}, "text", "at least three"),
            ({"kind": "polygon"}, "text", "Give"),
            ({"kind": "moc", "text": "nonsense"}, "text", "no space MOC"), ({"kind": "moc"}, "text", "Give a MOC"),
            ({"kind": "moc", "file": file}, "file", "no space MOC"),
            ({"kind": "moc", "text": "5/"}, "text", ""), ({"kind": "skymap"}, "file", "Choose the FITS"),
            ({"kind": "skymap", "file": cut}, "file", "sky map"),
            ({"kind": "blob", "text": "x"}, "kind", "valid choice"),
            ({**self.square, "percent": "0"}, "percent", "more than 0"),
            ({**self.square, "percent": "nan"}, "percent", ""), ({**self.square, "among": "9999"}, "among", "valid"),
        ]
        for data, field, words in cases:
            response = self.ask(**data)
            with self.subTest(field=field, **{key: str(value) for key, value in data.items()}):
                self.assertEqual(response.status_code, 200)
                self.assertIn(words, " ".join(response.context["form"].errors[field]))
                self.assertEqual(response.context["form"]["text"].value(), data.get("text"))
        self.assertFalse(SkySearch.objects.exists())

    def test_a_region_without_targets_says_so_and_makes_no_list(self):
        response = self.ask(kind="moc", text="29/5")
        self.assertContains(response, "No target that you may see lies in this region.")
        url = reverse("targets:sky-search-list", args=[response.context["search"].pk])
        again = logged_in(self.member).post(url, {"name": "Empty"}, follow=True)
        self.assertContains(again, "nothing to make a list of")
        self.assertFalse(TargetList.objects.exists())
