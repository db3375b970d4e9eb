"""Checks of the coverage of units' duties

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coverage_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("function_count", sa.BigInteger(), nullable=False),
        sa.Column("carried_count", sa.BigInteger(), nullable=False),
        sa.Column("gaps", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "carried_count BETWEEN 0 AND function_count",
            name=op.f("ck_coverage_run_carries_no_more_than_there_is"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_coverage_run_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_run")),
        sa.UniqueConstraint("unit_id", "checked_on", name=op.f("uq_coverage_run_unit_id_checked_on")),
    )


def downgrade() -> None:
    op.drop_table("coverage_run")
