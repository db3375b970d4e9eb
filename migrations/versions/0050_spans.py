"""Hours of the day, where a person writes them: kept with the record, looked at for overlaps under a lock

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_KINDS = ("long_day", "on_leave", "quantity", "like_own", "like_others", "inspected")
_SPAN = (
    "start_minute IS NULL OR (start_minute >= 0 AND start_minute % 15 = 0 AND minutes IS NOT NULL"
    " AND start_minute + minutes <= 1440)"
)
#: Volatile, so that the second statement sees what the one that it waited for has committed.
_TAKEN = """
CREATE FUNCTION taken_spans(person bigint, day date) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || '.taken_spans', person));
  RETURN (
    SELECT coalesce(jsonb_agg(jsonb_build_array(s.begins, s.lasts, s.what) ORDER BY s.begins, s.what), '[]')
    FROM (
      SELECT r.start_minute AS begins, r.minutes AS lasts, left(r.content, 20) AS what
      FROM duty_record r
      WHERE r.person_id = person AND r.worked_on = day AND r.start_minute IS NOT NULL
        AND r.record_state IN ('submitted', 'approved', 'locked')
      UNION ALL
      SELECT NULL, NULL, a.half_part
      FROM absence a
      WHERE a.person_id = person AND a.span @> day AND a.half_part IS NOT NULL
        AND a.absence_state = 'confirmed' AND a.absence_kind <> 'trip'
    ) s
  );
END $$
"""
#: What an approved record says of its hours is kept like its minutes: in ``guard_record``, wherever it compares.
_GUARD = """
DO $$ BEGIN
  EXECUTE regexp_replace(pg_get_functiondef('guard_record()'::regprocedure), '{old}', '{new}', 'g');
END $$
"""
_MINUTES = r"(NEW|OLD)\.minutes, "


def upgrade() -> None:
    op.add_column("duty_record", sa.Column("start_minute", sa.SmallInteger()))
    # Records are read through after the migrations, when nobody waits for it (host.migrating).
    op.create_check_constraint(
        op.f("ck_duty_record_span_lies_in_its_day"), "duty_record", _SPAN, postgresql_not_valid=True
    )
    op.execute(_GUARD.format(old=_MINUTES, new=r"\1.minutes, \1.start_minute, "))
    op.add_column("absence", sa.Column("half_part", sa.String(40)))
    op.create_check_constraint(op.f("ck_absence_halfday"), "absence", "half_part IN ('morning', 'afternoon')")
    op.create_check_constraint(op.f("ck_absence_part_is_of_a_half"), "absence", "half_part IS NULL OR is_half")
    op.execute(_TAKEN)
    op.add_column("entry_rule", sa.Column("overlap_mode", sa.String(40), server_default="warn", nullable=False))
    op.create_check_constraint(
        op.f("ck_entry_rule_overlapmode"), "entry_rule", "overlap_mode IN ('off', 'warn', 'reason', 'refuse')"
    )
    _kinds((*_KINDS, "overlap"))


def downgrade() -> None:
    op.execute("DELETE FROM record_flag WHERE kind = 'overlap'")
    _kinds(_KINDS)
    op.drop_column("entry_rule", "overlap_mode")
    op.execute("DROP FUNCTION taken_spans(bigint, date)")
    op.drop_column("absence", "half_part")
    op.execute(_GUARD.format(old=_MINUTES + r"\1\.start_minute, ", new=r"\1.minutes, "))
    op.drop_column("duty_record", "start_minute")


def _kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_record_flag_flagkind"), "record_flag")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_record_flag_flagkind"), "record_flag", f"kind IN ({listed})")
