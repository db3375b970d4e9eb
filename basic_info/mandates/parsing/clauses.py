"""Clauses (条款): the document's own sequence, kept for every version."""

import re
from collections.abc import Iterator, Sequence

from basic_info.mandates.parsing.duties import duty_kind
from basic_info.mandates.parsing.lines import Line
from basic_info.mandates.parsing.model import Clause, ClauseKind, Confidence, DutyKind
from basic_info.mandates.parsing.normalise import fold
from basic_info.mandates.parsing.parts import Group, Part, is_division, is_transformation

_OF_DUTY = {
    DutyKind.DUTY: ClauseKind.DUTY,
    DutyKind.CATCH_ALL: ClauseKind.CATCH_ALL,
    DutyKind.TRANSFORMATION: ClauseKind.TRANSFORMATION,
    DutyKind.DIVISION: ClauseKind.BOUNDARY,
}


def find_clauses(preamble: Sequence[Line], parts: Sequence[Part]) -> tuple[Clause, ...]:
    """Every clause in document order, counted from 1."""
    found = [(ClauseKind.BASIS, line.body, line.text) for line in preamble if len(line.text) > 30]
    for part in parts:
        found.extend(_of_part(part))
    return tuple(
        Clause(kind, number, text, source, Confidence.HIGH if kind is not ClauseKind.MISC else Confidence.MEDIUM)
        for number, (kind, text, source) in enumerate(found, start=1)
        if text
    )


def _of_part(part: Part) -> Iterator[tuple[ClauseKind, str, str]]:
    lead = "".join(line.body if place == 0 else line.text for place, line in enumerate(part.lead))
    source = "".join(line.text for line in part.lead)
    if part.kind is ClauseKind.QUOTA and not part.groups:
        yield from _numbers(part)
        return
    if not (part.is_headed and len(part.lead) == 1 and part.groups):
        yield part.kind, lead, source
    for group in part.groups:
        yield _kind_of(part, group), group.text, group.source


def _numbers(part: Part) -> Iterator[tuple[ClauseKind, str, str]]:
    """A statement of numbers, sentence by sentence: places, or posts."""
    for line in part.lines:
        for sentence in re.split(r"(?<=。)", line.body):
            if sentence:
                kind = ClauseKind.QUOTA if re.search(r"编制|员额|控制数", fold(sentence)) else ClauseKind.LEADER
                yield kind, sentence, line.text


def _kind_of(part: Part, group: Group) -> ClauseKind:
    if part.kind is ClauseKind.DUTY:
        return _OF_DUTY[duty_kind(group.text)]
    if is_division(group.head):
        return ClauseKind.BOUNDARY
    if is_transformation(group.head):
        return ClauseKind.TRANSFORMATION
    return part.kind
