"""The browser tests' database: a file, as a TOM has it.

Page, live server and worker each have a connection. On a database in memory they would share one cache, in which a
reader meets a locked table at once; on a file, readers do not wait and writers queue up.
"""

import pytest
from django.db import connection

from tom_common.db import sqlite_options


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("browser") / "tom.sqlite3")
        connection.settings_dict["OPTIONS"].update(sqlite_options())
