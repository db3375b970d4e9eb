"""Notifications: what an account is told, once a key, and what it does not want to be told

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("account_id", sa.BigInteger(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("link", sa.String(300), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.UniqueConstraint("account_id", "key"),
        sa.CheckConstraint("link LIKE '/%' AND link NOT LIKE '//%'", name="link_stays_here"),
    )
    op.create_index("ix_notification_account_id_id", "notification", ["account_id", "id"])
    op.create_index(
        "ix_notification_unread", "notification", ["account_id"], postgresql_where=sa.text("read_at IS NULL")
    )
    op.create_index("ix_notification_created_at", "notification", ["created_at"])
    op.create_table(
        "notification_mute",
        sa.Column("account_id", sa.BigInteger(), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("kind", sa.String(60), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("notification_mute")
    op.drop_table("notification")
