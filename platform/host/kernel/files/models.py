from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model
from host.kernel.files.kinds import IMAGES


class StoredFile(Model):
    """附件: one uploaded or produced file. The bytes lie under their SHA-256; equal bytes lie there once."""

    __tablename__ = "stored_file"
    __table_args__ = (
        Index(None, "sha256"),
        Index(None, "subject"),
        Index(None, "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    #: As the person named it, cleaned; never used as a path.
    name: Mapped[str]
    #: By content, never by name.
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    #: What it belongs to, ``table:id``: who may see that may open the file.
    subject: Mapped[str]
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: When it is cleaned up; None: never. Only what the platform itself can make again has such a time.
    expires_at: Mapped[datetime | None]

    @property
    def is_picture(self) -> bool:
        """Whether a page may show it: pictures were drawn anew when they came."""
        return self.media_type in {kind.media_type for kind in IMAGES}
