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
    message: ClassVar[str] = "文件无法读取，请确认是完整的 .docx、.pdf 或 .txt 文件。"


class NotPending(DomainError):
    """Only a version that waits for review can be confirmed or returned."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "该版本不在待审核状态，可能已被他人处理，请刷新"


class SamePerson(DomainError):
    """Who imported a document does not confirm it (four eyes)."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "导入人不能确认自己导入的“三定”规定，请由另一人确认"


class OlderThanInForce(DomainError):
    """The version in force took effect later than the one to be confirmed."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "生效日期早于现行版本，不能确认；请核对文件的施行日期"


class AlreadyPending(DomainError):
    """A unit has one version under review at a time (R44)."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "该单位已有一份待审核的“三定”规定，请先确认或退回"
