"""Emptying a database that was only ever a trial: a demo whose loading was killed, a run of tests."""

from __future__ import annotations

from sqlalchemy import Connection, text

from host.kernel.db import Model

#: What the migrations filled stays.
KEPT = frozenset({"calendar_day", "calendar_version"})


def empty_tables(connection: Connection) -> None:
    """Remove every row of every table, in the connection's transaction. No page and no job of a city comes here.

    The audit log refuses it (R158): only the owner of the tables can put its guard aside, and puts it back.
    """
    logs = connection.scalars(text("SELECT relid::regclass::text FROM pg_partition_tree('audit_entry')")).all()
    for log in logs:
        connection.execute(text(f"ALTER TABLE {log} DISABLE TRIGGER guard_truncate"))
    names = ", ".join(f'"{table.name}"' for table in Model.metadata.sorted_tables if table.name not in KEPT)
    connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    for log in logs:
        connection.execute(text(f"ALTER TABLE {log} ENABLE TRIGGER guard_truncate"))
