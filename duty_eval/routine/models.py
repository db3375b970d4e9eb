from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Section, Unit
from duty_eval.entry_rules.models import CapMode
from host.kernel.db import Model

#: 好 goes to at most two fifths of those assessed, whole places only (R93, T34).
GOOD_SHARE = (2, 5)


class RoutineGrade(Worded):
    GOOD = "good", "好"
    FAIRLY_GOOD = "fairly_good", "较好"
    ORDINARY = "ordinary", "一般"
    WEAK = "weak", "较差"


class NotAssessed(Worded):
    """Why a person takes part without a grade."""

    LONG_LEAVE = "long_leave", "本期请假超过一半"
    SANCTION = "sanction", "处分影响期内或被立案"
    NEWCOMER = "newcomer", "试用期或到岗不满一个月"
    OTHER = "other", "其他原因"


class RoutineState(Worded):
    SUMMARY = "summary", "待小结"
    SUBMITTED = "submitted", "待审核评鉴"
    PROPOSED = "proposed", "待确定等次"
    DECIDED = "decided", "待本人意见"
    ANSWERED = "answered", "已反馈"
    OBJECTED = "objected", "有异议"


def _grade(name: str) -> Enum:
    """A further column of the same words needs a name of its own for its check."""
    return Enum(
        RoutineGrade,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda kind: [grade.value for grade in kind],
    )


class RoutineRound(Model):
    """一次平时考核 of a unit over a span. The database itself gives no more 好 than there are places."""

    __tablename__ = "routine_round"
    __table_args__ = (
        UniqueConstraint("unit_id", "first_day", "last_day"),
        CheckConstraint("first_day <= last_day", name="span_runs_forward"),
        CheckConstraint("good_used >= 0 AND good_places >= 0", name="places_are_not_negative"),
        CheckConstraint("cap_mode <> 'enforce' OR good_used <= good_places", name="never_more_good_than_places"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    name: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    cap_mode: Mapped[CapMode]
    #: Those who are assessed, and 40 % of them, cut to whole places.
    base_count: Mapped[int] = mapped_column(Integer)
    good_places: Mapped[int] = mapped_column(Integer)
    good_used: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    opened_by: Mapped[int | None] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: From then on nothing in the round changes, in the database too, until it is reopened with a reason.
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(BigInteger)
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[int | None] = mapped_column(BigInteger)
    reopen_reason: Mapped[str] = mapped_column(default="", server_default="")


class RoutineAssessment(Model):
    """平时考核表 of one person in one round. Nobody proposes, decides or answers for themselves."""

    __tablename__ = "routine_assessment"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id"),
        Index(None, "person_id"),
        Index(None, "section_id", "routine_state"),
        CheckConstraint("proposed_by_person IS DISTINCT FROM person_id", name="proposed_by_another"),
        CheckConstraint("decided_by_person IS DISTINCT FROM person_id", name="decided_by_another"),
        CheckConstraint("num_nonnulls(final_grade, not_assessed) <= 1", name="grade_or_none"),
        CheckConstraint("final_grade IS NULL OR proposed_grade IS NOT NULL", name="decided_after_it_was_proposed"),
        CheckConstraint(
            "final_grade IS NULL OR 2 * (facts ->> 'days_expected')::int >= (facts ->> 'days_in_all')::int",
            name="no_grade_after_long_leave",
        ),
        CheckConstraint("objection = '' OR routine_state IN ('objected', 'answered')", name="objection_has_its_state"),
        CheckConstraint("answered_by IS NULL OR answered_by IS DISTINCT FROM decided_by", name="answered_by_another"),
        CheckConstraint(
            "answered_by_person IS NULL OR"
            " answered_by_person IS DISTINCT FROM decided_by_person AND answered_by_person <> person_id",
            name="answered_by_another_person",
        ),
        CheckConstraint("length(summary) <= 2000 AND length(comment) <= 500", name="texts_are_bounded"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(RoutineRound.id))
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    routine_state: Mapped[RoutineState] = mapped_column(default=RoutineState.SUMMARY)
    #: What the records said when the round was opened; the summary was written from it.
    facts: Mapped[dict[str, Any]]
    summary: Mapped[str] = mapped_column(default="", server_default="")
    submitted_at: Mapped[datetime | None]
    proposed_grade: Mapped[RoutineGrade | None] = mapped_column(_grade("proposed_routine_grade"))
    comment: Mapped[str] = mapped_column(default="", server_default="")
    proposed_by: Mapped[int | None] = mapped_column(BigInteger)
    proposed_by_person: Mapped[int | None] = mapped_column(BigInteger)
    proposed_at: Mapped[datetime | None]
    final_grade: Mapped[RoutineGrade | None] = mapped_column(_grade("final_routine_grade"))
    not_assessed: Mapped[NotAssessed | None]
    not_assessed_note: Mapped[str] = mapped_column(default="", server_default="")
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_by_person: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None]
    #: When the person opened the result (结果反馈); it may be after the round is closed.
    feedback_at: Mapped[datetime | None]
    #: The person's own word on the result.
    objection: Mapped[str] = mapped_column(default="", server_default="")
    noted_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="", server_default="")
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_by_person: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None]

    @property
    def is_result_ready(self) -> bool:
        """There is a result that the person has not opened yet."""
        return self.feedback_at is None and (self.final_grade is not None or self.not_assessed is not None)

    @property
    def told_grade(self) -> RoutineGrade | None:
        """The grade as the person sees it: once opened, so that the opening can be recorded."""
        return self.final_grade if self.feedback_at else None
