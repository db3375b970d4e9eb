from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, SmallInteger, func, text
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import PostDuty
from host.kernel.db import Model


class RecordTemplate(Model):
    """A line to log under a duty of a post, as it usually is: words, quantity in the duty's measure, minutes."""

    __tablename__ = "record_template"
    __table_args__ = (
        CheckConstraint("length(content) BETWEEN 1 AND 500", name="content_is_bounded"),
        CheckConstraint("minutes IS NULL OR (minutes > 0 AND minutes <= 1440)", name="minutes_of_one_day"),
        CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity_is_positive"),
        Index(None, "post_duty_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    post_duty_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    content: Mapped[str]
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    minutes: Mapped[int | None] = mapped_column(SmallInteger)
    kept_by: Mapped[int | None] = mapped_column(BigInteger)
    kept_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
