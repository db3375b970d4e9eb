from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, String, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Section, Unit
from basic_info.regions.models import Region
from host.kernel.db import Model
from performance.schemes.models import IndicatorScheme


class RunState(Worded):
    WAITING = "waiting", "计算中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"


class GradeBand(Worded):
    """档次 by the score to two places (R120): a picture of the spread, no grade of a person."""

    EXCELLENT = "excellent", "90 分及以上"
    GOOD = "good", "80 至 90 分"
    PASS = "pass", "60 至 80 分"
    FAIL = "fail", "60 分以下"


class ScoreRun(Model):
    """计分: one computation over everybody of a region with one scheme and period. Done runs never change (R121)."""

    __tablename__ = "score_run"
    __table_args__ = (
        Index(None, "region_id", "id"),
        CheckConstraint("first_day <= last_day", name="period_has_days"),
        CheckConstraint(
            "run_state <> 'done' OR (input_hash IS NOT NULL AND result_hash IS NOT NULL AND finished_at IS NOT NULL)",
            name="done_is_sealed",
        ),
        CheckConstraint("run_state <> 'failed' OR failed_because <> ''", name="failed_with_a_reason"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id))
    scheme_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(IndicatorScheme.id), index=True)
    first_day: Mapped[date]
    #: Included.
    last_day: Mapped[date]
    #: Which way of computing: a change of the code that could change a digit changes it too.
    rule_version: Mapped[str] = mapped_column(String(20))
    run_state: Mapped[RunState] = mapped_column(default=RunState.WAITING)
    #: SHA-256 of the facts, the calendar's days and the scheme; of the scores.
    input_hash: Mapped[str | None] = mapped_column(String(64))
    result_hash: Mapped[str | None] = mapped_column(String(64))
    person_count: Mapped[int] = mapped_column(default=0, server_default="0")
    failed_because: Mapped[str] = mapped_column(default="", server_default="")
    job_run_id: Mapped[int | None]
    started_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class PersonScore(Model):
    """得分: what a run says of a person, with its lines (得分明细) and the facts they were formed from.

    The five arrays hold one element for each measured indicator of the scheme, in the scheme's order: 168,000 rows
    instead of 840,000 to write and to compare. All are integers; marks, points and weights count millionths.
    There is no rank: persons are never put in an order by score (design, never built).
    """

    __tablename__ = "person_score"
    __table_args__ = (
        Index(None, "run_id", "unit_id", "section_id"),
        CheckConstraint(
            "cardinality(numerators) = cardinality(denominators) AND cardinality(numerators) = cardinality(marks)"
            " AND cardinality(numerators) = cardinality(points) AND cardinality(numerators) = cardinality(weights)",
            name="lines_are_whole",
        ),
    )

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id), primary_key=True)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(ScoreRun.id), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    #: The sum of the lines' points to the last digit; None: nothing could be measured.
    total: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    #: ``total`` to two places, as the scheme rounds.
    score: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    numerators: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    denominators: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    #: 0–100 in millionths; None: could not be measured, its weight went to the others (R118).
    marks: Mapped[list[int | None]] = mapped_column(ARRAY(BigInteger))
    points: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    #: Percent in millionths, after re-weighting.
    weights: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
