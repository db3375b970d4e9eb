from host.kernel.errors import DomainError, NotPermitted


class NoPlaceLeft(DomainError):
    """All places of 优秀 are taken (R98–R100)."""

    message = "优秀名额已用完"


class NotAssessable(DomainError):
    """The person is not among those whom the unit assesses in that year."""

    status = 422
    message = "该人员不在本单位该年度的考核范围内"


class RoutineForbids(DomainError):
    """The year's 平时考核 does not carry an 优秀 (R94)."""

    status = 422
    message = "本年度平时考核结果不符合优秀的条件"


class RoutineWantsReason(DomainError):
    """The year's 平时考核 was mostly 一般 or 较差; more than 基本称职 wants a reason (R94)."""

    status = 422
    message = "本年度平时考核多数为“一般”或“较差”，建议更高等次请在评语中说明理由"


class OwnGrade(NotPermitted):
    """Nobody proposes or decides their own grade."""

    message = "不能给本人提出或确定等次"


class AlreadyDecided(DomainError):
    """The grade is final."""

    message = "等次已确定，不能再修改建议"


class PostingNotOver(DomainError):
    """优秀 must have been up for five working days (R101)."""

    message = "优秀等次公示未满 5 个工作日，暂不能确定"


class QuotaInUse(DomainError):
    """Places were given out already; a new count would be below them."""

    message = "已提出的优秀建议多于重新核定后的名额，请先调整建议"
