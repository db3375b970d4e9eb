from host.kernel.errors import DomainError, Refused


class WrongAlertState(DomainError):
    """The alert is at another step by now."""

    message = "预警状态已变化，请刷新后再操作"


class SamePerson(DomainError):
    """Checking needs a second pair of eyes (R134)."""

    message = "整改、核验、销号须由不同的人办理"


class AnotherIsOpen(DomainError):
    message = "同一对象已有未销号的预警，请在该预警中处理"


class NothingSaid(Refused):
    message = "请写明情况"


class BadThreshold(Refused):
    message = "阈值有误"
