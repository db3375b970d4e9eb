"""Writes of mandates: a document comes in, a second person confirms or returns it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Select, func, insert, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.documents.matching import section_names
from basic_info.documents.models import Document
from basic_info.mandates.applying import apply_mandate
from basic_info.mandates.clause_rows import ClauseRow, clause_rows
from basic_info.mandates.errors import AlreadyPending, NotPending, OlderThanInForce, SamePerson
from basic_info.mandates.models import (
    Mandate,
    MandateClause,
    MandateLeader,
    MandateQuota,
    MandateState,
    MandateStyle,
)
from basic_info.mandates.parsing import ParsedMandate
from basic_info.organization.models import Section, Unit
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused
from host.kernel.pages import CHINA_TIME

_STYLES = {style.value: style for style in MandateStyle}


def import_mandate(
    parsed: ParsedMandate, *, unit_id: int, source_text: str, file_id: int | None, actor: Actor, on: date
) -> Mandate:
    """Keep a parsed mandate as the unit's next version, waiting for review; nothing of it is in force yet (R43).

    ``on`` is the day from which it holds when the document names none. Raises AlreadyPending, NotFound.
    """
    _lock_unit(unit_id)
    if db.session.scalar(_in_state(unit_id, MandateState.PENDING_REVIEW)):
        raise AlreadyPending
    since = parsed.effective_on.value or on
    last = db.session.scalar(select(func.max(Mandate.version_no)).where(Mandate.unit_id == unit_id))
    mandate = Mandate(
        unit_id=unit_id,
        version_no=(last or 0) + 1,
        style=_STYLES[parsed.style.value.value],
        document_id=_document(parsed, unit_id, file_id, actor).id,
        source_text=source_text,
        rank=parsed.rank.value,
        plates=[plate.name for plate in parsed.plates],
        mandate_state=MandateState.PENDING_REVIEW,
        valid=Range(since, None),
        imported_by=actor.account_id,
    )
    db.session.add(mandate)
    db.session.flush()  # the parts need its id
    # Sections as the register has them today: it may begin later than the document.
    rows = clause_rows(parsed, section_names(unit_id, datetime.now(CHINA_TIME).date()))
    _keep_parts(mandate.id, parsed, rows)
    record_change(
        mandate,
        action="mandate.imported",
        actor=actor,
        after={"unit_id": unit_id, "version_no": mandate.version_no, "from": since, "clauses": len(rows)},
    )
    return mandate


def confirm_mandate(mandate: Mandate, *, actor: Actor) -> Mandate:
    """A second person puts the version in force: it supersedes the one before and gives functions and duties.

    Raises NotPending, SamePerson, OlderThanInForce, NotPermitted (the platform itself cannot confirm).
    """
    _lock_unit(mandate.unit_id)
    db.session.refresh(mandate, with_for_update=True)
    if mandate.mandate_state is not MandateState.PENDING_REVIEW:
        raise NotPending
    if actor.account_id is None:
        raise NotPermitted("“三定”规定须由登录人员确认")
    if actor.account_id == mandate.imported_by:
        raise SamePerson
    since = _first_day(mandate)
    _supersede(mandate.unit_id, since)
    mandate.mandate_state = MandateState.CONFIRMED
    mandate.confirmed_by = actor.account_id
    mandate.confirmed_at = datetime.now(UTC)
    db.session.flush()  # the exclusion constraint speaks before functions are made
    made = apply_mandate(mandate, since, confirmed_by=actor.account_id)
    record_change(
        mandate,
        action="mandate.confirmed",
        actor=actor,
        before={"mandate_state": MandateState.PENDING_REVIEW},
        after={"mandate_state": MandateState.CONFIRMED, "functions": made.functions, "duties": made.section_duties},
    )
    return mandate


def return_mandate(mandate: Mandate, *, reason: str, actor: Actor) -> Mandate:
    """The reviewer sends the version back; a mended document comes in as a new one. Raises NotPending, Refused."""
    db.session.refresh(mandate, with_for_update=True)
    if mandate.mandate_state is not MandateState.PENDING_REVIEW:
        raise NotPending
    if not reason.strip():
        raise Refused("请填写退回原因")
    mandate.mandate_state = MandateState.RETURNED
    db.session.flush()
    record_change(
        mandate,
        action="mandate.returned",
        actor=actor,
        before={"mandate_state": MandateState.PENDING_REVIEW},
        after={"mandate_state": MandateState.RETURNED},
        reason=reason.strip(),
    )
    return mandate


def match_section(mandate: Mandate, clause: MandateClause, *, section_id: int, actor: Actor) -> MandateClause:
    """A person says which section of the register a section clause means. Raises NotPending, NotFound."""
    db.session.refresh(mandate, with_for_update=True)
    if mandate.mandate_state is not MandateState.PENDING_REVIEW:
        raise NotPending
    section = db.session.get(Section, section_id)
    if section is None or section.unit_id != mandate.unit_id or clause.mandate_id != mandate.id:
        raise NotFound
    before, clause.section_id = clause.section_id, section_id
    db.session.flush()
    record_change(
        clause,
        action="mandate_clause.matched",
        actor=actor,
        before={"section_id": before},
        after={"section_id": section_id},
    )
    return clause


def _lock_unit(unit_id: int) -> None:
    """Two imports of one unit wait for each other: version numbers and the one pending version are its own."""
    if db.session.scalar(select(Unit.id).where(Unit.id == unit_id).with_for_update()) is None:
        raise NotFound


def _document(parsed: ParsedMandate, unit_id: int, file_id: int | None, actor: Actor) -> Document:
    """The paper behind the mandate: the uploaded file's own row if there is one."""
    document = db.session.scalar(select(Document).where(Document.file_id == file_id)) if file_id else None
    if document is None:
        document = Document(file_id=file_id, created_by=actor.account_id)
        db.session.add(document)
    number = parsed.doc_no.value
    document.title = parsed.title.value
    document.unit_id = unit_id
    if number:
        document.doc_no, document.doc_prefix = number.text, number.prefix
        document.doc_year, document.doc_seq = number.year, number.number
    db.session.flush()  # the mandate needs its id
    return document


def _keep_parts(mandate_id: int, parsed: ParsedMandate, rows: list[ClauseRow]) -> None:
    _insert(
        MandateClause,
        [
            {
                "mandate_id": mandate_id,
                "clause_kind": row.kind,
                "sort_no": number,
                "mark": row.mark,
                "text": row.text,
                "extracted_value": row.value,
                "source_snippet": row.snippet,
                "confidence": row.confidence,
                "section_id": row.section_id,
            }
            for number, row in enumerate(rows, start=1)
        ],
    )
    _insert(
        MandateQuota,
        [
            {"mandate_id": mandate_id, "kind": quota.kind, "count": quota.count, "source_snippet": quota.snippet}
            for quota in parsed.quotas
        ],
    )
    _insert(
        MandateLeader,
        [
            {
                "mandate_id": mandate_id,
                "title": leader.title,
                "rank": leader.rank,
                "count": leader.count,
                "holds_quota": leader.holds_quota,
                "source_snippet": leader.snippet,
            }
            for leader in parsed.leaders
        ],
    )


def _insert(table: type[MandateClause | MandateQuota | MandateLeader], rows: list[dict[str, object]]) -> None:
    if rows:
        db.session.execute(insert(table), rows)


def _in_state(unit_id: int, state: MandateState) -> Select[Mandate]:
    """The version in a state of which a unit has one at most."""
    return select(Mandate).where(Mandate.unit_id == unit_id, Mandate.mandate_state == state)


def _supersede(unit_id: int, since: date) -> None:
    """End the version in force the day the new one begins."""
    before = db.session.scalar(_in_state(unit_id, MandateState.CONFIRMED).with_for_update())
    if before is None:
        return
    if _first_day(before) > since:
        raise OlderThanInForce
    before.mandate_state = MandateState.SUPERSEDED
    before.valid = Range(before.valid.lower, since)
    db.session.flush()  # two versions in force may not meet, not even for a statement


def _first_day(mandate: Mandate) -> date:
    assert mandate.valid.lower is not None  # import_mandate always gives one
    return mandate.valid.lower
