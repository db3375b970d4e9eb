"""From a parsed mandate to the clauses that are kept: the document's sequence with what was read out of it (R43)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from basic_info.documents.matching import SectionNames
from basic_info.mandates.models import ClauseKind, Confidence
from basic_info.mandates.parsing.model import Clause, Duty, DutyKind, ParsedMandate, Section

_MARK = re.compile(
    r"第[零〇一二三四五六七八九十百\d]+[条章]|[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、"
)
_KINDS = {kind.value: kind for kind in ClauseKind}
_OF_DUTY = {
    DutyKind.DUTY: ClauseKind.DUTY,
    DutyKind.CATCH_ALL: ClauseKind.CATCH_ALL,
    DutyKind.TRANSFORMATION: ClauseKind.TRANSFORMATION,
    DutyKind.DIVISION: ClauseKind.BOUNDARY,
}


@dataclass(frozen=True)
class ClauseRow:
    """A clause before it has an id; ``value`` is what the parser read out of it."""

    kind: ClauseKind
    text: str
    snippet: str
    confidence: Confidence
    value: dict[str, Any]
    section_id: int | None = None

    @property
    def mark(self) -> str:
        found = _MARK.match(self.snippet.lstrip())
        return found[0] if found else ""


def clause_rows(parsed: ParsedMandate, names: SectionNames) -> list[ClauseRow]:
    """Every clause in the order of the document; duties and sections that stand in no clause come last."""
    duties = {duty.text: duty for duty in parsed.duties}
    rows: list[ClauseRow] = []
    sections_at: int | None = None
    for clause in parsed.clauses:
        if clause.kind == "section" and _holds_a_section(clause, parsed):
            # One clause may hold several bodies: they stand together where the first of them stood.
            sections_at = len(rows) if sections_at is None else sections_at
            continue
        duty = duties.pop(clause.text, None)
        rows.append(_of_duty(duty) if duty else _of_clause(clause))
    sections = [_of_section(section, names) for section in parsed.sections]
    at = len(rows) if sections_at is None else sections_at
    return [*rows[:at], *sections, *rows[at:], *map(_of_duty, duties.values())]


def tasks_of(value: dict[str, Any]) -> list[str]:
    """The tasks of a section clause's value, each once."""
    return list(dict.fromkeys(str(task) for task in value.get("tasks", ()) if task))


def _holds_a_section(clause: Clause, parsed: ParsedMandate) -> bool:
    return any(section.name in clause.text for section in parsed.sections)


def _of_clause(clause: Clause) -> ClauseRow:
    kind = _KINDS[clause.kind.value]
    # Words among the duties that are none of them only lead in: …坚持党的集中统一领导。主要职责是：
    kind = ClauseKind.MISC if kind is ClauseKind.DUTY else kind
    return ClauseRow(kind, clause.text, clause.snippet, _sure(clause.confidence.value), {})


def _of_duty(duty: Duty) -> ClauseRow:
    return ClauseRow(
        _OF_DUTY[duty.kind], duty.text, duty.snippet, _sure(duty.confidence.value), {"no": duty.no, "text": duty.text}
    )


def _of_section(section: Section, names: SectionNames) -> ClauseRow:
    value = {"name": section.name, "plates": list(section.plates), "text": section.text, "tasks": list(section.tasks)}
    found = names.find(section.name, *section.plates)
    confidence = _sure(section.confidence.value)
    return ClauseRow(ClauseKind.SECTION, f"{section.name}。{section.text}", section.snippet, confidence, value, found)


def _sure(confidence: str) -> Confidence:
    return Confidence(confidence.lower())
