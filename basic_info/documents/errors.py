from host.kernel.errors import DomainError
from host.kernel.refusals import in_words_of


class VersionFixed(DomainError):
    """A mandate, list or chart that held at some time stays as it was (R44, R60): what changes is a new version."""

    message = "这一版本已确认或发布，内容不能再改动；需要变更的，请新建下一个版本"


in_words_of("LV020", VersionFixed)
