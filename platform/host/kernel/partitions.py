"""Tables that grow by month: which are partitioned how, and their partitions made ahead of time.

Rows that came before their month had a partition fell into the DEFAULT partition: they are moved, under a lock,
before that month's partition is made, so no write is ever lost (design §4).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

#: table → the column its months are cut by.
MONTHLY = {"audit_entry": "at", "duty_record": "worked_on"}
HASHED = {"request_key": 8}


class MonthInUse(Exception):
    """The month's partition has rows already: it cannot be filled as a whole."""


def first_of_month(day: date, *, plus: int = 0) -> date:
    """The first day of the month ``plus`` months after that of ``day``."""
    months = day.year * 12 + day.month - 1 + plus
    return date(months // 12, months % 12 + 1, 1)


def create_fixed(connection: Connection, table: str) -> None:
    """The DEFAULT partition of a monthly table, or all partitions of a hashed one."""
    if table in HASHED:
        for part in range(HASHED[table]):
            connection.execute(
                text(
                    f"CREATE TABLE IF NOT EXISTS {table}_p{part} PARTITION OF {table} "
                    f"FOR VALUES WITH (MODULUS {HASHED[table]}, REMAINDER {part})"
                )
            )
        return
    connection.execute(text(f"CREATE TABLE IF NOT EXISTS {table}_default PARTITION OF {table} DEFAULT"))


def ensure_month(connection: Connection, table: str, day: date) -> bool:
    """Make the partition for the month of ``day`` unless it is there; moves rows out of DEFAULT. True if made."""
    column = MONTHLY[table]
    start, end = first_of_month(day), first_of_month(day, plus=1)
    name = f"{table}_{start:%Y%m}"
    # Two makers at a time: the second waits, then finds the partition there.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7))"), {"name": name})
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None:
        return False
    bounds = {"start": start, "end": end}
    inside = f"{column} >= :start AND {column} < :end"
    keys: list[Key] = []
    found = connection.scalar(text(f"SELECT EXISTS (SELECT FROM {table}_default WHERE {inside})"), bounds)  # noqa: S608
    connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL EXCLUDING IDENTITY)"))
    if found:
        # Writers wait for the moment in which rows change their table.
        connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        keys = _take_keys_off(connection, table)
        # What guards rows against changes must not keep them from going where they belong; nobody else sees this.
        connection.execute(text(f"ALTER TABLE {table}_default DISABLE TRIGGER USER"))
        connection.execute(
            text(
                f"WITH moved AS (DELETE FROM {table}_default WHERE {inside} RETURNING *) "  # noqa: S608
                f"INSERT INTO {name} SELECT * FROM moved"
            ),
            bounds,
        )
        connection.execute(text(f"ALTER TABLE {table}_default ENABLE TRIGGER USER"))
    connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"))
    _guard(connection, table, name)
    for key in keys:
        connection.execute(text(f'ALTER TABLE {key.owner} ADD CONSTRAINT "{key.name}" {key.definition} NOT VALID'))
    return True


def _guard(connection: Connection, table: str, part: str) -> None:
    """What keeps the whole table from being emptied keeps the part too: such a trigger is not handed down by itself."""
    found = connection.execute(
        text(
            "SELECT tgname AS name, tgfoid::regproc::text AS function FROM pg_trigger"
            " WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal AND tgtype & 32 > 0"  # 32: TRUNCATE
        ),
        {"table": table},
    ).all()
    for guard in found:
        connection.execute(
            text(
                f'CREATE TRIGGER "{guard.name}" BEFORE TRUNCATE ON {part}'
                f" FOR EACH STATEMENT EXECUTE FUNCTION {guard.function}()"
            )
        )


@dataclass(frozen=True)
class Key:
    """A foreign key to a monthly table, as PostgreSQL words it."""

    owner: str
    name: str
    definition: str


def _take_keys_off(connection: Connection, table: str) -> list[Key]:
    """What refers to rows that change their partition would refuse or, cascading, go with them (``validate_keys``)."""
    found = connection.execute(
        text(
            "SELECT conrelid::regclass::text AS owner, conname AS name, pg_get_constraintdef(oid) AS definition"
            " FROM pg_constraint WHERE confrelid = to_regclass(:table) AND contype = 'f' AND conparentid = 0"
        ),
        {"table": table},
    )
    keys = [Key(row.owner, row.name, row.definition.removesuffix(" NOT VALID")) for row in found]
    for key in keys:
        connection.execute(text(f'ALTER TABLE {key.owner} DROP CONSTRAINT "{key.name}"'))
    return keys


def validate_keys(connection: Connection) -> int:
    """Look once at the old rows of keys that ``ensure_month`` put on again; how many keys.

    They hold for every write since; looking takes long and keeps no writer waiting, so it is not done under the lock.
    """
    found = connection.execute(
        text(
            "SELECT conrelid::regclass::text AS owner, conname AS name FROM pg_constraint WHERE contype = 'f'"
            " AND NOT convalidated AND conparentid = 0 AND confrelid::regclass::text = ANY (:tables)"
        ),
        {"tables": list(MONTHLY)},
    ).all()
    for key in found:
        connection.execute(text(f'ALTER TABLE {key.owner} VALIDATE CONSTRAINT "{key.name}"'))
    return len(found)


@contextmanager
def filling_month(connection: Connection, table: str, day: date) -> Iterator[str]:
    """The name of an empty table without indexes to COPY a whole month into; afterwards it is that month's partition.

    Its indexes are built once at the end instead of row by row. Raises MonthInUse when the month has rows already.
    """
    start, end = first_of_month(day), first_of_month(day, plus=1)
    name = f"{table}_{start:%Y%m}"
    ensure_month(connection, table, day)
    if connection.scalar(text(f"SELECT EXISTS (SELECT FROM {name})")):  # noqa: S608
        raise MonthInUse(name)
    connection.execute(text(f"ALTER TABLE {table} DETACH PARTITION {name}"))
    connection.execute(text(f"DROP TABLE {name}"))
    connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    # The numbers of the whole table go on; a partition takes them over from its parent once it is one.
    numbers = connection.scalar(text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table})
    connection.execute(text(f"ALTER TABLE {name} ALTER id SET DEFAULT nextval('{numbers}')"))
    # With the keys there from the start, attaching has nothing to look up again.
    keys = connection.execute(
        text(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = to_regclass(:table) AND contype = 'f' AND conparentid = 0"
        ),
        {"table": table},
    ).all()
    for key, definition in keys:
        connection.execute(text(f'ALTER TABLE {name} ADD CONSTRAINT "{key}" {definition}'))
    yield name
    connection.execute(text(f"ALTER TABLE {name} ALTER id DROP DEFAULT"))
    connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}')"))
    _guard(connection, table, name)


def ensure_ahead(connection: Connection, today: date, *, back: int = 1, ahead: int = 3) -> int:
    """Partitions of all monthly tables from ``back`` months ago to ``ahead`` months on, and of months whose rows fell
    into DEFAULT; returns how many were made.
    """
    made = 0
    for table, column in MONTHLY.items():
        if connection.scalar(text("SELECT to_regclass(:name)"), {"name": table}) is None:
            continue
        months = [first_of_month(today, plus=plus) for plus in range(-back, ahead + 1)]
        fallen = connection.scalars(
            text(f"SELECT DISTINCT date_trunc('month', {column})::date FROM {table}_default")  # noqa: S608
        ).all()
        for month in sorted({*months, *fallen}):
            made += ensure_month(connection, table, month)
    return made
