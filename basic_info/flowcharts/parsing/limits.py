"""The time limit of a step: from its timer, its extension elements, its documentation or its name (R59)."""

import re
from dataclasses import dataclass

from basic_info.flowcharts.parsing.document import MODEL, Element, any_name
from basic_info.power_lists.models import LimitKind, LimitUnit
from basic_info.power_lists.parsing.time_limits import time_limits


@dataclass(frozen=True, slots=True)
class StepLimit:
    """A step's limit (环节时限): ``value`` in ``limit_unit``; ``source`` says where the file has it."""

    value: int
    limit_unit: LimitUnit
    source: str


_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W|(?P<days>\d{1,5})D)?(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?)?"
)
_LIMIT_NAME = re.compile(r"limit|deadline|due|duration|timeout|时限|期限", re.IGNORECASE)
_LIMIT_WORDS = re.compile(r"时限|期限|工作日|自然日|\d\s*[日天]")
_WORKDAYS = {"workday", "workdays", "工作日", "个工作日"}
_DAYS = {"day", "days", "日", "天", "d"}
_HOURS = {"hour", "hours", "小时", "个小时", "h"}
_WORKHOURS = {"workhour", "workhours", "工作小时", "个工作小时"}
_MINUTES = {"minute", "minutes", "分钟", "min"}
_UNITS = {
    word: unit
    for words, unit in (
        (_WORKDAYS, LimitUnit.WORKDAY), (_DAYS, LimitUnit.DAY), (_HOURS, LimitUnit.HOUR),
        (_WORKHOURS, LimitUnit.WORKHOUR), (_MINUTES, LimitUnit.MINUTE),
    )
    for word in words
}  # fmt: skip
_SAYS_LIMIT = re.compile(r"时限|期限")
_MINUTES_OF = {LimitUnit.DAY: 24 * 60, LimitUnit.HOUR: 60, LimitUnit.MINUTE: 1}


def limit_of(task: Element, timers: list[Element]) -> StepLimit | None:
    """The first limit found: extension elements, then timers attached to the task, documentation, its name."""
    for source, found in (
        ("扩展属性", _of_extensions(task)),
        ("定时器", _of_timers(timers)),
        ("说明", _of_documentation(task)),
        ("名称", _of_words(task.get("name", ""))),
    ):
        if found:
            return StepLimit(*found, source)
    return None


def _of_timers(events: list[Element]) -> tuple[int, LimitUnit] | None:
    for event in events:
        for duration in event.iter(f"{{{MODEL}}}timeDuration"):
            found = _of_text("".join(duration.itertext()))
            if found:
                return found
    return None


def _of_extensions(task: Element) -> tuple[int, LimitUnit] | None:
    """Vendors differ: a value beside a name, an element of its own, an attribute of the task."""
    candidates = [(any_name_of(key), value, "") for key, value in task.attrib.items() if key != "name"]
    for extension in task.iterchildren(f"{{{MODEL}}}extensionElements"):
        for element in extension.iterdescendants():
            name = f"{any_name(element)} {element.get('name', '')} {element.get('key', '')}"
            value = element.get("value") or element.text or ""
            candidates.append((name, value, element.get("unit", "")))
    for name, value, unit in candidates:
        if _LIMIT_NAME.search(name) and (found := _of_text(value, unit)):
            return found
    return None


def any_name_of(key: str) -> str:
    """An attribute's name without its namespace."""
    return key.rpartition("}")[2]


def _of_documentation(task: Element) -> tuple[int, LimitUnit] | None:
    texts = ["".join(entry.itertext()) for entry in task.iterchildren(f"{{{MODEL}}}documentation")]
    return next((found for text in texts if (found := _of_words(text))), None)


def _of_text(text: str, unit: str = "") -> tuple[int, LimitUnit] | None:
    """An ISO duration (``P7D``: calendar days), a number with its unit beside it, or Chinese words."""
    text = text.strip()
    if duration := _DURATION.fullmatch(text):
        return _of_duration(duration)
    if text.isascii() and text.isdigit() and len(text) < 6:
        unit = unit.strip().lower()
        return (int(text), _UNITS[unit]) if unit in _UNITS else None
    return _of_words(text)


def _of_duration(duration: re.Match[str]) -> tuple[int, LimitUnit] | None:
    """In the widest unit that leaves no rest: ``PT36H`` is 36 hours, ``PT48H`` two days."""
    days = int(duration["weeks"] or 0) * 7 + int(duration["days"] or 0)
    minutes = (days * 24 + int(duration["hours"] or 0)) * 60 + int(duration["minutes"] or 0)
    unit = next(unit for unit, length in _MINUTES_OF.items() if minutes % length == 0)
    return (minutes // _MINUTES_OF[unit], unit) if minutes else None


def _of_words(text: str) -> tuple[int, LimitUnit] | None:
    if len(text) > 10_000 or not _LIMIT_WORDS.search(text):
        return None
    found = time_limits(text, LimitKind.STAGE, heading="") or ()
    # 24小时热线 is a name and no limit; hours are one where the words speak of a limit.
    limits = [one for one in found if one.value and (_SAYS_LIMIT.search(text) or not one.limit_unit.is_below_a_day)]
    return (limits[0].value, limits[0].limit_unit) if limits else None
