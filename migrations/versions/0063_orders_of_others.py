"""Orders of a reply that are another unit's wait there, each with the unit that a person named

Revision ID: 0063
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handed_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("mandate_id", sa.BigInteger(), sa.ForeignKey("mandate.id"), nullable=False),
        sa.Column("from_unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("hand_state", sa.String(40), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), sa.ForeignKey("mandate.id")),
        sa.Column("named_by", sa.BigInteger(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("settled_by", sa.BigInteger()),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("draft_id", name=op.f("uq_handed_order_draft_id")),
        sa.CheckConstraint("direction IN ('gains', 'gives', 'own')", name=op.f("ck_handed_order_handdirection")),
        sa.CheckConstraint("hand_state IN ('open', 'settled', 'taken_back')", name=op.f("ck_handed_order_handstate")),
        sa.CheckConstraint("unit_id <> from_unit_id", name=op.f("ck_handed_order_of_another_unit")),
        sa.CheckConstraint("words <> ''", name=op.f("ck_handed_order_has_words")),
        sa.CheckConstraint(
            "(hand_state = 'open') = (settled_by IS NULL)", name=op.f("ck_handed_order_settled_by_a_person")
        ),
        sa.CheckConstraint("(hand_state = 'open') = (note = '')", name=op.f("ck_handed_order_settled_with_a_reason")),
        sa.CheckConstraint(
            "hand_state <> 'taken_back' OR draft_id IS NULL", name=op.f("ck_handed_order_not_taken_back_once_begun")
        ),
    )
    for column in ("mandate_id", "from_unit_id", "unit_id"):
        op.create_index(op.f(f"ix_handed_order_{column}"), "handed_order", [column])
    op.create_index(
        "uq_handed_order_once",
        "handed_order",
        ["mandate_id", sa.text("md5(words)")],
        unique=True,
        postgresql_where=sa.text("hand_state <> 'taken_back'"),
    )


def downgrade() -> None:
    op.drop_table("handed_order")
