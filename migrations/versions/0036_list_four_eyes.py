"""Who takes in a power list does not put it in force, whether it is an adjustment or came from a workbook

Revision ID: 0036
Revises: 0035
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_power_list_adjustment_put_by_a_second_person"), "power_list")
    # Until now one person could do both; the audit log still says who did.
    op.execute("UPDATE power_list SET put_by = NULL WHERE put_by = imported_by")
    op.create_check_constraint(op.f("ck_power_list_put_by_a_second_person"), "power_list", "put_by <> imported_by")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_power_list_put_by_a_second_person"), "power_list")
    op.create_check_constraint(
        op.f("ck_power_list_adjustment_put_by_a_second_person"),
        "power_list",
        "based_on_id IS NULL OR put_by <> imported_by",
    )
