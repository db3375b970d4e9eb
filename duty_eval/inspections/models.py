from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Post, Section, Unit
from basic_info.regions.models import Region
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


class Inspection(Model):
    """监督检查 of a division by its office, or of a unit by itself.

    The database keeps the steps of its state, lets nothing but a draft be edited or deleted, and has it closed by
    another than who made it.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        CheckConstraint("num_nonnulls(region_id, unit_id) = 1", name="of_one_place"),
        CheckConstraint("starts_on <= ends_on", name="span_runs_forward"),
        CheckConstraint("name <> '' AND length(name) <= 60 AND length(basis) <= 300", name="texts_are_bounded"),
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
