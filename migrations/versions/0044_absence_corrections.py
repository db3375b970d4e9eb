"""Granted leave is corrected by a row of its own and may come from a workbook, once; the database keeps both

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_STATES = ("requested", "confirmed", "rejected", "cancelled")
_STEPS = "requested>confirmed requested>rejected requested>cancelled confirmed>cancelled confirmed>superseded"
_DECISION = "'decided_by', 'decided_by_person', 'decided_at', 'decision_note'"
_CORRECTION = (
    "'corrected_by', 'corrected_by_person', 'corrected_by_name', 'corrected_at', 'correction_reason', 'absence_state'"
)
#: The first month that has days of the span in it and is closed to the person, where the primary post is by then.
_LOCKED_MONTH = """
CREATE FUNCTION absence_locked_month(person bigint, days daterange) RETURNS date LANGUAGE sql STABLE AS $$
  SELECT m::date
  FROM generate_series(date_trunc('month', lower(days)::timestamp), (upper(days) - 1)::timestamp, interval '1 month') m
  WHERE EXISTS (
    SELECT FROM appointment a
    WHERE a.person_id = person AND a.is_primary AND a.superseded_at IS NULL
      AND a.valid && (days * daterange(m::date, (m + interval '1 month')::date))
      AND month_is_closed(a.section_id, m::date, person, 0)
  )
  ORDER BY m LIMIT 1
$$
"""
_GUARD = f"""
CREATE FUNCTION guard_absence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change text[] := '{{}}';
  corrected absence;
  changed datemultirange := '{{}}';
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'absence % stays', OLD.id USING ERRCODE = 'LV021';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF OLD.absence_state = 'requested' THEN
      may_change := ARRAY['absence_state', {_DECISION}];
    ELSIF OLD.absence_state = 'confirmed' THEN
      may_change := ARRAY[{_CORRECTION}];
    END IF;
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change OR (NEW.absence_state <> OLD.absence_state
       AND strpos(' {_STEPS} ', ' ' || OLD.absence_state || '>' || NEW.absence_state || ' ') = 0) THEN
      RAISE EXCEPTION 'absence % stays as it was', OLD.id USING ERRCODE = 'LV021';
    END IF;
    -- What a correction changes is known when its row comes, which the constraint trigger asks for.
    IF NEW.absence_state <> OLD.absence_state AND NEW.absence_state <> 'superseded'
       AND 'confirmed' IN (NEW.absence_state, OLD.absence_state) THEN
      changed := datemultirange(NEW.span);
    END IF;
  ELSIF NEW.corrects_id IS NOT NULL THEN
    SELECT * INTO corrected FROM absence WHERE id = NEW.corrects_id;
    IF corrected.absence_state <> 'superseded' OR NEW.absence_state <> 'confirmed'
       OR corrected.person_id <> NEW.person_id OR corrected.section_id <> NEW.section_id
       OR NOT NEW.span <@ corrected.span THEN
      RAISE EXCEPTION 'absence % is not corrected like this', NEW.corrects_id USING ERRCODE = 'LV021';
    END IF;
    changed := datemultirange(corrected.span);
    IF NEW.absence_kind = corrected.absence_kind AND NEW.is_half = corrected.is_half THEN
      changed := changed - datemultirange(NEW.span);
    END IF;
  ELSIF NEW.absence_state = 'confirmed' THEN
    changed := datemultirange(NEW.span);
  END IF;
  IF EXISTS (
    SELECT FROM account a
    WHERE a.person_id = NEW.person_id
      AND a.id IN (CASE WHEN TG_OP = 'INSERT' OR NEW.decided_by IS DISTINCT FROM OLD.decided_by
                        THEN NEW.decided_by END,
                   CASE WHEN TG_OP = 'INSERT' OR NEW.corrected_by IS DISTINCT FROM OLD.corrected_by
                        THEN NEW.corrected_by END)
  ) THEN
    RAISE EXCEPTION 'absence of person % decided by themselves', NEW.person_id USING ERRCODE = 'LV023';
  END IF;
  IF EXISTS (SELECT FROM unnest(changed) days WHERE absence_locked_month(NEW.person_id, days) IS NOT NULL) THEN
    RAISE EXCEPTION 'days of absence in a locked month' USING ERRCODE = 'LV022';
  END IF;
  RETURN NEW;
END $$
"""  # noqa: S608 - constants
_FOLLOWED = """
CREATE FUNCTION superseded_absence_is_followed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM absence WHERE corrects_id = NEW.id) THEN
    RAISE EXCEPTION 'absence % is superseded by nothing', NEW.id USING ERRCODE = 'LV021';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column("absence", sa.Column("is_imported", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("absence", sa.Column("corrects_id", sa.BigInteger(), sa.ForeignKey("absence.id"), unique=True))
    op.add_column("absence", sa.Column("corrected_by", sa.BigInteger()))
    op.add_column("absence", sa.Column("corrected_by_person", sa.BigInteger(), sa.ForeignKey("person.id")))
    op.add_column("absence", sa.Column("corrected_by_name", sa.Text(), nullable=False, server_default=""))
    op.add_column("absence", sa.Column("corrected_at", sa.DateTime(timezone=True)))
    op.add_column("absence", sa.Column("correction_reason", sa.Text(), nullable=False, server_default=""))
    _states((*_STATES, "superseded"))
    for name, condition in _checks():
        op.create_check_constraint(op.f(f"ck_absence_{name}"), "absence", condition)
    op.create_index(
        "absence_imported_once", "absence", ["person_id", "absence_kind", "span", "is_half"], unique=True,
        postgresql_where=sa.text("is_imported"),
    )  # fmt: skip
    for function in (_LOCKED_MONTH, _GUARD, _FOLLOWED):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON absence"
        " FOR EACH ROW EXECUTE FUNCTION guard_absence()"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER followed AFTER UPDATE ON absence DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " WHEN (NEW.absence_state = 'superseded') EXECUTE FUNCTION superseded_absence_is_followed()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER followed ON absence")
    op.execute("DROP TRIGGER guard ON absence")
    for function in ("superseded_absence_is_followed()", "guard_absence()", "absence_locked_month(bigint, daterange)"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_index("absence_imported_once", "absence")
    for name, _ in _checks():
        op.drop_constraint(op.f(f"ck_absence_{name}"), "absence")
    op.execute("UPDATE absence SET absence_state = 'cancelled' WHERE absence_state = 'superseded'")
    _states(_STATES)
    for name in (
        "correction_reason", "corrected_at", "corrected_by_name", "corrected_by_person", "corrected_by", "corrects_id",
        "is_imported",
    ):  # fmt: skip
        op.drop_column("absence", name)


def _checks() -> tuple[tuple[str, str], ...]:
    return (
        (
            "superseded_with_a_reason",
            "absence_state <> 'superseded' OR (correction_reason <> '' AND corrected_at IS NOT NULL)",
        ),
        ("corrected_with_a_reason", "corrected_at IS NULL OR correction_reason <> ''"),
        ("corrected_not_ones_own", "corrected_by_person IS NULL OR corrected_by_person <> person_id"),
    )


def _states(states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_absence_absencestate"), "absence")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_absence_absencestate"), "absence", f"absence_state IN ({listed})")
