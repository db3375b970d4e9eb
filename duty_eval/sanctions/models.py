from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person
from host.kernel.db import Model


class SanctionKind(Worded):
    INVESTIGATION = "investigation", "立案调查"
    WARNING = "warning", "警告"
    DEMERIT = "demerit", "记过"
    SERIOUS_DEMERIT = "serious_demerit", "记大过"
    DEMOTION = "demotion", "降级"
    REMOVAL = "removal", "撤职"
    OTHER = "other", "诫勉等其他处理"


class SanctionEffect(Worded):
    NO_GOOD = "no_good", "不得确定为“好”"
    NO_GRADE = "no_grade", "不确定等次"


class Sanction(Model):
    """处分（影响期） of a person from a document. What was written stays; it ends on a day or is withdrawn.

    ``ends_on``: its last day; none while an investigation is open. The database gives no grade against it.
    """

    __tablename__ = "sanction"
    __table_args__ = (
        Index(None, "person_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= effective_on", name="span_runs_forward"),
        CheckConstraint("btrim(document_no) <> ''", name="has_a_document"),
        CheckConstraint("entered_by_person IS NULL OR entered_by_person <> person_id", name="not_ones_own"),
        CheckConstraint("withdrawn_at IS NULL OR withdraw_reason <> ''", name="withdrawn_with_a_reason"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    sanction_kind: Mapped[SanctionKind]
    effective_on: Mapped[date]
    ends_on: Mapped[date | None]
    document_no: Mapped[str]
    effect: Mapped[SanctionEffect]
    entered_by: Mapped[int | None] = mapped_column(BigInteger)
    entered_by_person: Mapped[int | None] = mapped_column(BigInteger)
    entered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(BigInteger)
    withdraw_reason: Mapped[str] = mapped_column(default="", server_default="")
