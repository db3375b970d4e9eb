from host.kernel.errors import DomainError
from host.kernel.refusals import in_words_of


class SanctionFixed(DomainError):
    """What was entered of a sanction stays; only its end and its withdrawal are written later."""

    message = "处分和立案的登记不能改写或删除；期满的登记截止日期，登记有误的写明原因后撤销"


in_words_of("LV013", SanctionFixed)
