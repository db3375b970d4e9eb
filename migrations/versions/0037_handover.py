"""Hand-overs of posts, kept as they were and confirmed by both

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_OPEN = "withdrawn_at IS NULL AND (given_at IS NULL OR taken_at IS NULL)"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("post_id", sa.BigInteger(), sa.ForeignKey("post.id"), nullable=False),
        sa.Column("section_id", sa.BigInteger(), sa.ForeignKey("section.id"), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("from_person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("to_person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("pack", JSONB(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_by", sa.BigInteger()),
        sa.Column("opened_at", instant, server_default=sa.func.now(), nullable=False),
        sa.Column("given_by", sa.BigInteger()),
        sa.Column("given_at", instant),
        sa.Column("taken_by", sa.BigInteger()),
        sa.Column("taken_at", instant),
        sa.Column("taken_note", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_at", instant),
        sa.Column("withdrawn_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("from_person_id <> to_person_id", name="between_two_people"),
        sa.CheckConstraint("given_by <> taken_by", name="confirmed_by_two_accounts"),
        sa.CheckConstraint("(given_at IS NULL) = (given_by IS NULL)", name="given_by_somebody"),
        sa.CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL)", name="taken_by_somebody"),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR (withdrawn_reason <> '' AND (given_at IS NULL OR taken_at IS NULL))",
            name="withdrawn_before_it_was_done",
        ),
    )
    op.create_index(
        "uq_handover_open", "handover", ["post_id", "from_person_id"], unique=True, postgresql_where=sa.text(_OPEN)
    )
    op.create_index("ix_handover_section_id_id", "handover", ["section_id", "id"])
    op.create_index("ix_handover_from_person_id", "handover", ["from_person_id"])
    op.create_index("ix_handover_to_person_id", "handover", ["to_person_id"])


def downgrade() -> None:
    op.drop_table("handover")
