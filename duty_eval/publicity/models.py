from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.models import Person
from duty_eval.routine.models import RoutineAssessment, RoutineRound
from host.kernel.db import Model


class Publicity(Model):
    """One 公示 of a round: the names that were 好 when it was put up. It never changes; what is new is put up anew.

    ``ends_on`` is its last day; the day on which it was put up is not counted (R101).
    """

    __tablename__ = "publicity"
    __table_args__ = (
        Index(None, "round_id"),
        CheckConstraint("starts_on < ends_on", name="span_runs_forward"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(RoutineRound.id))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    published_by: Mapped[int | None] = mapped_column(BigInteger)
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PublicityName(Model):
    """A form whose 好 was put up. It counts while the form was not decided anew since."""

    __tablename__ = "publicity_name"
    __table_args__ = (Index(None, "assessment_id"),)

    publicity_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Publicity.id), primary_key=True)
    assessment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(RoutineAssessment.id), primary_key=True)


class PublicityObjection(Model):
    """公示异议 of somebody of the unit to one name. Who decided, who objects and who is meant never answer it.

    ``decided_by`` and ``decided_by_person`` say against whose decision it goes: a later decision changes nothing there.
    """

    __tablename__ = "publicity_objection"
    __table_args__ = (
        ForeignKeyConstraint(
            ["publicity_id", "assessment_id"], ["publicity_name.publicity_id", "publicity_name.assessment_id"]
        ),
        UniqueConstraint("publicity_id", "assessment_id", "raised_by_person"),
        Index("ix_publicity_objection_open", "publicity_id", postgresql_where=text("answered_at IS NULL")),
        CheckConstraint("length(content) BETWEEN 1 AND 500 AND length(answer) <= 500", name="texts_are_bounded"),
        CheckConstraint("num_nulls(answered_at, is_upheld) IN (0, 2)", name="answered_as_a_whole"),
        CheckConstraint("answered_at IS NULL OR answer <> ''", name="answered_in_words"),
        CheckConstraint("answered_by IS NULL OR answered_by IS DISTINCT FROM decided_by", name="answered_by_another"),
        CheckConstraint(
            "answered_by_person IS NULL OR answered_by_person IS DISTINCT FROM decided_by_person"
            " AND answered_by_person NOT IN (raised_by_person, about_person)",
            name="answered_by_another_person",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    publicity_id: Mapped[int] = mapped_column(BigInteger)
    assessment_id: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str]
    raised_by_person: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    raised_at: Mapped[datetime] = mapped_column(server_default=func.now())
    about_person: Mapped[int] = mapped_column(BigInteger)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_by_person: Mapped[int | None] = mapped_column(BigInteger)
    is_upheld: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="", server_default="")
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_by_person: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None]
