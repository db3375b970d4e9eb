"""Clocks of cases: promised beside legal limits, clocks of the whole case, suspensions and extensions

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

SUSPENSIONS = (
    "hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review", "supplement",
)  # fmt: skip
STEPS = ("raised", "acknowledged", "rectified", "verified", "closed", "reopened", "false_alarm", "withdrawn")
SLIGHT = "level <> 'red' AND rectified_by IS NULL"


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _clocks()
    _suspensions()
    _extensions()
    for column in (
        sa.Column("special_kind", _words("suspensionkind", *SUSPENSIONS)),
        sa.Column("paper_no", sa.Text(), server_default="", nullable=False),
        sa.Column("told_on", sa.Date()),
        sa.Column("expected_to_on", sa.Date()),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("flow_event", column)
    op.add_column("alert", sa.Column("recount_reason", sa.Text(), server_default="", nullable=False))
    _withdrawn(f"recount_reason <> '' OR ({SLIGHT})")
    _steps(*STEPS, "recounted")
    op.execute("""UPDATE alert_rule SET params = params || '{"promised": 1}' WHERE code = 'step_overdue'""")
    # What warned before the due day was yellow; it is blue now, and yellow says that a promise was broken.
    op.execute(
        "UPDATE alert SET level = 'blue' WHERE level = 'yellow' AND subject_kind = 'step_clock'"
        " AND alert_state NOT IN ('closed', 'false_alarm', 'withdrawn')"
    )


def _clocks() -> None:
    for column in (
        sa.Column("clock_kind", _words("clockkind", "stage", "acceptance", "decision", "delivery"),
                  server_default="stage", nullable=False),
        sa.Column("extended_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("promised_value", sa.Integer()),
        sa.Column("promised_unit", _words("promised_limitunit", "workday", "day", "month")),
        sa.Column("promised_due_on", sa.Date()),
    ):  # fmt: skip
        op.add_column("step_clock", column)
    for name in ("step_id", "limit_value", "limit_unit", "due_on"):
        op.alter_column("step_clock", name, nullable=True)
    op.drop_constraint(op.f("uq_step_clock_case_id_after_event_id"), "step_clock")
    op.create_unique_constraint(
        op.f("uq_step_clock_case_id_clock_kind_after_event_id"),
        "step_clock",
        ["case_id", "clock_kind", "after_event_id"],
    )
    for name, rule in CLOCK_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_step_clock_{name}"), "step_clock", rule)
    op.create_index(
        "ix_step_clock_promised", "step_clock", ["promised_due_on"], postgresql_where=sa.text("finished_on IS NULL")
    )


CLOCK_CHECKS = {
    "a_stage_is_a_step": "(clock_kind = 'stage') = (step_id IS NOT NULL)",
    "has_a_limit": "limit_value IS NOT NULL OR promised_value IS NOT NULL",
    "limits_have_units": (
        "(limit_value IS NULL) = (limit_unit IS NULL) AND (promised_value IS NULL) = (promised_unit IS NULL)"
    ),
    "due_by_a_limit": (
        "(due_on IS NULL OR limit_value IS NOT NULL) AND (promised_due_on IS NULL OR promised_value IS NOT NULL)"
    ),
}


def _suspensions() -> None:
    op.create_table(
        "clock_suspension",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("flow_case.id"), nullable=False),
        sa.Column("suspension_kind", _words("suspensionkind", *SUSPENSIONS), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date()),
        sa.Column("expected_to_on", sa.Date(), nullable=False),
        sa.Column("paper_no", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_event_id", sa.BigInteger(), sa.ForeignKey("flow_event.id")),
        sa.Column("closed_event_id", sa.BigInteger(), sa.ForeignKey("flow_event.id")),
        sa.Column("entered_by", sa.BigInteger()),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("closed_by", sa.BigInteger()),
        sa.Column("replaces_id", sa.BigInteger(), sa.ForeignKey("clock_suspension.id")),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("superseded_by", sa.BigInteger()),
        sa.Column("superseded_reason", sa.Text(), server_default="", nullable=False),
        ExcludeConstraint(
            ("case_id", "="),
            (sa.text("daterange(from_on, to_on)"), "&&"),
            where=sa.text("superseded_at IS NULL"),
            name="clock_suspended_once_a_day",
            using="gist",
        ),
        sa.CheckConstraint("to_on >= from_on", name="runs_forward"),
        sa.CheckConstraint("expected_to_on >= from_on", name="is_expected_to_end"),
        sa.CheckConstraint("paper_no <> '' AND reason <> ''", name="has_its_paper"),
        sa.CheckConstraint("entered_by IS NOT NULL OR opened_event_id IS NOT NULL", name="opened_by_somebody"),
        sa.CheckConstraint(
            "(to_on IS NULL) = (closed_by IS NULL AND closed_event_id IS NULL)", name="closed_by_somebody"
        ),
        sa.CheckConstraint("superseded_at IS NULL OR superseded_reason <> ''", name="superseded_with_a_reason"),
    )
    op.create_index("ix_clock_suspension_case_id", "clock_suspension", ["case_id"])
    op.create_index(
        "uq_clock_suspension_opened_event",
        "clock_suspension",
        ["opened_event_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "ix_clock_suspension_open",
        "clock_suspension",
        ["expected_to_on"],
        postgresql_where=sa.text("superseded_at IS NULL AND to_on IS NULL"),
    )


def _extensions() -> None:
    op.create_table(
        "clock_extension",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("case_id", sa.BigInteger(), sa.ForeignKey("flow_case.id"), nullable=False),
        sa.Column("clock_kind", _words("clockkind", "stage", "acceptance", "decision", "delivery"), nullable=False),
        sa.Column("step_id", sa.BigInteger(), sa.ForeignKey("flow_step.id")),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("approver_kind", _words("approverkind", "organ_head", "government_head"), nullable=False),
        sa.Column("approver_name", sa.Text(), nullable=False),
        sa.Column("paper_no", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("base_limit", sa.Integer(), nullable=False),
        sa.Column("base_due_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.BigInteger()),
        sa.Column("withdrawn_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("clock_kind IN ('decision', 'stage')", name="of_a_clock_the_law_extends"),
        sa.CheckConstraint("(clock_kind = 'stage') = (step_id IS NOT NULL)", name="a_stage_is_a_step"),
        sa.CheckConstraint(
            "days BETWEEN 1 AND CASE approver_kind WHEN 'government_head' THEN 15 ELSE 10 END",
            name="days_as_the_law_says",
        ),
        sa.CheckConstraint("(approver_kind = 'government_head') = (base_limit = 45)", name="joint_by_the_government"),
        sa.CheckConstraint("decided_on <= base_due_on", name="before_it_ran_out"),
        sa.CheckConstraint("approver_name <> '' AND paper_no <> '' AND reason <> ''", name="has_approver_and_reason"),
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
    )
    op.create_index(
        "uq_clock_extension_once",
        "clock_extension",
        ["case_id", "clock_kind", "step_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    # A light that a new count took back was no false one: it is closed as an alarm that did not hold.
    op.execute(
        "UPDATE alert SET alert_state = 'false_alarm', false_reason = recount_reason"
        " WHERE alert_state = 'withdrawn' AND recount_reason <> ''"
        " AND NOT (level <> 'red' AND rectified_by IS NULL)"
    )
    op.execute("UPDATE alert_step SET step_kind = 'withdrawn' WHERE step_kind = 'recounted'")
    _steps(*STEPS)
    _withdrawn(SLIGHT)
    op.drop_column("alert", "recount_reason")
    op.execute("UPDATE alert_rule SET params = params - 'promised' WHERE code = 'step_overdue'")
    for name in ("reason", "expected_to_on", "told_on", "paper_no", "special_kind"):
        op.drop_column("flow_event", name)
    op.drop_table("clock_extension")
    op.drop_table("clock_suspension")
    # Clocks that the former tables cannot hold; the next evaluation computes the rest anew.
    op.execute("DELETE FROM step_clock WHERE clock_kind <> 'stage' OR due_on IS NULL")
    op.drop_index("ix_step_clock_promised", "step_clock")
    for name in CLOCK_CHECKS:
        op.drop_constraint(op.f(f"ck_step_clock_{name}"), "step_clock")
    op.drop_constraint(op.f("uq_step_clock_case_id_clock_kind_after_event_id"), "step_clock")
    op.create_unique_constraint(
        op.f("uq_step_clock_case_id_after_event_id"), "step_clock", ["case_id", "after_event_id"]
    )
    for name in ("step_id", "limit_value", "limit_unit", "due_on"):
        op.alter_column("step_clock", name, nullable=False)
    for name in ("promised_due_on", "promised_unit", "promised_value", "extended_days", "clock_kind"):
        op.drop_column("step_clock", name)


def _withdrawn(rule: str) -> None:
    op.drop_constraint(op.f("ck_alert_withdrawn_was_slight"), "alert")
    op.create_check_constraint(
        op.f("ck_alert_withdrawn_was_slight"),
        "alert",
        f"alert_state <> 'withdrawn' OR (recovered_on IS NOT NULL AND ({rule}))",
    )


def _steps(*words: str) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.drop_constraint(op.f("ck_alert_step_stepkind"), "alert_step")
    op.create_check_constraint(op.f("ck_alert_step_stepkind"), "alert_step", f"step_kind IN ({listed})")
