from host.kernel.errors import DomainError, Refused


class AlreadySuspended(DomainError):
    message = "这几天里该办件已有中止登记，不能重叠；请先核对原登记，日期有误的可以更正"


class NotSuspended(DomainError):
    message = "这次中止已经恢复或已被更正，请刷新后查看"


class BadSuspension(Refused):
    message = "中止登记有误"


class AlreadyExtended(DomainError):
    message = "该时限已延长过一次，依法不能再次延长"


class BadExtension(Refused):
    message = "延长登记有误"
