"""工作任务流程图: an immutable version of a chart and its steps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Integer, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Post, Unit
from basic_info.power_lists.models import LimitUnit, PowerItem
from basic_info.returning.models import Returnable, return_constraints
from host.kernel.db import Model
from host.kernel.versions import never_two
from host.kernel.words import index_of_words


class ChartState(Worded):
    DRAFT = "draft", "待发布"
    PUBLISHED = "published", "已发布"
    SUPERSEDED = "superseded", "已替代"


class StepKind(Worded):
    """节点类别: the node words of a city's monitoring interface (R59)."""

    APPLY = "apply", "申请信息"
    ACCEPT = "accept", "受理"
    SUPPLEMENT = "supplement", "补交受理"
    SPECIAL_START = "special_start", "特别程序开始"
    SPECIAL_END = "special_end", "特别程序结束"
    DECIDE = "decide", "审批结果"
    NOTIFY = "notify", "告知"
    OTHER = "other", "其他节点"


class SuspensionKind(Worded):
    """不计入时限的情形: 行政许可法第四十五条; 补正 only where the chart's setting says so (R62, R63)."""

    HEARING = "hearing", "听证"
    TENDER = "tender", "招标"
    AUCTION = "auction", "拍卖"
    INSPECTION = "inspection", "检验"
    TESTING = "testing", "检测"
    QUARANTINE = "quarantine", "检疫"
    APPRAISAL = "appraisal", "鉴定"
    EXPERT_REVIEW = "expert_review", "专家评审"
    SUPPLEMENT = "supplement", "补正"


class Flowchart(Returnable, Model):
    """工作任务流程图: a published version never changes; a case is shown on its own version (R60)."""

    __tablename__ = "flowchart"
    __table_args__ = (
        UniqueConstraint("unit_id", "name", "version_no"),
        never_two("unit_id", "name", name="flowchart_in_force_once", where="valid IS NOT NULL"),
        *return_constraints("chart_state = 'draft'"),
    )

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
    #: The days on which new cases begin on this version; None before publication.
    valid: Mapped[Range[date] | None]
    #: Counts the saves of a draft: who saves names the one that was changed (lost updates, 409).
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    edited_by: Mapped[int | None]
    edited_at: Mapped[datetime | None]
    #: Whether waiting for papers after acceptance stops the clock (R63), off by default.
    supplement_suspends: Mapped[bool] = mapped_column(default=False, server_default="false")

    @property
    def effective_from(self) -> date | None:
        """The day from which new cases begin on this version, None before publication."""
        return self.valid.lower if self.valid else None

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
    step_kind: Mapped[StepKind] = mapped_column(default=StepKind.OTHER, server_default="other")
    #: The legal limit (法定时限), and what the unit promises (承诺时限).
    limit_value: Mapped[int | None] = mapped_column(Integer)
    limit_unit: Mapped[LimitUnit | None]
    promised_value: Mapped[int | None] = mapped_column(Integer)
    promised_unit: Mapped[LimitUnit | None]

    @property
    def counts_hours(self) -> bool:
        """Whether a limit of it is written in hours or minutes, which the clocks round up to whole days."""
        return any(unit is not None and unit.is_below_a_day for unit in (self.limit_unit, self.promised_unit))

    #: Papers that come in and go out, one a line.
    inputs: Mapped[str] = mapped_column(default="", server_default="")
    outputs: Mapped[str] = mapped_column(default="", server_default="")
    basis: Mapped[str] = mapped_column(default="", server_default="")
    risk_point: Mapped[str] = mapped_column(default="", server_default="")
    #: values of SuspensionKind that stop the step's clock
    suspensions: Mapped[list[Any]] = mapped_column(server_default="[]")
    #: element ids of the steps that may come next
    next_steps: Mapped[list[Any]] = mapped_column(server_default="[]")


class FlowchartRevision(Model):
    """Every save of a draft (保存记录): what somebody overwrote is still there."""

    __tablename__ = "flowchart_revision"

    flowchart_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Flowchart.id), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    model: Mapped[str]
    saved_by: Mapped[int | None]
    saved_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FlowCall(Model):
    """调用: a call activity and the published version that it is pinned to."""

    __tablename__ = "flow_call"

    flowchart_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Flowchart.id), primary_key=True)
    element_id: Mapped[str] = mapped_column(primary_key=True)
    called_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Flowchart.id), index=True)


class FlowGraph(Model):
    """状态图: what a published version was compiled to; never changes (R60)."""

    __tablename__ = "flow_graph"

    flowchart_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Flowchart.id), primary_key=True)
    #: ``StateGraph.to_bytes()``
    graph: Mapped[bytes]
    states: Mapped[int] = mapped_column(Integer)
    edges: Mapped[int] = mapped_column(Integer)
    compiled_at: Mapped[datetime] = mapped_column(server_default=func.now())
