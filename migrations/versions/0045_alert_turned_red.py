"""That a light turned red is told beside the steps of its ladder

Revision ID: 0045
Revises: 0044
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_BEFORE = "'person', 'head', 'clerk', 'leader', 'office', 'follow_up'"
_NAME = "ck_alert_notice_notice_kind"


def upgrade() -> None:
    _allow(f"{_BEFORE}, 'turned_red'")


def downgrade() -> None:
    op.execute(
        "DELETE FROM alert_notice_account WHERE notice_id IN (SELECT id FROM alert_notice WHERE notice_kind = 'turned_red')"
    )
    op.execute("DELETE FROM alert_notice WHERE notice_kind = 'turned_red'")
    _allow(_BEFORE)


def _allow(kinds: str) -> None:
    op.drop_constraint(op.f(_NAME), "alert_notice")
    op.create_check_constraint(op.f(_NAME), "alert_notice", f"notice_kind IN ({kinds})")
