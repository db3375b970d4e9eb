from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.regions.models import Region
from host.kernel.db import Model
from performance.rounding import Rounding


class SchemeSubject(Worded):
    PERSON = "person", "工作人员"
    UNIT = "unit", "单位"


class SchemeState(Worded):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    ARCHIVED = "archived", "已归档"


class RuleKind(Worded):
    """How a measured value becomes a mark of 0–100 (R116)."""

    BAND = "band", "分档计分"
    THRESHOLD = "threshold", "达标计分"
    DEDUCT_EACH = "deduct_each", "逐项扣分"
    ADD_EACH = "add_each", "逐项加分"


class DataSource(Worded):
    """Which measured fact an indicator looks at; ``scoring.measures`` says how each is formed."""

    LOGGED_DAYS = "logged_days", "履职天数率"
    APPROVED_SHARE = "approved_share", "审核通过率"
    DUTY_COVERAGE = "duty_coverage", "职责覆盖率"
    TASKS_IN_TIME = "tasks_in_time", "任务按时率"
    REVIEW_QUALITY = "review_quality", "质量评价"
    TASKS_LATE = "tasks_late", "逾期任务数"
    INSPECTION_PASSED = "inspection_passed", "监督检查合格率"
    INSPECTION_PROBLEMS = "inspection_problems", "监督检查问题数"


class IndicatorScheme(Model):
    """指标体系: what a year's scores are made of. Only a draft can be edited; a published one is copied (R113)."""

    __tablename__ = "indicator_scheme"
    __table_args__ = (
        UniqueConstraint("id", "scheme_state"),
        UniqueConstraint("region_id", "year", "subject", "name"),
        Index(None, "year", "id"),
        CheckConstraint("scheme_state = 'draft' OR content_hash IS NOT NULL", name="published_is_sealed"),
        CheckConstraint("scheme_state = 'draft' OR published_at IS NOT NULL", name="published_has_a_time"),
        CheckConstraint("full_mark > 0", name="full_mark_is_positive"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id))
    name: Mapped[str]
    year: Mapped[int] = mapped_column(Integer)
    subject: Mapped[SchemeSubject] = mapped_column(default=SchemeSubject.PERSON)
    scheme_state: Mapped[SchemeState] = mapped_column(default=SchemeState.DRAFT)
    full_mark: Mapped[int] = mapped_column(Integer, default=100, server_default="100")
    #: How the total's second place after the point is reached (R120: half up).
    rounding: Mapped[Rounding] = mapped_column(default=Rounding.HALF_UP)
    copied_from_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("indicator_scheme.id"))
    #: SHA-256 of the indicators as published: a run refuses a scheme that no longer has it.
    content_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited."""
        return self.scheme_state is SchemeState.DRAFT


class Indicator(Model):
    """指标: one part of a scheme. One with parts below it only carries their weight; the others are measured."""

    __tablename__ = "indicator"
    __table_args__ = (
        ForeignKeyConstraint(["parent_id", "scheme_id"], ["indicator.id", "indicator.scheme_id"]),
        UniqueConstraint("id", "scheme_id"),
        Index(None, "scheme_id", "sort_no"),
        CheckConstraint("weight > 0 AND weight <= 100", name="weight_is_a_share"),
        CheckConstraint("level BETWEEN 1 AND 3", name="three_levels"),
        CheckConstraint("(level = 1) = (parent_id IS NULL)", name="first_level_has_no_parent"),
        CheckConstraint("(rule_kind IS NULL) = (data_source IS NULL)", name="measured_with_a_rule"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    scheme_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(IndicatorScheme.id))
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    level: Mapped[int] = mapped_column(SmallInteger, default=1)
    name: Mapped[str]
    #: Percent among its siblings, which add up to 100.
    weight: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    rule_kind: Mapped[RuleKind | None]
    #: What ``schemes.rules.read_rule`` understands; {} where nothing is measured.
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    data_source: Mapped[DataSource | None]
    sort_no: Mapped[int] = mapped_column(Integer, default=0)
