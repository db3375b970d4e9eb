from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Section
from duty_eval.absences.halves import HalfDay
from host.kernel.db import Model


class AbsenceKind(Worded):
    ANNUAL = "annual", "年休假"
    PERSONAL = "personal", "事假"
    SICK = "sick", "病假"
    FAMILY = "family", "婚丧产育假"
    STUDY = "study", "脱产学习"
    LENT_OUT = "lent_out", "借出、抽调"
    TRIP = "trip", "出差"
    OTHER = "other", "其他"


#: At work elsewhere: the day is expected as any other and may be logged from there.
STILL_AT_WORK = (AbsenceKind.TRIP,)


class AbsenceState(Worded):
    REQUESTED = "requested", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REJECTED = "rejected", "未同意"
    CANCELLED = "cancelled", "已取消"
    SUPERSEDED = "superseded", "已更正"


class Absence(Model):
    """请假: a person is away over a span of days. What is asked or confirmed never overlaps; nobody decides their own.

    What a row says never changes and no row goes: a correction is a row of its own (``corrects_id``) that shares days
    with the old one, which stays as superseded. Days in a closed month are given to nobody and taken from nobody (R90).
    """

    __tablename__ = "absence"
    __table_args__ = (
        ExcludeConstraint(
            ("person_id", "="),
            ("span", "&&"),
            where=text("absence_state IN ('requested', 'confirmed')"),
            name="absence_once_a_day",
            using="gist",
        ),
        CheckConstraint("NOT isempty(span) AND NOT lower_inf(span) AND NOT upper_inf(span)", name="span_has_two_ends"),
        CheckConstraint("NOT is_half OR upper(span) - lower(span) = 1", name="half_is_of_one_day"),
        CheckConstraint("half_part IS NULL OR is_half", name="part_is_of_a_half"),
        CheckConstraint(
            "absence_state NOT IN ('confirmed', 'rejected') OR decided_at IS NOT NULL", name="decided_has_a_time"
        ),
        CheckConstraint("decided_by_person IS NULL OR decided_by_person <> person_id", name="not_ones_own"),
        CheckConstraint("absence_state <> 'rejected' OR decision_note <> ''", name="rejected_with_a_reason"),
        CheckConstraint(
            "absence_state <> 'superseded' OR (correction_reason <> '' AND corrected_at IS NOT NULL)",
            name="superseded_with_a_reason",
        ),
        CheckConstraint("corrected_at IS NULL OR correction_reason <> ''", name="corrected_with_a_reason"),
        CheckConstraint(
            "corrected_by_person IS NULL OR corrected_by_person <> person_id", name="corrected_not_ones_own"
        ),
        Index(None, "section_id", "absence_state"),
        # A line of a workbook comes in once, whatever became of it since.
        Index(
            "absence_imported_once", "person_id", "absence_kind", "span", "is_half", unique=True,
            postgresql_where=text("is_imported"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    #: Of the primary post on the first day: whose head decides.
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    absence_kind: Mapped[AbsenceKind]
    span: Mapped[Range[date]]
    #: Half of one day, which stays an expected day.
    is_half: Mapped[bool] = mapped_column(default=False, server_default="false")
    #: Which half, where it was said: only then it has hours that a record can overlap.
    half_part: Mapped[HalfDay | None]
    note: Mapped[str] = mapped_column(default="", server_default="")
    absence_state: Mapped[AbsenceState] = mapped_column(default=AbsenceState.REQUESTED)
    entered_by: Mapped[int | None] = mapped_column(BigInteger)
    entered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_by_person: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(default="", server_default="")
    is_imported: Mapped[bool] = mapped_column(default=False, server_default="false")
    #: What people call the workbook that it came from.
    import_file: Mapped[str] = mapped_column(default="", server_default="")
    #: The row that this one replaces.
    corrects_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("absence.id"), unique=True)
    #: Who corrected or took back this row after it was granted, and why.
    corrected_by: Mapped[int | None] = mapped_column(BigInteger)
    corrected_by_person: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Person.id))
    corrected_by_name: Mapped[str] = mapped_column(default="", server_default="")
    corrected_at: Mapped[datetime | None]
    correction_reason: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def first(self) -> date:
        assert self.span.lower is not None  # the table holds no other
        return self.span.lower

    @property
    def last(self) -> date:
        assert self.span.upper is not None
        return self.span.upper - timedelta(days=1)
