"""A unit writes its records daily or weekly; a division's people are reminded in the evening, or not

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_rhythm",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("record_rhythm", sa.String(40), nullable=False),
        sa.Column("valid", DATERANGE(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger()),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("source_document_id", sa.BigInteger()),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("record_rhythm IN ('daily', 'weekly')", name="recordrhythm"),
        ExcludeConstraint(
            ("unit_id", "="),
            ("valid", "&&"),
            where=sa.text("superseded_at IS NULL"),
            name="unit_rhythm_in_force_once",
            using="gist",
        ),
    )
    op.create_index("ix_unit_rhythm_unit_id", "unit_rhythm", ["unit_id"])
    op.add_column("entry_rule", sa.Column("reminds", sa.Boolean(), server_default="true", nullable=False))


def downgrade() -> None:
    op.drop_column("entry_rule", "reminds")
    op.drop_table("unit_rhythm")
