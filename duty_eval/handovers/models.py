from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.models import Person, Post, Section, Unit
from host.kernel.db import Model

OPEN = "withdrawn_at IS NULL AND (given_at IS NULL OR taken_at IS NULL)"


class Handover(Model):
    """交接: from one person to another, each confirms with their own account; what was handed stays as it was."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("from_person_id <> to_person_id", name="between_two_people"),
        CheckConstraint("given_by <> taken_by", name="confirmed_by_two_accounts"),
        CheckConstraint("(given_at IS NULL) = (given_by IS NULL)", name="given_by_somebody"),
        CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL)", name="taken_by_somebody"),
        CheckConstraint(
            "withdrawn_at IS NULL OR (withdrawn_reason <> '' AND (given_at IS NULL OR taken_at IS NULL))",
            name="withdrawn_before_it_was_done",
        ),
        Index("uq_handover_open", "post_id", "from_person_id", unique=True, postgresql_where=text(OPEN)),
        Index(None, "section_id", "id"),
        Index(None, "from_person_id"),
        Index(None, "to_person_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Post.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    from_person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    to_person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    #: The day of which the pack tells.
    as_of: Mapped[date]
    title: Mapped[str]
    pack: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(default="", server_default="")
    opened_by: Mapped[int | None] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    given_by: Mapped[int | None] = mapped_column(BigInteger)
    given_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(BigInteger)
    taken_at: Mapped[datetime | None]
    taken_note: Mapped[str] = mapped_column(default="", server_default="")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def state(self) -> str:
        """In the words of the page."""
        if self.withdrawn_at is not None:
            return "已撤回"
        if self.given_at and self.taken_at:
            return "已办结"
        if self.given_at:
            return "待接手人确认"
        return "待移交人确认" if self.taken_at else "待双方确认"

    @property
    def is_open(self) -> bool:
        return self.withdrawn_at is None and not (self.given_at and self.taken_at)
