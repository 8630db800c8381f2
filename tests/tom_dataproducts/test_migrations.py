"""A database of earlier releases is taken over: columns filled, doubles marked, grants brought along."""

from datetime import UTC, datetime

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.test import SimpleTestCase, TransactionTestCase
from guardian.models import UserObjectPermission

from tom_dataproducts.models import ReducedDatum
from tom_targets.testing import SiderealTargetFactory

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


class NamesTests(SimpleTestCase):
    databases = {"default"}

    def test_plugins_may_depend_on_the_names_of_earlier_releases(self):
        loader = MigrationLoader(connection)
        loader.build_graph()
        replaced = {key for migration in loader.replacements.values() for key in migration.replaces}
        for name in (
            "0005_auto_20190704_1010", "0006_auto_20190912_2013", "0014_alter_reduceddatum_timestamp",
            "0015_remove_reduceddatum_message", "0016_reduceddatum_instrument_reduceddatum_telescope_and_more",
        ):  # fmt: skip
            self.assertIn(("tom_dataproducts", name), replaced)


class TakeOverTests(TransactionTestCase):
    before = [("tom_dataproducts", "0015_squashed_0020_reduced_data")]

    def tearDown(self):
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())

    def migrate(self, nodes):
        executor = MigrationExecutor(connection)
        executor.migrate(nodes)
        return MigrationExecutor(connection).loader.project_state(nodes).apps

    def test_stored_measurements_get_their_columns_and_fingerprints(self):
        target = SiderealTargetFactory.create()
        old = self.migrate(self.before)
        datums = old.get_model("tom_dataproducts", "ReducedDatum").objects
        fields = {"target_id": target.pk, "data_type": "photometry", "source_name": "ZTF", "timestamp": NOON}
        good = datums.create(value={"magnitude": 17.2, "error": 0.1, "filter": "r"}, telescope="P48", **fields)
        double = datums.create(value={"magnitude": 17.2, "error": 0.1, "filter": "r"}, telescope="P48", **fields)
        broken = datums.create(value={"magnitude": "bright"}, **fields)
        limit = datums.create(value={"limit": 20.1, "filter": "r"}, **fields)
        permission = Permission.objects.get(codename="view_reduceddatum")
        user = User.objects.create_user("member")
        # Its own save() would read the measurement with columns that are not there yet.
        UserObjectPermission.objects.bulk_create([UserObjectPermission(
            user=user, permission=permission, content_type=permission.content_type, object_pk=str(good.pk)
        )])
        self.migrate([("tom_dataproducts", "0022_fill_columns_and_move_grants")])
        good, double, broken, limit = ReducedDatum.objects.order_by("pk")
        self.assertEqual((good.brightness, good.brightness_error, good.bandpass, good.unit), (17.2, 0.1, "r", "mag"))
        self.assertIsNone(good.superseded)
        self.assertIsNotNone(double.superseded)
        self.assertIsNone(double.fingerprint)
        self.assertEqual((broken.brightness, broken.fingerprint, broken.value), (None, None, {"magnitude": "bright"}))
        self.assertEqual((limit.brightness, limit.limit), (None, 20.1))
        fingerprint = good.fingerprint
        good.save()
        self.assertEqual(good.fingerprint, fingerprint)
        self.assertEqual(good.reduceddatumuserobjectpermission_set.get().user_id, user.pk)
