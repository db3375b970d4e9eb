"""Migrations: run under an advisory lock, into the city's own schema."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from config import Settings
from host.kernel.calendar.seed import ensure_calendar
from host.kernel.db import engine_options
from host.kernel.partitions import ensure_ahead

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
EXTENSIONS = ("btree_gist", "pg_trgm")


def migration_config(connection: Connection | None = None) -> Config:
    """Alembic's settings for the folder ``migrations``; with a connection, to run on it."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def migration_engine(settings: Settings) -> Engine:
    options = engine_options(
        schema=settings.schema, queue_schema=settings.queue_schema, pool_size=1, application="lvzhi-migrate"
    )
    options["connect_args"]["options"] += " -c statement_timeout=0 -c lock_timeout=30s"
    assert settings.database_url is not None
    return create_engine(settings.database_url, poolclass=NullPool, connect_args=options["connect_args"])


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Bring the database to ``revision``. Two at a time: the second waits, then has nothing to do."""
    engine = migration_engine(settings)
    with engine.connect() as guard:
        guard.execute(text("SELECT pg_advisory_lock(hashtextextended(:key, 1))"), {"key": settings.schema})
        with engine.begin() as connection:
            prepare_schema(connection, settings)
        with engine.begin() as connection:
            command.upgrade(migration_config(connection), revision)
        _validate_checks(engine)
        with engine.begin() as connection:
            ensure_ahead(connection, date.today())  # noqa: DTZ011  # partitions follow the server's own day
            ensure_calendar(connection)
    engine.dispose()


def _validate_checks(engine: Engine) -> None:
    """Hold the rows of partitioned tables against checks that migrations added NOT VALID.

    Reading millions of rows takes seconds. After the migrations' own transaction, others read and write meanwhile.
    """
    waiting = text(
        "SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid"
        " WHERE t.relkind = 'p' AND t.relnamespace = current_schema()::regnamespace AND NOT c.convalidated"
    )
    with engine.begin() as connection:
        found = connection.execute(waiting).all()
    for table, check in found:
        with engine.begin() as connection:
            connection.execute(text(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{check}"'))


def prepare_schema(connection: Connection, settings: Settings) -> None:
    """The schemas of the city and its queue; extensions go to ``public``, where every city finds them."""
    for schema in (settings.schema, settings.queue_schema):
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    prepare_extensions(connection)


def prepare_extensions(connection: Connection) -> None:
    for extension in EXTENSIONS:
        connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public"))


def status(settings: Settings) -> dict[str, str | None]:
    """The revision of the database and the newest one known."""
    engine = migration_engine(settings)
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT to_regclass('alembic_version')"))
        revision = connection.scalar(text("SELECT version_num FROM alembic_version")) if found else None
    engine.dispose()
    return {"database": revision, "newest": newest_revision()}


@cache
def newest_revision() -> str | None:
    """The revision that this code needs; read from the folder once."""
    return ScriptDirectory.from_config(migration_config()).get_current_head()
