from collections.abc import Sequence
from typing import Self

from host.kernel.errors import DomainError


class NotAFlowchart(DomainError):
    """The file is no BPMN 2.0, is broken, or is over the limits; the message says which."""

    status = 422
    message = "这不是 BPMN 2.0 流程图文件，请从流程图软件导出为 .bpmn 后重新上传"


class ChartNotCheckable(DomainError):
    """Cases can't be checked against the chart; the message names what stands against it (R60)."""

    status = 422
    message = "流程图中有不能核对的内容"

    @classmethod
    def because(cls, reasons: Sequence[str]) -> Self:
        return cls(f"流程图可以显示，但不能发布用于核对：{'；'.join(reasons)}")


class ChartTooLarge(DomainError):
    """The chart has more states, or takes longer to compile, than is allowed; the message names the block."""

    status = 422
    message = "流程图的并行组合过多"


class ChartNotDraft(DomainError):
    """A published version never changes (R60)."""

    status = 409
    message = "该流程图不在待发布状态，已发布的版本不能更改"


class NoSteps(DomainError):
    """A chart without a task says nothing about who does what."""

    status = 422
    message = "流程图中没有环节，请至少画一个任务"
