"""Sanctions keep people from 好 or from any grade; people are left out of a round with a reason; the cap of a division

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KINDS = ("investigation", "warning", "demerit", "serious_demerit", "demotion", "removal", "other")
#: Before a grade and a sanction meet, both lock the person: neither is written without seeing the other.
_GUARD_GRADE = """
CREATE FUNCTION guard_sanctioned_grade() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM person p WHERE p.id = NEW.person_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT FROM sanction s, routine_round r
    WHERE r.id = NEW.round_id AND s.person_id = NEW.person_id AND s.withdrawn_at IS NULL
      AND s.effective_on <= r.last_day AND coalesce(s.ends_on >= r.first_day, true)
      AND (NEW.final_grade = 'good' OR s.effect = 'no_grade')
  ) THEN
    RAISE EXCEPTION 'person % is under a sanction', NEW.person_id USING ERRCODE = 'LV012';
  END IF;
  RETURN NEW;
END $$
"""
_GUARD_SANCTION = """
CREATE FUNCTION guard_sanction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (
    OLD.withdrawn_at IS NOT NULL OR to_jsonb(NEW) - ARRAY['ends_on', 'withdrawn_at', 'withdrawn_by', 'withdraw_reason']
      <> to_jsonb(OLD) - ARRAY['ends_on', 'withdrawn_at', 'withdrawn_by', 'withdraw_reason']
  ) THEN
    RAISE EXCEPTION 'sanction % stays as it was written', OLD.id USING ERRCODE = 'LV013';
  END IF;
  PERFORM FROM person p WHERE p.id = NEW.person_id FOR NO KEY UPDATE;
  IF NEW.withdrawn_at IS NULL AND EXISTS (
    SELECT FROM routine_assessment a JOIN routine_round r ON r.id = a.round_id
    WHERE a.person_id = NEW.person_id AND r.closed_at IS NULL
      AND NEW.effective_on <= r.last_day AND coalesce(NEW.ends_on >= r.first_day, true)
      AND (a.final_grade = 'good' OR NEW.effect = 'no_grade' AND a.final_grade IS NOT NULL)
  ) THEN
    RAISE EXCEPTION 'person % has a grade', NEW.person_id USING ERRCODE = 'LV012';
  END IF;
  RETURN NEW;
END $$
"""
_KEPT = """
CREATE FUNCTION keep_sanction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a sanction is withdrawn, never deleted' USING ERRCODE = 'LV013';
END $$
"""
_REASONS = ("long_leave", "sanction", "newcomer")


def upgrade() -> None:
    op.create_table(
        "sanction",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("sanction_kind", _words("sanctionkind", *KINDS), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("effect", _words("sanctioneffect", "no_good", "no_grade"), nullable=False),
        sa.Column("entered_by", sa.BigInteger()),
        sa.Column("entered_by_person", sa.BigInteger()),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.BigInteger()),
        sa.Column("withdraw_reason", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= effective_on", name="span_runs_forward"),
        sa.CheckConstraint("btrim(document_no) <> ''", name="has_a_document"),
        sa.CheckConstraint("entered_by_person IS NULL OR entered_by_person <> person_id", name="not_ones_own"),
        sa.CheckConstraint("withdrawn_at IS NULL OR withdraw_reason <> ''", name="withdrawn_with_a_reason"),
    )
    op.create_index("ix_sanction_person_id", "sanction", ["person_id"])
    op.add_column("routine_assessment", sa.Column("not_assessed_note", sa.Text(), nullable=False, server_default=""))
    _reasons(*_REASONS, "other")
    op.create_check_constraint(
        op.f("ck_routine_assessment_no_grade_after_long_leave"),
        "routine_assessment",
        "final_grade IS NULL OR 2 * (facts ->> 'days_expected')::int >= (facts ->> 'days_in_all')::int",
    )
    op.add_column(
        "entry_rule",
        sa.Column("routine_cap", _words("capmode", "enforce", "warn", "off"), nullable=False, server_default="enforce"),
    )
    op.execute(_GUARD_GRADE)
    op.execute(
        "CREATE TRIGGER guard_sanctioned_grade BEFORE INSERT OR UPDATE OF final_grade ON routine_assessment"
        " FOR EACH ROW WHEN (NEW.final_grade IS NOT NULL) EXECUTE FUNCTION guard_sanctioned_grade()"
    )
    op.execute(_GUARD_SANCTION)
    op.execute(
        "CREATE TRIGGER guard_sanction BEFORE INSERT OR UPDATE ON sanction"
        " FOR EACH ROW EXECUTE FUNCTION guard_sanction()"
    )
    op.execute(_KEPT)
    op.execute("CREATE TRIGGER keep_sanction BEFORE DELETE ON sanction FOR EACH ROW EXECUTE FUNCTION keep_sanction()")


def downgrade() -> None:
    op.execute("DROP TRIGGER guard_sanctioned_grade ON routine_assessment")
    op.drop_table("sanction")
    for name in ("keep_sanction", "guard_sanction", "guard_sanctioned_grade"):
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_column("entry_rule", "routine_cap")
    op.drop_constraint(op.f("ck_routine_assessment_no_grade_after_long_leave"), "routine_assessment")
    op.execute("UPDATE routine_assessment SET not_assessed = 'newcomer' WHERE not_assessed = 'other'")
    _reasons(*_REASONS)
    op.drop_column("routine_assessment", "not_assessed_note")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _reasons(*words: str) -> None:
    """The words of ``not_assessed``."""
    op.drop_constraint(op.f("ck_routine_assessment_notassessed"), "routine_assessment")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(
        op.f("ck_routine_assessment_notassessed"), "routine_assessment", f"not_assessed IN ({listed})"
    )
