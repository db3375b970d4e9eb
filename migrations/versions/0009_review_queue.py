"""The review queue is read from an index in the order in which it is shown

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

RANK = (
    "(CASE WHEN version_no > 1 OR post_duty_id IS NULL OR coalesce(minutes, 0) > 600 OR is_backdated THEN 0 ELSE 1 END)"
)


def upgrade() -> None:
    op.execute("DROP INDEX ix_duty_record_queue")
    op.execute(
        f"CREATE INDEX ix_duty_record_queue ON duty_record (section_id, {RANK}, submitted_at, id)"
        " WHERE record_state = 'submitted'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_duty_record_queue")
    op.execute(
        "CREATE INDEX ix_duty_record_queue ON duty_record (section_id, submitted_at, id)"
        " WHERE record_state = 'submitted'"
    )
