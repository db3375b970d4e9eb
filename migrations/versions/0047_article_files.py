"""Articles carry files by version, and may grow out of a finished task

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("version_id", sa.BigInteger(), sa.ForeignKey("article_version.id"), nullable=False),
        sa.Column("file_id", sa.BigInteger(), sa.ForeignKey("stored_file.id")),
        sa.UniqueConstraint("version_id", "file_id"),
    )
    op.create_index(op.f("ix_article_file_file_id"), "article_file", ["file_id"])
    op.add_column("article", sa.Column("task_id", sa.BigInteger(), sa.ForeignKey("assigned_task.id")))
    op.create_check_constraint(
        op.f("ck_article_grew_out_of_one_thing"), "article", "record_id IS NULL OR task_id IS NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_article_grew_out_of_one_thing"), "article", type_="check")
    op.drop_column("article", "task_id")
    op.drop_table("article_file")
