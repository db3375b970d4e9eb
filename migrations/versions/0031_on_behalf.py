"""Records may be entered on behalf of somebody; who typed one does not review it

Revision ID: 0031
Revises: 0030
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_FORMER = ("typed", "copied", "prefilled", "imported")
_GUARD = """
CREATE OR REPLACE FUNCTION guard_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whole duty_record;
BEGIN
  SELECT * INTO whole FROM duty_record r WHERE r.id = NEW.record_id AND r.worked_on = NEW.worked_on;
  IF whole.person_id IS DISTINCT FROM NEW.person_id THEN
    RAISE EXCEPTION 'the review names another person' USING ERRCODE = 'LV004';
  END IF;
  IF whole.origin = 'on_behalf' AND whole.entered_by_id = NEW.reviewer_id THEN
    RAISE EXCEPTION 'record % is reviewed by who typed it', NEW.record_id USING ERRCODE = 'LV004';
  END IF;
  RETURN NEW;
END $$
"""
_FORMER_GUARD = """
CREATE OR REPLACE FUNCTION guard_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM duty_record r WHERE r.id = NEW.record_id AND r.worked_on = NEW.worked_on
                 AND r.person_id = NEW.person_id) THEN
    RAISE EXCEPTION 'the review names another person' USING ERRCODE = 'LV004';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    _allow((*_FORMER, "on_behalf"))
    op.execute(_GUARD)


def downgrade() -> None:
    op.execute(_FORMER_GUARD)
    op.execute("UPDATE duty_record SET origin = 'typed' WHERE origin = 'on_behalf'")
    _allow(_FORMER)


def _allow(origins: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_duty_record_recordorigin"), "duty_record")
    op.create_check_constraint(op.f("ck_duty_record_recordorigin"), "duty_record", f"origin IN {origins}")
