"""Alerts go up a ladder: after how many days by division, and what was told to whom, each step once

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_KINDS = "'person', 'head', 'clerk', 'leader', 'office', 'follow_up'"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "ladder_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("region_id", sa.BigInteger(), sa.ForeignKey("region.id"), nullable=False),
        sa.Column("head_workdays", sa.SmallInteger(), server_default="2", nullable=False),
        sa.Column("leader_workdays", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("office_workdays", sa.SmallInteger(), server_default="5", nullable=False),
        sa.Column("follow_up_days", sa.SmallInteger(), server_default="7", nullable=False),
        sa.Column("valid", DATERANGE(), nullable=False),
        sa.Column("recorded_at", instant, server_default=sa.func.now(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger()),
        sa.Column("superseded_at", instant),
        sa.Column("source_document_id", sa.BigInteger()),
        sa.Column("remark", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("head_workdays BETWEEN 1 AND 30", name="head_in_bounds"),
        sa.CheckConstraint("leader_workdays BETWEEN 1 AND 30", name="leader_in_bounds"),
        sa.CheckConstraint("office_workdays BETWEEN 1 AND 30", name="office_in_bounds"),
        sa.CheckConstraint("follow_up_days BETWEEN 1 AND 60", name="follow_up_in_bounds"),
        ExcludeConstraint(
            ("region_id", "="),
            ("valid", "&&"),
            where=sa.text("superseded_at IS NULL"),
            name="ladder_rule_in_force_once",
            using="gist",
        ),
    )
    op.create_table(
        "alert_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("alert_id", sa.BigInteger(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("notice_kind", sa.String(40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("created_at", instant, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint(f"notice_kind IN ({_KINDS})", name="notice_kind"),
        sa.UniqueConstraint("alert_id", "notice_kind", "due_on"),
    )
    op.create_index("ix_alert_notice_told_on", "alert_notice", ["told_on"])
    op.create_table(
        "alert_notice_account",
        sa.Column("notice_id", sa.BigInteger(), sa.ForeignKey("alert_notice.id"), primary_key=True),
        sa.Column("account_id", sa.BigInteger(), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("was_told", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("alert_notice_account")
    op.drop_table("alert_notice")
    op.drop_table("ladder_rule")
