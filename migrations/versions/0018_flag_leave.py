"""A flag for work on a day of leave

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_FORMER = ("long_day", "quantity", "like_own", "like_others")


def upgrade() -> None:
    _allow((*_FORMER, "on_leave"))


def downgrade() -> None:
    op.execute("DELETE FROM record_flag WHERE kind = 'on_leave'")
    _allow(_FORMER)


def _allow(kinds: tuple[str, ...]) -> None:
    op.execute("ALTER TABLE record_flag DROP CONSTRAINT ck_record_flag_flagkind")
    op.create_check_constraint(op.f("ck_record_flag_flagkind"), "record_flag", f"kind IN {kinds}")
