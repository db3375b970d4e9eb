"""文件台账: the documents of all units in reach by number, subject word, unit and day (B35)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select, tuple_

from basic_info.documents.models import Document
from basic_info.duties.queries import readable_units
from basic_info.mandates.models import Mandate
from basic_info.organization.models import UnitVersion
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force

PAGE = 50
SORTS = {"issued": "成文日期，新的在前", "number": "文号", "unit": "单位"}


@dataclass(frozen=True)
class Wanted:
    """What the reader filters by; empty fields do not cut."""

    words: str = ""
    subject: str = ""
    unit: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = "issued"


def ledger(actor: Actor, wanted: Wanted) -> AnySelect:
    """(id, title, doc_no, subject_words, issued_on, unit_id, unit_name, file_id, mandate_id) of readable documents."""
    mandate = select(func.max(Mandate.id)).where(Mandate.document_id == Document.id).scalar_subquery()
    found = (
        select(
            Document.id,
            Document.title,
            Document.doc_no,
            Document.subject_words,
            Document.issued_on,
            Document.unit_id,
            UnitVersion.name.label("unit_name"),
            Document.file_id,
            mandate.label("mandate_id"),
            *_key(wanted.sort),
        )
        .join(UnitVersion, UnitVersion.unit_id == Document.unit_id)
        .where(in_force(UnitVersion, today_in_china()), Document.unit_id.in_(readable_units(actor)))
    )
    return _filtered(found, wanted).order_by(*_key(wanted.sort), Document.id)


def page(actor: Actor, wanted: Wanted, after: int | None) -> tuple[list[AnyRow], int | None]:
    """A page of the ledger and the id that continues it."""
    statement = ledger(actor, wanted)
    if after is not None:
        last = (
            select(*_key(wanted.sort), Document.id)
            .join(UnitVersion, UnitVersion.unit_id == Document.unit_id)
            .where(in_force(UnitVersion, today_in_china()), Document.id == after)
        )
        statement = statement.where(tuple_(*_key(wanted.sort), Document.id) > last.scalar_subquery())
    rows = list(db.session.execute(statement.limit(PAGE + 1)).all())
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def _filtered(found: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.words:
        words = wanted.words.replace("[", "〔").replace("]", "〕")
        found = found.where(
            or_(*(column.icontains(words, autoescape=True) for column in (Document.doc_no, Document.title)))
        )
    if wanted.subject:
        found = found.where(Document.subject_words.any_() == wanted.subject)
    if wanted.unit:
        found = found.where(UnitVersion.name.icontains(wanted.unit, autoescape=True))
    if wanted.since:
        found = found.where(Document.issued_on >= wanted.since)
    if wanted.until:
        found = found.where(Document.issued_on <= wanted.until)
    return found


def _key(sort: str) -> tuple[Any, ...]:
    """The columns of an order, none of them null, all rising."""
    if sort == "number":
        return (
            func.coalesce(Document.doc_prefix, "").label("k1"),
            func.coalesce(Document.doc_year, 0).label("k2"),
            func.coalesce(Document.doc_seq, 0).label("k3"),
        )
    if sort == "unit":
        return (UnitVersion.name.label("k1"),)
    # Newest first: days before a day far off rise as days fall. Without a day: last.
    return ((date(9999, 12, 31) - func.coalesce(Document.issued_on, date(1, 1, 1))).label("k1"),)
