"""Sums of records by unit and day, kept by triggers

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: What a record of a table of rows adds to the sums, with ``{sign}`` before it.
_PART = """
SELECT unit_id, worked_on, {sign} 1 AS records, {sign} (record_state IN ('approved', 'locked'))::int AS approved,
       {sign} (post_duty_id IS NULL)::int AS outside, {sign} coalesce(minutes, 0) AS minutes
FROM {rows} WHERE record_state IN ('submitted', 'approved', 'locked')
"""
_NOTE = """
INSERT INTO unit_sum_change (unit_id, worked_on, record_count, approved_count, outside_count, minutes)
SELECT unit_id, worked_on, sum(records), sum(approved), sum(outside), sum(minutes) FROM ({parts}) changed
GROUP BY unit_id, worked_on
HAVING sum(records) <> 0 OR sum(approved) <> 0 OR sum(outside) <> 0 OR sum(minutes) <> 0
"""
#: event → what its statement's rows are called, and with which sign they count.
_EVENTS = {
    "insert": ("NEW TABLE AS new_rows", {"new_rows": "+"}),
    "delete": ("OLD TABLE AS old_rows", {"old_rows": "-"}),
    "update": ("OLD TABLE AS old_rows NEW TABLE AS new_rows", {"new_rows": "+", "old_rows": "-"}),
}


def upgrade() -> None:
    op.create_table(
        "unit_sum_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=False),
        *_sums(),
    )
    op.create_table(
        "unit_day_sum",
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), primary_key=True, autoincrement=False),
        sa.Column("worked_on", sa.Date(), primary_key=True),
        *_sums(),
    )
    op.create_index("ix_unit_day_sum_worked_on", "unit_day_sum", ["worked_on"])
    op.create_table(
        "unit_month_sum",
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), primary_key=True, autoincrement=False),
        sa.Column("month", sa.Date(), primary_key=True),
        *_sums(),
    )
    op.create_index("ix_unit_month_sum_month", "unit_month_sum", ["month"])
    for event, (tables, signs) in _EVENTS.items():
        parts = (_PART.format(sign=sign, rows=rows) for rows, sign in signs.items())
        note = _NOTE.format(parts=" UNION ALL ".join(parts))
        op.execute(
            f"CREATE FUNCTION note_record_{event}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {note}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER note_{event} AFTER {event.upper()} ON duty_record REFERENCING {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION note_record_{event}()"
        )
    op.execute(_NOTE.format(parts=_PART.format(sign="+", rows="duty_record")))


def downgrade() -> None:
    for event in _EVENTS:
        op.execute(f"DROP TRIGGER note_{event} ON duty_record")
        op.execute(f"DROP FUNCTION note_record_{event}()")
    for table in ("unit_month_sum", "unit_day_sum", "unit_sum_change"):
        op.drop_table(table)


def _sums() -> list[sa.Column[int]]:
    return [
        sa.Column("record_count", sa.Integer(), nullable=False),
        sa.Column("approved_count", sa.Integer(), nullable=False),
        sa.Column("outside_count", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
    ]
