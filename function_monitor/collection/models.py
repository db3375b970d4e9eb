"""业务系统 and what they hand over: files remembered by content, bad rows kept with their reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from basic_info.organization.kinds import Worded
from basic_info.regions.models import Region
from host.kernel.db import Model


class BusinessSystem(Model):
    """业务系统: an outside system that reports cases of the units of one division."""

    __tablename__ = "business_system"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str]
    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id), index=True)
    #: SHA-256 of the key, which itself is shown once and kept nowhere; None: no key has been given out.
    key_hash: Mapped[bytes | None] = mapped_column(unique=True)
    #: The first characters of the key, so that people can tell keys apart.
    key_hint: Mapped[str] = mapped_column(String(12), default="", server_default="")
    is_on: Mapped[bool] = mapped_column(default=True, server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    region: Mapped[Region] = relationship(lazy="raise_on_sql")


class CollectorSource(Model):
    """采集来源: a folder below the drop root that is looked through on schedule."""

    __tablename__ = "collector_source"
    __table_args__ = (UniqueConstraint("system_id", "folder", "pattern"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    system_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(BusinessSystem.id))
    name: Mapped[str]
    #: Below ``<var>/drops``; never absolute.
    folder: Mapped[str]
    pattern: Mapped[str] = mapped_column(String(80), default="*.csv", server_default="*.csv")
    #: field → column heading of the file
    mapping: Mapped[dict[str, Any]]
    is_on: Mapped[bool] = mapped_column(default=True, server_default="true")
    last_run_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    system: Mapped[BusinessSystem] = relationship(lazy="raise_on_sql")


class CollectedFile(Model):
    """A file that was read, by the SHA-256 of its content: the same content is never read twice."""

    __tablename__ = "collected_file"
    __table_args__ = (
        UniqueConstraint("source_id", "sha256"),
        Index(None, "source_id", "name"),
        CheckConstraint(
            "row_count = accepted_count + duplicate_count + quarantined_count OR error IS NOT NULL",
            name="every_row_is_accounted_for",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(CollectorSource.id))
    name: Mapped[str]
    sha256: Mapped[bytes]
    size_bytes: Mapped[int]
    #: With name and size the reason not to hash an unchanged file at every look.
    modified_ns: Mapped[int]
    row_count: Mapped[int] = mapped_column(Integer, default=0)
    accepted_count: Mapped[int] = mapped_column(Integer, default=0)
    duplicate_count: Mapped[int] = mapped_column(Integer, default=0)
    quarantined_count: Mapped[int] = mapped_column(Integer, default=0)
    #: A sentence when nothing of the file could be read.
    error: Mapped[str | None]
    collected_at: Mapped[datetime] = mapped_column(server_default=func.now())


class QuarantineState(Worded):
    WAITING = "waiting", "待处理"
    TAKEN = "taken", "已重新采集"
    DISMISSED = "dismissed", "不予采集"


class QuarantineRow(Model):
    """隔离数据: a row that could not be taken, as it came, and why."""

    __tablename__ = "quarantine_row"
    __table_args__ = (UniqueConstraint("system_id", "raw_hash"), Index(None, "system_id", "quarantine_state", "id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    system_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(BusinessSystem.id))
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(CollectedFile.id), index=True)
    #: As people count lines, the heading is 1.
    line_no: Mapped[int | None] = mapped_column(Integer)
    raw: Mapped[dict[str, Any]]
    #: The same bad row again is the same quarantined row.
    raw_hash: Mapped[bytes]
    reason: Mapped[str]
    quarantine_state: Mapped[QuarantineState] = mapped_column(default=QuarantineState.WAITING)
    resolved_by: Mapped[int | None]
    resolved_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    system: Mapped[BusinessSystem] = relationship(lazy="raise_on_sql")
