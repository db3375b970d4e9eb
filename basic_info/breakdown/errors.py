from host.kernel.errors import DomainError


class BreakdownHasErrors(DomainError):
    """Nothing was kept; ``str`` names the first cells."""

    status = 422


class NotADraft(DomainError):
    message = "这一版分解表已经生效或被替代，请刷新页面"


class OwnForm(DomainError):
    """Four eyes: who took the form in does not put it in force."""

    status = 403
    message = "分解表须由上传人以外的人核对生效"


class UnknownSections(DomainError):
    message = "有科室没有登记，不能生效"
