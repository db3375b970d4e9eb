"""法定期限 and 承诺期限: limit rows with unit and condition (R56)."""

import re
from dataclasses import dataclass

from basic_info.power_lists.models import LimitKind, LimitUnit
from basic_info.power_lists.parsing.words import one_line, or_none, squeezed, whole_number


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """One limit (办理期限): value in ``limit_unit``, 0 = on the spot; condition as written or ``""``."""

    limit_kind: LimitKind
    value: int
    limit_unit: LimitUnit
    condition: str = ""


_LIMIT = re.compile(
    r"(?P<value>\d{1,4}|[零〇一二两三四五六七八九十百]{1,6})\s*"
    r"(?P<unit>个?\s*工作日|自然日|日历日|个?\s*日|个?天|个\s*月|年)"
    r"(?:\s*(?:以内|之内|内))?(?:\s*[（(](?P<behind>[^（）()]{1,60})[）)])?"
)
_BARE = re.compile(r"\d{1,4}(?:\.0+)?")
_AT_ONCE = re.compile(r"即办|当场|即时|立即|随到随办|马上")
_NONE_SET = re.compile(
    r"(?:法律法规|法律|法规)?(?:无|没有|未|不)(?:作|明确|具体|法定|规定|适用|设|限制?|期限|时限|要求|办理)+"
)
_EDGES = " \t\n：:，,；;。、.（）()"
_OTHER_AMOUNT = re.compile(r"\d\s*(?:月|小时|个小时|分钟)|\d\.\d")
_MONTHS_OF_A_YEAR = 12
# 告知承诺制 is a way of deciding and promises no time.
_WHICH = ((re.compile(r"(?<!告知)承诺(?!制)"), LimitKind.PROMISED), (re.compile(r"法定"), LimitKind.STATUTORY))
_LAST_SENTENCE = re.compile(r"[；;。\n]")
# Words that say whose limit it is or that it runs from acceptance, as every limit does: no conditions.
_NO_CONDITION = re.compile(
    r"(?<!告知)承诺(?!制)(?:办结)?(?:期限|时限|时间)?|法定(?:办结)?(?:期限|时限|时间)?"
    r"|(?:自|从|于|在)?(?:正式)?受理(?:申请)?(?:之日|当日|后)起?(?:计算)?|^(?:为|在|不超过|应当在|应当自|应在|自|共)+|(?:为|在|不超过)$"
)


def time_limits(text: str, kind: LimitKind, *, heading: str) -> tuple[TimeLimit, ...] | None:
    """The limits that a cell states; ``/`` gives none, and None means that the cell cannot be understood.

    A bare number takes the unit of its column's heading (``法定期限（天/日）``), or is not understood.
    """
    if or_none(text) is None or _NONE_SET.fullmatch(squeezed(text)):
        return ()
    if _BARE.fullmatch(squeezed(text)):
        unit = _unit_in(heading)
        return (TimeLimit(kind, int(float(squeezed(text))), unit),) if unit else None
    found = [] if _OTHER_AMOUNT.search(text) else _limits(text, kind)
    if not found and _AT_ONCE.search(text):
        return (TimeLimit(kind, 0, LimitUnit.WORKDAY, one_line(text)[:200]),)
    return tuple(found) or None


def _limits(text: str, kind: LimitKind) -> list[TimeLimit]:
    limits: list[TimeLimit] = []
    end = 0
    for limit in _LIMIT.finditer(text):
        before, end = text[end : limit.start()], limit.end()
        value, unit = whole_number(limit["value"]), _unit_in(limit["unit"]) or LimitUnit.DAY
        condition = "；".join(filter(None, (_condition(before), _condition(limit["behind"] or ""))))
        if value is not None:
            value *= _MONTHS_OF_A_YEAR if limit["unit"] == "年" else 1
            limits.append(TimeLimit(_kind_in(before, kind), value, unit, condition))
    return limits


def _kind_in(words: str, kind: LimitKind) -> LimitKind:
    """One cell may state both: 法定15日，承诺5个工作日."""
    return next((said for word, said in _WHICH if word.search(words)), kind)


def _condition(words: str) -> str:
    """Under which condition the limit holds: the last sentence before it, without what every limit says."""
    sentence = _LAST_SENTENCE.split(words.rstrip(_EDGES))[-1]
    return _NO_CONDITION.sub("", one_line(sentence).strip(_EDGES)).strip(_EDGES)


def _unit_in(words: str) -> LimitUnit | None:
    words = squeezed(words)
    if "工作日" in words:
        return LimitUnit.WORKDAY
    if re.search(r"个月|年", words):
        return LimitUnit.MONTH
    return LimitUnit.DAY if re.search(r"[日天]", words) else None


#: The fewest days that a unit comes to; a promise of working days is never shorter than so many days.
_LEAST_DAYS = {LimitUnit.WORKDAY: 1, LimitUnit.DAY: 1, LimitUnit.MONTH: 28}
_MOST_DAYS = {LimitUnit.DAY: 1, LimitUnit.MONTH: 31}


def promised_beyond_statutory(limits: tuple[TimeLimit, ...]) -> bool:
    """Whether a promise is surely longer than the law allows under the same condition (R56).

    In one unit the values tell; in two units only a promise that is longer however the days fall.
    """
    legal = [limit for limit in limits if limit.limit_kind is LimitKind.STATUTORY]
    promised = [limit for limit in limits if limit.limit_kind is LimitKind.PROMISED]
    return any(
        _surely_longer(promise, law) for promise in promised for law in legal if promise.condition == law.condition
    )


def _surely_longer(promise: TimeLimit, law: TimeLimit) -> bool:
    if promise.limit_unit is law.limit_unit:
        return promise.value > law.value
    most = _MOST_DAYS.get(law.limit_unit)
    return most is not None and promise.value * _LEAST_DAYS[promise.limit_unit] > law.value * most
