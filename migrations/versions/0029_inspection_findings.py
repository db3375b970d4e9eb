"""What inspections find, the evidence asked back, and results that scores read

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_FORMER_FLAGS = ("long_day", "quantity", "like_own", "like_others", "on_leave")
_VIOLATIONS = (
    "beyond_authority", "over_bodies", "over_leaders", "over_rank", "over_quota", "mixed_posts", "empty_pay",
    "interference", "concealment", "register_wrong",
)  # fmt: skip
_ABOUT = "num_nonnulls(post_duty_id, function_id, record_id, absent_on)"
# FOR SHARE: who closes the plan at the same time is waited for, and nothing is written beside a closed one.
_PART = """
CREATE FUNCTION guard_inspection_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE state text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'what was found stays' USING ERRCODE = 'LV006';
  END IF;
  SELECT i.inspection_state INTO state FROM inspection i WHERE i.id = NEW.inspection_id FOR SHARE;
  IF state <> 'under_way' THEN
    RAISE EXCEPTION 'inspection % is %', NEW.inspection_id, state USING ERRCODE = 'LV005';
  END IF;
  RETURN NEW;
END $$
"""
_REQUEST = """
CREATE FUNCTION guard_evidence_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.request_state <> OLD.request_state AND OLD.request_state || '>' || NEW.request_state
     NOT IN ('open>answered', 'answered>open', 'answered>accepted', 'open>lapsed') THEN
    RAISE EXCEPTION 'request %: % to %', OLD.id, OLD.request_state, NEW.request_state USING ERRCODE = 'LV005';
  END IF;
  IF (NEW.inspection_id, NEW.subject_id, NEW.section_id, NEW.finding_id, NEW.text) IS DISTINCT FROM
     (OLD.inspection_id, OLD.subject_id, OLD.section_id, OLD.finding_id, OLD.text) THEN
    RAISE EXCEPTION 'what was asked stays' USING ERRCODE = 'LV006';
  END IF;
  RETURN NEW;
END $$
"""
_PROVEN = """
CREATE FUNCTION finding_has_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM inspection_evidence e WHERE e.finding_id = NEW.id) THEN
    RAISE EXCEPTION 'finding % has no evidence', NEW.id USING ERRCODE = 'LV007';
  END IF;
  RETURN NULL;
END $$
"""
_KEEP = """
CREATE FUNCTION keep_inspection_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'results are kept' USING ERRCODE = 'LV006'; END $$
"""
_TRIGGERS = (
    ("BEFORE INSERT OR UPDATE OR DELETE", "inspection_finding", "guard", "guard_inspection_part"),
    ("BEFORE INSERT OR UPDATE OR DELETE", "evidence_request", "guard", "guard_inspection_part"),
    ("BEFORE UPDATE", "evidence_request", "guard_steps", "guard_evidence_request"),
    ("BEFORE INSERT", "inspection_result", "guard", "guard_inspection_part"),
    ("BEFORE UPDATE OR DELETE", "inspection_result", "keep", "keep_inspection_result"),
)


def upgrade() -> None:
    _allow_flags((*_FORMER_FLAGS, "inspected"))
    _make_findings()
    _make_requests()
    _make_results()
    for function in (_PART, _REQUEST, _PROVEN, _KEEP):
        op.execute(function)
    for event, table, name, function in _TRIGGERS:
        op.execute(f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    # At the end of the transaction: the finding is there before its evidence.
    op.execute(
        "CREATE CONSTRAINT TRIGGER proven AFTER INSERT OR UPDATE ON inspection_finding DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW WHEN (NEW.finding_verdict = 'problem' AND NEW.person_id IS NOT NULL)"
        " EXECUTE FUNCTION finding_has_evidence()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER proven ON inspection_finding")
    for _, table, name, _function in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for function in (
        "guard_inspection_part", "guard_evidence_request", "finding_has_evidence", "keep_inspection_result",
    ):  # fmt: skip
        op.execute(f"DROP FUNCTION {function}()")
    for table in ("inspection_result", "inspection_evidence", "evidence_answer", "evidence_request"):
        op.drop_table(table)
    op.drop_table("inspection_finding")
    op.execute("DELETE FROM record_flag WHERE kind = 'inspected'")
    _allow_flags(_FORMER_FLAGS)


def _allow_flags(kinds: tuple[str, ...]) -> None:
    op.execute("ALTER TABLE record_flag DROP CONSTRAINT ck_record_flag_flagkind")
    op.create_check_constraint(op.f("ck_record_flag_flagkind"), "record_flag", f"kind IN {kinds}")


def _make_findings() -> None:
    op.create_table(
        "inspection_finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("inspection_id", sa.BigInteger(), sa.ForeignKey("inspection.id"), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("section_id", sa.BigInteger(), sa.ForeignKey("section.id"), nullable=False),
        sa.Column("line_id", sa.BigInteger(), sa.ForeignKey("inspection_line.id"), nullable=False),
        sa.Column("finding_verdict", _words("findingverdict", "ok", "problem", "not_applicable"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        sa.Column("violation", _words("violation", *_VIOLATIONS)),
        sa.Column("post_duty_id", sa.BigInteger(), sa.ForeignKey("post_duty.id")),
        sa.Column("function_id", sa.BigInteger(), sa.ForeignKey("unit_function.id")),
        sa.Column("record_id", sa.BigInteger()),
        sa.Column("worked_on", sa.Date()),
        sa.Column("record_version", sa.SmallInteger()),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id")),
        sa.Column("absent_on", sa.Date()),
        sa.Column("found_by", sa.BigInteger()),
        sa.Column("found_by_person", sa.BigInteger()),
        sa.Column("found_by_name", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False, server_default=""),
        _subject_key(),
        sa.ForeignKeyConstraint(["record_id", "worked_on"], ["duty_record.id", "duty_record.worked_on"]),
        sa.CheckConstraint(f"{_ABOUT} <= 1", name="about_one_thing"),
        sa.CheckConstraint("num_nonnulls(record_id, worked_on, record_version) IN (0, 3)", name="record_has_its_day"),
        sa.CheckConstraint(
            "(person_id IS NULL) = (record_id IS NULL AND absent_on IS NULL)", name="person_of_record_or_absence"
        ),
        sa.CheckConstraint("person_id IS NULL OR person_id IS DISTINCT FROM found_by_person", name="not_of_oneself"),
        sa.CheckConstraint("finding_verdict <> 'problem' OR words <> ''", name="problem_with_a_reason"),
        sa.CheckConstraint("absent_on IS NULL OR finding_verdict = 'problem'", name="absence_is_a_problem"),
        sa.CheckConstraint("violation IS NULL OR finding_verdict = 'problem'", name="violation_is_a_problem"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_a_reason"),
        sa.CheckConstraint("length(words) <= 1000", name="words_are_bounded"),
    )
    for column in ("subject_id", "unit_id", "post_duty_id", "function_id", "person_id"):
        op.create_index(f"ix_inspection_finding_{column}", "inspection_finding", [column])
    op.create_index("ix_inspection_finding_record_id_worked_on", "inspection_finding", ["record_id", "worked_on"])
    for name, columns, about in (
        ("line", ["subject_id", "line_id"], f"{_ABOUT} = 0"),
        ("record", ["inspection_id", "record_id"], "record_id IS NOT NULL"),
        ("absence", ["inspection_id", "person_id", "absent_on"], "absent_on IS NOT NULL"),
    ):
        where = sa.text(f"{about} AND withdrawn_at IS NULL")
        op.create_index(
            f"uq_inspection_finding_{name}", "inspection_finding", columns, unique=True, postgresql_where=where
        )


def _make_requests() -> None:
    op.create_table(
        "evidence_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("inspection_id", sa.BigInteger(), sa.ForeignKey("inspection.id"), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("section_id", sa.BigInteger(), sa.ForeignKey("section.id"), nullable=False),
        sa.Column("finding_id", sa.BigInteger(), sa.ForeignKey("inspection_finding.id")),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("request_state", _words("requeststate", "open", "answered", "accepted", "lapsed"), nullable=False),
        sa.Column("asked_by", sa.BigInteger()),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        _subject_key(),
        sa.CheckConstraint("text <> '' AND length(text) <= 500", name="text_is_bounded"),
    )
    op.create_index("ix_evidence_request_inspection_id", "evidence_request", ["inspection_id"])
    op.create_index(
        "ix_evidence_request_open",
        "evidence_request",
        ["section_id"],
        postgresql_where=sa.text("request_state = 'open'"),
    )
    op.create_table(
        "evidence_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("request_id", sa.BigInteger(), sa.ForeignKey("evidence_request.id"), nullable=False),
        sa.Column("round_no", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.BigInteger()),
        sa.Column("answered_by_name", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("is_accepted", sa.Boolean()),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("decided_by", sa.BigInteger()),
        sa.Column("decided_by_name", sa.Text(), nullable=False, server_default=""),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("request_id", "round_no"),
        sa.CheckConstraint("words <> '' AND length(words) <= 1000", name="words_are_bounded"),
        sa.CheckConstraint("(is_accepted IS NULL) = (decided_at IS NULL)", name="decided_has_a_time"),
        sa.CheckConstraint("is_accepted IS NOT FALSE OR note <> ''", name="asked_again_with_a_reason"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> answered_by", name="decided_by_another"),
    )
    op.create_table(
        "inspection_evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("finding_id", sa.BigInteger(), sa.ForeignKey("inspection_finding.id")),
        sa.Column("answer_id", sa.BigInteger(), sa.ForeignKey("evidence_answer.id")),
        sa.Column("file_id", sa.BigInteger(), sa.ForeignKey("stored_file.id")),
        sa.Column("link", sa.String(500)),
        sa.Column("added_by", sa.BigInteger()),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("num_nonnulls(finding_id, answer_id) = 1", name="of_one_thing"),
        sa.CheckConstraint("file_id IS NULL OR link IS NULL", name="file_or_link"),
    )
    for column in ("finding_id", "answer_id", "file_id"):
        op.create_index(f"ix_inspection_evidence_{column}", "inspection_evidence", [column])


def _make_results() -> None:
    op.create_table(
        "inspection_result",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("inspection_id", sa.BigInteger(), sa.ForeignKey("inspection.id"), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("section_id", sa.BigInteger(), sa.ForeignKey("section.id"), nullable=False),
        sa.Column("post_id", sa.BigInteger(), sa.ForeignKey("post.id")),
        sa.Column("subject_id", sa.BigInteger(), sa.ForeignKey("inspection_subject.id")),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id")),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("checked_weight", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ok_weight", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("problem_count", sa.Integer(), nullable=False, server_default="0"),
        sa.UniqueConstraint("inspection_id", "subject_id"),
        sa.UniqueConstraint("inspection_id", "person_id"),
        sa.CheckConstraint("num_nonnulls(subject_id, person_id) = 1", name="of_a_subject_or_a_person"),
        sa.CheckConstraint("ok_weight >= 0 AND ok_weight <= checked_weight", name="no_more_right_than_checked"),
        sa.CheckConstraint("problem_count >= 0", name="counts_are_not_negative"),
    )
    for column in ("section_id", "unit_id", "person_id"):
        op.create_index(f"ix_inspection_result_{column}_closed_on", "inspection_result", [column, "closed_on"])


def _subject_key() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subject_id", "inspection_id"], ["inspection_subject.id", "inspection_subject.inspection_id"]
    )


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)
