"""Inspections: plans with their checklist, the one draw and its sample

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_PLAN = """
CREATE FUNCTION guard_inspection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.inspection_state <> 'draft' THEN
      RAISE EXCEPTION 'inspection begins as a draft' USING ERRCODE = 'LV005';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF OLD.inspection_state <> 'draft' THEN
      RAISE EXCEPTION 'inspection % is %', OLD.id, OLD.inspection_state USING ERRCODE = 'LV006';
    END IF;
    RETURN OLD;
  END IF;
  IF NEW.inspection_state <> OLD.inspection_state
     AND OLD.inspection_state || '>' || NEW.inspection_state
         NOT IN ('draft>drawn', 'drawn>under_way', 'under_way>closed') THEN
    RAISE EXCEPTION 'inspection %: % to %', OLD.id, OLD.inspection_state, NEW.inspection_state USING ERRCODE = 'LV005';
  END IF;
  IF OLD.inspection_state <> 'draft' AND
     (NEW.region_id, NEW.unit_id, NEW.name, NEW.basis, NEW.inspection_method, NEW.is_announced, NEW.starts_on,
      NEW.ends_on, NEW.subject_kind, NEW.draw_rule, NEW.draw_amount, NEW.risks, NEW.made_by)
     IS DISTINCT FROM
     (OLD.region_id, OLD.unit_id, OLD.name, OLD.basis, OLD.inspection_method, OLD.is_announced, OLD.starts_on,
      OLD.ends_on, OLD.subject_kind, OLD.draw_rule, OLD.draw_amount, OLD.risks, OLD.made_by) THEN
    RAISE EXCEPTION 'inspection % is %', OLD.id, OLD.inspection_state USING ERRCODE = 'LV006';
  END IF;
  IF NEW.inspection_state = 'drawn' AND OLD.inspection_state = 'draft'
     AND NOT EXISTS (SELECT FROM inspection_draw d WHERE d.inspection_id = NEW.id) THEN
    RAISE EXCEPTION 'inspection % has no draw', OLD.id USING ERRCODE = 'LV005';
  END IF;
  RETURN NEW;
END $$
"""
# FOR SHARE: whoever moves the plan on at the same time is waited for, and the state read is the one that holds.
_LINE = """
CREATE FUNCTION guard_inspection_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE line inspection_line; state text;
BEGIN
  IF TG_OP = 'DELETE' THEN line := OLD; ELSE line := NEW; END IF;
  SELECT i.inspection_state INTO state FROM inspection i WHERE i.id = line.inspection_id FOR SHARE;
  IF state <> 'draft' THEN
    RAISE EXCEPTION 'inspection % is %', line.inspection_id, state USING ERRCODE = 'LV006';
  END IF;
  RETURN line;
END $$
"""
_SUBJECT = """
CREATE FUNCTION guard_inspection_subject() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE state text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'what was drawn stays' USING ERRCODE = 'LV006';
  END IF;
  SELECT i.inspection_state INTO state FROM inspection i WHERE i.id = NEW.inspection_id FOR SHARE;
  IF state NOT IN ('drawn', 'under_way') THEN
    RAISE EXCEPTION 'inspection % is %', NEW.inspection_id, state USING ERRCODE = 'LV005';
  END IF;
  -- Drawn in the transaction of the draw itself and never after it: now() is its start, and the column's default.
  IF TG_OP = 'INSERT' AND NEW.subject_origin = 'drawn' AND NOT EXISTS (
    SELECT FROM inspection_draw d WHERE d.inspection_id = NEW.inspection_id AND d.drawn_at = now()) THEN
    RAISE EXCEPTION 'drawn outside the draw' USING ERRCODE = 'LV006';
  END IF;
  IF TG_OP = 'UPDATE' AND (
    (NEW.id, NEW.inspection_id, NEW.unit_id, NEW.section_id, NEW.post_id, NEW.stratum, NEW.subject_origin, NEW.reason)
    IS DISTINCT FROM
    (OLD.id, OLD.inspection_id, OLD.unit_id, OLD.section_id, OLD.post_id, OLD.stratum, OLD.subject_origin, OLD.reason)
    OR OLD.removed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'what was drawn stays' USING ERRCODE = 'LV006';
  END IF;
  RETURN NEW;
END $$
"""
_DRAW = """
CREATE FUNCTION keep_inspection_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a draw is kept' USING ERRCODE = 'LV006'; END $$
"""
_TRIGGERS = (
    ("BEFORE INSERT OR UPDATE OR DELETE", "inspection", "guard_inspection"),
    ("BEFORE INSERT OR UPDATE OR DELETE", "inspection_line", "guard_inspection_line"),
    ("BEFORE INSERT OR UPDATE OR DELETE", "inspection_subject", "guard_inspection_subject"),
    ("BEFORE UPDATE OR DELETE", "inspection_draw", "keep_inspection_draw"),
)


def upgrade() -> None:
    _make_plan()
    _make_sample()
    for function in (_PLAN, _LINE, _SUBJECT, _DRAW):
        op.execute(function)
    for event, table, function in _TRIGGERS:
        op.execute(f"CREATE TRIGGER guard {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    for _, table, _function in _TRIGGERS:
        op.execute(f"DROP TRIGGER guard ON {table}")
    # A function that takes a table's row goes before the table.
    for _, _, function in _TRIGGERS:
        op.execute(f"DROP FUNCTION {function}()")
    for table in ("inspection_subject", "inspection_draw", "inspection_line", "inspection"):
        op.drop_table(table)


def _make_plan() -> None:
    op.create_table(
        "inspection",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("region_id", sa.BigInteger(), sa.ForeignKey("region.id")),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id")),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False, server_default=""),
        sa.Column("inspection_method", _words("inspectionmethod", "on_site", "by_records"), nullable=False),
        sa.Column("is_announced", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("subject_kind", _words("subjectkind", "section", "post"), nullable=False),
        sa.Column("draw_rule", _words("drawrule", "share", "number"), nullable=False),
        sa.Column("draw_amount", sa.SmallInteger(), nullable=False),
        sa.Column("risks", postgresql.JSONB(), nullable=False, server_default="[]"),
        sa.Column(
            "inspection_state", _words("inspectionstate", "draft", "drawn", "under_way", "closed"), nullable=False
        ),
        sa.Column("made_by", sa.BigInteger()),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("closed_by", sa.BigInteger()),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("num_nonnulls(region_id, unit_id) = 1", name="of_one_place"),
        sa.CheckConstraint("starts_on <= ends_on", name="span_runs_forward"),
        sa.CheckConstraint("name <> '' AND length(name) <= 120 AND length(basis) <= 300", name="texts_are_bounded"),
        sa.CheckConstraint(
            "draw_amount > 0 AND (draw_rule <> 'share' OR draw_amount <= 100)", name="draws_some_of_each_stratum"
        ),
        sa.CheckConstraint("(inspection_state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_time"),
        sa.CheckConstraint("closed_by IS NULL OR closed_by <> made_by", name="closed_by_another"),
    )
    op.create_index("ix_inspection_region_id", "inspection", ["region_id"])
    op.create_index("ix_inspection_unit_id", "inspection", ["unit_id"])
    op.create_table(
        "inspection_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("inspection_id", sa.BigInteger(), sa.ForeignKey("inspection.id"), nullable=False),
        sa.Column("sort_no", sa.SmallInteger(), nullable=False),
        sa.Column(
            "inspection_block",
            _words("inspectionblock", "party_leads", "reform", "norms", "mandate", "discipline"),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False, server_default="1"),
        sa.CheckConstraint("text <> '' AND length(text) <= 200", name="text_is_bounded"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight_is_bounded"),
    )
    op.create_index("ix_inspection_line_inspection_id_sort_no", "inspection_line", ["inspection_id", "sort_no"])


def _make_sample() -> None:
    op.create_table(
        "inspection_draw",
        sa.Column(
            "inspection_id", sa.BigInteger(), sa.ForeignKey("inspection.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("frame", postgresql.JSONB(), nullable=False),
        sa.Column("frame_hash", sa.String(64), nullable=False),
        sa.Column("drawn_by", sa.BigInteger()),
        sa.Column("drawn_by_name", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_table(
        "inspection_subject",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("inspection_id", sa.BigInteger(), sa.ForeignKey("inspection.id"), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("section_id", sa.BigInteger(), sa.ForeignKey("section.id"), nullable=False),
        sa.Column("post_id", sa.BigInteger(), sa.ForeignKey("post.id")),
        sa.Column("stratum", sa.Text(), nullable=False, server_default=""),
        sa.Column("subject_origin", _words("subjectorigin", "drawn", "added"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_reason", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("inspection_id", "section_id", "post_id", postgresql_nulls_not_distinct=True),
        sa.UniqueConstraint("id", "inspection_id"),
        sa.CheckConstraint("subject_origin = 'drawn' OR reason <> ''", name="added_with_a_reason"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_reason = '')", name="removed_with_a_reason"),
    )
    op.create_index("ix_inspection_subject_section_id", "inspection_subject", ["section_id"])
    op.create_index("ix_inspection_subject_unit_id", "inspection_subject", ["unit_id"])


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)
