"""Row 68 of the security score card: what stands in the audit log is neither changed nor taken out (R158)."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from host.kernel.access import SYSTEM
from host.kernel.audit import record_change
from host.kernel.db import db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = '别人' WHERE subject = 'unit:7'",
        "DELETE FROM audit_entry WHERE subject = 'unit:7'",
        "UPDATE audit_entry SET at = at - interval '40 days' WHERE subject = 'unit:7'",
    ],
)
def test_row_68_the_database_takes_no_change_of_an_entry(connection: Connection, statement: str) -> None:
    record_change("unit:7", action="unit.changed", actor=SYSTEM)

    with pytest.raises(DBAPIError, match="stays as it was"):
        db.session.execute(text(statement))
