from host.kernel.errors import DomainError


class NothingChosen(DomainError):
    message = "请先勾选要处理的纪实"
