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


_DURATION = re.compile(r"P(?:(?P<weeks>\d{1,4})W|(?P<days>\d{1,5})D)?(?:T(?P<hours>\d{1,6})H)?")
_LIMIT_NAME = re.compile(r"limit|deadline|due|duration|timeout|时限|期限", re.IGNORECASE)
_LIMIT_WORDS = re.compile(r"时限|期限|工作日|自然日|\d\s*[日天]")
_WORKDAYS = {"workday", "workdays", "工作日", "个工作日"}
_DAYS = {"day", "days", "日", "天", "d"}


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
        if unit in _WORKDAYS:
            return int(text), LimitUnit.WORKDAY
        return (int(text), LimitUnit.DAY) if unit in _DAYS else None
    return _of_words(text)


def _of_duration(duration: re.Match[str]) -> tuple[int, LimitUnit] | None:
    days = int(duration["weeks"] or 0) * 7 + int(duration["days"] or 0)
    more, rest = divmod(int(duration["hours"] or 0), 24)
    # Hours that make no whole days are no limit in days; they stay visible in the chart.
    return (days + more, LimitUnit.DAY) if not rest and days + more else None


def _of_words(text: str) -> tuple[int, LimitUnit] | None:
    if len(text) > 10_000 or not _LIMIT_WORDS.search(text):
        return None
    found = time_limits(text, LimitKind.STAGE, heading="")
    return (found[0].value, found[0].limit_unit) if found and found[0].value else None
