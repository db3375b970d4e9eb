"""工作任务流程图: an immutable version of a chart and its steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Integer, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Post, Unit
from basic_info.power_lists.models import LimitUnit, PowerItem
from host.kernel.db import Model
from host.kernel.words import index_of_words


class ChartState(Worded):
    DRAFT = "draft", "待发布"
    PUBLISHED = "published", "已发布"
    SUPERSEDED = "superseded", "已替代"


class Flowchart(Model):
    """工作任务流程图: a published version never changes; a case is shown on its own version (R60)."""

    __tablename__ = "flowchart"
    __table_args__ = (UniqueConstraint("unit_id", "name", "version_no"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), index=True)
    name: Mapped[str]
    version_no: Mapped[int]
    power_item_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PowerItem.id), index=True)
    #: BPMN 2.0 XML as it came in.
    model: Mapped[str]
    chart_state: Mapped[ChartState] = mapped_column(default=ChartState.DRAFT)
    imported_by: Mapped[int | None]
    imported_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_by: Mapped[int | None]
    published_at: Mapped[datetime | None]

    steps: Mapped[list[FlowStep]] = relationship(lazy="raise_on_sql", order_by="FlowStep.sort_no")


class FlowStep(Model):
    """环节: a task of a chart, the post that does it and its limit (R59)."""

    __tablename__ = "flow_step"
    __table_args__ = (UniqueConstraint("flowchart_id", "element_id"), index_of_words("flow_step", "name"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    flowchart_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Flowchart.id))
    element_id: Mapped[str]
    sort_no: Mapped[int]
    name: Mapped[str]
    #: The lane as drawn; ``post_id`` is the post it was matched to, None waits for a person.
    lane_name: Mapped[str] = mapped_column(default="", server_default="")
    post_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Post.id), index=True)
    limit_value: Mapped[int | None] = mapped_column(Integer)
    limit_unit: Mapped[LimitUnit | None]
    #: element ids of the steps that may come next
    next_steps: Mapped[list[Any]] = mapped_column(server_default="[]")
