"""What the platform keeps of a step besides its name: ``lvzhi:step`` inside its BPMN extension elements (R59)."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from basic_info.flowcharts.models import StepKind, SuspensionKind
from basic_info.flowcharts.parsing.document import MODEL, Element
from basic_info.power_lists.models import LimitUnit

OWN = "urn:lvzhi:flowchart:1"
LONGEST_LIMIT = 3_650
LONGEST_TEXT = 2_000
_EXTENSIONS = f"{{{MODEL}}}extensionElements"
_STEP = f"{{{OWN}}}step"


@dataclass(frozen=True, slots=True)
class StepDetails:
    """A step's own fields; ``problems`` are the words for what was filled in wrongly."""

    step_kind: StepKind = StepKind.OTHER
    limit_value: int | None = None
    limit_unit: LimitUnit | None = None
    promised_value: int | None = None
    promised_unit: LimitUnit | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    basis: str = ""
    risk_point: str = ""
    suspensions: tuple[SuspensionKind, ...] = ()
    section_duty_id: int | None = None
    problems: tuple[str, ...] = ()


def details_of(task: Element) -> StepDetails:
    """Read ``lvzhi:step``; a task without one has no details."""
    found = task.find(f"{_EXTENSIONS}/{_STEP}")
    if found is None:
        return StepDetails()
    reading = _Reading(found)
    legal = reading.limit("limit", "法定时限")
    promised = reading.limit("promised", "承诺时限")
    details = StepDetails(
        step_kind=reading.kind(),
        limit_value=legal[0],
        limit_unit=legal[1],
        promised_value=promised[0],
        promised_unit=promised[1],
        inputs=reading.lines("input", "收件材料"),
        outputs=reading.lines("output", "产出文书"),
        basis=reading.text("basis", "依据"),
        risk_point=reading.text("riskPoint", "廉政风险点"),
        suspensions=reading.suspensions(),
        section_duty_id=reading.duty(),
    )
    return replace(details, problems=tuple(reading.problems))


class _Reading:
    """Reads one element and notes what is wrong with it."""

    def __init__(self, element: Element) -> None:
        self._element = element
        self.problems: list[str] = []

    def _value(self, name: str) -> str:
        return str(self._element.get(name, "")).strip()

    def limit(self, name: str, word: str) -> tuple[int | None, LimitUnit | None]:
        value, unit = self._value(f"{name}Value"), self._value(f"{name}Unit") or "workday"
        if not value:
            return None, None
        known = LimitUnit.of_word(unit)
        if not (value.isascii() and value.isdigit() and 0 < int(value[:9]) <= LONGEST_LIMIT and len(value) < 9):
            self.problems.append(f"{word}应为 1 至 {LONGEST_LIMIT} 的整数")
        elif known is None:
            self.problems.append(f"{word}的单位应为{'、'.join(unit.label for unit in LimitUnit)}")
        else:
            return int(value), known
        return None, None

    def text(self, name: str, word: str) -> str:
        value = self._value(name)
        if len(value) > LONGEST_TEXT:
            self.problems.append(f"{word}不超过 {LONGEST_TEXT} 个字")
        return value[:LONGEST_TEXT]

    def lines(self, name: str, word: str) -> tuple[str, ...]:
        texts = [" ".join("".join(one.itertext()).split()) for one in self._element.iterchildren(f"{{{OWN}}}{name}")]
        if sum(map(len, texts)) > LONGEST_TEXT:
            self.problems.append(f"{word}不超过 {LONGEST_TEXT} 个字")
            return ()
        return tuple(text for text in texts if text)

    def kind(self) -> StepKind:
        word = self._value("kind")
        found = StepKind.of_word(word) if word else StepKind.OTHER
        if found is None:
            self.problems.append("节点类别不在可选范围内")
        return found or StepKind.OTHER

    def suspensions(self) -> tuple[SuspensionKind, ...]:
        words = self._value("suspensions").split()
        found = [SuspensionKind.of_word(word) for word in words]
        if None in found:
            self.problems.append("不计入时限的情形不在可选范围内")
        return tuple(dict.fromkeys(one for one in found if one))

    def duty(self) -> int | None:
        value = self._value("sectionDuty")
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 19):
            self.problems.append("对应的科室职责不在可选范围内")
            return None
        return int(value)


def write_details(task: Element, details: StepDetails) -> None:
    """Put the details into the task's extension elements, in place of what stood there."""
    holder = task.find(_EXTENSIONS)
    if holder is None:
        holder = etree.Element(_EXTENSIONS)
        # By the schema documentation comes first, then extension elements.
        after = sum(1 for child in task if child.tag == f"{{{MODEL}}}documentation")
        task.insert(after, holder)
    for old in holder.findall(_STEP):
        holder.remove(old)
    step = etree.SubElement(holder, _STEP, dict(_attributes(details)), nsmap={"lvzhi": OWN})
    for name, texts in (("input", details.inputs), ("output", details.outputs)):
        for text in texts:
            etree.SubElement(step, f"{{{OWN}}}{name}").text = text


def _attributes(details: StepDetails) -> Iterator[tuple[str, str]]:
    plain: dict[str, object] = {
        "kind": details.step_kind,
        "limitValue": details.limit_value,
        "limitUnit": details.limit_unit,
        "promisedValue": details.promised_value,
        "promisedUnit": details.promised_unit,
        "basis": details.basis,
        "riskPoint": details.risk_point,
        "suspensions": " ".join(one.value for one in details.suspensions),
        "sectionDuty": details.section_duty_id,
    }
    for name, value in plain.items():
        if value not in (None, ""):
            yield name, str(value.value if isinstance(value, enum.Enum) else value)
