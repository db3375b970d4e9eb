"""Rules of entry by division, over time

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_BOUNDS = {
    "late_in_bounds": "free_late_workdays BETWEEN 0 AND 30",
    "lock_in_bounds": "lock_workday BETWEEN 1 AND 20",
    "long_day_in_bounds": "long_day_minutes BETWEEN 600 AND 1440",
    "times_in_bounds": "quantity_times BETWEEN 1.5 AND 100",
    "alike_in_bounds": "alike_percent BETWEEN 70 AND 100",
}


def upgrade() -> None:
    op.create_table(
        "entry_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("free_late_workdays", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("lock_workday", sa.SmallInteger(), server_default="5", nullable=False),
        sa.Column("long_day_minutes", sa.SmallInteger(), server_default="720", nullable=False),
        sa.Column("quantity_times", sa.Numeric(4, 1), server_default="3", nullable=False),
        sa.Column("alike_percent", sa.SmallInteger(), server_default="90", nullable=False),
        sa.Column("compares_text", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_document_id", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("region_id"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("superseded_at IS NULL"),
            using="gist",
            name="entry_rule_in_force_once",
        ),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_entry_rule_{name}")) for name, rule in _BOUNDS.items()),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_entry_rule_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_rule")),
    )


def downgrade() -> None:
    op.drop_table("entry_rule")
