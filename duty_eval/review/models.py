from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person
from host.kernel.db import Model


class Verdict(Worded):
    APPROVED = "approved", "通过"
    RETURNED = "returned", "退回"


class RecordOpening(Model):
    """打开: a reviewer has seen this version of a sampled record, written when its page is opened. Never changed."""

    __tablename__ = "record_opening"
    __table_args__ = (
        ForeignKeyConstraint(
            ["record_id", "worked_on"], ["duty_record.id", "duty_record.worked_on"], ondelete="CASCADE"
        ),
    )

    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    worked_on: Mapped[date] = mapped_column(primary_key=True)
    reviewer_person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id), primary_key=True)
    version_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RecordReview(Model):
    """审核: what a reviewer decided on a record. The database refuses one without a reviewer, or of one's own (R89)."""

    __tablename__ = "record_review"
    __table_args__ = (
        ForeignKeyConstraint(["record_id", "worked_on"], ["duty_record.id", "duty_record.worked_on"]),
        # One without a reviewer could be anybody's, the author's too: NULL must not pass here as unknown.
        CheckConstraint("reviewer_person_id IS NOT NULL AND reviewer_person_id <> person_id", name="not_ones_own"),
        CheckConstraint("verdict <> 'returned' OR comment <> ''", name="returned_with_a_reason"),
        CheckConstraint("quality IS NULL OR quality BETWEEN 1 AND 5", name="quality_in_five_levels"),
        Index(None, "record_id", "worked_on"),
        Index(None, "person_id", "worked_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInteger)
    worked_on: Mapped[date]
    #: Whose record it is: kept here so that the database can compare.
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    reviewer_id: Mapped[int | None] = mapped_column(BigInteger)
    reviewer_person_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Person.id))
    verdict: Mapped[Verdict]
    comment: Mapped[str] = mapped_column(default="", server_default="")
    quality: Mapped[int | None] = mapped_column(SmallInteger)
    reviewed_at: Mapped[datetime] = mapped_column(server_default=func.now())
