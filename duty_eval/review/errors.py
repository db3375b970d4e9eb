from host.kernel.errors import DomainError


class NothingChosen(DomainError):
    message = "请先勾选要处理的纪实"


class NotOpened(DomainError):
    """Some of the records were drawn for a look and not opened; none of them is passed."""

    def __init__(self, count: int) -> None:
        super().__init__(f"所选的有 {count} 项被抽查，请先逐项打开看过；本次没有通过任何一项")
