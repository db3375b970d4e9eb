"""A version as the page of its review shows it: every field with its words, its certainty and its two values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from basic_info.documents.matching import plain_name
from basic_info.documents.models import Document
from basic_info.mandates.highlighting import Source, marked_source
from basic_info.mandates.models import (
    ClauseKind,
    Confidence,
    FieldKind,
    Mandate,
    MandateClause,
    MandateField,
    MandateLeader,
    MandateQuota,
    MandateStyle,
)
from basic_info.mandates.parts import TABLES
from basic_info.mandates.readings import AnyReading
from basic_info.mandates.wording import leader_words, quota_words, same_words
from host.kernel.db import db
from host.kernel.errors import NotFound

GROUPS = ("基本信息", "主要职责", "内设机构", "人员编制", "领导职数", "其他条款")
_DUTIES = (ClauseKind.DUTY, ClauseKind.CATCH_ALL, ClauseKind.TRANSFORMATION, ClauseKind.BOUNDARY)
_ORDER = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}


@dataclass(frozen=True)
class Origin:
    """The document that a row comes from: 三定 or 变更 (R44)."""

    word: str
    document_id: int
    name: str


@dataclass(frozen=True)
class Line:
    """A field as shown. ``words`` count; ``extracted`` are the parser's where a person said something else."""

    reading: AnyReading
    key: str
    table: str
    group: str
    label: str
    words: str
    extracted: str | None
    is_found: bool
    origin: Origin | None

    @property
    def name(self) -> str | None:
        """By what the row is the same in another version; None: by its words alone."""
        one, value = self.reading, self.reading.value
        if isinstance(one, MandateField):
            return one.field_kind.value if one.field_kind is not FieldKind.PLATE else None
        if isinstance(one, MandateQuota):
            return same_words(value["kind"])
        if isinstance(one, MandateLeader):
            return f"{same_words(value['title'])} {value['rank'] or ''}"
        return plain_name(value["name"]) if one.is_section else None

    @property
    def is_unmatched(self) -> bool:
        """Whether it is a body that nobody matched to a section of the register."""
        one = self.reading
        return isinstance(one, MandateClause) and one.is_section and one.section_id is None


@dataclass(frozen=True)
class Review:
    """The source beside the fields; ``doubtful`` are those that somebody has to look at, the least sure first."""

    source: Source
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    doubtful: tuple[Line, ...]


def review_of(mandate: Mandate) -> Review:
    """The page's rows; ``mandate`` has its parts loaded."""
    readings = _readings(mandate)
    own = [one for one in readings if one.origin_document_id in (None, mandate.document_id)]
    source = marked_source(mandate.source_text, [(key_of(one), one.source_snippet) for one in own])
    origins = origins_of(mandate)
    lines = [_line(one, source, origins.get(one.origin_document_id or mandate.document_id)) for one in readings]
    groups = tuple((group, tuple(line for line in lines if line.group == group)) for group in GROUPS)
    doubtful = sorted(
        (line for line in lines if line.reading.needs_a_look), key=lambda line: _ORDER[line.reading.confidence]
    )
    return Review(source, groups, tuple(doubtful))


def title_of(mandate: Mandate) -> str:
    """What the version is called: the mandate's own title, also where a reply (批复) is the paper behind it."""
    titles = (str(one.value.get("value") or "") for one in _fields(mandate, FieldKind.TITLE))
    return next(filter(None, titles), mandate.document.title)


def _fields(mandate: Mandate, kind: FieldKind) -> list[MandateField]:
    return [one for one in mandate.fields if one.field_kind is kind and not one.is_removed]


def lines_of(mandate: Mandate) -> list[Line]:
    """The rows of a version whose parts are loaded, without its source; one statement."""
    origins = origins_of(mandate)
    nothing = Source((), frozenset())
    return [
        _line(one, nothing, origins.get(one.origin_document_id or mandate.document_id)) for one in _readings(mandate)
    ]


def _readings(mandate: Mandate) -> list[AnyReading]:
    return [*mandate.fields, *mandate.clauses, *mandate.quotas, *mandate.leaders]


def key_of(reading: AnyReading) -> str:
    return f"{table_of(reading)}-{reading.id}"


def table_of(reading: AnyReading) -> str:
    """The word of a row's table in addresses."""
    return next(word for word, table in TABLES.items() if isinstance(reading, table))


def reading_of(mandate: Mandate, table: str, reading_id: int) -> AnyReading:
    """A row of the version. Raises NotFound."""
    kind = TABLES.get(table)
    found: Any = db.session.get(kind, reading_id) if kind is not None else None
    if found is None or found.mandate_id != mandate.id:
        raise NotFound
    reading: AnyReading = found
    return reading


def origins_of(mandate: Mandate) -> dict[int, Origin]:
    """The documents of the unit's versions by their ids; one statement."""
    rows = db.session.execute(
        select(Document.id, Document.doc_no, Document.title, Mandate.style)
        .join(Mandate, Mandate.document_id == Document.id)
        .where(Mandate.unit_id == mandate.unit_id)
    ).all()
    return {
        row.id: Origin("变更" if row.style is MandateStyle.AMENDMENT else "三定", row.id, row.doc_no or row.title)
        for row in rows
    }


def words_of(reading: AnyReading, value: dict[str, Any]) -> str:
    """A value of the row's kind in words."""
    if isinstance(reading, MandateField):
        return str(value.get("value") or "未载明")
    if isinstance(reading, MandateQuota):
        return quota_words(value)
    if isinstance(reading, MandateLeader):
        return leader_words(value)
    return _clause_words(value)


def _clause_words(value: dict[str, Any]) -> str:
    if "name" not in value:
        kind = ClauseKind.of_word(str(value.get("kind", "")))
        return f"{value.get('text', '')}{f'（类别：{kind.label}）' if kind else ''}"
    plates = f"（加挂{'、'.join(value['plates'])}牌子）" if value["plates"] else ""
    return f"{value['name']}{plates}：{'；'.join(value['tasks']) or value['text'] or '没有写明职责'}"


def _line(reading: AnyReading, source: Source, origin: Origin | None) -> Line:
    extracted = words_of(reading, reading.extracted_value) if reading.extracted_value else None
    words = words_of(reading, reading.value)
    key = key_of(reading)
    return Line(
        reading=reading,
        key=key,
        table=table_of(reading),
        group=_group(reading),
        label=_label(reading),
        words=words,
        extracted=extracted if reading.corrected_value is not None and extracted != words else None,
        is_found=key in source.found,
        origin=origin,
    )


def _group(reading: AnyReading) -> str:
    if isinstance(reading, MandateField):
        return "基本信息"
    if isinstance(reading, MandateQuota):
        return "人员编制"
    if isinstance(reading, MandateLeader):
        return "领导职数"
    if reading.is_section:
        return "内设机构"
    return "主要职责" if reading.clause_kind in _DUTIES and "no" in reading.value else "其他条款"


def _label(reading: AnyReading) -> str:
    if isinstance(reading, MandateField):
        return reading.field_kind.label
    if isinstance(reading, MandateQuota):
        return "编制"
    if isinstance(reading, MandateLeader):
        return "职数"
    return f"{reading.clause_kind.label} {reading.mark or reading.value.get('no') or ''}".strip()


def others(mandate: Mandate) -> Sequence[Mandate]:
    """The other versions of the unit, the newest first, without their texts."""
    found: Iterable[Mandate] = db.session.scalars(
        select(Mandate)
        .where(Mandate.unit_id == mandate.unit_id, Mandate.id != mandate.id)
        .order_by(Mandate.version_no.desc())
    )
    return tuple(found)
