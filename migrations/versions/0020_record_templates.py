"""Ready words for the duties of posts

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("post_duty_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(10, 2), nullable=True),
        sa.Column("minutes", sa.SmallInteger(), nullable=True),
        sa.Column("kept_by", sa.BigInteger(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(content) BETWEEN 1 AND 500", name=op.f("ck_record_template_content_is_bounded")),
        sa.CheckConstraint(
            "minutes IS NULL OR (minutes > 0 AND minutes <= 1440)", name=op.f("ck_record_template_minutes_of_one_day")
        ),
        sa.CheckConstraint("quantity IS NULL OR quantity > 0", name=op.f("ck_record_template_quantity_is_positive")),
        sa.ForeignKeyConstraint(
            ["post_duty_id"], ["post_duty.id"], name=op.f("fk_record_template_post_duty_id_post_duty")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_template")),
    )
    op.create_index(
        op.f("ix_record_template_post_duty_id"),
        "record_template",
        ["post_duty_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("record_template")
