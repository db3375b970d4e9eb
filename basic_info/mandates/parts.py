"""The rows of a version: fields, clauses, quotas and leader posts, as columns before they have ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from basic_info.documents.matching import SectionNames
from basic_info.mandates.clause_rows import ClauseRow, clause_rows
from basic_info.mandates.models import (
    Confidence,
    Counted,
    FieldKind,
    Mandate,
    MandateClause,
    MandateField,
    MandateLeader,
    MandateQuota,
    Reading,
)
from basic_info.mandates.parsing.model import Found, ParsedMandate
from host.kernel.db import db

Row = dict[str, Any]
#: The tables of readings by the words that addresses use.
TABLES: dict[str, type[MandateField | MandateClause | MandateQuota | MandateLeader]] = {
    "field": MandateField,
    "clause": MandateClause,
    "quota": MandateQuota,
    "leader": MandateLeader,
}


@dataclass
class Parts:
    """Columns of the rows of one version, in their order."""

    fields: list[Row] = field(default_factory=list)
    clauses: list[Row] = field(default_factory=list)
    quotas: list[Row] = field(default_factory=list)
    leaders: list[Row] = field(default_factory=list)


def parts_of(parsed: ParsedMandate, names: SectionNames) -> Parts:
    """What the parser read, as rows."""
    return Parts(
        fields=_fields(parsed),
        clauses=[_clause(row) for row in clause_rows(parsed, names)],
        quotas=[
            {"kind": one.kind, "count": one.count, **_read({"kind": one.kind, "count": one.count}, one)}
            for one in parsed.quotas
        ],
        leaders=[_leader(one) for one in parsed.leaders],
    )


def keep_parts(mandate_id: int, parts: Parts) -> None:
    """Insert the rows of a version; clauses are numbered in their order, unless they have a place already."""
    clauses = [{"sort_no": number, **row} for number, row in enumerate(parts.clauses, start=1)]
    quotas, leaders = ([{"delta": None, **row} for row in rows] for rows in (parts.quotas, parts.leaders))
    for table, rows in zip(TABLES.values(), (parts.fields, clauses, quotas, leaders), strict=True):
        if rows:
            db.session.execute(insert(table), [{"mandate_id": mandate_id, **row} for row in rows])


def copied_parts(mandate: Mandate) -> Parts:
    """The rows that count in a version, as rows of another: each remembers the document that it comes from."""
    return _parts(mandate, _kept)


def standing_parts(mandate: Mandate) -> Parts:
    """The rows that count in a version; those of its own document have none, doubtful ones are of low confidence."""
    return _parts(mandate, _as_it_stands)


def _parts(mandate: Mandate, kept: Callable[[Reading, int], Row]) -> Parts:
    return Parts(
        fields=_copies(mandate, kept, MandateField, lambda row: {"field_kind": row.field_kind}),
        clauses=_copies(mandate, kept, MandateClause, _clause_facts),
        quotas=_copies(mandate, kept, MandateQuota, lambda row: {"kind": row.kind, "count": row.count}),
        leaders=_copies(
            mandate,
            kept,
            MandateLeader,
            lambda row: {"title": row.title, "rank": row.rank, "count": row.count, "holds_quota": row.holds_quota},
        ),
    )


def clause_copy(clause: MandateClause, document_id: int) -> Row:
    """The clause as a row of another version, or another row of its own; ``document_id``: that of its version."""
    return {**_clause_facts(clause), **_kept(clause, document_id)}


def _clause_facts(row: MandateClause) -> Row:
    return {"clause_kind": row.clause_kind, "mark": row.mark, "text": row.text, "section_id": row.section_id}


def _copies(
    mandate: Mandate, kept: Callable[[Reading, int], Row], table: Any, facts: Callable[[Any], Row]
) -> list[Row]:
    order = table.sort_no if table is MandateClause else table.id
    rows = db.session.scalars(
        select(table).where(table.mandate_id == mandate.id, table.is_removed.is_(False)).order_by(order)
    ).all()
    return [{**facts(row), **kept(row, mandate.document_id)} for row in rows]


def _as_it_stands(row: Reading, document_id: int) -> Row:
    is_own = row.origin_document_id in (None, document_id)
    return {
        **_kept(row, document_id),
        "confidence": row.confidence if row.needs_a_look else Confidence.HIGH,
        "origin_document_id": None if is_own else row.origin_document_id,
        "is_seen": row.corrected_by is not None,
        **({"delta": row.delta} if is_own and isinstance(row, Counted) and row.is_difference else {}),
    }


def _kept(row: Reading, document_id: int) -> Row:
    return {
        "extracted_value": row.value,
        "source_snippet": row.source_snippet,
        "confidence": Confidence.HIGH,
        "is_removed": False,
        "origin_document_id": row.origin_document_id or document_id,
    }


def _read(value: Row, source: Any) -> Row:
    """The columns of a reading of the document's own, all rows of a table alike."""
    return {
        "extracted_value": value,
        "source_snippet": source.snippet,
        "confidence": Confidence(source.confidence.value.lower()),
        "is_removed": False,
        "origin_document_id": None,
    }


def _fields(parsed: ParsedMandate) -> list[Row]:
    number, since = parsed.doc_no, parsed.effective_on
    found: list[tuple[FieldKind, Any, Found[Any]]] = [
        (FieldKind.TITLE, parsed.title.value, parsed.title),
        (FieldKind.DOC_NO, number.value.text if number.value else "", number),
        (FieldKind.UNIT_NAME, parsed.unit_name.value, parsed.unit_name),
        (FieldKind.RANK, parsed.rank.value or "", parsed.rank),
        (FieldKind.EFFECTIVE_ON, since.value.isoformat() if since.value else "", since),
    ]
    rows = [{"field_kind": kind, **_read({"value": value}, source)} for kind, value, source in found]
    plates = [{"field_kind": FieldKind.PLATE, **_read({"value": one.name}, one)} for one in parsed.plates]
    return rows + plates


def _clause(row: ClauseRow) -> Row:
    return {
        "clause_kind": row.kind,
        "mark": row.mark,
        "text": row.text,
        "section_id": row.section_id,
        "extracted_value": row.value or {"text": row.text},
        "source_snippet": row.snippet,
        "confidence": row.confidence,
        "is_removed": False,
        "origin_document_id": None,
    }


def _leader(one: Any) -> Row:
    facts = {"title": one.title, "rank": one.rank, "count": one.count, "holds_quota": one.holds_quota}
    return {**facts, **_read(facts, one)}
