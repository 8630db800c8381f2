"""The pages on which targets are merged and merges undone, as every role, with right and wrong input."""

from unittest.mock import patch

from django.contrib.messages import get_messages
from django.test import TestCase, override_settings
from django.urls import reverse

from tests.attached.models import Portrait
from tom_common.permissions import grant, may
from tom_common.testing import htmx_headers, logged_in, make_group, make_superuser, make_user
from tom_targets.history import MergeRecord
from tom_targets.merge import merge_targets
from tom_targets.merge_undo import undo_merge
from tom_targets.models import Target, TargetList
from tom_targets.testing import NonSiderealTargetFactory, SiderealTargetFactory


def told(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


class MergePageCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.member, cls.guest, cls.pi = make_user("member", groups=[cls.team]), make_user("guest"), make_superuser("pi")
        cls.one = SiderealTargetFactory(name="SN 2024abc", ra=10.0, dec=20.0, permissions="PUBLIC", parallax=None)
        cls.two = SiderealTargetFactory(name="AT 2024abc", ra=10.1, dec=20.0, permissions="PRIVATE", parallax=3.5)
        grant([cls.team], to=[cls.one, cls.two])
        cls.url = reverse("targets:merge", args=[cls.one.pk, cls.two.pk])

    def setUp(self):
        self.client = logged_in(self.member)

    def confirmed(self, **fields):
        return {"name_select": self.one.pk, "confirm": "confirm", **fields}


class MergeTests(MergePageCase):
    def test_the_page_shows_both_and_marks_what_differs(self):
        page = self.client.get(self.url)
        self.assertTemplateUsed(page, "tom_targets/target_merge.html")
        self.assertTemplateUsed(page, "tom_targets/partials/target_merge_fields.html")
        self.assertContains(page, 'id="id_target_merge_fields"')
        for value in (self.one.pk, self.two.pk):
            self.assertContains(page, f'<input type="radio" name="field:ra" value="{value}"')
        self.assertContains(page, f'name="field:parallax" value="{self.two.pk}" checked')
        self.assertContains(page, f'name="field:permissions" value="{self.two.pk}" checked')
        self.assertNotContains(page, 'name="field:dec"')
        self.assertContains(page, "Rights of groups")

    def test_merging_goes_to_the_target_that_stays_and_says_how_to_undo_it(self):
        response = self.client.post(self.url, self.confirmed(**{"field:ra": self.two.pk}))
        self.assertRedirects(response, self.one.get_absolute_url())
        kept, record = Target.objects.get(pk=self.one.pk), MergeRecord.objects.get()
        self.assertEqual((kept.ra, kept.parallax, kept.permissions), (10.1, 3.5, "PRIVATE"))
        self.assertEqual(record.actor, self.member)
        self.assertIn(reverse("targets:merge-record", args=[record.pk]), told(response))
        self.assertContains(self.client.get(self.one.get_absolute_url()), "AT 2024abc")

    def test_the_other_can_be_the_one_that_stays(self):
        self.client.post(self.url, self.confirmed(name_select=self.two.pk, **{"field:ra": self.one.pk}))
        kept = Target.objects.get()
        self.assertEqual((kept.pk, kept.name, kept.ra, kept.names[1]), (self.two.pk, "AT 2024abc", 10.0, "SN 2024abc"))

    def test_without_confirmation_nothing_is_merged_and_what_was_chosen_is_kept(self):
        data = {"name_select": self.two.pk, "field:ra": self.two.pk}
        page = self.client.post(self.url, data)
        self.assertEqual((page.status_code, Target.objects.count()), (200, 2))
        self.assertContains(page, f'name="field:ra" value="{self.two.pk}" checked')
        part = self.client.post(self.url, data, headers=htmx_headers("id_target_merge_fields"))
        self.assertTemplateUsed(part, "tom_targets/partials/target_merge_fields.html")
        self.assertNotContains(part, "<html")

    def test_who_stays_decides_which_values_are_proposed(self):
        part = self.client.post(self.url, {"name_select": self.two.pk}, headers=htmx_headers("id_target_merge_fields"))
        self.assertContains(part, f'name="field:ra" value="{self.two.pk}" checked')
        self.assertContains(part, f'name="field:permissions" value="{self.two.pk}" checked')
        text = part.content.decode()
        self.assertLess(text.index("10.0"), text.index("10.1"))

    def test_a_get_never_merges(self):
        self.client.get(self.url, self.confirmed())
        self.assertEqual(Target.objects.count(), 2)

    def test_wrong_input_is_told_and_nothing_is_merged(self):
        for data, text in (
            (self.confirmed(name_select=""), "Choose which of the two stays."),
            (self.confirmed(name_select="99"), "Choose one of these two."),
            (self.confirmed(name_select="x' OR 1"), "Choose one of these two."),
            (self.confirmed(**{"field:ra": "99"}), "ra: choose the value of one of these two targets."),
        ):
            page = self.client.post(self.url, data)
            self.assertContains(page, text)
            self.assertContains(page, "Nothing was merged.")
        self.client.post(self.url, self.confirmed(**{"field:healpix": self.two.pk, "field:nonsense": self.two.pk}))
        self.assertEqual(Target.objects.get().name, "SN 2024abc")

    def test_values_that_make_no_target_are_told_with_their_field(self):
        comet = NonSiderealTargetFactory(name="C/1", permissions="PUBLIC")
        grant([self.team], to=comet)
        url = reverse("targets:merge", args=[self.one.pk, comet.pk])
        page = self.client.post(url, self.confirmed(**{"field:type": comet.pk, "field:inclination": self.one.pk}))
        self.assertContains(page, "Nothing was merged.")
        self.assertContains(page, "Inclination:")
        self.assertContains(page, f'name="field:type" value="{comet.pk}" checked')
        self.assertEqual(Target.objects.count(), 3)

    def test_somebody_else_who_was_quicker_is_no_error_page(self):
        with patch("tom_targets.merge._locked") as locked:
            from tom_targets.merge_rows import MergeRefused

            locked.side_effect = MergeRefused("AT 2024abc is no more.")
            self.assertContains(self.client.post(self.url, self.confirmed()), "AT 2024abc is no more.")

    def test_a_one_to_one_conflict_is_told_before(self):
        for target in (self.one, self.two):
            Portrait.objects.create(target=target)
        self.assertContains(self.client.get(self.url), "Both have portraits")

    @override_settings(EXTRA_FIELDS=[{"name": "secret", "type": "string", "hidden": True}])
    def test_tags_are_chosen_as_text_and_hidden_ones_are_not_shown(self):
        self.one.save(extras={"<b>": "1", "secret": "hush"})
        self.two.save(extras={"<b>": "2", "secret": "hush hush"})
        page = self.client.get(self.url)
        self.assertContains(page, 'name="extra:&lt;b&gt;"')
        self.assertNotContains(page, "hush")
        self.client.post(self.url, self.confirmed(**{"extra:<b>": self.two.pk}))
        self.assertEqual(Target.objects.get().tags, {"<b>": "2"})


class RolesTests(MergePageCase):
    def test_who_may_open_it(self):
        for user, status in ((None, 302), (self.guest, 404), (self.member, 200), (self.pi, 200)):
            for method in ("get", "post"):
                with self.subTest(user=user, method=method):
                    response = getattr(logged_in(user), method)(self.url)
                    self.assertEqual(response.status_code, status)
        visitor = logged_in().post(self.url, self.confirmed())
        self.assertIn(reverse("login"), visitor["Location"])
        self.assertEqual(Target.objects.count(), 2)

    def test_an_open_target_is_merged_by_no_visitor(self):
        Target.objects.update(permissions="OPEN")
        logged_in().post(self.url, self.confirmed())
        self.assertEqual(Target.objects.count(), 2)

    def test_with_one_that_may_not_be_changed_there_is_a_message(self):
        grant([self.guest], to=self.two, actions=["view"])
        response = logged_in(self.guest).post(self.url, self.confirmed())
        self.assertRedirects(response, self.one.get_absolute_url())
        self.assertIn("You may see SN 2024abc, but not change it", told(response))

    def test_who_may_delete_one_only_may_keep_the_other_only(self):
        grant([self.guest], to=[self.one, self.two], actions=["view", "change"])
        grant([self.guest], to=self.one, actions=["delete"])
        client = logged_in(self.guest)
        self.assertEqual([key for key, _ in client.get(self.url).context["form"].fields["name_select"].choices],
                         [self.two.pk])
        self.assertContains(client.post(self.url, self.confirmed()), "Choose one of these two.")
        client.post(self.url, self.confirmed(name_select=self.two.pk))
        self.assertEqual(Target.objects.get(), self.two)

    def test_nobody_comes_to_rights_by_merging_a_target_of_his_own(self):
        grant([self.guest], to=self.one, actions=["view", "change"])
        grant([self.guest], to=self.two)
        logged_in(self.guest).post(self.url, self.confirmed())
        kept = Target.objects.get()
        self.assertTrue(may(self.guest, "change", kept))
        self.assertFalse(may(self.guest, "delete", kept))
        self.assertTrue(may(self.member, "delete", kept))
        undo_merge(MergeRecord.objects.get())
        self.assertTrue(may(self.guest, "delete", self.two))

    def test_with_itself_there_is_a_message(self):
        response = self.client.get(reverse("targets:merge", args=[self.one.pk, self.one.pk]))
        self.assertRedirects(response, self.one.get_absolute_url())
        self.assertIn("cannot be merged with itself", told(response))

    def test_one_that_does_not_exist_looks_like_one_that_is_hidden(self):
        self.assertEqual(self.client.get(reverse("targets:merge", args=[self.one.pk, 99999])).status_code, 404)


class FromTheListTests(MergePageCase):
    def test_two_selected_targets_lead_to_their_page(self):
        page = self.client.get(reverse("targets:list"))
        self.assertContains(page, 'name="merge"')
        self.assertNotContains(logged_in().get(reverse("targets:list")), 'name="merge"')
        data = {"selected-target": [self.one.pk, self.two.pk], "merge": "merge", "grouping": ""}
        response = self.client.post(reverse("targets:add-remove-grouping"), data)
        self.assertRedirects(response, self.url)

    def test_any_other_number_gets_a_message(self):
        one, two, three = self.one.pk, self.two.pk, SiderealTargetFactory().pk
        for chosen in ([], [one], [one, one], [one, two, three], ["x", "9" * 30]):
            data = {"selected-target": chosen, "merge": "merge", "query_string": "type=SIDEREAL"}
            response = self.client.post(reverse("targets:add-remove-grouping"), data)
            self.assertRedirects(response, f"{reverse('targets:list')}?type=SIDEREAL")
            self.assertIn("select two targets", told(response))

    def test_the_button_is_there_beside_groups(self):
        grouping = TargetList.objects.create(name="Tonight")
        grant([self.team], to=grouping)
        page = self.client.get(reverse("targets:list"))
        self.assertContains(page, 'name="merge"')
        self.assertContains(page, "Tonight")


class UndoTests(MergePageCase):
    def setUp(self):
        super().setUp()
        self.record = merge_targets(keep=self.one, fold_in=self.two, actor=self.pi)
        self.page = reverse("targets:merge-record", args=[self.record.pk])

    def test_the_page_says_what_moved_and_undoes_it_by_one_click(self):
        page = self.client.get(self.page)
        self.assertContains(page, "Undo the merge")
        self.assertContains(page, "Events of the timeline")
        self.assertContains(page, "by pi")
        response = self.client.post(self.page)
        self.assertRedirects(response, reverse("targets:detail", args=[self.two.pk]))
        self.assertIn("AT 2024abc is a target of its own again.", told(response))
        self.record.refresh_from_db()
        self.assertEqual(self.record.undone_by, self.member)
        self.assertContains(self.client.get(self.page), "Undone on")

    def test_when_something_was_built_on_it_the_page_says_what(self):
        Portrait.objects.create(target_id=self.one.pk)
        page = self.client.get(self.page)
        self.assertContains(page, "It cannot be undone.")
        self.assertContains(page, "portraits (1 more)")
        self.assertNotContains(page, "Undo the merge")
        response = self.client.post(self.page)
        self.assertRedirects(response, self.page)
        self.assertIn("portraits (1 more)", told(response))

    def test_it_is_for_those_who_may_change_the_target(self):
        for user, status in ((None, 302), (self.guest, 404), (self.member, 200), (self.pi, 200)):
            with self.subTest(user):
                self.assertEqual(logged_in(user).get(self.page).status_code, status)
        grant([self.guest], to=self.one, actions=["view"])
        self.assertEqual(logged_in(self.guest).post(self.page).status_code, 404)
        self.assertIsNone(MergeRecord.objects.get().undone)

    def test_the_timeline_links_it_for_those_who_may_change_the_target(self):
        grant([self.guest], to=self.one, actions=["view"])
        url = reverse("targets:timeline", args=[self.one.pk])
        self.assertContains(self.client.get(url), self.page)
        self.assertContains(self.client.get(url), "AT 2024abc was merged into this one.")
        self.assertNotContains(logged_in(self.guest).get(url), self.page)

    def test_after_undoing_nobody_learns_of_the_other_target_who_may_not_see_it(self):
        grant([self.guest], to=self.one, actions=["view"])
        self.client.post(self.page)
        url, api = reverse("targets:timeline", args=[self.one.pk]), reverse("api:targetevents-list")
        for client, knows in ((self.client, True), (logged_in(self.guest), False)):
            page = client.get(url)
            self.assertEqual("AT 2024abc" in page.content.decode(), knows)
            self.assertEqual("AT 2024abc" in client.get(api, {"target": self.one.pk}).content.decode(), knows)
        self.assertContains(logged_in(self.guest).get(url), "The merge with another target was undone.")
