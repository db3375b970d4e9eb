"""What kind of installation this database is: a demo, which may be filled with invented people, or a real one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, func
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model, db


class Installation(Model):
    """One row, written by the first thing that fills the database."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: ``demo`` or ``production``
    kind: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def installation() -> Installation | None:
    """The row, or None for a database that nothing has filled yet."""
    return db.session.get(Installation, 1)
