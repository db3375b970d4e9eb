from host.kernel.errors import DomainError


class NothingToOpen(DomainError):
    status = 409
    message = "该单位没有现行权责清单，不能公开"
