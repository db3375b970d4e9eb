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


class NotReturned(DomainError):
    """Only a version that was returned is handed in again."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "该版本没有被退回，或已重新提交，请刷新"


class SamePerson(DomainError):
    """Who imported a document or corrected it does not confirm it (four eyes)."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "导入人和修改过内容的人不能确认该版本，请由另一人确认"


class AlreadyPending(DomainError):
    """A unit has one version under review at a time (R44)."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "该单位已有一份待审核的“三定”规定，请先确认或退回"


class ChangedMeanwhile(DomainError):
    """Somebody else changed the same thing after the page was opened; nothing was overwritten."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "内容已被他人修改，您的修改没有保存，请对照后再提交"


class NoBase(DomainError):
    """An amendment changes a version; there is none on its day (R44)."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "没有可以变更的“三定”规定，请先导入并确认该单位的“三定”规定，再导入变更批复"


class BaseChanged(DomainError):
    """The version that the amendment was applied to is no longer the one that holds on its day."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "起草后又有其他版本生效，变更的基础已不同；请退回后重新导入该变更批复"


class DutiesWithoutPlace(DomainError):
    """An amendment hands duties to a body that no section of the register is; the message names it."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "承接职责的机构还没有对应到登记的科室，请先对应后再确认"


class NeedsRebase(DomainError):
    """A whole document would come before a reply that can't be applied again; the message names it."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "生效日期早于已确认的变更批复，而变更批复以现有版本为基础，不能确认；请核对文件的施行日期"


class FewerThanNone(DomainError):
    """A late amendment leaves too few places for what a later one takes away; the message names it."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "补入后，较晚的批复会把名额减到少于 0，请先核对数字"


class AlreadyDecided(DomainError):
    """Somebody else looked at the link already."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "该衔接已由他人核对，请刷新"


class NotOpen(DomainError):
    """Only a version that waits for review or was returned can be corrected; what was confirmed stays as it is."""

    status: ClassVar[int] = 409
    message: ClassVar[str] = "该版本已确认，内容不能再修改；有变化请导入新版本或变更批复"
