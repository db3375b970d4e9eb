from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Integer, func
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import PostDuty
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
