from host.kernel.errors import DomainError, NotPermitted
from host.kernel.refusals import in_words_of


class NoGoodLeft(DomainError):
    message = "“好”等次的名额已用完，请先调整其他人员，或改为“较好”"


class OwnAssessment(NotPermitted):
    message = "不能对自己的平时考核提出建议、确定等次或答复异议"


class NotYet(DomainError):
    """The steps have their order: summary, review, grade, notice (R93)."""

    message = "前一步还没有完成，请刷新后再办理"


class Blocked(DomainError):
    """A sanction, an investigation or long leave stands against the grade (R93)."""

    status = 422
    message = "有不得确定该等次的情形，请刷新后核对"


class RoundExists(DomainError):
    message = "该单位这个周期的平时考核已经开展"


class RoundClosed(DomainError):
    """What a closed round says is final until it is reopened with a reason."""

    message = "本期平时考核已结束，内容不能再变动；确需更正的，由考核主管部门写明原因重新打开"


# What the guards of the database say, for the moment between a look and a write.
in_words_of("LV010", RoundClosed)
in_words_of("LV011", NotYet)
in_words_of("LV012", Blocked)
