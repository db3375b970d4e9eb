from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import UnitFunction
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

    @property
    def certain_gaps(self) -> int:
        """All gaps but those that rest on likeness."""
        return sum(int(count) for gap, count in self.gaps.items() if gap != "function_maybe_claimed")


class FunctionOverlap(Model):
    """疑似交叉: two functions of units of one division that say nearly the same, as the last check found them.

    ``words`` and ``other_words`` are MD5 of the searched form of the texts that were compared.
    """

    __tablename__ = "function_overlap"
    __table_args__ = (
        UniqueConstraint("function_id", "other_id"),
        CheckConstraint("unit_id < other_unit_id", name="each_pair_once"),
        CheckConstraint("score BETWEEN 0 AND 1", name="score_in_bounds"),
        Index(None, "unit_id"),
        Index(None, "other_unit_id"),
        Index(None, "other_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    function_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(UnitFunction.id))
    other_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(UnitFunction.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    other_unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    words: Mapped[str] = mapped_column(String(32))
    other_words: Mapped[str] = mapped_column(String(32))
    #: Cosine 0–1 of their weighted character pairs.
    score: Mapped[float]
    seen_at: Mapped[datetime]


class OverlapRuling(Model):
    """认定不交叉: of two units' texts a person said that they do not overlap; holds for those words alone."""

    __tablename__ = "overlap_ruling"
    __table_args__ = (
        Index(
            "uq_overlap_ruling_in_force",
            "unit_id",
            "words",
            "other_unit_id",
            "other_words",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("unit_id < other_unit_id", name="each_pair_once"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_a_person"),
        Index(None, "other_unit_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    words: Mapped[str] = mapped_column(String(32))
    other_unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    other_words: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str]
    decided_by: Mapped[int]
    decided_by_name: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_by: Mapped[int | None]
    ended_at: Mapped[datetime | None]
