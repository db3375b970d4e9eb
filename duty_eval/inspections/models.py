from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import PostDuty, UnitFunction
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Post, Section, Unit
from basic_info.regions.models import Region
from duty_eval.evidence.models import LINK_LENGTH
from host.kernel.db import Model


class InspectionState(Worded):
    DRAFT = "draft", "草拟"
    DRAWN = "drawn", "已抽取"
    UNDER_WAY = "under_way", "检查中"
    CLOSED = "closed", "已办结"


class InspectionMethod(Worded):
    ON_SITE = "on_site", "现场检查"
    BY_RECORDS = "by_records", "书面检查（调阅纪实和材料）"


class SubjectKind(Worded):
    """What is drawn and looked at."""

    SECTION = "section", "科室"
    POST = "post", "岗位"


class DrawRule(Worded):
    """How many of each stratum are drawn."""

    SHARE = "share", "每层按比例（%）"
    NUMBER = "number", "每层按个数"


class InspectionBlock(Worded):
    """监督检查的内容 (R86)."""

    PARTY_LEADS = "party_leads", "党管机构编制"
    REFORM = "reform", "落实改革"
    NORMS = "norms", "规范管理"
    MANDATE = "mandate", "执行“三定”"
    DISCIPLINE = "discipline", "严肃纪律"


class SubjectOrigin(Worded):
    DRAWN = "drawn", "抽取"
    ADDED = "added", "补充"


class FindingVerdict(Worded):
    OK = "ok", "无问题"
    PROBLEM = "problem", "有问题"
    NOT_APPLICABLE = "not_applicable", "不适用"


class Violation(Worded):
    """违反机构编制规定的情形 (R86)."""

    BEYOND_AUTHORITY = "beyond_authority", "越权审批"
    OVER_BODIES = "over_bodies", "超机构"
    OVER_LEADERS = "over_leaders", "超职数"
    OVER_RANK = "over_rank", "超规格"
    OVER_QUOTA = "over_quota", "超编进人"
    MIXED_POSTS = "mixed_posts", "混编混岗"
    EMPTY_PAY = "empty_pay", "吃空饷"
    INTERFERENCE = "interference", "条条干预"
    CONCEALMENT = "concealment", "瞒报漏报"
    REGISTER_WRONG = "register_wrong", "实名制不规范"


class RequestState(Worded):
    OPEN = "open", "待补证"
    ANSWERED = "answered", "待核对"
    ACCEPTED = "accepted", "已采纳"
    LAPSED = "lapsed", "逾期未补"


class Inspection(Model):
    """监督检查 of a division by its office, or of a unit by itself.

    The database keeps the steps of its state, lets nothing but a draft be edited or deleted, and has it closed by
    another than who made it.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        CheckConstraint("num_nonnulls(region_id, unit_id) = 1", name="of_one_place"),
        CheckConstraint("starts_on <= ends_on", name="span_runs_forward"),
        CheckConstraint("name <> '' AND length(name) <= 120 AND length(basis) <= 300", name="texts_are_bounded"),
        CheckConstraint(
            "draw_amount > 0 AND (draw_rule <> 'share' OR draw_amount <= 100)", name="draws_some_of_each_stratum"
        ),
        CheckConstraint("(inspection_state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_time"),
        CheckConstraint("closed_by IS NULL OR closed_by <> made_by", name="closed_by_another"),
        Index(None, "region_id"),
        Index(None, "unit_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    region_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Region.id))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Unit.id))
    name: Mapped[str]
    #: The document or decision that the check rests on (依据).
    basis: Mapped[str] = mapped_column(default="", server_default="")
    inspection_method: Mapped[InspectionMethod]
    #: False: nobody but its makers knows of it before ``starts_on``.
    is_announced: Mapped[bool]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    subject_kind: Mapped[SubjectKind]
    draw_rule: Mapped[DrawRule]
    #: Percent or a number, as ``draw_rule`` says.
    draw_amount: Mapped[int] = mapped_column(SmallInteger)
    #: Names of the risk sources (``risks``) whose sections form strata of their own.
    risks: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    inspection_state: Mapped[InspectionState] = mapped_column(default=InspectionState.DRAFT)
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_by: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited."""
        return self.inspection_state is InspectionState.DRAFT

    @property
    def may_change_sample(self) -> bool:
        return self.inspection_state in {InspectionState.DRAWN, InspectionState.UNDER_WAY}


class InspectionLine(Model):
    """One line of a checklist: what is looked at. Lines change only while the plan is a draft."""

    __tablename__ = "inspection_line"
    __table_args__ = (
        CheckConstraint("text <> '' AND length(text) <= 200", name="text_is_bounded"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight_is_bounded"),
        Index(None, "inspection_id", "sort_no"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    inspection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Inspection.id))
    sort_no: Mapped[int] = mapped_column(SmallInteger)
    inspection_block: Mapped[InspectionBlock]
    text: Mapped[str]
    #: How much the line counts among the others in the result.
    weight: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")


class InspectionDraw(Model):
    """抽取: the one draw of a plan, with all that is needed to repeat it. Never changed, never made again."""

    __tablename__ = "inspection_draw"

    inspection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Inspection.id), primary_key=True)
    #: Drawn by the machine, not chosen.
    seed: Mapped[int] = mapped_column(BigInteger)
    #: The strata with the ids that could be drawn, as ``drawing.as_json`` gives them.
    frame: Mapped[list[Any]]
    #: SHA-256 of the frame.
    frame_hash: Mapped[str] = mapped_column(String(64))
    drawn_by: Mapped[int | None] = mapped_column(BigInteger)
    drawn_by_name: Mapped[str]
    drawn_at: Mapped[datetime] = mapped_column(server_default=func.now())


class InspectionSubject(Model):
    """抽查对象: a section, or a post of it. What was drawn stays a row; taking out and adding need a reason."""

    __tablename__ = "inspection_subject"
    __table_args__ = (
        UniqueConstraint("inspection_id", "section_id", "post_id", postgresql_nulls_not_distinct=True),
        UniqueConstraint("id", "inspection_id"),
        Index(None, "section_id"),
        Index(None, "unit_id"),
        CheckConstraint("subject_origin = 'drawn' OR reason <> ''", name="added_with_a_reason"),
        CheckConstraint("(removed_at IS NULL) = (removed_reason = '')", name="removed_with_a_reason"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    inspection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Inspection.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    post_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Post.id))
    #: 政府部门·重点
    stratum: Mapped[str] = mapped_column(default="", server_default="")
    subject_origin: Mapped[SubjectOrigin]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str] = mapped_column(default="", server_default="")


#: A finding that is not taken back.
_STANDS = "withdrawn_at IS NULL"
_SUBJECT = [f"{InspectionSubject.__tablename__}.{column}" for column in ("id", "inspection_id")]


class InspectionFinding(Model):
    """检查发现: the verdict on a line of the checklist, or what was found about a duty, a record, a person's absence.

    A problem with a record corrects the verdict on it, once the plan is closed (R92); the record itself stays as it
    is. Nobody finds anything about themselves; a record and a person are found wanting with evidence alone (a
    deferred trigger).
    """

    __tablename__ = "inspection_finding"
    __table_args__ = (
        ForeignKeyConstraint(["subject_id", "inspection_id"], _SUBJECT),
        ForeignKeyConstraint(["record_id", "worked_on"], ["duty_record.id", "duty_record.worked_on"]),
        CheckConstraint("num_nonnulls(post_duty_id, function_id, record_id, absent_on) <= 1", name="about_one_thing"),
        CheckConstraint("num_nonnulls(record_id, worked_on, record_version) IN (0, 3)", name="record_has_its_day"),
        CheckConstraint(
            "(person_id IS NULL) = (record_id IS NULL AND absent_on IS NULL)", name="person_of_record_or_absence"
        ),
        CheckConstraint("person_id IS NULL OR person_id IS DISTINCT FROM found_by_person", name="not_of_oneself"),
        CheckConstraint("finding_verdict <> 'problem' OR words <> ''", name="problem_with_a_reason"),
        CheckConstraint("absent_on IS NULL OR finding_verdict = 'problem'", name="absence_is_a_problem"),
        CheckConstraint("violation IS NULL OR finding_verdict = 'problem'", name="violation_is_a_problem"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_a_reason"),
        CheckConstraint("length(words) <= 1000", name="words_are_bounded"),
        Index(
            "uq_inspection_finding_line", "subject_id", "line_id", unique=True,
            postgresql_where=text(f"num_nonnulls(post_duty_id, function_id, record_id, absent_on) = 0 AND {_STANDS}"),
        ),
        Index(
            "uq_inspection_finding_record", "inspection_id", "record_id", unique=True,
            postgresql_where=text(f"record_id IS NOT NULL AND {_STANDS}"),
        ),
        Index(
            "uq_inspection_finding_absence", "inspection_id", "person_id", "absent_on", unique=True,
            postgresql_where=text(f"absent_on IS NOT NULL AND {_STANDS}"),
        ),
        Index(None, "subject_id"),
        Index(None, "unit_id"),
        Index(None, "post_duty_id"),
        Index(None, "function_id"),
        Index(None, "person_id"),
        Index(None, "record_id", "worked_on"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    inspection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Inspection.id))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    line_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(InspectionLine.id))
    finding_verdict: Mapped[FindingVerdict]
    words: Mapped[str] = mapped_column(default="", server_default="")
    violation: Mapped[Violation | None]
    post_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    function_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(UnitFunction.id))
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    worked_on: Mapped[date | None]
    #: The version of the record that was looked at: a later one is another record's word.
    record_version: Mapped[int | None] = mapped_column(SmallInteger)
    #: Whose record it is, or who was absent.
    person_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Person.id))
    absent_on: Mapped[date | None]
    found_by: Mapped[int | None] = mapped_column(BigInteger)
    found_by_person: Mapped[int | None] = mapped_column(BigInteger)
    found_by_name: Mapped[str]
    found_at: Mapped[datetime] = mapped_column(server_default=func.now())
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="", server_default="")


class EvidenceRequest(Model):
    """补证: evidence asked back of a section, by a day. The database keeps the steps of its state."""

    __tablename__ = "evidence_request"
    __table_args__ = (
        ForeignKeyConstraint(["subject_id", "inspection_id"], _SUBJECT),
        CheckConstraint("text <> '' AND length(text) <= 500", name="text_is_bounded"),
        Index(None, "inspection_id"),
        Index("ix_evidence_request_open", "section_id", postgresql_where=text("request_state = 'open'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    inspection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Inspection.id))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    finding_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(InspectionFinding.id))
    text: Mapped[str]
    due_on: Mapped[date]
    request_state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
    asked_by_name: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())

    def is_overdue(self, today: date) -> bool:
        return self.request_state is RequestState.OPEN and self.due_on < today


class EvidenceAnswer(Model):
    """What a section answered to a request, round by round, and what came of it; never by who answered."""

    __tablename__ = "evidence_answer"
    __table_args__ = (
        UniqueConstraint("request_id", "round_no"),
        CheckConstraint("words <> '' AND length(words) <= 1000", name="words_are_bounded"),
        CheckConstraint("(is_accepted IS NULL) = (decided_at IS NULL)", name="decided_has_a_time"),
        CheckConstraint("is_accepted IS NOT FALSE OR note <> ''", name="asked_again_with_a_reason"),
        CheckConstraint("decided_by IS NULL OR decided_by <> answered_by", name="decided_by_another"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    request_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(EvidenceRequest.id))
    round_no: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str]
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_by_name: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    is_accepted: Mapped[bool | None]
    note: Mapped[str] = mapped_column(default="", server_default="")
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_by_name: Mapped[str] = mapped_column(default="", server_default="")
    decided_at: Mapped[datetime | None]


class InspectionEvidence(Model):
    """佐证 of a finding or of an answer: one file or one link."""

    __tablename__ = "inspection_evidence"
    __table_args__ = (
        CheckConstraint("num_nonnulls(finding_id, answer_id) = 1", name="of_one_thing"),
        CheckConstraint("file_id IS NULL OR link IS NULL", name="file_or_link"),
        Index(None, "finding_id"),
        Index(None, "answer_id"),
        Index(None, "file_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    finding_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(InspectionFinding.id))
    answer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(EvidenceAnswer.id))
    #: Set right after the row: the file belongs to it.
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    link: Mapped[str | None] = mapped_column(String(LINK_LENGTH))
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())


class InspectionResult(Model):
    """检查结果: what a closed plan says of a subject, or of a person; written once, at the closing, for scores to read.

    Weights are those of the lines that apply; ``ok_weight`` of those without any problem.
    """

    __tablename__ = "inspection_result"
    __table_args__ = (
        CheckConstraint("num_nonnulls(subject_id, person_id) = 1", name="of_a_subject_or_a_person"),
        CheckConstraint("ok_weight >= 0 AND ok_weight <= checked_weight", name="no_more_right_than_checked"),
        CheckConstraint("problem_count >= 0", name="counts_are_not_negative"),
        UniqueConstraint("inspection_id", "subject_id"),
        UniqueConstraint("inspection_id", "person_id"),
        Index(None, "section_id", "closed_on"),
        Index(None, "unit_id", "closed_on"),
        Index(None, "person_id", "closed_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    inspection_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Inspection.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    post_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Post.id))
    subject_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(InspectionSubject.id))
    person_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Person.id))
    closed_on: Mapped[date]
    checked_weight: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    ok_weight: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    problem_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
