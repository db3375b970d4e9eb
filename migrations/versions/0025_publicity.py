"""Publicity of those graded 好, objections to it, and rounds that close for good

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

#: What a round waits for before it may close (R93, R101). A name counts only where it was up after its last decision.
_GUARD_ROUND = """
CREATE FUNCTION guard_routine_round() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE day date := (NEW.closed_at AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.closed_at IS NOT NULL THEN
      RAISE EXCEPTION 'a round is not opened as a closed one' USING ERRCODE = 'LV011';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.closed_at IS NOT NULL THEN
    IF NEW.closed_at IS NOT NULL OR btrim(NEW.reopen_reason) = ''
       OR coalesce(NEW.reopened_at <= OLD.closed_at, true)
       OR to_jsonb(NEW) - ARRAY['closed_at', 'closed_by', 'reopened_at', 'reopened_by', 'reopen_reason']
          <> to_jsonb(OLD) - ARRAY['closed_at', 'closed_by', 'reopened_at', 'reopened_by', 'reopen_reason'] THEN
      RAISE EXCEPTION 'round % is closed', OLD.id USING ERRCODE = 'LV010';
    END IF;
  ELSIF NEW.closed_at IS NOT NULL AND (
    EXISTS (
      SELECT FROM routine_assessment a WHERE a.round_id = NEW.id AND (
        a.routine_state = 'objected' OR a.final_grade IS NULL AND a.not_assessed IS NULL
        OR a.final_grade = 'good' AND NOT EXISTS (
          SELECT FROM publicity_name n JOIN publicity p ON p.id = n.publicity_id
          WHERE n.assessment_id = a.id AND p.published_at >= a.decided_at AND p.ends_on < day)))
    OR EXISTS (
      SELECT FROM publicity_objection o JOIN publicity p ON p.id = o.publicity_id
      WHERE p.round_id = NEW.id AND o.answered_at IS NULL)
  ) THEN
    RAISE EXCEPTION 'round % is not at its end', NEW.id USING ERRCODE = 'LV011';
  END IF;
  RETURN NEW;
END $$
"""
#: Until the end of the transaction no round closes under what is written here.
_MUST_BE_OPEN = """
CREATE FUNCTION routine_round_is_open(round bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE closed timestamptz;
BEGIN
  SELECT r.closed_at INTO closed FROM routine_round r WHERE r.id = round FOR KEY SHARE;
  RETURN closed IS NULL;
END $$
"""
_GUARD_FORM = """
CREATE FUNCTION guard_routine_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.round_id <> OLD.round_id THEN
    RAISE EXCEPTION 'form % changes its round', OLD.id USING ERRCODE = 'LV010';
  END IF;
  -- Somebody may see the result only after the round is over; that changes nothing in it.
  IF TG_OP = 'UPDATE' AND OLD.feedback_at IS NULL AND to_jsonb(NEW) - 'feedback_at' = to_jsonb(OLD) - 'feedback_at' THEN
    RETURN NEW;
  END IF;
  IF NOT routine_round_is_open(CASE WHEN TG_OP = 'DELETE' THEN OLD.round_id ELSE NEW.round_id END) THEN
    RAISE EXCEPTION 'the round is closed' USING ERRCODE = 'LV010';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
_GUARD_PUBLICITY = """
CREATE FUNCTION guard_publicity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' OR NOT routine_round_is_open(CASE WHEN TG_OP = 'DELETE' THEN OLD.round_id ELSE NEW.round_id END)
  THEN
    RAISE EXCEPTION 'a publicity stays as it was put up' USING ERRCODE = 'LV010';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
_GUARD_PART = """
CREATE FUNCTION guard_publicity_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE round bigint;
BEGIN
  SELECT p.round_id INTO round FROM publicity p
  WHERE p.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.publicity_id ELSE NEW.publicity_id END;
  IF NOT routine_round_is_open(round) THEN
    RAISE EXCEPTION 'the round is closed' USING ERRCODE = 'LV010';
  END IF;
  -- As JSON: the other table has no such column.
  IF TG_OP <> 'INSERT' AND to_jsonb(OLD) ->> 'answered_at' IS NOT NULL THEN
    RAISE EXCEPTION 'an objection is answered once' USING ERRCODE = 'LV010';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
_TRIGGERS = (
    ("routine_round", "guard_routine_round", "INSERT OR UPDATE"),
    ("routine_assessment", "guard_routine_assessment", "INSERT OR UPDATE OR DELETE"),
    ("publicity", "guard_publicity", "INSERT OR UPDATE OR DELETE"),
    ("publicity_name", "guard_publicity_part", "INSERT OR UPDATE OR DELETE"),
    ("publicity_objection", "guard_publicity_part", "INSERT OR UPDATE OR DELETE"),
)


def upgrade() -> None:
    op.add_column("routine_round", sa.Column("closed_by", sa.BigInteger()))
    op.add_column("routine_round", sa.Column("reopened_at", sa.DateTime(timezone=True)))
    op.add_column("routine_round", sa.Column("reopened_by", sa.BigInteger()))
    op.add_column("routine_round", sa.Column("reopen_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("routine_assessment", sa.Column("feedback_at", sa.DateTime(timezone=True)))
    op.add_column("routine_assessment", sa.Column("answered_by_person", sa.BigInteger()))
    op.create_check_constraint(
        op.f("ck_routine_assessment_answered_by_another_person"),
        "routine_assessment",
        "answered_by_person IS NULL OR"
        " answered_by_person IS DISTINCT FROM decided_by_person AND answered_by_person <> person_id",
    )
    op.add_column("entry_rule", sa.Column("publicity_workdays", sa.SmallInteger(), server_default="5", nullable=False))
    op.create_check_constraint(
        op.f("ck_entry_rule_publicity_in_bounds"), "entry_rule", "publicity_workdays BETWEEN 3 AND 30"
    )
    op.create_table(
        "publicity",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("round_id", sa.BigInteger(), sa.ForeignKey("routine_round.id"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("published_by", sa.BigInteger()),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("starts_on < ends_on", name="span_runs_forward"),
    )
    op.create_index("ix_publicity_round_id", "publicity", ["round_id"])
    op.create_table(
        "publicity_name",
        sa.Column("publicity_id", sa.BigInteger(), sa.ForeignKey("publicity.id"), primary_key=True),
        sa.Column("assessment_id", sa.BigInteger(), sa.ForeignKey("routine_assessment.id"), primary_key=True),
    )
    op.create_index("ix_publicity_name_assessment_id", "publicity_name", ["assessment_id"])
    op.create_table(
        "publicity_objection",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("publicity_id", sa.BigInteger(), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("raised_by_person", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("about_person", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger()),
        sa.Column("decided_by_person", sa.BigInteger()),
        sa.Column("is_upheld", sa.Boolean()),
        sa.Column("answer", sa.Text(), nullable=False, server_default=""),
        sa.Column("answered_by", sa.BigInteger()),
        sa.Column("answered_by_person", sa.BigInteger()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["publicity_id", "assessment_id"], ["publicity_name.publicity_id", "publicity_name.assessment_id"]
        ),
        sa.UniqueConstraint("publicity_id", "assessment_id", "raised_by_person"),
        sa.CheckConstraint("length(content) BETWEEN 1 AND 500 AND length(answer) <= 500", name="texts_are_bounded"),
        sa.CheckConstraint("num_nulls(answered_at, is_upheld) IN (0, 2)", name="answered_as_a_whole"),
        sa.CheckConstraint("answered_at IS NULL OR answer <> ''", name="answered_in_words"),
        sa.CheckConstraint(
            "answered_by IS NULL OR answered_by IS DISTINCT FROM decided_by", name="answered_by_another"
        ),
        sa.CheckConstraint(
            "answered_by_person IS NULL OR answered_by_person IS DISTINCT FROM decided_by_person"
            " AND answered_by_person NOT IN (raised_by_person, about_person)",
            name="answered_by_another_person",
        ),
    )
    op.create_index(
        "ix_publicity_objection_open",
        "publicity_objection",
        ["publicity_id"],
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    for body in (_MUST_BE_OPEN, _GUARD_ROUND, _GUARD_FORM, _GUARD_PUBLICITY, _GUARD_PART):
        op.execute(body)
    for table, guard, events in _TRIGGERS:
        op.execute(f"CREATE TRIGGER {guard} BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}()")


def downgrade() -> None:
    for table in ("publicity_objection", "publicity_name", "publicity"):
        op.drop_table(table)
    op.execute("DROP TRIGGER guard_routine_round ON routine_round")
    op.execute("DROP TRIGGER guard_routine_assessment ON routine_assessment")
    for name in ("guard_publicity_part", "guard_publicity", "guard_routine_assessment", "guard_routine_round"):
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP FUNCTION routine_round_is_open(bigint)")
    op.drop_constraint(op.f("ck_entry_rule_publicity_in_bounds"), "entry_rule")
    op.drop_column("entry_rule", "publicity_workdays")
    op.drop_constraint(op.f("ck_routine_assessment_answered_by_another_person"), "routine_assessment")
    op.drop_column("routine_assessment", "answered_by_person")
    op.drop_column("routine_assessment", "feedback_at")
    for column in ("reopen_reason", "reopened_by", "reopened_at", "closed_by"):
        op.drop_column("routine_round", column)
