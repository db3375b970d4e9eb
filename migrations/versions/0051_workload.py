"""Workload of sections and units by month, counted at night

Revision ID: 0051
Revises: 0050
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_workload",
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), primary_key=True, autoincrement=False),
        sa.Column("month", sa.Date(), primary_key=True),
        sa.Column("inputs", sa.String(32), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        *_facts(),
        sa.CheckConstraint("extract(day FROM month) = 1", name="month_is_its_first"),
    )
    op.create_index("ix_unit_workload_month", "unit_workload", ["month"])
    op.create_table(
        "section_workload",
        sa.Column("section_id", sa.BigInteger(), sa.ForeignKey("section.id"), primary_key=True, autoincrement=False),
        sa.Column("month", sa.Date(), primary_key=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        *_facts(),
        sa.ForeignKeyConstraint(["unit_id", "month"], ["unit_workload.unit_id", "unit_workload.month"]),
    )
    op.create_index("ix_section_workload_unit_id_month", "section_workload", ["unit_id", "month"])


def downgrade() -> None:
    op.drop_table("section_workload")
    op.drop_table("unit_workload")


def _facts() -> list[sa.Column[Any]]:
    return [
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("attendance_days", sa.Numeric(12, 2), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        sa.Column("standard_minutes", sa.Numeric(18, 2), nullable=False),
        sa.Column("logged_minutes", sa.BigInteger(), nullable=False),
    ]
