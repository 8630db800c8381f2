"""What the app contributes is on the pages, and its template stands in for ours."""

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import TestCase

from tom_targets.models import Target
from tom_targets.sites import known_sites
from tom_targets.testing import SiderealTargetFactory


class ContributionTests(TestCase):
    def setUp(self):
        self.user = User.objects.create_superuser("pi")
        self.client.force_login(self.user)
        self.target = SiderealTargetFactory.create(name="NGC 1300", redshift=0.0053, classification="SN II",
                                                   internal_note="whispered")

    def page(self, url: str) -> str:
        response = self.client.get(url)
        self.assertEqual(response.status_code, 200, url)
        return response.content.decode()

    def test_the_target_page_shows_button_tab_panels_and_own_columns(self):
        page = self.page(self.target.get_absolute_url())
        for words in ("Demo button about NGC 1300", "Demo tab", "Demo words about NGC 1300", "Demo panel",
                      f"/demo/{self.target.pk}/panel/", "0.0053", "SN II"):
            self.assertIn(words, page)
        self.assertNotIn("whispered", page)

    def test_the_overridden_template_is_used(self):
        self.assertIn("Overridden picture of NGC 1300", self.page(self.target.get_absolute_url()))

    def test_the_navigation_bar_has_its_items(self):
        page = self.page("/targets/")
        self.assertIn("Demo entry", page)
        self.assertIn("Demo entry on the right", page)

    def test_the_list_has_its_columns_and_sorts_by_them(self):
        other = SiderealTargetFactory.create(name="far", redshift=3.0)
        page = self.page("/targets/?sort=-redshift")
        self.assertIn("finder of NGC 1300", page)
        self.assertLess(page.index(other.name), page.index("finder of NGC 1300"))
        self.assertNotIn("far", self.page("/targets/?redshift_max=1").split("table-container")[1])

    def test_profile_users_and_home_page_have_their_parts(self):
        self.assertIn("card of pi", self.page("/users/profile/"))
        self.assertIn("list for pi", self.page("/users/"))
        self.assertIn("Demo home panel", self.page("/"))

    def test_its_addresses_are_served(self):
        self.assertEqual(self.page("/demo/"), "The page of the demo TOM")
        self.assertEqual(self.page(f"/demo/{self.target.pk}/panel/"), "The panel of NGC 1300")

    def test_its_site_is_among_the_sites(self):
        self.assertAlmostEqual(known_sites()["Demo hill"].latitude, 51.0)

    def test_the_settings_are_sound(self):
        call_command("check")


class FormPageTests(TestCase):
    def setUp(self):
        self.user = User.objects.create_user("member")
        self.client.force_login(self.user)

    def post(self, url: str, **changed):
        formsets = {"aliases": 1, "targetextra_set": 0}
        data = {
            "name": "SN 2026abc", "type": "SIDEREAL", "permissions": "PRIVATE", "ra": "10:00:00", "dec": "-20:00:00",
            "redshift": "0.01", "classification": "SN Ia", "survey": "ZTF", "priority": "2",
            "observer note": "in the evening", "aliases-0-name": "ZTF26abc",
        }
        for prefix, count in formsets.items():
            data |= {f"{prefix}-TOTAL_FORMS": count, f"{prefix}-INITIAL_FORMS": 0}
        return self.client.post(url, {**data, **changed})

    def test_a_target_is_made_and_changed_through_the_pages(self):
        response = self.post("/targets/create/")
        target = Target.objects.get()
        self.assertRedirects(response, target.get_absolute_url())
        self.assertEqual((target.redshift, target.survey, target.priority), (0.01, "ZTF", 2))
        self.assertEqual(target.names, ["SN 2026abc", "ZTF26abc"])
        self.assertEqual(target.extra_fields, {"observer note": "in the evening"})
        url = f"/targets/{target.pk}/update/"
        self.assertIn("in the evening", self.client.get(url).content.decode())
        self.post(url, redshift="0.02", **{"aliases-TOTAL_FORMS": 0, "observer note": ""})
        target = Target.objects.get()
        self.assertEqual((target.redshift, target.extra_fields), (0.02, {}))

    def test_mistakes_keep_the_page_and_what_was_typed(self):
        response = self.post("/targets/create/", redshift="-3", survey="kept")
        self.assertContains(response, "A redshift is -0.01 or more.")
        self.assertContains(response, "kept")
        self.assertFalse(Target.objects.exists())
