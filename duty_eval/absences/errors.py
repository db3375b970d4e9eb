from host.kernel.errors import DomainError, Refused


class AbsenceOverlaps(Refused):
    message = "这几天里已有请假或出差登记，请先取消原来的，或修改日期"


class NotWaiting(DomainError):
    message = "这条登记已处理过，请刷新"
