"""Results of inspections as measured facts of an indicator

Revision ID: 0030
Revises: 0029
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_FORMER = ("logged_days", "approved_share", "duty_coverage", "tasks_in_time", "review_quality", "tasks_late")
_NEW = ("inspection_passed", "inspection_problems")


def upgrade() -> None:
    _allow((*_FORMER, *_NEW))


def downgrade() -> None:
    _allow(_FORMER)


def _allow(sources: tuple[str, ...]) -> None:
    op.execute("ALTER TABLE indicator DROP CONSTRAINT ck_indicator_datasource")
    op.create_check_constraint(op.f("ck_indicator_datasource"), "indicator", f"data_source IN {sources}")
