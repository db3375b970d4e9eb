"""The one declarative base, metadata and session of the platform."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Enum,
    Executable,
    LargeBinary,
    MetaData,
    Numeric,
    Row,
    Select,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, Range
from sqlalchemy.orm import DeclarativeBase

#: A select or row of several columns whose types the reader of it names.
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]


class Model(DeclarativeBase):
    """Base of every mapped class in the four systems."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: dict[Any, Any] = {
        int: BigInteger,
        str: Text,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        Decimal: Numeric(18, 6),
        Range[date]: DATERANGE,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=True,
            length=40,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


# Rows stay loaded after commit, so that a view can commit and then render the row it changed.
db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})


def execute_core(statement: Executable, parameters: dict[str, Any]) -> CursorResult[Any]:
    """Run a statement of tables, not classes, in the session's transaction, past what the session does for classes.

    For what every request sends: that share is a twentieth of what a record costs the web process.
    """
    return db.session.connection().execute(statement, parameters)


@contextmanager
def planned_for_many() -> Iterator[None]:
    """Statements inside are about the whole city: rows are joined in bulk, not looked up one by one.

    The planner takes several conditions on one row for rarer than they are, expects three people where ten thousand
    come, and compares each of them with everybody. Within a transaction, which an error ends together with the setting.
    """
    db.session.execute(text("SET LOCAL enable_nestloop = off"))
    yield
    db.session.execute(text("SET LOCAL enable_nestloop = on"))


@contextmanager
def one_snapshot() -> Iterator[None]:
    """All that is read inside is of one instant, whatever others commit meanwhile; nothing can be written.

    What the session did before is committed, and the block ends its own transaction. Inside a savepoint the
    transaction around it has its isolation already.
    """
    db.session.commit()
    connection = db.session.connection()
    if not connection.in_nested_transaction():
        # Said before the first query, when it still may be.
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    try:
        yield
    finally:
        db.session.rollback()


def engine_options(*, schema: str, queue_schema: str, pool_size: int, application: str) -> dict[str, Any]:
    """Options of the engine: the city's schema by ``search_path``, so that no table names one (design §7).

    ``public`` comes last and holds extensions only. Statements end after 60 s and locks after 10 s:
    a request that waits longer is a fault to be seen, not to be sat out.
    """
    settings = {
        "search_path": f"{schema},{queue_schema},public",
        "statement_timeout": "60s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "120s",
        "application_name": application,
        "timezone": "Asia/Shanghai",
    }
    return {
        "pool_size": pool_size,
        "max_overflow": 4,
        # The connection used last is taken first: its backend's caches are warm, and a quiet hour needs fewer of them.
        "pool_use_lifo": True,
        "pool_timeout": 10,
        # Names, texts and password hashes are among the parameters: an error in the log must not quote them.
        "hide_parameters": True,
        "pool_pre_ping": False,
        "pool_recycle": 1800,
        "connect_args": {
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            "connect_timeout": 10,
        },
    }
