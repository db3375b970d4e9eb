"""A record is known by its words, or by its duty with a quantity or minutes

Revision ID: 0052
Revises: 0051
"""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_NAME = "ck_duty_record_says_something"


def upgrade() -> None:
    op.create_check_constraint(
        op.f(_NAME),
        "duty_record",
        "content <> '' OR (post_duty_id IS NOT NULL AND (quantity IS NOT NULL OR minutes IS NOT NULL))",
        postgresql_not_valid=True,  # read through after the migrations, when nobody waits for it (host.migrating)
    )


def downgrade() -> None:
    op.drop_constraint(op.f(_NAME), "duty_record")
