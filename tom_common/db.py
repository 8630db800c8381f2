"""What a database connection needs so that web and worker do not lock each other out.

    DATABASES = {"default": tuned(dj_database_url.parse(env.text("DATABASE_URL"), conn_max_age=60))}
"""

#: Seconds a writer waits for another one to be done before "database is locked".
BUSY_TIMEOUT_S = 20


def sqlite_options() -> dict:
    """OPTIONS for SQLite: readers never wait (WAL), writers queue up.

    A transaction takes its place among the writers when it begins (IMMEDIATE): one that begins as a reader and wants
    to write later would be refused at once, timeout or not, when somebody wrote in between.
    """
    return {
        "timeout": BUSY_TIMEOUT_S,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;",
    }


def tuned(database: dict) -> dict:
    """An entry of DATABASES with what its engine needs; what the entry says itself wins."""
    if database.get("ENGINE", "").endswith("sqlite3"):
        return {**database, "OPTIONS": {**sqlite_options(), **database.get("OPTIONS", {})}}
    return database
