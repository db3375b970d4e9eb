"""Limits in hours and minutes; how many hours a working day has

Revision ID: 0062
Revises: 0059
"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

DAYS = ("workday", "day", "month")
#: (table, check, unit, value); what a step promises has no check of its own.
LIMITS = (
    ("power_time_limit", "limitunit", "limit_unit", "value"),
    ("flow_step", "limitunit", "limit_unit", "limit_value"),
    ("step_clock", "limitunit", "limit_unit", "limit_value"),
    ("step_clock", "promised_limitunit", "promised_unit", "promised_value"),
)


def upgrade() -> None:
    for table, check, unit, _ in LIMITS:
        _allow(table, check, unit, (*DAYS, "workhour", "hour", "minute"))
    op.add_column("library_setting", sa.Column("hours_per_day", sa.SmallInteger(), server_default="8", nullable=False))
    op.create_check_constraint(
        op.f("ck_library_setting_hours_in_bounds"), "library_setting", "hours_per_day BETWEEN 1 AND 24"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_library_setting_hours_in_bounds"), "library_setting")
    op.drop_column("library_setting", "hours_per_day")
    # Without hours a limit is the whole days that the clocks count it as: 24 hours are a day, fewer a working day.
    for table, _, unit, value in (*LIMITS, ("flow_step", "", "promised_unit", "promised_value")):
        # Those of versions in force are kept from change by a trigger.
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for word, a_day in (("workhour", 8), ("hour", 24), ("minute", 480)):
            op.execute(
                sa.text(
                    f"UPDATE {table} SET {value} = ({value} + {a_day} - 1) / {a_day}, {unit} = CASE"  # noqa: S608
                    f" WHEN {unit} = 'hour' AND {value} >= 24 THEN 'day' ELSE 'workday' END WHERE {unit} = '{word}'"
                )
            )
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for table, check, unit, _ in LIMITS:
        _allow(table, check, unit, DAYS)


def _allow(table: str, check: str, column: str, words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.drop_constraint(op.f(f"ck_{table}_{check}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{check}"), table, f"{column} IN ({listed})")
