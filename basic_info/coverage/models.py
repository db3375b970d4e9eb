from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.models import Unit
from host.kernel.db import Model


class CoverageRun(Model):
    """覆盖检查: what was found in a unit on a day. Runs are kept, so that a unit sees itself get better (R47)."""

    __tablename__ = "coverage_run"
    __table_args__ = (
        UniqueConstraint("unit_id", "checked_on"),
        CheckConstraint("carried_count BETWEEN 0 AND function_count", name="carries_no_more_than_there_is"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    checked_on: Mapped[date]
    #: Functions without the catch-all ones, and how many of them a section duty carries.
    function_count: Mapped[int]
    carried_count: Mapped[int]
    #: gap → how many; kinds without any are left out.
    gaps: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
