from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from host.kernel.db import Model


class FlagKind(Worded):
    """Why a record wants a look (R91)."""

    LONG_DAY = "long_day", "当日用时较长"
    OVERLAP = "overlap", "时段重叠"
    ON_LEAVE = "on_leave", "请假当日有纪实"
    QUANTITY = "quantity", "数量明显偏大"
    LIKE_OWN = "like_own", "与本人近期内容雷同"
    LIKE_OTHERS = "like_others", "与他人内容雷同"
    INSPECTED = "inspected", "监督检查发现不符"


class RecordFlag(Model):
    """提示: something about a record that a reviewer should see, written at entry or by the nightly job."""

    __tablename__ = "record_flag"
    __table_args__ = (
        ForeignKeyConstraint(["record_id", "worked_on"], ["duty_record.id", "duty_record.worked_on"]),
        UniqueConstraint("record_id", "worked_on", "kind"),
        Index(None, "worked_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInteger)
    worked_on: Mapped[date]
    kind: Mapped[FlagKind]
    #: The finding in words: ``与 3月2日 的内容 96% 相同``.
    detail: Mapped[str] = mapped_column(default="", server_default="")
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
