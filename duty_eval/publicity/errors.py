from host.kernel.errors import DomainError, NotPermitted


class NotAtItsEnd(DomainError):
    """A round closes when everything in it is settled (R93, R101)."""

    message = "还不能结束，请先办完未办事项"


class NothingToPublish(DomainError):
    message = "没有需要公示的人员：“好”等次都已公示，或还没有人确定为“好”"


class PublicityOver(DomainError):
    message = "公示期已过，不能再提出异议；有意见请向本单位负责人反映"


class AnsweredOnce(DomainError):
    message = "该异议已经答复"


class OwnDecision(NotPermitted):
    """Nobody answers an objection against their own decision, about themselves, or that is their own."""

    message = "确定等次的人、被公示的人和提出异议的人不能答复这条异议，请由其他负责人或考核主管部门答复"
