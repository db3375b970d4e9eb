"""A submission as one statement: its key, its records, their sums and its audit row, all of them or none.

One round trip where four were needed: at the evening peak this is a third of what a record costs. What the parts mean
is said where they live (``host.kernel.idempotency``, ``host.kernel.audit``, ``rollups``); here they are put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Date, String, bindparam, column, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql.selectable import TableValuedAlias

from duty_eval.records.models import DutyRecord, RecordRollup
from duty_eval.records.rollups import added_up
from host.kernel.audit import entry_if, plain
from host.kernel.db import execute_core
from host.kernel.idempotency import Key, taken_as

#: What a new record is given; everything else of it is the column's default.
GIVEN = (
    "id", "worked_on", "person_id", "entered_by_id", "post_id", "section_id", "unit_id", "post_duty_id", "work_source",
    "content", "quantity", "measure_unit", "minutes", "start_minute", "result", "problem", "next_step", "case_no",
    "origin", "is_backdated", "record_state", "submitted_at",
)  # fmt: skip

_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")


def write_once(key: Key, rows: Sequence[dict[str, Any]], *, answer: dict[str, Any], audit: dict[str, Any]) -> bool:
    """Write the records under their key, all submitted by one person for one day; False: the key was taken before.

    ``rows`` hold the columns of ``GIVEN``, ``audit`` those of ``host.kernel.audit.entry_of``. A parallel twin waits
    here until the first one's transaction ends.
    """
    binds = key.binds(answer) | {"rows": [plain(row) for row in rows], "audit": audit}
    return execute_core(_WRITE, binds).first() is not None


def _statement() -> Any:
    # Kept under 4,096 bytes: psycopg converts the parameters of a longer one anew every time.
    key = taken_as("k")
    is_first = exists(select(key.c.client_key))
    rows = _given("r", GIVEN)
    records = insert(DutyRecord.__table__).from_select(  # type: ignore[arg-type]
        [DutyRecord.__table__.c[name] for name in GIVEN], select(*rows.c).where(is_first), include_defaults=False
    )
    return select(key.c.client_key).add_cte(
        records.cte("written"), _sums(is_first).cte("summed"), entry_if(is_first).cte("audited")
    )


def _given(name: str, names: Sequence[str]) -> TableValuedAlias:
    """The parameter ``rows`` as a table. Enumerations come as the words that they are stored as."""
    columns = DutyRecord.__table__.c
    kinds = {"work_source": String(), "origin": String(), "record_state": String()}
    return (
        func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
        .table_valued(*(column(one, kinds.get(one, columns[one].type)) for one in names))
        .render_derived(name, with_types=True)
    )


def _sums(is_first: ColumnElement[bool]) -> Any:
    r = _given("s", ("person_id", "worked_on", "section_id", "unit_id", "post_duty_id", "quantity", "minutes")).c
    month = func.date_trunc(literal_column("'month'"), r.worked_on).cast(Date)
    keys = (r.person_id, month, r.section_id, r.unit_id, r.post_duty_id)
    sums = (
        select(
            *keys,
            func.count(),
            _ZERO,
            func.coalesce(func.sum(r.quantity), _ZERO),
            func.sum(func.coalesce(r.quantity, _ONE)),
            func.coalesce(func.sum(r.minutes), _ZERO),
            func.max(r.worked_on),
        )
        .where(is_first)
        .group_by(*keys)
        # In key order, so that two writers never wait for each other in a ring.
        .order_by(r.person_id, month, r.section_id, r.unit_id, func.coalesce(r.post_duty_id, _ZERO))
    )
    names = (
        "person_id", "month", "section_id", "unit_id", "post_duty_id", "record_count", "approved_count", "quantity",
        "pieces", "minutes", "last_worked_on",
    )  # fmt: skip
    table = RecordRollup.__table__
    return added_up(insert(table).from_select([table.c[name] for name in names], sums, include_defaults=False))  # type: ignore[arg-type]


#: Built once: every record sends it.
_WRITE = _statement()
