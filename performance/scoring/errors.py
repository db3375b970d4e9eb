from host.kernel.errors import DomainError


class BadPeriod(DomainError):
    """The days of a run are in the wrong order, too many, or not over yet."""

    status = 422
    message = "计分期间有误"


class RunNotDone(DomainError):
    """The run has no scores (yet)."""

    message = "该次计分尚未完成"


class NotForUnits(DomainError):
    """Runs score persons."""

    status = 422
    message = "该指标体系的评价对象是单位，不能用于工作人员计分"
