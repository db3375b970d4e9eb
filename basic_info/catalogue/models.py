from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.models import Unit
from host.kernel.db import Model


class CatalogueOpening(Model):
    """公开: from when until when the list of a unit was open to everybody. A unit is open once at a time."""

    __tablename__ = "catalogue_opening"
    __table_args__ = (
        Index("uq_catalogue_opening_open_once", "unit_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_a_person"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), index=True)
    opened_by: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_by: Mapped[int | None]
    closed_at: Mapped[datetime | None]
