"""A power list that somebody took in is in force by a person's hand

Revision ID: 0038
Revises: 0037
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not of lists that are in force already: 0036 emptied the name where one person had done both.
    op.execute(
        "ALTER TABLE power_list ADD CONSTRAINT ck_power_list_put_in_force_by_a_person"
        " CHECK (imported_by IS NULL OR list_state <> 'in_force' OR put_by IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_power_list_put_in_force_by_a_person"), "power_list")
