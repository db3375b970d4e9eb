from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, SmallInteger, func
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model


class LibrarySetting(Model):
    """职责库设置 of the city: one row; without it the defaults of ``settings.queries`` hold."""

    __tablename__ = "library_setting"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("overlap_least BETWEEN 0.3 AND 1", name="overlap_in_bounds"),
        CheckConstraint("hours_per_day BETWEEN 1 AND 24", name="hours_in_bounds"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, default=1)
    #: From which likeness on (cosine 0–1) two functions of different units are shown as 疑似交叉.
    overlap_least: Mapped[Decimal] = mapped_column(Numeric(3, 2))
    #: 每个工作日的工作小时数: how many working hours fill a working day on the clocks.
    hours_per_day: Mapped[int] = mapped_column(SmallInteger, default=8, server_default="8")
    set_by: Mapped[int | None]
    set_at: Mapped[datetime] = mapped_column(server_default=func.now())
