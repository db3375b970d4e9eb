"""What the records of a duty must have: words, evidence; by duty, else by the division's rules

Revision ID: 0055
Revises: 0054
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_ASKING = "IN ('division', 'no', 'yes')"


def upgrade() -> None:
    op.create_table(
        "duty_requirement",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("post_duty_id", sa.BigInteger(), sa.ForeignKey("post_duty.id"), nullable=False),
        sa.Column("words", sa.String(40), nullable=False),
        sa.Column("evidence", sa.String(40), nullable=False),
        sa.Column("valid", DATERANGE(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger()),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("source_document_id", sa.BigInteger()),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(f"words {_ASKING} AND evidence {_ASKING}", name="asking"),
        ExcludeConstraint(
            ("post_duty_id", "="),
            ("valid", "&&"),
            where=sa.text("superseded_at IS NULL"),
            name="duty_requirement_in_force_once",
            using="gist",
        ),
    )
    op.create_index("ix_duty_requirement_post_duty_id", "duty_requirement", ["post_duty_id"])
    for name in ("asks_words", "asks_evidence"):
        op.add_column("entry_rule", sa.Column(name, sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("entry_rule", "asks_evidence")
    op.drop_column("entry_rule", "asks_words")
    op.drop_table("duty_requirement")
