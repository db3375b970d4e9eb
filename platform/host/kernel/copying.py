"""Many rows into one table by COPY, in the session's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from host.kernel.db import db


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY ``rows`` into ``columns`` of ``table``, names that the caller knows; returns how many there were.

    Enumerations must come as their values: COPY would write their names. Constraints hold as for any INSERT.
    """
    cursor = db.session.connection().connection.cursor()
    count = 0
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count
