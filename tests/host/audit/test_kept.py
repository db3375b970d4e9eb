"""Row 68 of the security score card: what stands in the audit log is neither changed nor taken out (R158)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from host.kernel.access import SYSTEM
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.emptying import empty_tables
from host.kernel.partitions import ensure_month


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = '别人' WHERE subject = 'unit:7'",
        "DELETE FROM audit_entry WHERE subject = 'unit:7'",
        "UPDATE audit_entry SET at = at - interval '40 days' WHERE subject = 'unit:7'",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_entry_default",
        "TRUNCATE unit, audit_entry CASCADE",
    ],
)
def test_row_68_the_database_takes_no_change_of_an_entry(connection: Connection, statement: str) -> None:
    record_change("unit:7", action="unit.changed", actor=SYSTEM)

    with pytest.raises(DBAPIError, match="stays as it was"):
        db.session.execute(text(statement))


def test_row_68_a_month_that_was_made_later_is_not_emptied_either(connection: Connection) -> None:
    ensure_month(connection, "audit_entry", date(2031, 5, 2))

    with pytest.raises(DBAPIError, match="stays as it was"):
        db.session.execute(text("TRUNCATE audit_entry_203105"))


def test_row_68_after_a_trial_was_emptied_the_log_is_guarded_again(committed: Engine) -> None:
    with committed.begin() as connection:
        empty_tables(connection)

    with pytest.raises(DBAPIError, match="stays as it was"), committed.begin() as connection:
        connection.execute(text("TRUNCATE audit_entry"))
