"""Breakdowns, power lists and flowcharts that wait for a second person may be sent back with a reason

Revision ID: 0057
Revises: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

#: table, what a returned draft still is
_TABLES = (
    ("breakdown", "breakdown_state = 'draft'"),
    ("power_list", "list_state IN ('draft', 'withdrawn')"),
    ("flowchart", "chart_state = 'draft'"),
)
_REASON = "(returned_at IS NULL) = (returned_by IS NULL) AND (returned_at IS NULL) = (return_reason = '')"


def upgrade() -> None:
    for table, waiting in _TABLES:
        op.add_column(table, sa.Column("returned_by", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("return_reason", sa.Text(), server_default="", nullable=False))
        op.create_check_constraint(op.f(f"ck_{table}_return_has_its_reason"), table, _REASON)
        op.create_check_constraint(op.f(f"ck_{table}_returned_by_a_second_person"), table, "returned_by <> imported_by")
        op.create_check_constraint(op.f(f"ck_{table}_returned_is_a_draft"), table, f"returned_at IS NULL OR {waiting}")


def downgrade() -> None:
    for table, _ in reversed(_TABLES):
        for name in ("returned_is_a_draft", "returned_by_a_second_person", "return_has_its_reason"):
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        for column in ("return_reason", "returned_at", "returned_by"):
            op.drop_column(table, column)
