from host.kernel.errors import DomainError, Refused


class BadKey(DomainError):
    """The key of a business system is missing, wrong or switched off."""

    status = 401
    message = "接口密钥缺失、错误或已停用"


class BadFolder(Refused):
    message = "目录只能是投放区内的相对路径，如 approvals/daily"


class BadMapping(Refused):
    message = "列对应关系有误"


class AlreadyResolved(DomainError):
    message = "该行已处理，请刷新"


class BadRow(Exception):
    """A row that goes to quarantine; the text is the reason people read."""
