from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Section, Unit
from basic_info.regions.models import Region
from host.kernel.db import Model

_FIRST_DAY = "extract(day FROM month) = 1"


class LockAct(Worded):
    LOCK = "lock", "锁定"
    UNLOCK = "unlock", "解锁"


class PeriodLock(Model):
    """月度锁定: one act that closed or opened a month for a division, a unit with all below it, or a section."""

    __tablename__ = "period_lock"
    __table_args__ = (
        CheckConstraint("num_nonnulls(region_id, unit_id, section_id) = 1", name="of_one_place"),
        CheckConstraint("act <> 'unlock' OR reason <> ''", name="unlocked_with_a_reason"),
        CheckConstraint(_FIRST_DAY, name="of_a_month"),
        Index(None, "month"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    month: Mapped[date]
    act: Mapped[LockAct]
    region_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Region.id))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Unit.id))
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id))
    reason: Mapped[str] = mapped_column(default="", server_default="")
    #: None: the nightly job.
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_by_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: Sections and records that the act touched.
    section_count: Mapped[int] = mapped_column(default=0, server_default="0")
    record_count: Mapped[int] = mapped_column(default=0, server_default="0")


class SectionMonth(Model):
    """Whether a section's month is closed: what every write into a month that is over looks up, by its key."""

    __tablename__ = "section_month"
    __table_args__ = (CheckConstraint(_FIRST_DAY, name="of_a_month"), Index(None, "month"))

    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    #: False: a person opened it again; the nightly job then leaves it alone.
    is_locked: Mapped[bool]
    lock_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PeriodLock.id))


class PeriodReopening(Model):
    """单独开放: one person's closed month, or one record of it, may be written until a time, with a reason."""

    __tablename__ = "period_reopening"
    __table_args__ = (
        CheckConstraint(_FIRST_DAY, name="of_a_month"),
        CheckConstraint("reason <> ''", name="with_a_reason"),
        Index(None, "person_id", "month", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    month: Mapped[date]
    #: None: the whole month of the person.
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
    opened_by: Mapped[int | None] = mapped_column(BigInteger)
    opened_by_name: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
