"""Gaps become alerts by hand, functions that may overlap are kept, and second persons for charts and breakdowns

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_RAISED = "(raised_by IS NULL) = (raise_reason = '')"
#: Who saved any state of the drawing, or nobody at all, does not publish it where the city says so.
_PUBLISHER = """
CREATE FUNCTION guard_chart_publisher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce((SELECT charts_need_second FROM library_setting), false) AND (
    NEW.published_by IS NULL
    OR coalesce(NEW.published_by = NEW.imported_by, false)
    OR coalesce(NEW.published_by = NEW.edited_by, false)
    OR EXISTS (SELECT FROM flowchart_revision r WHERE r.flowchart_id = NEW.id AND r.saved_by = NEW.published_by)
  ) THEN
    RAISE EXCEPTION 'flowchart % is published by who drew it', NEW.id USING ERRCODE = 'LV030';
  END IF;
  RETURN NEW;
END $$
"""

#: The rules of gaps, which the former version does not know. Constants of this file: nothing comes in (S608).
_GAP_RULES = (
    "SELECT id FROM alert_rule WHERE code IN ('function_without_section', 'duty_not_in_mandate',"
    " 'item_handled_elsewhere', 'function_claimed_twice', 'function_maybe_claimed', 'duty_without_post',"
    " 'post_duty_without_source', 'post_without_duty', 'post_without_person', 'item_not_exercised')"
)


def upgrade() -> None:
    op.add_column("alert", sa.Column("raised_by", sa.BigInteger()))
    op.add_column("alert", sa.Column("raise_reason", sa.Text(), nullable=False, server_default=""))
    op.create_check_constraint(op.f("ck_alert_raised_by_a_person_with_a_reason"), "alert", _RAISED)
    op.create_table(
        "library_setting",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, primary_key=True),
        sa.Column("overlap_least", sa.Numeric(3, 2), nullable=False),
        sa.Column("charts_need_second", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.BigInteger()),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("id = 1", name=op.f("ck_library_setting_only_one")),
        sa.CheckConstraint("overlap_least BETWEEN 0.3 AND 1", name=op.f("ck_library_setting_overlap_in_bounds")),
    )
    _overlaps()
    op.execute(_PUBLISHER)
    op.execute(
        "CREATE TRIGGER four_eyes BEFORE INSERT OR UPDATE OF chart_state, published_by ON flowchart FOR EACH ROW"
        " WHEN (NEW.chart_state = 'published') EXECUTE FUNCTION guard_chart_publisher()"
    )
    # Until now one person could do both; the audit log still says who did, and who took the form in is forgotten here.
    op.execute("UPDATE breakdown SET imported_by = NULL WHERE put_by = imported_by")
    op.create_check_constraint(op.f("ck_breakdown_put_by_a_second_person"), "breakdown", "put_by <> imported_by")


def _overlaps() -> None:
    op.create_table(
        "function_overlap",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("function_id", sa.BigInteger(), sa.ForeignKey("unit_function.id"), nullable=False),
        sa.Column("other_id", sa.BigInteger(), sa.ForeignKey("unit_function.id"), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("other_unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("words", sa.String(32), nullable=False),
        sa.Column("other_words", sa.String(32), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("unit_id < other_unit_id", name=op.f("ck_function_overlap_each_pair_once")),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_function_overlap_score_in_bounds")),
        sa.UniqueConstraint("function_id", "other_id", name=op.f("uq_function_overlap_function_id_other_id")),
    )
    for column in ("unit_id", "other_unit_id", "other_id"):
        op.create_index(op.f(f"ix_function_overlap_{column}"), "function_overlap", [column])
    op.create_table(
        "overlap_ruling",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("words", sa.String(32), nullable=False),
        sa.Column("other_unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("other_words", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("ended_by", sa.BigInteger()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("unit_id < other_unit_id", name=op.f("ck_overlap_ruling_each_pair_once")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_overlap_ruling_has_a_reason")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_overlap_ruling_ended_by_a_person")),
    )
    op.create_index(op.f("ix_overlap_ruling_other_unit_id"), "overlap_ruling", ["other_unit_id"])
    op.create_index(
        "uq_overlap_ruling_in_force", "overlap_ruling", ["unit_id", "words", "other_unit_id", "other_words"],
        unique=True, postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    of_gaps = " WHERE alert_id IN (SELECT id FROM alert WHERE rule_id IN (" + _GAP_RULES + "))"  # noqa: S608
    op.execute("DELETE FROM alert_notice" + of_gaps)  # noqa: S608
    op.execute("DELETE FROM alert_step" + of_gaps)  # noqa: S608
    op.execute("DELETE FROM alert WHERE rule_id IN (" + _GAP_RULES + ")")  # noqa: S608
    op.execute("DELETE FROM alert_rule WHERE id IN (" + _GAP_RULES + ")")  # noqa: S608
    op.drop_constraint(op.f("ck_breakdown_put_by_a_second_person"), "breakdown")
    op.execute("DROP TRIGGER four_eyes ON flowchart")
    op.execute("DROP FUNCTION guard_chart_publisher()")
    for table in ("overlap_ruling", "function_overlap", "library_setting"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_alert_raised_by_a_person_with_a_reason"), "alert")
    op.drop_column("alert", "raise_reason")
    op.drop_column("alert", "raised_by")
