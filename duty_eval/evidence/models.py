from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    String,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model

LINK_LENGTH = 500


class RecordEvidence(Model):
    """佐证: one file or one link that belongs to a record, since the version that it came with."""

    __tablename__ = "record_evidence"
    __table_args__ = (
        ForeignKeyConstraint(["record_id", "worked_on"], ["duty_record.id", "duty_record.worked_on"]),
        CheckConstraint("file_id IS NULL OR link IS NULL", name="file_or_link"),
        Index(None, "record_id", "worked_on"),
        Index(None, "file_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInteger)
    worked_on: Mapped[date]
    #: Set right after the row: the file belongs to it.
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    link: Mapped[str | None] = mapped_column(String(LINK_LENGTH))
    version_no: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    added_by: Mapped[int | None] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())
