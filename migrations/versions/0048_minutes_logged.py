"""The minutes of a person's day as a function: planned once, however many months there are

Revision ID: 0048
Revises: 0047
"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

# The planner takes a plan over all months for dearer than a new plan for each record, which costs half of what the
# statement does itself; that plan opens one month only, whatever the others are.
_MINUTES_LOGGED = """
CREATE FUNCTION minutes_logged(person bigint, day date) RETURNS bigint
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (
    SELECT coalesce(sum(r.minutes), 0) FROM duty_record r
    WHERE r.person_id = person AND r.worked_on = day AND r.record_state IN ('submitted', 'approved', 'locked')
  );
END $$
"""


def upgrade() -> None:
    op.execute(_MINUTES_LOGGED)


def downgrade() -> None:
    op.execute("DROP FUNCTION minutes_logged(bigint, date)")
