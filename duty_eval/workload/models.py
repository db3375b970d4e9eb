from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    String,
    func,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Section, Unit
from host.kernel.db import Model


class FormerStandard(Model):
    """标准工时沿革: what one piece of a duty's work took over the months before another standard was confirmed.

    ``valid`` holds whole months, never two standards in one; the present standard stands on the duty itself.
    """

    __tablename__ = "former_standard"
    __table_args__ = (
        ExcludeConstraint(("post_duty_id", "="), ("valid", "&&"), name="one_standard_a_month", using="gist"),
        CheckConstraint("minutes > 0", name="minutes_are_positive"),
        CheckConstraint("NOT isempty(valid) AND NOT upper_inf(valid)", name="is_over"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    post_duty_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    minutes: Mapped[int] = mapped_column(Integer)
    valid: Mapped[Range[date]]
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime] = mapped_column(server_default=func.now())


class WorkloadFacts:
    """What of a month the saturation is made of (R138): who was there, and what was done by standard hours."""

    #: Of them on the month's last day, or on the day up to which it was counted.
    people: Mapped[int] = mapped_column(Integer)
    #: Person-days by the shares of the posts.
    attendance_days: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    records: Mapped[int] = mapped_column(Integer)
    #: Of them under duties with standard hours.
    covered: Mapped[int] = mapped_column(Integer)
    standard_minutes: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    logged_minutes: Mapped[int] = mapped_column(BigInteger)


#: The names of the facts.
FACTS = ("people", "attendance_days", "records", "covered", "standard_minutes", "logged_minutes")


class UnitWorkload(WorkloadFacts, Model):
    """单位月工作量: the sum of a unit's sections that have a saturation; written by a nightly job alone.

    Only of those: a section that logs nothing does not pull the unit down, and the numbers of the unit less those of
    its shown sections would be one person's (R138, R164). Where none has, of those of enough people.
    A row is there for every month in which the unit had people or records; it says when the month was counted.
    """

    __tablename__ = "unit_workload"
    __table_args__ = (Index(None, "month"), CheckConstraint("extract(day FROM month) = 1", name="month_is_its_first"))

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), primary_key=True)
    #: The first day of the month.
    month: Mapped[date] = mapped_column(primary_key=True)
    #: Digest of what the attendance was counted from; another one now: the month is to be counted again.
    inputs: Mapped[str] = mapped_column(String(32))
    counted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SectionWorkload(WorkloadFacts, Model):
    """科室月工作量: a section's month, counted with its unit's."""

    __tablename__ = "section_workload"
    __table_args__ = (
        ForeignKeyConstraint(["unit_id", "month"], ["unit_workload.unit_id", "unit_workload.month"]),
        Index(None, "unit_id", "month"),
    )

    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger)
