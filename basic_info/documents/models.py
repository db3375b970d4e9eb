from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, String, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model


class Document(Model):
    """文件台账: a paper with its number (R42), the ground of what it decided."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    title: Mapped[str]
    #: As printed, e.g. 寻办通〔2019〕23号; its three parts beside it.
    doc_no: Mapped[str | None] = mapped_column(String(120), index=True)
    doc_prefix: Mapped[str | None]
    doc_year: Mapped[int | None]
    doc_seq: Mapped[int | None]
    issued_on: Mapped[date | None]
    #: 主题词 of the changes that it makes: 职能, 编制, 职数, 内设, 挂牌, 更名, 级别 (R44).
    subject_words: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    #: The unit whose library it lies in; its readers may open the file.
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
