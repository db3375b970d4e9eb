"""Whether a day is finished (填完了没有), in words that leave no doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from duty_eval.records.models import RecordState


@dataclass(frozen=True)
class DayState:
    """``word`` and ``kind`` make the chip, ``hint`` says what is left to do; ``is_done``: nothing is."""

    word: str
    kind: str
    hint: str
    is_done: bool = False


def state_of_day(
    states: Sequence[RecordState],
    *,
    is_workday: bool,
    is_future: bool = False,
    is_away: bool = False,
    is_part_time: bool = False,
) -> DayState:
    """The state of a day with records of these states; what the person must still do comes first."""
    counts = Counter(states)
    if is_future:
        return DayState("还没到这一天", "quiet", "到了当天再填写。")
    if returned := counts[RecordState.RETURNED]:
        return DayState(f"{returned} 项被退回", "bad", "请按退回原因修改后重新提交。")
    if drafts := counts[RecordState.DRAFT]:
        return DayState(f"{drafts} 项已撤回，尚未提交", "warn", "请修改后重新提交，或者删除。")
    if not counts:
        if is_away:
            return AWAY
        return PART_TIME if is_part_time and is_workday else _empty(is_workday=is_workday)
    if counts[RecordState.SUBMITTED]:
        hint = f"这一天已填完，{counts[RecordState.SUBMITTED]} 项等待审核，不用再做什么。"
        return DayState(f"已填完 {counts.total()} 项", "good", hint, is_done=True)
    return DayState(f"已填完 {counts.total()} 项，全部审核通过", "good", "这一天已办结。", is_done=True)


PART_TIME = DayState(
    "非全日工作，当天没有工作的可以不填",
    "quiet",
    "您各岗位的工作占比合计不到 100%：每周应填的天数按占比计算，一周结束后还不够的，才会提醒补填。",
)
AWAY = DayState("请假中，可以不填", "quiet", "这一天不算漏填；如果做了工作，也可以填写。")


def _empty(*, is_workday: bool) -> DayState:
    if is_workday:
        return DayState("尚未填写", "warn", "核对下面的内容后提交一次，这一天就填完了。")
    return DayState("非工作日，可以不填", "quiet", "如有值班、加班，也可以填写。")
