from host.kernel.errors import DomainError


class NotCancellable(DomainError):
    """The run is over, or its cancelling was asked for before."""

    message = "任务已结束或正在取消，不能再取消"


class NotRetryable(DomainError):
    """Only a failed or cancelled run starts again."""

    message = "只有未完成或已取消的任务可以重试"


class AlreadyUnderWay(NotRetryable):
    """Another run does the same already, and one at a time is enough."""

    message = "同样的任务已在排队或进行中，等它完成即可，不必重试"


class JobCancelled(Exception):
    """Somebody asked to stop; raised inside the job at its next checkpoint."""


class Interrupted(Exception):
    """The worker stops or lost the database: the run goes back into the queue and begins again."""


class Superseded(Exception):
    """Another worker took the run up meanwhile: this one may write no more."""


class UnknownJob(Exception):
    """No job of this name is registered: a mistake in the code that asks for it."""
