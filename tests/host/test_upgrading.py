"""An installation that holds rows of former versions is brought up to date, and goes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from alembic import command
from sqlalchemy import Engine, text

from config import Settings
from host.kernel.partitions import ensure_ahead
from host.migrating import migration_config, migration_engine, prepare_schema, upgrade

FORMER = "0046"
DAY = date(2026, 3, 2)
#: What the former version let people write: imported leave that was corrected, a breakdown that one person took in and
#: put in force, a review without a reviewer.
ROWS = (
    "INSERT INTO absence (id, person_id, section_id, absence_kind, span, absence_state, decided_at, is_imported,"
    " corrected_by, corrected_by_name, corrected_at, correction_reason) OVERRIDING SYSTEM VALUE VALUES"
    " (1, 1, 1, 'annual', '[2026-03-02,2026-03-07)', 'superseded', now(), true, 5, '李科长', now(), '提前返岗')",
    "INSERT INTO absence (id, person_id, section_id, absence_kind, span, absence_state, decided_at, corrects_id)"
    " OVERRIDING SYSTEM VALUE VALUES (2, 1, 1, 'annual', '[2026-03-02,2026-03-04)', 'confirmed', now(), 1)",
    "INSERT INTO audit_entry (actor_name, action, subject, after)"
    """ VALUES ('王芳', 'absence.imported', 'absence:1', '{"file": "请假.xlsx"}')""",
    "INSERT INTO breakdown (unit_id, version_no, breakdown_state, valid, imported_by, put_by)"
    " VALUES (1, 1, 'in_force', '[2026-01-01,)', 7, 7)",
    "INSERT INTO record_review (record_id, worked_on, person_id, verdict) VALUES (1, '2026-03-02', 1, 'approved')",
)


@pytest.fixture(scope="module")
def former(settings: Settings) -> Iterator[Engine]:
    """A database of the former version with its rows; other tables' rows are not needed and not there."""
    own = replace(settings, schema="lvzhi_former")
    engine = migration_engine(own)
    with engine.begin() as connection:
        prepare_schema(connection, own)
        command.upgrade(migration_config(connection), FORMER)
        ensure_ahead(connection, DAY)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for row in ROWS:
            connection.exec_driver_sql(row)
    with engine.begin() as connection:
        command.upgrade(migration_config(connection), "head")
    yield engine
    with engine.begin() as connection:
        for schema in (own.schema, own.queue_schema):
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
    engine.dispose()


def test_imported_leave_that_was_corrected_names_its_file(former: Engine) -> None:
    with former.connect() as connection:
        files = connection.scalars(text("SELECT import_file FROM absence ORDER BY id")).all()

    assert files == ["请假.xlsx", ""]


def test_the_guards_of_leave_stand_afterwards(former: Engine) -> None:
    with former.connect() as connection:
        asleep = connection.scalars(
            text("SELECT tgname FROM pg_trigger WHERE tgrelid = 'absence'::regclass AND tgenabled = 'D'")
        ).all()

    assert asleep == []


def test_what_was_put_in_force_and_reviewed_stays(former: Engine) -> None:
    with former.connect() as connection:
        kept = connection.execute(
            text("SELECT (SELECT put_by FROM breakdown), (SELECT count(*) FROM record_review)")
        ).one()

    assert tuple(kept) == (7, 1)


def test_it_goes_back_to_the_former_version_and_up_again(former: Engine) -> None:
    for move, revision in (("downgrade", FORMER), ("upgrade", "head")):
        with former.begin() as connection:
            getattr(command, move)(migration_config(connection), revision)
    with former.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM absence")) == 2


def test_checks_of_all_records_are_made_good_after_the_migrations(settings: Settings) -> None:
    """What migrations add NOT VALID, so that nobody waits for millions of rows to be read."""
    engine = migration_engine(settings)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE duty_record ADD CONSTRAINT late_check CHECK (id > 0) NOT VALID"))
    try:
        upgrade(settings)
        with engine.connect() as connection:
            waiting = connection.scalar(
                text("SELECT count(*) FROM pg_constraint WHERE NOT convalidated AND conname = 'late_check'")
            )
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE duty_record DROP CONSTRAINT late_check"))
        engine.dispose()
    assert waiting == 0
