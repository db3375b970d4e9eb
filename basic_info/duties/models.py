"""The golden thread inside the register: clause / item / step → unit function → section duty → post duty (R2)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.flowcharts.models import FlowStep
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Post, Section, Unit
from basic_info.power_lists.models import PowerItem
from host.kernel.db import Model
from host.kernel.words import index_of_words


class FunctionKind(Worded):
    DUTY = "duty", "主要职责"
    CATCH_ALL = "catch_all", "兜底职责"
    POWER = "power", "权责事项"


class WorkSource(Worded):
    """Where work comes from (dictionary §9)."""

    MANDATE = "mandate", "三定规定"
    ASSIGNED = "assigned", "交办任务"
    POWER_ITEM = "power_item", "权责事项"
    OTHER = "other", "其他工作"


class Rhythm(Worded):
    """How often a duty is expected to show activity (R66)."""

    DAILY = "daily", "每日"
    WEEKLY = "weekly", "每周"
    MONTHLY = "monthly", "每月"
    QUARTERLY = "quarterly", "每季"
    YEARLY = "yearly", "每年"
    ON_DEMAND = "on_demand", "依申请"


class UnitFunction(Model):
    """单位职能: a main duty of a unit, as a confirmed mandate or a power item gives it."""

    __tablename__ = "unit_function"
    __table_args__ = (Index(None, "unit_id", "sort_no"), index_of_words("unit_function", "text"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    mandate_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Mandate.id), index=True)
    sort_no: Mapped[int]
    text: Mapped[str]
    function_kind: Mapped[FunctionKind]
    rhythm: Mapped[Rhythm | None]
    valid: Mapped[Range[date]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SectionDuty(Model):
    """科室职责: a duty of a section."""

    __tablename__ = "section_duty"
    __table_args__ = (
        Index(None, "section_id", "sort_no"),
        Index(None, "unit_id"),
        index_of_words("section_duty", "text"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    sort_no: Mapped[int]
    text: Mapped[str]
    work_source: Mapped[WorkSource] = mapped_column(default=WorkSource.MANDATE)
    #: The clause that gives the section this duty.
    clause_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(MandateClause.id), index=True)
    valid: Mapped[Range[date]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PostDuty(Model):
    """岗位职责: a duty of a post; what a person picks when logging a day."""

    __tablename__ = "post_duty"
    __table_args__ = (
        Index(None, "post_id", "sort_no"),
        Index(None, "section_id"),
        index_of_words("post_duty", "text"),
        CheckConstraint("standard_minutes IS NULL OR standard_minutes > 0", name="standard_is_positive"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Post.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    sort_no: Mapped[int]
    text: Mapped[str]
    is_lead: Mapped[bool] = mapped_column(default=False, server_default="false")
    rhythm: Mapped[Rhythm] = mapped_column(default=Rhythm.ON_DEMAND)
    #: 件, 次, 项, 份
    measure_unit: Mapped[str] = mapped_column(default="项", server_default="项")
    #: Minutes that one unit of work usually takes, once confirmed.
    standard_minutes: Mapped[int | None] = mapped_column(Integer)
    valid: Mapped[Range[date]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LinkState(Worded):
    PROPOSED = "proposed", "建议"
    CONFIRMED = "confirmed", "已确认"
    REJECTED = "rejected", "已驳回"
    ADJUSTED = "adjusted", "已调整"


class DutyLink(Model):
    """衔接关系: an upper thing is carried by a lower one. Exactly one upper and one lower column are set.

    Upper → lower pairs: clause → function, item → function, function → section duty, section duty → post duty,
    step → section duty. A proposal counts for nothing until a person confirms it (R46).
    """

    __tablename__ = "duty_link"
    __table_args__ = (
        CheckConstraint(
            "(clause_id IS NOT NULL AND function_id IS NOT NULL"
            " AND num_nonnulls(item_id, step_id, section_duty_id, post_duty_id) = 0)"
            " OR (item_id IS NOT NULL AND function_id IS NOT NULL"
            " AND num_nonnulls(clause_id, step_id, section_duty_id, post_duty_id) = 0)"
            " OR (function_id IS NOT NULL AND section_duty_id IS NOT NULL"
            " AND num_nonnulls(clause_id, item_id, step_id, post_duty_id) = 0)"
            " OR (section_duty_id IS NOT NULL AND post_duty_id IS NOT NULL"
            " AND num_nonnulls(clause_id, item_id, step_id, function_id) = 0)"
            " OR (step_id IS NOT NULL AND section_duty_id IS NOT NULL"
            " AND num_nonnulls(clause_id, item_id, function_id, post_duty_id) = 0)",
            name="joins_neighbouring_layers",
        ),
        CheckConstraint("link_state = 'proposed' OR decided_by IS NOT NULL", name="decided_by_a_person"),
        Index(
            "uq_duty_link_pair",
            text(
                "coalesce(clause_id, 0), coalesce(item_id, 0), coalesce(step_id, 0),"
                " coalesce(function_id, 0), coalesce(section_duty_id, 0), coalesce(post_duty_id, 0)"
            ),
            unique=True,
        ),
        Index(None, "clause_id"),
        Index(None, "item_id"),
        Index(None, "step_id"),
        Index(None, "function_id"),
        Index(None, "section_duty_id"),
        Index(None, "post_duty_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), index=True)
    clause_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(MandateClause.id))
    item_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PowerItem.id))
    step_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(FlowStep.id))
    function_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(UnitFunction.id))
    section_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(SectionDuty.id))
    post_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    link_state: Mapped[LinkState] = mapped_column(default=LinkState.PROPOSED)
    #: Similarity that the proposal rests on, 0–1; None: drawn by a person or given by the document itself.
    score: Mapped[float | None]
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReviewState(Worded):
    OPEN = "open", "待核对"
    KEPT = "kept", "已改接"
    DROPPED = "dropped", "不再衔接"


class LinkReview(Model):
    """需要核对的衔接: a confirmed link that lost an end when a version took force, with what may succeed that end.

    The old link stays: it was true in its time. Kept: a new link joins the successors (R46).
    """

    __tablename__ = "link_review"
    __table_args__ = (
        UniqueConstraint("link_id"),
        CheckConstraint("(review_state = 'open') = (decided_by IS NULL)", name="decided_by_a_person"),
        Index(None, "unit_id", "review_state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    #: The version whose taking force ended an end of the link.
    mandate_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Mandate.id), index=True)
    link_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(DutyLink.id))
    #: What says the likest thing now, if anything does.
    function_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(UnitFunction.id))
    section_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(SectionDuty.id))
    #: Similarity of the successor's words, 0–1.
    score: Mapped[float | None]
    review_state: Mapped[ReviewState] = mapped_column(default=ReviewState.OPEN)
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
