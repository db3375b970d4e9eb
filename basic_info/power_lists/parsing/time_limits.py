"""法定期限 and 承诺期限: limit rows with unit and condition (R56)."""

import re
from dataclasses import dataclass

from basic_info.power_lists.models import LimitKind, LimitUnit
from basic_info.power_lists.parsing.words import one_line, or_none, squeezed, whole_number


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """One limit (办理期限): value in ``limit_unit``; condition as written or ``""``.

    0 has no length to count: on the spot, or by a date (每月10日前), which the condition then says.
    Hours and minutes stay what they are; half a day is four working hours (工作小时).
    """

    limit_kind: LimitKind
    value: int
    limit_unit: LimitUnit
    condition: str = ""


_LIMIT = re.compile(
    r"(?P<value>\d{1,4}|[零〇一二两三四五六七八九十百]{1,6}|半)\s*"
    r"(?P<unit>个?\s*工作日|个?\s*自然日|个?\s*日历日|个?\s*日|个?天|个\s*月|年"
    r"|个?\s*工作小时|个?\s*工作时|个?\s*小时|个?\s*钟头|分钟)(?!半)"
    r"(?:\s*(?:以内|之内|内))?(?:\s*[（(](?!\s*(?:法定|承诺(?!制)))(?P<behind>[^（）()]{1,60})[）)])?"
)
_NO = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_TO = r"\s*[-—–~～至到、和及或]\s*"
_MONTH = rf"(?:[每次当本下翌隔首末上]\s*个?月份?|第{_NO}个月|(?<![\d.个]){_NO}\s*月份?)"
#: 每月10日前, 每年3月底前, 次月5日前, 2026年6月30日前, 年底前: a day of the calendar is no length.
_DATE = re.compile(
    r"(?:(?:\d{4}|[每次当本下翌])\s*年度?\s*)?"
    rf"(?:{_MONTH}\s*(?:的?\s*{_NO}(?:\s*[日号])?(?:{_TO}{_NO}\s*[日号])*(?<=[日号])|[底末初]|[上中下]旬|(?=(?:之|以)?前))"
    r"|(?:年度?|季度?|月|周)[底末初](?=(?:之|以)?前))(?:(?:之|以)?前)?"
)
_DAY_WORDS = {"工作日", "自然日", "日历日"}
# 3—5个工作日: the longer one is the limit.
_RANGE = re.compile(r"\d{1,3}\s*[-—–~～至到]\s*$")
_BARE = re.compile(r"\d{1,4}(?:\.0+)?")
_AT_ONCE = re.compile(r"即办|当场|即时|立即|随到随办|马上|当日|当天|即来即办|即到即办|立等可取")
_HALF = {
    LimitUnit.WORKDAY: (4, LimitUnit.WORKHOUR),
    LimitUnit.DAY: (4, LimitUnit.WORKHOUR),
    LimitUnit.MONTH: (15, LimitUnit.DAY),
    LimitUnit.WORKHOUR: (30, LimitUnit.MINUTE),
    LimitUnit.HOUR: (30, LimitUnit.MINUTE),
}
_HALF_A_YEAR = (6, LimitUnit.MONTH)
# 1小时30分钟 is one limit.
_HOURS_AND_MINUTES = re.compile(r"(?P<hours>\d{1,2})\s*个?小时(?:零|又)?(?P<minutes>\d{1,2})\s*分钟?")
_NONE_SET = re.compile(
    r"(?:法律法规|法律|法规)?(?:无|没有|未|不)(?:作|明确|具体|法定|规定|适用|设|限制?|期限|时限|要求|办理)+"
)
_EDGES = " \t\n：:，,；;。、.（）()"
_HALF_AN_HOUR_MORE = re.compile(r"(?<![\d.])(?P<hours>[1-9]\d?)(?:\.5\s*个?小时|\s*个?(?:半小时|小时半))")
_HALF_IN_FIGURES = re.compile(r"(?<![\d.])0\.50?(?=\s*个?\s*(?:[天日月年]|工作|小时))")
_OTHER_AMOUNT = re.compile(r"\d\s*月|\d\.\d|(?:日|天|月|年|小时)半")
_MONTHS_OF_A_YEAR = 12
# 告知承诺制 is a way of deciding and promises no time.
_WHICH = ((re.compile(r"(?<!告知)承诺(?!制)"), LimitKind.PROMISED), (re.compile(r"法定"), LimitKind.STATUTORY))
_CLAUSE = re.compile(r"[；;。，,\n]|(?=(?<!告知)承诺(?!制))|(?=法定)")
_PART = re.compile(r"[；;。\n]|(?=(?<!告知)承诺(?!制))|(?=法定)")
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
        unit = unit_in(heading)
        return (TimeLimit(kind, int(float(squeezed(text))), unit),) if unit else None
    text = _DATE.sub(lambda date: squeezed(date[0]), text)
    text = _HALF_AN_HOUR_MORE.sub(_in_minutes, _HALF_IN_FIGURES.sub("半", _HOURS_AND_MINUTES.sub(_in_minutes, text)))
    found = [] if _OTHER_AMOUNT.search(_DATE.sub("", text)) else _limits(text, kind)
    at_once = _AT_ONCE.search(text)
    if at_once and all(limit.limit_unit.is_below_a_day for limit in found):
        # 即时办结（30分钟内）: the words are kept, and nothing is left to count.
        found = []
    found += _said_at_once(text) if at_once else []
    if not found and at_once:
        return (TimeLimit(kind, 0, LimitUnit.WORKDAY, one_line(text)[:200]),)
    return (*found, *_said_by_a_date(text, kind)) or None


def _in_minutes(both: re.Match[str]) -> str:
    return f"{int(both['hours']) * 60 + int(both.groupdict().get('minutes', 30))}分钟"


def _said_at_once(text: str) -> list[TimeLimit]:
    """法定20日；承诺即办: clauses that say whose limit it is and that there is nothing to wait for."""
    return [
        TimeLimit(kind, 0, LimitUnit.WORKDAY, _condition(clause)[:200])
        for clause in _CLAUSE.split(text)
        if _AT_ONCE.search(clause) and not _LIMIT.search(clause) and (kind := _said_kind(clause))
    ]


def _said_by_a_date(text: str, kind: LimitKind) -> list[TimeLimit]:
    """每月10日前: parts that name a day of the calendar and no length."""
    return [
        TimeLimit(_said_kind(part) or kind, 0, LimitUnit.WORKDAY, _condition(part)[:200])
        for part in _PART.split(text)
        if _DATE.search(part) and not any(said.search(_DATE.sub("", part)) for said in (_LIMIT, _AT_ONCE))
    ]


def _limits(text: str, kind: LimitKind) -> list[TimeLimit]:
    limits: list[TimeLimit] = []
    end = 0
    dates = [date.span() for date in _DATE.finditer(text)]
    for limit in _LIMIT.finditer(text):
        if any(limit.start() < stop and start < limit.end("unit") for start, stop in dates):
            continue
        before, end = text[end : limit.start()], limit.end()
        behind = squeezed(limit["behind"] or "")
        words = squeezed(limit["unit"])
        if behind in _DAY_WORDS:
            # 20日（工作日） says in brackets which days are meant.
            words, behind = behind, ""
        condition = "；".join(filter(None, (_condition(_RANGE.sub("", before)), _condition(behind))))
        if amount := _amount(limit["value"], words):
            limits.append(TimeLimit(_kind_in(before, kind), *amount, condition))
    return limits


def _amount(digits: str, words: str) -> tuple[int, LimitUnit] | None:
    unit = unit_in(words) or LimitUnit.DAY
    if digits == "半":
        return _HALF_A_YEAR if words == "年" else _HALF.get(unit)
    value = whole_number(digits)
    return None if value is None else (value * (_MONTHS_OF_A_YEAR if words == "年" else 1), unit)


def _kind_in(words: str, kind: LimitKind) -> LimitKind:
    """One cell may state both: 法定15日，承诺5个工作日."""
    return _said_kind(words) or kind


def _said_kind(words: str) -> LimitKind | None:
    return next((said for word, said in _WHICH if word.search(words)), None)


def _condition(words: str) -> str:
    """Under which condition the limit holds: the last sentence before it, without what every limit says."""
    sentence = _LAST_SENTENCE.split(words.rstrip(_EDGES))[-1]
    return _NO_CONDITION.sub("", one_line(sentence).strip(_EDGES)).strip(_EDGES)


def unit_in(words: str) -> LimitUnit | None:
    """The unit that words name, as a heading does: 承诺时限（小时）."""
    words = squeezed(words)
    if "工作日" in words:
        return LimitUnit.WORKDAY
    if re.search(r"工作小?时", words):
        return LimitUnit.WORKHOUR
    if re.search(r"小时|钟头", words):
        return LimitUnit.HOUR
    if "分钟" in words:
        return LimitUnit.MINUTE
    if re.search(r"个月|年", words):
        return LimitUnit.MONTH
    return LimitUnit.DAY if re.search(r"[日天]", words) else None


_HOUR, _DAY = 60, 24 * 60
#: The fewest minutes that a unit comes to; a promise of working days is never shorter than so many days.
_LEAST = {
    LimitUnit.WORKDAY: _DAY, LimitUnit.DAY: _DAY, LimitUnit.MONTH: 28 * _DAY,
    LimitUnit.WORKHOUR: _HOUR, LimitUnit.HOUR: _HOUR, LimitUnit.MINUTE: 1,
}  # fmt: skip
_MOST = {LimitUnit.DAY: _DAY, LimitUnit.MONTH: 31 * _DAY, LimitUnit.HOUR: _HOUR, LimitUnit.MINUTE: 1}


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
    most = _MOST.get(law.limit_unit)
    return most is not None and promise.value * _LEAST[promise.limit_unit] > law.value * most
