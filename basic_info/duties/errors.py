from host.kernel.errors import DomainError


class AlreadyDecided(DomainError):
    """A person decided on this pair before; only the same page undoes it, never a re-run (R46)."""

    status = 409
    message = "该衔接关系已有人处理，请刷新"


class NotNeighbours(DomainError):
    """The two things are not of neighbouring layers, or not of one unit."""

    status = 422
    message = "这两项不是相邻层级，或不属于同一单位，不能衔接"
