from host.kernel.errors import DomainError


class NotAFlowchart(DomainError):
    """The file is no BPMN 2.0, is broken, or is over the limits; the message says which."""

    status = 422
    message = "这不是 BPMN 2.0 流程图文件，请从流程图软件导出为 .bpmn 后重新上传"
