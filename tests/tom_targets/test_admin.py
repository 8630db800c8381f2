"""Django's admin shows targets, groupings and shares."""

from django.contrib.auth.models import User
from django.test import TestCase

from tom_targets.testing import PersistentShareFactory, TargetExtraFactory, TargetGroupingFactory, TargetNameFactory


class AdminTests(TestCase):
    def test_lists_and_forms_open(self):
        self.client.force_login(User.objects.create_superuser("pi"))
        alias = TargetNameFactory.create()
        TargetExtraFactory.create(target=alias.target)
        rows = {"basetarget": alias.target, "targetlist": TargetGroupingFactory.create(),
                "persistentshare": PersistentShareFactory.create()}
        for model, row in rows.items():
            for url in (f"/admin/tom_targets/{model}/", f"/admin/tom_targets/{model}/{row.pk}/change/"):
                self.assertEqual(self.client.get(url).status_code, 200, url)
        self.assertContains(self.client.get("/admin/tom_targets/basetarget/", {"q": alias.name}), alias.target.name)
