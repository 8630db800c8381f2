"""What follows a migration waits for the tables it needs."""

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import TestCase

from tom_common.people import PUBLIC_GROUP
from tom_common.signals import create_public_group_on_post_migrate


class PublicGroupTests(TestCase):
    def test_it_is_made_once_there_are_groups(self):
        Group.objects.filter(name=PUBLIC_GROUP).delete()
        app = apps.get_app_config("tom_common")
        early = MigrationLoader(connection).project_state(("contenttypes", "0002_remove_content_type_name")).apps
        with self.assertNumQueries(0):
            create_public_group_on_post_migrate(app, using="default", apps=early)
        for _ in range(2):
            create_public_group_on_post_migrate(app, using="default", apps=apps)
        self.assertEqual(Group.objects.filter(name=PUBLIC_GROUP).count(), 1)
