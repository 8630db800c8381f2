"""Measurements in the admin pages: what cannot be stored is said in the form."""

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse

from tom_dataproducts.models import DataProduct, DataProductGroup, ReducedDatum
from tom_targets.testing import SiderealTargetFactory


class ReducedDatumAdminTests(TestCase):
    def setUp(self):
        self.target = SiderealTargetFactory.create()
        self.client.force_login(User.objects.create_superuser("pi"))
        self.url = reverse("admin:tom_dataproducts_reduceddatum_add")

    def post(self, value, **more):
        return self.client.post(self.url, {
            "target": self.target.pk, "data_type": "photometry", "source_name": "me", "timestamp_0": "2024-05-01",
            "timestamp_1": "12:00:00", "value": value, **more,
        })  # fmt: skip

    def test_a_measurement_is_added_with_its_columns(self):
        self.assertEqual(self.post('{"magnitude": 17.2, "filter": "r"}', telescope="1m0a").status_code, 302)
        datum = ReducedDatum.objects.get()
        self.assertEqual((datum.brightness, datum.bandpass, datum.telescope), (17.2, "r", "1m0a"))

    def test_what_cannot_be_stored_is_said_in_the_form(self):
        self.post('{"magnitude": 17.2, "filter": "r"}')
        for value, reason in (
            ('{"magnitude": "bright"}', "not a number"), ('{"filter": "r"}', "neither a brightness nor a limit"),
            ("[1]", "should name what was measured"), ("{", "valid JSON"),
            ('{"mag": "17.20", "band": "r"}', "stored already"), ('{"magnitude": 1e999}', "inf"),
        ):  # fmt: skip
            with self.subTest(value):
                answer = self.post(value)
                self.assertEqual(answer.status_code, 200)
                self.assertContains(answer, reason)
        answer = self.post('{"magnitude": 17.2}', timestamp_0="", exposure_time="x")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(ReducedDatum.objects.count(), 1)

    def test_every_list_and_form_opens(self):
        self.post('{"magnitude": 17.2, "filter": "r"}')
        DataProduct.objects.create(target=self.target, data="x.csv")
        DataProductGroup.objects.create(name="g")
        for name in ("reduceddatum", "dataproduct", "dataproductgroup"):
            listed = self.client.get(reverse(f"admin:tom_dataproducts_{name}_changelist"), {"q": "x"})
            self.assertEqual(listed.status_code, 200)
        change = reverse("admin:tom_dataproducts_reduceddatum_change", args=[ReducedDatum.objects.get().pk])
        self.assertContains(self.client.get(change), "17.2")
