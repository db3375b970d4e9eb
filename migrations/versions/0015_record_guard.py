"""States of records, closed months and flags, kept by the database

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

#: Writes of the running month cost nothing: a month is closed only when it is over.
_IS_OVER = "{row}.{column} < CURRENT_DATE - (extract(day FROM CURRENT_DATE)::int - 1)"
_STEPS = (
    "draft>submitted submitted>draft submitted>returned submitted>approved returned>submitted"
    " approved>returned approved>locked locked>approved locked>returned"
)
_IS_CLOSED = """
CREATE FUNCTION month_is_closed(section bigint, day date, person bigint, record bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE first date := date_trunc('month', day::timestamp)::date;
BEGIN
  IF NOT EXISTS (SELECT FROM section_month m WHERE m.section_id = section AND m.month = first AND m.is_locked) THEN
    RETURN false;
  END IF;
  -- ``record`` NULL asks for the person's sums, which move with either kind of opening.
  RETURN NOT EXISTS (
    SELECT FROM period_reopening o WHERE o.person_id = person AND o.month = first AND o.closed_at IS NULL
    AND o.expires_at > now() AND (record IS NULL OR o.record_id IS NULL OR o.record_id = record)
  );
END $$
"""
_GUARD_INSERT = """
CREATE FUNCTION guard_record_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF month_is_closed(NEW.section_id, NEW.worked_on, NEW.person_id, NEW.id) THEN
    RAISE EXCEPTION 'month % is locked', to_char(NEW.worked_on, 'YYYY-MM') USING ERRCODE = 'LV001';
  END IF;
  RETURN NEW;
END $$
"""
_GUARD = """
CREATE FUNCTION guard_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.record_state IN ('approved', 'locked') THEN
      RAISE EXCEPTION 'record % is %', OLD.id, OLD.record_state USING ERRCODE = 'LV002';
    END IF;
    IF month_is_closed(OLD.section_id, OLD.worked_on, OLD.person_id, OLD.id) THEN
      RAISE EXCEPTION 'month % is locked', to_char(OLD.worked_on, 'YYYY-MM') USING ERRCODE = 'LV001';
    END IF;
    RETURN OLD;
  END IF;
  IF NEW.record_state <> OLD.record_state
     AND strpos(' {steps} ', ' ' || OLD.record_state || '>' || NEW.record_state || ' ') = 0 THEN
    RAISE EXCEPTION 'record %: % to %', OLD.id, OLD.record_state, NEW.record_state USING ERRCODE = 'LV003';
  END IF;
  IF (NEW.id, NEW.worked_on, NEW.person_id) IS DISTINCT FROM (OLD.id, OLD.worked_on, OLD.person_id)
     OR NEW.version_no < OLD.version_no THEN
    RAISE EXCEPTION 'record % changes its day or person', OLD.id USING ERRCODE = 'LV002';
  END IF;
  IF OLD.record_state IN ('approved', 'locked') AND (
    (NEW.content, NEW.quantity, NEW.minutes, NEW.result, NEW.problem, NEW.next_step, NEW.case_no, NEW.origin,
     NEW.section_id, NEW.unit_id, NEW.submitted_at)
    IS DISTINCT FROM
    (OLD.content, OLD.quantity, OLD.minutes, OLD.result, OLD.problem, OLD.next_step, OLD.case_no, OLD.origin,
     OLD.section_id, OLD.unit_id, OLD.submitted_at)
    -- Another duty is another version, which keeps the old one.
    OR (NEW.post_duty_id IS DISTINCT FROM OLD.post_duty_id AND NEW.version_no = OLD.version_no)
  ) THEN
    RAISE EXCEPTION 'record % is %', OLD.id, OLD.record_state USING ERRCODE = 'LV002';
  END IF;
  IF OLD.record_state = 'approved' AND NEW.record_state = 'locked' AND NEW.version_no = OLD.version_no THEN
    IF NOT EXISTS (SELECT FROM section_month m WHERE m.section_id = NEW.section_id AND m.is_locked
                   AND m.month = date_trunc('month', NEW.worked_on::timestamp)::date) THEN
      RAISE EXCEPTION 'record % is locked in an open month', OLD.id USING ERRCODE = 'LV003';
    END IF;
    RETURN NEW;
  END IF;
  IF month_is_closed(OLD.section_id, OLD.worked_on, OLD.person_id, OLD.id) THEN
    RAISE EXCEPTION 'month % is locked', to_char(OLD.worked_on, 'YYYY-MM') USING ERRCODE = 'LV001';
  END IF;
  IF OLD.record_state = 'locked' AND NEW.record_state = 'locked' THEN
    RAISE EXCEPTION 'record % is locked', OLD.id USING ERRCODE = 'LV002';
  END IF;
  RETURN NEW;
END $$
"""
_GUARD_SUMS = """
CREATE FUNCTION guard_rollup() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sums record_rollup := coalesce(NEW, OLD);
BEGIN
  IF month_is_closed(sums.section_id, sums.month, sums.person_id, NULL) THEN
    RAISE EXCEPTION 'month % is locked', to_char(sums.month, 'YYYY-MM') USING ERRCODE = 'LV001';
  END IF;
  RETURN sums;
END $$
"""
_GUARD_PART = """
CREATE FUNCTION guard_record_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE part record; whole duty_record;
BEGIN
  IF TG_OP = 'DELETE' THEN part := OLD; ELSE part := NEW; END IF;
  SELECT * INTO whole FROM duty_record r WHERE r.id = part.record_id AND r.worked_on = part.worked_on;
  IF whole.record_state = 'locked'
     OR month_is_closed(whole.section_id, whole.worked_on, whole.person_id, whole.id) THEN
    RAISE EXCEPTION 'month % is locked', to_char(part.worked_on, 'YYYY-MM') USING ERRCODE = 'LV001';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
"""
_KEEP = """
CREATE FUNCTION keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'revisions are kept' USING ERRCODE = 'LV002'; END $$
"""
_GUARD_REVIEW = """
CREATE FUNCTION guard_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM duty_record r WHERE r.id = NEW.record_id AND r.worked_on = NEW.worked_on
                 AND r.person_id = NEW.person_id) THEN
    RAISE EXCEPTION 'the review names another person' USING ERRCODE = 'LV004';
  END IF;
  RETURN NEW;
END $$
"""
_GUARD_APPROVED = """
CREATE FUNCTION guard_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Written in this very transaction: now() is its start, and the column's default.
  IF NOT EXISTS (SELECT FROM record_review v WHERE v.record_id = NEW.id AND v.worked_on = NEW.worked_on
                 AND v.verdict = 'approved' AND v.reviewed_at >= now()) THEN
    RAISE EXCEPTION 'record % is approved without a review', NEW.id USING ERRCODE = 'LV004';
  END IF;
  RETURN NULL;
END $$
"""
_FUNCTIONS = (
    "month_is_closed(bigint, date, bigint, bigint)", "guard_record_insert()", "guard_record()", "guard_rollup()",
    "guard_record_part()", "keep_revision()", "guard_review()", "guard_approved()",
)  # fmt: skip


def upgrade() -> None:
    _make_tables()
    for function in (
        _IS_CLOSED, _GUARD_INSERT, _GUARD.format(steps=_STEPS), _GUARD_SUMS, _GUARD_PART, _KEEP, _GUARD_REVIEW,
        _GUARD_APPROVED,
    ):  # fmt: skip
        op.execute(function)
    over = _IS_OVER.format(row="NEW", column="worked_on")
    _trigger("guard_insert", "BEFORE INSERT", "duty_record", "guard_record_insert", over)
    _trigger("guard", "BEFORE UPDATE OR DELETE", "duty_record", "guard_record")
    over = _IS_OVER.format(row="NEW", column="month")
    _trigger("guard", "BEFORE INSERT OR UPDATE", "record_rollup", "guard_rollup", over)
    _trigger("guard_delete", "BEFORE DELETE", "record_rollup", "guard_rollup")
    _trigger("guard", "BEFORE INSERT", "duty_record_revision", "guard_record_part")
    _trigger("keep", "BEFORE UPDATE OR DELETE", "duty_record_revision", "keep_revision")
    over = _IS_OVER.format(row="NEW", column="worked_on")
    _trigger("guard", "BEFORE INSERT OR UPDATE", "record_evidence", "guard_record_part", over)
    _trigger("guard_delete", "BEFORE DELETE", "record_evidence", "guard_record_part")
    _trigger("guard", "BEFORE INSERT OR UPDATE", "record_review", "guard_review")
    # At the end of the transaction: the verdict and the state may be written in either order.
    op.execute(
        "CREATE CONSTRAINT TRIGGER guard_approved AFTER UPDATE ON duty_record DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW WHEN (OLD.record_state = 'submitted' AND NEW.record_state = 'approved')"
        " EXECUTE FUNCTION guard_approved()"
    )


def _trigger(name: str, event: str, table: str, function: str, when: str = "") -> None:
    condition = f" WHEN ({when})" if when else ""
    op.execute(f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW{condition} EXECUTE FUNCTION {function}()")


def _make_tables() -> None:
    words = {"native_enum": False, "create_constraint": True, "length": 40}
    op.create_table(
        "record_flag",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column(
            "kind", sa.Enum("long_day", "quantity", "like_own", "like_others", name="flagkind", **words), nullable=False
        ),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id", "worked_on"],
            ["duty_record.id", "duty_record.worked_on"],
            name=op.f("fk_record_flag_record_id_worked_on_duty_record"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_flag")),
        sa.UniqueConstraint("record_id", "worked_on", "kind", name=op.f("uq_record_flag_record_id_worked_on_kind")),
    )
    op.create_index(op.f("ix_record_flag_worked_on"), "record_flag", ["worked_on"])
    op.create_table(
        "period_lock",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("act", sa.Enum("lock", "unlock", name="lockact", **words), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("section_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("section_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("record_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(region_id, unit_id, section_id) = 1", name=op.f("ck_period_lock_of_one_place")
        ),
        sa.CheckConstraint("act <> 'unlock' OR reason <> ''", name=op.f("ck_period_lock_unlocked_with_a_reason")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_period_lock_of_a_month")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_period_lock_region_id_region")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_period_lock_unit_id_unit")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_period_lock_section_id_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_lock")),
    )
    op.create_index(op.f("ix_period_lock_month"), "period_lock", ["month"])
    op.create_table(
        "section_month",
        sa.Column("section_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("lock_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_section_month_of_a_month")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_section_month_section_id_section")),
        sa.ForeignKeyConstraint(["lock_id"], ["period_lock.id"], name=op.f("fk_section_month_lock_id_period_lock")),
        sa.PrimaryKeyConstraint("section_id", "month", name=op.f("pk_section_month")),
    )
    op.create_index(op.f("ix_section_month_month"), "section_month", ["month"])
    op.create_table(
        "period_reopening",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("opened_by_name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_period_reopening_of_a_month")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_period_reopening_with_a_reason")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_period_reopening_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_reopening")),
    )
    op.create_index(
        op.f("ix_period_reopening_person_id_month"),
        "period_reopening",
        ["person_id", "month"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER guard_approved ON duty_record")
    for name, table in (
        ("guard_insert", "duty_record"), ("guard", "duty_record"), ("guard", "record_rollup"),
        ("guard_delete", "record_rollup"), ("guard", "duty_record_revision"), ("keep", "duty_record_revision"),
        ("guard", "record_evidence"), ("guard_delete", "record_evidence"), ("guard", "record_review"),
    ):  # fmt: skip
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for function in reversed(_FUNCTIONS):
        op.execute(f"DROP FUNCTION {function}")
    for table in ("period_reopening", "section_month", "period_lock", "record_flag"):
        op.drop_table(table)
