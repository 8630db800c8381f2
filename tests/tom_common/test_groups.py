from django.contrib.auth.models import Group
from django.test import TestCase
from django.urls import reverse
from guardian.utils import get_anonymous_user

from tom_common.people import PUBLIC_GROUP
from tom_common.testing import logged_in, make_group, make_superuser, make_user


class GroupTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.pi, cls.ada, cls.bob = make_superuser("pi"), make_user("ada"), make_user("bob")
        cls.team = make_group("Team", users=[cls.ada])

    def setUp(self):
        self.client = logged_in(self.pi)

    def test_a_superuser_makes_a_group_with_members(self):
        data = {"name": "Observers", "users": [self.ada.pk, self.bob.pk]}
        self.assertRedirects(self.client.post(reverse("group-create"), data), reverse("user-list"))
        self.assertEqual(set(Group.objects.get(name="Observers").user_set.all()), {self.ada, self.bob})

    def test_the_form_shows_who_is_in_it_and_changes_that(self):
        url = reverse("group-update", args=[self.team.pk])
        page = self.client.get(url)
        self.assertEqual(page.context["form"]["users"].value(), [self.ada.pk])
        self.client.post(url, {"name": "New team", "users": [self.bob.pk]})
        self.team.refresh_from_db()
        self.assertEqual((self.team.name, list(self.team.user_set.all())), ("New team", [self.bob]))

    def test_a_name_that_is_taken_or_too_long_is_told_at_the_field(self):
        for name in ("Team", "x" * 151, ""):
            page = self.client.post(reverse("group-create"), {"name": name})
            self.assertIn("name", page.context["form"].errors)

    def test_the_account_of_visitors_is_no_member_to_choose(self):
        page = self.client.post(reverse("group-create"), {"name": "X", "users": [get_anonymous_user().pk]})
        self.assertIn("users", page.context["form"].errors)

    def test_deleting_says_who_loses_it_and_keeps_the_people(self):
        url = reverse("group-delete", args=[self.team.pk])
        self.assertContains(self.client.get(url), "ada")
        self.assertTrue(Group.objects.filter(pk=self.team.pk).exists())
        self.assertRedirects(self.client.post(url), reverse("user-list"))
        self.assertFalse(Group.objects.filter(pk=self.team.pk).exists())
        self.ada.refresh_from_db()

    def test_the_public_group_is_there_and_stays(self):
        public = Group.objects.get(name=PUBLIC_GROUP)
        url = reverse("group-delete", args=[public.pk])
        self.assertNotContains(self.client.get(url), "btn-danger")
        self.client.post(url)
        self.client.post(reverse("group-update", args=[public.pk]), {"name": "Renamed", "users": [self.ada.pk]})
        public.refresh_from_db()
        self.assertEqual((public.name, list(public.user_set.all())), (PUBLIC_GROUP, [self.ada]))

    def test_members_manage_no_groups(self):
        client = logged_in(self.ada)
        for name, args in (("group-create", []), ("group-update", [self.team.pk]), ("group-delete", [self.team.pk])):
            self.assertEqual(client.get(reverse(name, args=args)).status_code, 403)
            self.assertEqual(client.post(reverse(name, args=args), {"name": "Mine"}).status_code, 403)
            visitor = logged_in().get(reverse(name, args=args))
            self.assertRedirects(visitor, f"{reverse('login')}?next={reverse(name, args=args)}")
        self.assertTrue(Group.objects.filter(name="Team").exists())
