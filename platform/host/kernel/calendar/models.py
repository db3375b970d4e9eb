from __future__ import annotations

import enum
import uuid
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model


class DayKind(enum.Enum):
    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    #: 调休: a weekend day that is worked.
    MAKE_UP = "make_up"

    @property
    def label(self) -> str:
        return {"workday": "工作日", "weekend": "周末", "holiday": "法定节假日", "make_up": "调休上班"}[self.value]

    @property
    def is_workday(self) -> bool:
        return self in {DayKind.WORKDAY, DayKind.MAKE_UP}


class CalendarDay(Model):
    """日历: whether a day is worked, and whether that is official yet (R140, R141)."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    day_kind: Mapped[DayKind]
    note: Mapped[str] = mapped_column(default="", server_default="")
    #: 暂定: the State Council's notice for the year is not in yet.
    is_provisional: Mapped[bool] = mapped_column(default=False, server_default="false")
    document_id: Mapped[int | None] = mapped_column(BigInteger)


class CalendarVersion(Model):
    """Which state of the calendar this is: processes keep the days until the token differs. One row.

    A random token and no counter: a number given out in a transaction that was rolled back would come again
    with other days behind it.
    """

    __tablename__ = "calendar_version"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    token: Mapped[uuid.UUID] = mapped_column(Uuid)
