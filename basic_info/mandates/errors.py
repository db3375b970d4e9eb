"""What a person is told when a mandate document (三定规定) cannot be taken in."""

from typing import ClassVar

from host.kernel.errors import DomainError


class NotAMandate(DomainError):
    """The document is readable but is no 三定规定, township plan, institution provision or amendment."""

    status: ClassVar[int] = 422
    message: ClassVar[str] = "这份文件不是“三定”规定：没有找到主要职责、内设机构和人员编制。"


class UnreadableDocument(DomainError):
    """The file is broken, too large or of a kind that is not read; the message says what to do."""

    status: ClassVar[int] = 422
    message: ClassVar[str] = "文件无法读取，请确认是完整的 .docx 或 .txt 文件。"
