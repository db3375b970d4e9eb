"""What goes out to people waits in an outbox, by channels that an administrator sets up

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outgoing_channel",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("channel_kind", sa.String(40), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("mail_domain", sa.String(120), server_default="", nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary()),
        sa.Column("kinds", sa.ARRAY(sa.String(60)), server_default="{}", nullable=False),
        sa.Column("quiet_from", sa.Time(), server_default="20:00", nullable=False),
        sa.Column("quiet_until", sa.Time(), server_default="08:00", nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("(channel_kind = 'mail') = (mail_domain <> '')", name="mail_has_a_domain"),
        sa.CheckConstraint("channel_kind IN ('webhook', 'mail')", name="channelkind"),
    )
    op.create_table(
        "outgoing_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("channel_id", sa.BigInteger(), sa.ForeignKey("outgoing_channel.id"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("message_state", sa.String(40), server_default="waiting", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("batch", sa.Uuid()),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.UniqueConstraint("channel_id", "account_id", "key"),
        sa.CheckConstraint("(message_state = 'waiting') = (settled_at IS NULL)", name="settled_has_a_time"),
        sa.CheckConstraint("message_state IN ('waiting', 'sent', 'withdrawn', 'failed')", name="messagestate"),
    )
    waiting = sa.text("message_state = 'waiting'")
    for columns, name in (
        (["channel_id", "due_at", "id"], "ix_outgoing_message_channel_id_due_at_id"),
        (["batch"], "ix_outgoing_message_batch"),
        (["account_id", "key"], "ix_outgoing_message_account_id_key"),
    ):
        op.create_index(name, "outgoing_message", columns, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_table("outgoing_message")
    op.drop_table("outgoing_channel")
