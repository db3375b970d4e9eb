from collections.abc import Sequence
from typing import Self

from host.kernel.errors import DomainError
from host.kernel.refusals import in_words_of


class NotAFlowchart(DomainError):
    """The file is no BPMN 2.0, is broken, or is over the limits; the message says which."""

    status = 422
    message = "这不是 BPMN 2.0 流程图文件，请从流程图软件导出为 .bpmn 后重新上传"


class BadStepTable(DomainError):
    """A step table cannot be drawn; the message names the cells."""

    status = 422
    message = "环节表有误"

    @classmethod
    def because(cls, errors: Sequence[object]) -> Self:
        more = f"；另有 {len(errors) - 10} 处" if len(errors) > 10 else ""
        return cls("；".join(map(str, errors[:10])) + more)


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


class EditedMeanwhile(DomainError):
    """Somebody else saved the draft since it was opened; ``differences`` says what is otherwise in the two."""

    status = 409
    message = "这份流程图在您打开之后已被他人保存，您的修改还没有保存"

    def __init__(self, revision: int, differences: Sequence[str]) -> None:
        super().__init__()
        self.revision = revision
        self.differences = tuple(differences)


class BadDetails(DomainError):
    """Something was filled in for a step that cannot be; the message names step and field."""

    status = 422
    message = "环节信息填写有误"


class DrawnByOneself(DomainError):
    """Who took a chart in or saved its drawing does not publish it (four eyes)."""

    status = 409
    message = "导入、绘制或修改过这张图的人不能发布它，请由另一人（单位经办人或编办）打开本图发布；图没有变"


class PublishedTooEarly(DomainError):
    """A version takes effect today or on a past day, and never before the one that it follows."""

    status = 422
    message = "生效日期有误"


in_words_of("LV030", DrawnByOneself)
