from collections.abc import Sequence

from host.kernel.errors import DomainError, Refused


class NoPost(Refused):
    """Nobody can log who holds no post on that day."""

    message = "您在这一天没有任职岗位，不能填写。请联系单位经办人更新任职信息。"


class NotMyDuty(Refused):
    message = "所选职责不属于您在这一天的岗位，请刷新页面后重新选择"


class FutureDay(Refused):
    message = "不能填写未来的日期"


class LateWithoutReason(Refused):
    message = "补填较早的纪实，请说明原因"


class TooMuchOfADay(Refused):
    message = "这一天的用时合计超过 24 小时，请修改用时"


class Overlaps(Refused):
    message = "这一项的时段与当天另一项重叠，请修改时段或用时"


class OverlapWithoutReason(Overlaps):
    message = "这一项的时段与当天另一项重叠，请修改，或写明重叠的原因"


class NoWords(Refused):
    """An entry is known by its words, or by its duty with a quantity or minutes."""

    message = "请写明做了什么；不写的，须选对应职责并填数量或用时"

    def __init__(self, message: str | None = None, *, places: Sequence[int] = (0,)) -> None:
        """``places``: of the entries that it is about, from 0."""
        super().__init__(message)
        self.places = tuple(places)


class WordsAsked(NoWords):
    """The duty asks for words beside quantity and minutes (``duty_eval.requirements``)."""

    message = "这项职责须写明做了什么"


class NotOpen(DomainError):
    """A record that was submitted, reviewed or locked cannot be edited."""

    message = "该纪实已提交，不能修改；如需修改请先撤回或等待退回"


class HasHistory(DomainError):
    """What was once reviewed or corrected is never deleted (R89)."""

    message = "这条纪实已有审核或修改记录，不能删除；请修改后重新提交"


class NotSubmitted(DomainError):
    message = "该纪实不在待审核状态，可能已被处理，请刷新"
