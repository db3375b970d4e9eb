"""What a standard was before another one was confirmed: past months keep theirs

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_standard",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("post_duty_id", sa.BigInteger(), sa.ForeignKey("post_duty.id"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("ended_by", sa.BigInteger()),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("minutes > 0", name="minutes_are_positive"),
        sa.CheckConstraint("NOT isempty(valid) AND NOT upper_inf(valid)", name="is_over"),
        postgresql.ExcludeConstraint(("post_duty_id", "="), ("valid", "&&"), name="one_standard_a_month", using="gist"),
    )


def downgrade() -> None:
    op.drop_table("former_standard")
