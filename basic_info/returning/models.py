from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column


class Returnable:
    """Mixin of a draft that a second person may send back; handed in again, it carries none of the three any more."""

    returned_by: Mapped[int | None] = mapped_column(BigInteger)
    returned_at: Mapped[datetime | None]
    return_reason: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def is_returned(self) -> bool:
        """Whether the draft waits for who submitted it."""
        return self.returned_at is not None


def return_constraints(waiting: str) -> tuple[CheckConstraint, ...]:
    """A return has its person and reason, is no submitter's own, and what is returned is not in force (``waiting``)."""
    return (
        CheckConstraint(
            "(returned_at IS NULL) = (returned_by IS NULL) AND (returned_at IS NULL) = (return_reason = '')",
            name="return_has_its_reason",
        ),
        CheckConstraint("returned_by <> imported_by", name="returned_by_a_second_person"),
        CheckConstraint(f"returned_at IS NULL OR {waiting}", name="returned_is_a_draft"),
    )
