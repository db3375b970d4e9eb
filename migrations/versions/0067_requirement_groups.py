"""What is asked of the records of a class of posts, or of one duty, in a whole division

Revision ID: 0067
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_ASKING = "IN ('division', 'no', 'yes')"


def upgrade() -> None:
    op.create_table(
        "requirement_group",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("region_id", sa.BigInteger(), sa.ForeignKey("region.id"), nullable=False),
        sa.Column("post_class", sa.String(40)),
        sa.Column("duty_text", sa.String(500)),
        sa.CheckConstraint("num_nonnulls(post_class, duty_text) = 1", name="of_one_sort"),
        sa.CheckConstraint("duty_text <> ''", name="duty_is_named"),
    )
    for column in ("post_class", "duty_text"):
        op.create_index(
            f"ix_requirement_group_region_id_{column}",
            "requirement_group",
            ["region_id", column],
            unique=True,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.create_table(
        "group_requirement",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("group_id", sa.BigInteger(), sa.ForeignKey("requirement_group.id"), nullable=False),
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
            ("group_id", "="),
            ("valid", "&&"),
            where=sa.text("superseded_at IS NULL"),
            name="group_requirement_in_force_once",
            using="gist",
        ),
    )
    op.create_index("ix_group_requirement_group_id", "group_requirement", ["group_id"])


def downgrade() -> None:
    op.drop_table("group_requirement")
    op.drop_table("requirement_group")
