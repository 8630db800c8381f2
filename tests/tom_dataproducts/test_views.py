"""The panels of the target page, as every role."""

import csv
import io
import json

from django.contrib.auth.models import AnonymousUser, User
from django.template import Context, Template
from django.test import TestCase, override_settings
from django.urls import reverse

from tom_common.permissions import grant
from tom_dataproducts.measurements import ingest
from tom_dataproducts.models import DataProduct, ReducedDatum
from tom_targets.testing import SiderealTargetFactory

PAGES = (
    "target-photometry", "target-photometry-plot", "target-photometry-table", "target-photometry-csv",
    "target-spectroscopy", "target-spectroscopy-plot",
)  # fmt: skip
SPECTRUM = {"wavelength": [4000.0, 4002.0], "flux": [1.0, 2.0], "flux_units": "Jy", "wavelength_units": "Angstrom"}


def page_of(name, target, query=""):
    return reverse(f"dataproducts:{name}", args=[target.pk]) + query


def fill(target, points=45):
    rows = [{"mjd": 60000 + day, "magnitude": 17 + day / 100, "error": 0.02, "filter": "r"} for day in range(points)]
    rows.append({"mjd": 59990, "limit": 20.5, "filter": "g", "unit": "AB"})
    ingest(target, rows, source_name="ZTF")
    ingest(target, [{"mjd": 60010, "value": SPECTRUM}], source_name="LT", data_type="spectroscopy")


class RolesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.open = SiderealTargetFactory.create(name="Open star", permissions="OPEN")
        cls.public = SiderealTargetFactory.create(name="Public star", permissions="PUBLIC")
        cls.private = SiderealTargetFactory.create(name="Private star", permissions="PRIVATE")
        for target in (cls.open, cls.public, cls.private):
            fill(target, 3)
        cls.member, cls.other = User.objects.create_user("member"), User.objects.create_user("other")
        cls.pi = User.objects.create_superuser("pi")
        grant([cls.member], to=cls.private, actions=("view",))

    def status(self, user, name, target):
        self.client.logout()
        if user:
            self.client.force_login(user)
        return self.client.get(page_of(name, target)).status_code

    def test_each_role_gets_the_data_of_the_targets_it_sees_and_no_others(self):
        expected = {
            None: (200, 302, 302), self.other: (200, 200, 404), self.member: (200, 200, 200), self.pi: (200, 200, 200),
        }  # fmt: skip
        for user, statuses in expected.items():
            for name in PAGES:
                with self.subTest(user=user, page=name):
                    found = tuple(self.status(user, name, target) for target in (self.open, self.public, self.private))
                    self.assertEqual(found, statuses)

    def test_there_is_no_difference_between_hidden_and_absent(self):
        self.client.force_login(self.other)
        for name in PAGES:
            hidden = self.client.get(page_of(name, self.private))
            absent = self.client.get(reverse(f"dataproducts:{name}", args=[self.private.pk + 1000]))
            self.assertEqual((hidden.status_code, absent.status_code), (404, 404))

    def test_data_with_permissions_of_their_own_stay_hidden_without_a_grant(self):
        with override_settings(TARGET_PERMISSIONS_ONLY=False):
            self.client.force_login(self.member)
            self.assertContains(self.client.get(page_of("target-photometry", self.open)), "no photometry")
            self.assertEqual(self.client.get(page_of("target-photometry-plot", self.open)).json()["data"], [])
            text = b"".join(self.client.get(page_of("target-photometry-csv", self.open)).streaming_content).decode()
            self.assertEqual(len(text.splitlines()), 1)
            grant([self.member], to=ReducedDatum.objects.filter(target=self.open).first(), actions=("view",))
            self.assertContains(self.client.get(page_of("target-photometry", self.open)), "data-plot-url")

    def test_state_is_only_read(self):
        self.client.force_login(self.pi)
        for name in PAGES:
            self.assertEqual(self.client.post(page_of(name, self.open)).status_code, 405)


class PanelTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.target = SiderealTargetFactory.create(name="SN 2024x <b>", permissions="OPEN")
        fill(cls.target)
        cls.empty = SiderealTargetFactory.create(permissions="OPEN")
        cls.larger = SiderealTargetFactory.create(permissions="OPEN")
        fill(cls.larger, 500)

    def test_the_panel_shows_the_latest_twenty_points(self):
        answer = self.client.get(page_of("target-photometry", self.target))
        self.assertContains(answer, f'data-plot-url="{page_of("target-photometry-plot", self.target)}"')
        self.assertContains(answer, "17.44 ± 0.02 mag")
        self.assertEqual(answer.content.decode().count("<tr>"), 21)
        self.assertContains(answer, "1–20 of 46")
        self.assertNotContains(answer, "Simulated")
        self.assertNotContains(answer, "<b>")

    def test_the_target_page_holds_both_panels_and_none_of_the_data(self):
        answer = self.client.get(self.target.get_absolute_url())
        for name in ("target-photometry", "target-spectroscopy"):
            self.assertContains(answer, f'hx-get="{page_of(name, self.target)}"')
        self.assertNotContains(answer, "17.44")

    def test_pages_of_the_table_turn_and_nonsense_gets_the_nearest_page(self):
        last = self.client.get(page_of("target-photometry-table", self.target, "?page=3"))
        self.assertContains(last, "&gt; 20.50</span> mag(AB)")
        self.assertContains(last, "41–46 of 46")
        for query in ("?page=999", "?page=-1", "?page=x", "?page=" + "9" * 30):
            with self.subTest(query):
                answer = self.client.get(page_of("target-photometry-table", self.target, query))
                self.assertEqual(answer.status_code, 200)

    def test_the_number_of_queries_does_not_depend_on_the_data(self):
        for name, number in (("target-photometry", 3), ("target-photometry-plot", 2), ("target-photometry-csv", 2),
                             ("target-spectroscopy", 2), ("target-spectroscopy-plot", 2)):
            for target in (self.target, self.larger):
                with self.subTest(page=name, target=target), self.assertNumQueries(number):
                    answer = self.client.get(page_of(name, target))
                    b"".join(answer.streaming_content if answer.streaming else [answer.content])

    def test_an_empty_target_says_so(self):
        self.assertContains(self.client.get(page_of("target-photometry", self.empty)), "There is no photometry")
        self.assertContains(self.client.get(page_of("target-spectroscopy", self.empty)), "There are no spectra")
        for name in ("target-photometry-plot", "target-spectroscopy-plot"):
            answer = self.client.get(page_of(name, self.empty)).json()
            self.assertEqual(answer["data"], [])
            self.assertTrue(answer["message"])

    def test_the_plot_answers_a_figure(self):
        figure = json.loads(self.client.get(page_of("target-photometry-plot", self.target)).content)
        self.assertEqual([trace["name"] for trace in figure["data"]], ["g, mag(AB) (limits)", "r, mag"])
        figure = json.loads(self.client.get(page_of("target-spectroscopy-plot", self.target)).content)
        self.assertEqual(len(figure["data"]), 1)

    def test_the_spectra_of_one_data_product_can_be_asked_for(self):
        product = DataProduct.objects.create(target=self.target, data="x.fits", data_product_type="spectroscopy")
        ingest(self.target, [{"mjd": 60020, "value": SPECTRUM}], source_name="LT", data_type="spectroscopy",
               data_product=product)
        url = page_of("target-spectroscopy-plot", self.target)
        self.assertEqual(len(self.client.get(url).json()["data"]), 2)
        self.assertEqual(len(self.client.get(f"{url}?dataproduct={product.pk}").json()["data"]), 1)
        for nonsense in ("x", "9" * 40, "-1", "²"):
            self.assertEqual(self.client.get(f"{url}?dataproduct={nonsense}").json()["data"], [])

    def test_superseded_values_are_not_shown(self):
        for magnitude in (12.5, 12.6):
            ingest(self.empty, [{"mjd": 60000, "magnitude": magnitude, "source_id": "a"}], source_name="ZTF")
        answer = self.client.get(page_of("target-photometry", self.empty))
        self.assertContains(answer, "12.60")
        self.assertNotContains(answer, "12.50")

    def test_simulated_data_are_called_so(self):
        ingest(self.empty, [{"mjd": 60000, "magnitude": 15}], source_name="Simulated (demo)")
        rows = [{"mjd": 60000, "value": SPECTRUM}]
        ingest(self.empty, rows, source_name="Simulated (demo)", data_type="spectroscopy")
        for name in ("target-photometry", "target-spectroscopy"):
            self.assertContains(self.client.get(page_of(name, self.empty)), "Simulated")


class CsvTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.target = SiderealTargetFactory.create(name="SN 2024x", permissions="OPEN")
        fill(cls.target, 2)

    def download(self):
        answer = self.client.get(page_of("target-photometry-csv", self.target))
        self.assertEqual(answer["Content-Disposition"], 'attachment; filename="sn-2024x_photometry.csv"')
        return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))

    def test_the_light_curve_comes_oldest_first_with_limits_in_their_own_column(self):
        limit, first, second = self.download()
        self.assertEqual((limit["brightness"], limit["limit"], limit["bandpass"], limit["unit"]),
                         ("", "20.5", "g", "mag(AB)"))
        self.assertEqual((first["timestamp"], first["mjd"]), ("2023-02-25T00:00:00.000Z", "60000.000000"))
        self.assertEqual((second["brightness"], second["brightness_error"], second["limit"]), ("17.01", "0.02", ""))

    def test_what_was_downloaded_is_there_already_when_it_is_stored_again(self):
        report = ingest(self.target, self.download(), source_name="ZTF")
        self.assertEqual((report.inserted, report.unchanged, report.refused), (0, 3, []))

    def test_a_spreadsheet_runs_nothing_of_it(self):
        ingest(self.target, [{"mjd": 61000, "magnitude": 15, "filter": "=1+1"}], source_name="@x")
        row = self.download()[-1]
        self.assertEqual((row["bandpass"], row["source_name"]), ("'=1+1", "'@x"))


class TagTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.target = SiderealTargetFactory.create(permissions="PRIVATE")
        fill(cls.target)

    def render(self, source, user):
        template = Template("{% load dataproduct_extras %}" + source)
        return template.render(Context({"target": self.target, "user": user}))

    def test_recent_photometry_is_the_newest_and_only_for_those_who_may_see_it(self):
        pi = User.objects.create_superuser("pi")
        self.assertIn("17.44 ± 0.02 mag", self.render("{% recent_photometry target %}", pi))
        self.assertEqual(self.render("{% recent_photometry target limit=3 %}", pi).count("mag"), 3)
        for user in (AnonymousUser(), User.objects.create_user("other")):
            self.assertNotIn("mag", self.render("{% recent_photometry target %}", user))

    def test_plots_have_their_place(self):
        html = self.render("{% photometry_for_target target width=500 height=300 %}", None)
        self.assertIn(page_of("target-photometry-plot", self.target), html)
        self.assertIn('data-plot-height="300"', html)
        html = self.render("{% spectroscopy_for_target target dataproduct=7 %}", None)
        self.assertIn(page_of("target-spectroscopy-plot", self.target, "?dataproduct=7"), html)
