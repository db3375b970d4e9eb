from host.kernel.errors import DomainError, NotPermitted, Refused
from host.kernel.refusals import in_words_of


class AbsenceOverlaps(Refused):
    message = "这几天里已有请假或出差登记，请先取消原来的，或修改日期"


class NotWaiting(DomainError):
    message = "这条登记已处理过，请刷新"


class NotGranted(DomainError):
    message = "这条登记不是已确认的，或已被更正、取消，不能再更正，请刷新"


class AbsenceFixed(DomainError):
    """A change of what an entry says, by whatever route."""

    message = "登记过的请假、出差不能改写；确需更正，请由负责人更正，原登记保留"


class AbsenceMonthLocked(Refused):
    """Days in a month that is closed to the person (R90)."""

    message = "涉及的月份已经锁定，该月的请假、出差不能再登记、更正或取消；确需变动，请先申请为本人单独开放该月"


class OwnAbsence(NotPermitted):
    message = "不能确认、更正自己的请假"


in_words_of("LV021", AbsenceFixed)
in_words_of("LV022", AbsenceMonthLocked)
in_words_of("LV023", OwnAbsence)
