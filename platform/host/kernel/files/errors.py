from host.kernel.errors import DomainError, Refused


class WrongKind(Refused):
    """The content is of no kind that is taken here, whatever the name says (security row 28)."""

    message = "不支持这种文件，请按页面说明的格式上传"


class BrokenFile(Refused):
    """The content begins like its kind but cannot be read as such, or is a bomb."""

    message = "文件已损坏或不安全，请重新保存后上传"


class FileTooBig(DomainError):
    status = 413
    message = "文件过大，请压缩或拆分后上传"


class StoreUnreachable(DomainError):
    """The object store does not answer, or not as it should; nothing of an upload was kept."""

    status = 503
    message = "附件存储暂时无法访问，附件没有保存或打开，请稍后重试；仍不成功时请联系管理员"


class NoRoom(DomainError):
    """The disk of the file store is full; nothing of the upload was kept."""

    status = 507
    message = "存储空间不足，文件没有保存，请联系管理员"
