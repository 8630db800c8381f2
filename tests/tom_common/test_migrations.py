"""A database of the 2.x or the 3.x line is taken over in place."""

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import SimpleTestCase

OF_2 = ["0001_initial", "0002_usersession"]
OF_3 = ["0004_delete_usersession", "0005_profile_password_changed_at_profile_phone_number",
        "0006_termsofserviceacceptance"]
SQUASH_2, SQUASH_3 = "0001_squashed_0002_usersession", "0004_squashed_0006_termsofserviceacceptance"
LAST = "0007_job"
ALIAS = "taken_over"


class TakeOverTests(SimpleTestCase):
    databases = {ALIAS}

    @classmethod
    def setUpClass(cls):
        entry = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
        connections.databases[ALIAS] = connections.configure_settings({"default": entry})["default"]
        cls.addClassCleanup(connections.databases.pop, ALIAS)
        super().setUpClass()

    def setUp(self):
        self.connection = connections[ALIAS]
        self.addCleanup(self.forget)

    def forget(self):
        self.connection.close()
        del connections[ALIAS]

    def make_as_of(self, squash: str, names: list[str]) -> None:
        """A database as that line left it: its tables, and its names in the list of applied migrations."""
        MigrationExecutor(self.connection).migrate([("tom_common", squash)])
        recorder = MigrationRecorder(self.connection)
        recorder.migration_qs.filter(app="tom_common").delete()
        for name in names:
            recorder.record_applied("tom_common", name)

    def migrate(self) -> list[str]:
        executor = MigrationExecutor(self.connection)
        plan = executor.migration_plan([("tom_common", LAST)])
        executor.migrate([("tom_common", LAST)])
        return [migration.name for migration, _ in plan]

    def tables(self) -> set[str]:
        with self.connection.cursor() as cursor:
            names = self.connection.introspection.table_names(cursor)
        return {name.removeprefix("tom_common_") for name in names if name.startswith("tom_common_")}

    def columns(self) -> set[str]:
        with self.connection.cursor() as cursor:
            found = self.connection.introspection.get_table_description(cursor, "tom_common_profile")
        return {column.name for column in found}

    def test_one_of_the_2_line(self):
        self.make_as_of(SQUASH_2, OF_2)
        self.assertEqual(self.tables(), {"profile", "usersession"})
        with self.connection.cursor() as cursor:
            cursor.execute("INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, "
                           "is_staff, is_active, date_joined, last_login) "
                           "VALUES ('', 0, 'ada', '', '', '', 0, 1, '2020-01-01', '2020-01-01')")
            cursor.execute("INSERT INTO tom_common_profile (user_id, affiliation) VALUES (1, 'Engine Works')")
        self.assertEqual(self.migrate(), [SQUASH_3, LAST])
        self.assertEqual(self.tables(), {"profile", "termsofserviceacceptance", "job", "job_followers"})
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT affiliation FROM tom_common_profile")
            self.assertEqual(cursor.fetchall(), [("Engine Works",)])

    def test_one_of_the_3_line(self):
        self.make_as_of(SQUASH_3, OF_2 + OF_3)
        self.assertEqual(self.migrate(), [LAST])
        self.assertLessEqual({"affiliation", "phone_number", "password_changed_at"}, self.columns())

    def test_a_new_one(self):
        self.assertLessEqual({SQUASH_2, SQUASH_3, LAST}, set(self.migrate()))

    def test_a_migration_of_a_plugin_may_depend_on_any_of_the_names(self):
        graph = MigrationExecutor(self.connection).loader
        for name in OF_2 + OF_3:
            self.assertTrue(any(("tom_common", name) in squash.replaces for squash in graph.replacements.values())
                            or ("tom_common", name) in graph.graph.nodes, name)
