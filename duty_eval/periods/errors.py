"""What the database refuses about records, in the words of a person (its own SQLSTATEs, class LV)."""

from __future__ import annotations

from host.kernel.errors import DomainError, Refused
from host.kernel.refusals import in_words_of


class MonthLocked(Refused):
    """A write into a month that is closed, by whatever route it came (R90)."""

    message = "该月的履职纪实已经锁定，不能再填写或修改。确需补充，请向单位负责人或编办说明原因，申请单独开放。"


class RecordFixed(DomainError):
    """A change of what a record may not change any more (R89)."""

    message = "这条纪实已审核或已锁定，内容不能改动；确需更正，请申请开放后以新版本修改"


class StateRefused(DomainError):
    """A step that the table of transitions does not have."""

    message = "这条纪实的状态已经变化，不能这样处理，请刷新页面"


class OwnReview(DomainError):
    """Nobody passes a record of their own, and none is passed without a review (R89)."""

    message = "不能审核自己的纪实"


class MonthNotOver(Refused):
    message = "这个月还没有结束，不能锁定"


class NothingToDo(DomainError):
    message = "所选范围在这个月没有需要处理的科室，可能已被处理，请刷新"


in_words_of("LV001", MonthLocked)
in_words_of("LV002", RecordFixed)
in_words_of("LV003", StateRefused)
in_words_of("LV004", OwnReview)
