"""Corrections: a person mends what was read, adds what was missed, takes out what is wrong (R43).

The parser's value is never overwritten; the correction stands beside it and counts. Every change of a row names the
version of the row that the person saw, and puts the person among those who may not confirm.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.documents.matching import section_names
from basic_info.documents.models import Document
from basic_info.mandates.errors import ChangedMeanwhile, NotOpen
from basic_info.mandates.models import (
    ClauseKind,
    Confidence,
    FieldKind,
    Mandate,
    MandateClause,
    MandateField,
    MandateLeader,
    MandateQuota,
    MandateState,
    Reading,
)
from basic_info.mandates.parsing.heading import read_number
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused
from host.kernel.pages import today_in_china

AnyReading = MandateField | MandateClause | MandateQuota | MandateLeader
_OPEN = (MandateState.PENDING_REVIEW, MandateState.RETURNED)
#: What a document says once; a plate may be said several times or not at all.
_ONCE = frozenset(FieldKind) - {FieldKind.PLATE}


def correct_reading(
    mandate: Mandate, reading: AnyReading, value: dict[str, Any], *, version: int, actor: Actor
) -> AnyReading:
    """Put a person's value beside the parser's; ``value`` has the keys of the row's kind.

    ``version`` is the row's ``lock_version`` on the person's screen. Raises NotOpen, ChangedMeanwhile, Refused (a
    document number or day that is none), NotPermitted.
    """
    before = _begin(mandate, reading, version, actor)
    reading.corrected_value = None if value == reading.extracted_value else value
    _show(mandate, reading)
    _end(mandate, reading, actor, action="corrected", before=before, after=value)
    return reading


def add_reading(mandate: Mandate, reading: AnyReading, value: dict[str, Any], *, actor: Actor) -> AnyReading:
    """Add what the parser missed; ``reading`` is a new row of its kind. Raises NotOpen, Refused, NotPermitted."""
    require_open(mandate, actor)
    reading.mandate_id, reading.extracted_value, reading.corrected_value = mandate.id, {}, value
    reading.confidence, reading.lock_version = Confidence.HIGH, 0
    if isinstance(reading, MandateClause):
        _place(mandate, reading, value)
    _show(mandate, reading)
    db.session.add(reading)
    _end(mandate, reading, actor, action="added", before={}, after=value)
    return reading


def remove_reading(mandate: Mandate, reading: AnyReading, *, version: int, actor: Actor) -> AnyReading:
    """Take a wrong row out; it stays visible and can be restored. Raises as correct_reading does."""
    return _take(mandate, reading, True, version=version, actor=actor)


def restore_reading(mandate: Mandate, reading: AnyReading, *, version: int, actor: Actor) -> AnyReading:
    """Put a row back that was taken out. Raises as correct_reading does."""
    return _take(mandate, reading, False, version=version, actor=actor)


def accept_reading(mandate: Mandate, reading: AnyReading, *, version: int, actor: Actor) -> AnyReading:
    """Somebody looked at a doubtful row and found it right: it leaves the list of those to check."""
    before = _begin(mandate, reading, version, actor)
    _end(mandate, reading, actor, action="checked", before=before, after=reading.value)
    return reading


def _take(mandate: Mandate, reading: AnyReading, out: bool, *, version: int, actor: Actor) -> AnyReading:
    if isinstance(reading, MandateField) and reading.field_kind in _ONCE:
        raise Refused("这一项不能删除，可以改为空")
    before = _begin(mandate, reading, version, actor)
    reading.is_removed = out
    _show(mandate, reading)
    _end(mandate, reading, actor, action="removed" if out else "restored", before=before, after=reading.value)
    return reading


def _begin(mandate: Mandate, reading: Reading, version: int, actor: Actor) -> dict[str, Any]:
    """Lock the version, then see whether the row is still the one on the screen; its value before."""
    require_open(mandate, actor)
    db.session.refresh(reading, with_for_update=True)
    if reading.lock_version != version:
        raise ChangedMeanwhile
    return reading.value


def require_open(mandate: Mandate, actor: Actor) -> None:
    if actor.account_id is None:
        raise NotPermitted("“三定”规定须由登录人员修改")
    db.session.refresh(mandate, with_for_update=True)
    if mandate.mandate_state not in _OPEN:
        raise NotOpen


def _end(
    mandate: Mandate, reading: AnyReading, actor: Actor, *, action: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    account = actor.account_id
    assert account is not None  # require_open refuses whoever has none
    reading.corrected_by, reading.lock_version = account, reading.lock_version + 1
    mandate.corrected_by = sorted({*mandate.corrected_by, account})
    mandate.revision += 1
    db.session.flush()
    if isinstance(reading, MandateField):
        restate(mandate)
    record_change(reading, action=f"{reading.__tablename__}.{action}", actor=actor, before=before, after=after)


def _place(mandate: Mandate, clause: MandateClause, value: dict[str, Any]) -> None:
    """An added clause stands behind the last of its kind; a duty counts on from the last one."""
    rows = (MandateClause.mandate_id == mandate.id,)
    last = select(func.max(MandateClause.sort_no)).where(*rows, MandateClause.clause_kind == clause.clause_kind)
    clause.sort_no = (
        db.session.scalar(last) or db.session.scalar(select(func.max(MandateClause.sort_no)).where(*rows)) or 1
    )
    if clause.clause_kind in (ClauseKind.DUTY, ClauseKind.CATCH_ALL):
        stated = db.session.scalars(select(MandateClause).where(*rows)).all()
        value["no"] = max((int(one.value.get("no", 0)) for one in stated), default=0) + 1


def _show(mandate: Mandate, reading: AnyReading) -> None:
    """The columns that other parts read say what counts now."""
    value = reading.value
    if isinstance(reading, MandateClause):
        _show_clause(mandate, reading)
    elif isinstance(reading, MandateQuota):
        reading.kind, reading.count = value["kind"], value["count"]
    elif isinstance(reading, MandateLeader):
        reading.title, reading.rank = value["title"], value["rank"]
        reading.count, reading.holds_quota = value["count"], value["holds_quota"]


def _show_clause(mandate: Mandate, clause: MandateClause) -> None:
    value = clause.value
    if kind := ClauseKind.of_word(str(value.get("kind", ""))):
        clause.clause_kind = kind
    clause.text = f"{value['name']}。{value['text']}" if "name" in value else value["text"]
    if "name" in value and clause.section_id is None:
        names = section_names(mandate.unit_id, today_in_china())
        clause.section_id = names.find(value["name"], *value["plates"])


def restate(mandate: Mandate) -> None:
    """Rank, plates, first day and the document's own columns follow the fields."""
    fields = db.session.scalars(
        select(MandateField)
        .where(MandateField.mandate_id == mandate.id, MandateField.is_removed.is_(False))
        .order_by(MandateField.id)
    ).all()
    value = {one.field_kind: str(one.value.get("value") or "").strip() for one in fields}
    mandate.rank = value.get(FieldKind.RANK) or None
    mandate.plates = [one.value["value"] for one in fields if one.field_kind is FieldKind.PLATE]
    if since := value.get(FieldKind.EFFECTIVE_ON):
        mandate.valid = Range(date.fromisoformat(since), None)
    document = db.session.get(Document, mandate.document_id)
    if document is None:
        raise NotFound
    if mandate.base_id is None:  # the title of what an amendment changed is not the reply's own
        document.title = value.get(FieldKind.TITLE) or document.title
    _number(document, value.get(FieldKind.DOC_NO, ""))
    db.session.flush()


def _number(document: Document, text: str) -> None:
    number = read_number(text) if text else None
    if text and number is None:
        raise Refused("文号格式应为“前缀〔年份〕号数号”，如 寻办通〔2019〕23号")
    document.doc_no = number.text if number else None
    document.doc_prefix = number.prefix if number else None
    document.doc_year, document.doc_seq = (number.year, number.number) if number else (None, None)
