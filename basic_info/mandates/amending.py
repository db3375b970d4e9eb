"""变更批复: an amendment is applied to the version in force on its day; the two together are the next version (R44)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from basic_info.documents.matching import plain_name
from basic_info.mandates.models import ClauseKind, Confidence, FieldKind
from basic_info.mandates.parts import Parts, Row
from basic_info.mandates.wording import same_words

_GOES = r"(?:撤销|不再保留|不再设立|不再设置|取消)[^。；;，,]{0,24}?"
_BECOMES = r"[”」』\"]?(?:更名为|改名为|改称为?|改为|变更为|调整为|更改为|整合为|合并为|重组为|优化调整为)[“「『\"]?"
#: What an amendment says of itself takes no place in the version; these come from it, the rest from the base.
_OF_THE_PAPER = (FieldKind.TITLE, FieldKind.DOC_NO, FieldKind.UNIT_NAME, FieldKind.EFFECTIVE_ON)


def amended(base: Parts, change: Parts, words: str) -> Parts:
    """The rows of the base with those that the amendment states in their places.

    ``words`` is the amendment's text: a body that it abolishes or renames is taken out as a proposal of low
    confidence, which a person keeps or restores. Clauses that are no bodies stay in the paper alone.
    """
    return Parts(
        fields=_fields(base.fields, change.fields),
        clauses=_clauses(base.clauses, change.clauses, words),
        quotas=_replaced(base.quotas, change.quotas, lambda row: same_words(row["kind"])),
        leaders=_replaced(base.leaders, change.leaders, lambda row: (same_words(row["title"]), row["rank"])),
    )


def section_key(row: Row) -> str:
    """What makes two clauses speak of one body: its name without blanks and brackets."""
    return plain_name(str(row["extracted_value"].get("name", "")))


def is_section(row: Row) -> bool:
    return row["clause_kind"] is ClauseKind.SECTION and "name" in row["extracted_value"]


def _fields(base: list[Row], change: list[Row]) -> list[Row]:
    own = [row for row in change if row["field_kind"] in _OF_THE_PAPER]
    rank = [row for row in change if row["field_kind"] is FieldKind.RANK and row["extracted_value"]["value"]]
    kept = [row for row in base if row["field_kind"] is FieldKind.RANK and not rank]
    plates = _replaced(_plates(base), _plates(change), lambda row: same_words(row["extracted_value"]["value"]))
    return [*own, *(rank or kept), *plates]


def _plates(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["field_kind"] is FieldKind.PLATE]


def _replaced(base: list[Row], change: list[Row], key: Callable[[Row], Any]) -> list[Row]:
    """The base's rows, each in its place, those that the change states again in the change's words; new ones last."""
    stated = {key(row): row for row in change}
    return [*(stated.pop(key(row), row) for row in base), *stated.values()]


def _clauses(base: list[Row], change: list[Row], words: str) -> list[Row]:
    bodies = {section_key(row): row for row in base if is_section(row)}
    stated = {section_key(row): row for row in change if is_section(row)}
    renamed = dict(_renamed(bodies, stated, words))
    for old, new in renamed.items():
        stated[new] = _succeeding(bodies[old], stated[new])
    stated.update({key: _succeeding(bodies[key], row) for key, row in stated.items() if key in bodies})
    rows: list[Row] = []
    for row in base:
        key = section_key(row) if is_section(row) else ""
        successor = stated.pop(key, None) or stated.pop(renamed.get(key, ""), None)
        if successor is not None:
            rows.append(successor)
        elif key and (key in renamed or _is_abolished(row, words)):
            rows.append({**row, "is_removed": True, "confidence": Confidence.LOW})
        else:
            rows.append(row)
    at = max((place for place, row in enumerate(rows, start=1) if is_section(row)), default=len(rows))
    return [*rows[:at], *stated.values(), *rows[at:]]


def _succeeding(old: Row, new: Row) -> Row:
    """The body as the amendment states it; what it leaves unsaid goes on: duties, plates, the section it is."""
    value, before = dict(new["extracted_value"]), old["extracted_value"]
    if not value.get("tasks"):
        value |= {"text": before.get("text", ""), "tasks": before.get("tasks", [])}
    value["plates"] = value.get("plates") or before.get("plates", [])
    return {
        **new,
        "extracted_value": value,
        "text": f"{value['name']}。{value.get('text', '')}",
        "section_id": new["section_id"] or old["section_id"],
    }


def _renamed(bodies: dict[str, Row], stated: dict[str, Row], words: str) -> Iterator[tuple[str, str]]:
    """(old, new) of the bodies that the amendment says become others; the first old one of several goes on."""
    plain = plain_name(words)
    taken: set[str] = set()
    for old in bodies:
        for new in stated:
            if new not in bodies and new not in taken and re.search(re.escape(old) + _BECOMES + re.escape(new), plain):
                taken.add(new)
                yield old, new


def _is_abolished(row: Row, words: str) -> bool:
    return re.search(_GOES + re.escape(section_key(row)), plain_name(words)) is not None
