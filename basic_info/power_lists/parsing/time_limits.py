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
    r"(?P<value>\d{1,4}|[零〇一二两三四五六七八九十百]{1,6})\s*(?P<unit>个?\s*工作日|自然日|个?\s*日|个?天)"
    r"(?:\s*(?:以内|之内|内))?(?:\s*[（(](?P<behind>[^（）()]{1,60})[）)])?"
)
_BARE = re.compile(r"\d{1,4}(?:\.0+)?")
_AT_ONCE = re.compile(r"即办|当场|即时|立即|随到随办")
_EDGES = " \t\n：:，,；;。、.（）()"
_OTHER_AMOUNT = re.compile(r"\d\s*(?:个月|月|年|小时|个小时|分钟)|\d\.\d")


def time_limits(text: str, kind: LimitKind, *, heading: str) -> tuple[TimeLimit, ...] | None:
    """The limits that a cell states; ``/`` gives none, and None means that the cell cannot be understood.

    A bare number takes the unit of its column's heading (``法定期限（天/日）``), or is not understood.
    """
    if or_none(text) is None:
        return ()
    if _BARE.fullmatch(squeezed(text)):
        unit = _unit_in(heading)
        return (TimeLimit(kind, int(float(squeezed(text))), unit),) if unit else None
    if _OTHER_AMOUNT.search(text):
        return None
    found = list(_limits(text, kind))
    if not found and _AT_ONCE.search(text):
        return (TimeLimit(kind, 0, LimitUnit.WORKDAY, one_line(text)[:200]),)
    return tuple(found) or None


def _limits(text: str, kind: LimitKind) -> list[TimeLimit]:
    limits: list[TimeLimit] = []
    end = 0
    for limit in _LIMIT.finditer(text):
        value = whole_number(limit["value"])
        before = one_line(text[end : limit.start()]).strip(_EDGES)
        condition = "；".join(filter(None, (before, (limit["behind"] or "").strip())))
        if value is not None:
            limits.append(TimeLimit(kind, value, _unit_in(limit["unit"]) or LimitUnit.DAY, condition))
        end = limit.end()
    return limits


def _unit_in(words: str) -> LimitUnit | None:
    if "工作日" in squeezed(words):
        return LimitUnit.WORKDAY
    return LimitUnit.DAY if re.search(r"[日天]", words) else None


def promised_beyond_statutory(limits: tuple[TimeLimit, ...]) -> bool:
    """Whether a promise is longer than the law allows under the same condition and unit (R56)."""
    legal = {
        (limit.condition, limit.limit_unit): limit.value for limit in limits if limit.limit_kind is LimitKind.STATUTORY
    }
    promised = (limit for limit in limits if limit.limit_kind is LimitKind.PROMISED)
    return any(limit.value > legal.get((limit.condition, limit.limit_unit), limit.value) for limit in promised)
