"""Writes of mandates: a document comes in, a second person confirms or returns it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.documents.models import Document
from basic_info.mandates.addressee import for_unit
from basic_info.mandates.amending import amended
from basic_info.mandates.applying import apply_mandates
from basic_info.mandates.carrying import carry_links
from basic_info.mandates.errors import (
    AlreadyPending,
    BaseChanged,
    ChangedMeanwhile,
    NoBase,
    NotPending,
    NotReturned,
    SamePerson,
)
from basic_info.mandates.models import FieldKind, Mandate, MandateClause, MandateState, MandateStyle
from basic_info.mandates.parsing import ParsedMandate
from basic_info.mandates.parts import Parts, copied_parts, keep_parts
from basic_info.mandates.placing import require_place
from basic_info.mandates.rebasing import put_on_top, reapplied_on, seen_of
from basic_info.mandates.replies import reply_of
from basic_info.mandates.subjects import issued_on, subject_words
from basic_info.mandates.timeline import take_place, version_on
from basic_info.organization.models import Section, Unit
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused

_STYLES = {style.value: style for style in MandateStyle}


def import_mandate(
    parsed: ParsedMandate, *, unit_id: int, source_text: str, file_id: int | None, actor: Actor, on: date
) -> Mandate:
    """Keep a parsed mandate as the unit's next version, waiting for review; nothing of it is in force yet (R43).

    ``on`` is the day from which it holds when the document names none. An amendment (变更批复) is kept together with
    what it leaves unchanged of the version that holds on its day; of one to several units only what is for this one.
    Raises AlreadyPending, NoBase, NotFound.
    """
    _lock_unit(unit_id)
    parsed = for_unit(parsed, unit_id)
    if db.session.scalar(_in_state(unit_id, MandateState.PENDING_REVIEW)):
        raise AlreadyPending
    document = _document(parsed, unit_id, file_id, actor, source_text)
    since = parsed.effective_on.value or document.issued_on or on
    reply = reply_of(parsed, unit_id=unit_id, words=source_text)
    parts, style, base = reply.stated, _STYLES[parsed.style.value.value], None
    if style is MandateStyle.AMENDMENT:
        base = _base_of(unit_id, since)
        parts = amended(copied_parts(base), reply)
    last = db.session.scalar(select(func.max(Mandate.version_no)).where(Mandate.unit_id == unit_id))
    mandate = Mandate(
        unit_id=unit_id,
        version_no=(last or 0) + 1,
        style=style,
        document_id=document.id,
        source_text=source_text,
        mandate_state=MandateState.PENDING_REVIEW,
        valid=Range(since, None),
        imported_by=actor.account_id,
        base_id=base.id if base else None,
    )
    _state_fields(mandate, parts)
    db.session.add(mandate)
    db.session.flush()  # the parts need its id
    keep_parts(mandate.id, parts)
    record_change(
        mandate,
        action="mandate.imported",
        actor=actor,
        after={"unit_id": unit_id, "version_no": mandate.version_no, "from": since, "clauses": len(parts.clauses)},
    )
    return mandate


def confirm_mandate(
    mandate: Mandate, *, revision: int | None = None, replies: str | None = None, actor: Actor
) -> Mandate:
    """A second person puts the version in force: it takes its days on the timeline and gives functions and duties.

    ``revision`` is the one that the person saw, ``replies`` (``seen_of``) the later ones that are applied again on top
    of a whole document. Links that lose an end wait to be looked at. Raises NotPending, SamePerson, ChangedMeanwhile,
    BaseChanged, DutiesWithoutPlace, NeedsRebase, NotPermitted (the platform itself cannot confirm).
    """
    _lock_unit(mandate.unit_id)
    db.session.refresh(mandate, with_for_update=True)
    if mandate.mandate_state is not MandateState.PENDING_REVIEW:
        raise NotPending
    if actor.account_id is None:
        raise NotPermitted("“三定”规定须由登录人员确认")
    if actor.account_id == mandate.imported_by or actor.account_id in mandate.corrected_by:
        raise SamePerson
    if revision is not None and revision != mandate.revision:
        raise ChangedMeanwhile("打开本页后内容又有修改，请重新核对后再确认")
    since = _first_day(mandate)
    if mandate.base_id is not None and mandate.base_id != _base_of(mandate.unit_id, since).id:
        raise BaseChanged
    require_place(mandate)
    later = reapplied_on(mandate)
    if replies is not None and replies != seen_of(later):
        raise ChangedMeanwhile("打开本页后又有别的批复确认，请核对重新套用的结果后再确认")
    mandate.confirmed_by = actor.account_id
    mandate.confirmed_at = datetime.now(UTC)
    take_place(mandate, since)
    db.session.flush()  # the exclusion constraint speaks before functions are made
    again = put_on_top(mandate, later, actor=actor)
    made = apply_mandates(mandate.unit_id, confirmed_by=actor.account_id)
    links = carry_links(mandate, made)
    record_change(
        mandate,
        action="mandate.confirmed",
        actor=actor,
        before={"mandate_state": MandateState.PENDING_REVIEW},
        after={
            "mandate_state": mandate.mandate_state,
            "functions": len(made.functions),
            "duties": len(made.section_duties),
            "links_carried_on": links.went_on,
            "links_to_look_at": links.to_look_at,
            **({"reapplied": [one.version_no for one in again]} if again else {}),
        },
    )
    return mandate


def resubmit_mandate(mandate: Mandate, *, actor: Actor) -> Mandate:
    """A returned version that was mended goes back to review. Raises NotReturned, AlreadyPending."""
    _lock_unit(mandate.unit_id)
    db.session.refresh(mandate, with_for_update=True)
    if mandate.mandate_state is not MandateState.RETURNED:
        raise NotReturned
    if db.session.scalar(_in_state(mandate.unit_id, MandateState.PENDING_REVIEW)):
        raise AlreadyPending
    mandate.mandate_state = MandateState.PENDING_REVIEW
    db.session.flush()
    record_change(
        mandate,
        action="mandate.resubmitted",
        actor=actor,
        before={"mandate_state": MandateState.RETURNED},
        after={"mandate_state": MandateState.PENDING_REVIEW},
    )
    return mandate


def return_mandate(mandate: Mandate, *, reason: str, actor: Actor) -> Mandate:
    """The reviewer sends the version back; a mended document comes in as a new one. Raises NotPending, Refused."""
    db.session.refresh(mandate, with_for_update=True)
    if mandate.mandate_state is not MandateState.PENDING_REVIEW:
        raise NotPending
    if not reason.strip():
        raise Refused("请填写退回原因")
    mandate.mandate_state, mandate.return_reason = MandateState.RETURNED, reason.strip()
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


def _document(parsed: ParsedMandate, unit_id: int, file_id: int | None, actor: Actor, words: str) -> Document:
    """The paper behind the mandate: the uploaded file's own row if there is one."""
    document = db.session.scalar(select(Document).where(Document.file_id == file_id)) if file_id else None
    if document is None:
        document = Document(file_id=file_id, created_by=actor.account_id)
        db.session.add(document)
    number = parsed.doc_no.value
    document.title = parsed.title.value
    document.unit_id = unit_id
    document.issued_on = issued_on(words)
    document.subject_words = subject_words(parsed, words if parsed.own_words is None else parsed.own_words)
    if number:
        document.doc_no, document.doc_prefix = number.text, number.prefix
        document.doc_year, document.doc_seq = number.year, number.number
    db.session.flush()  # the mandate needs its id
    return document


def _in_state(unit_id: int, state: MandateState) -> Select[Mandate]:
    """The version in a state of which a unit has one at most."""
    return select(Mandate).where(Mandate.unit_id == unit_id, Mandate.mandate_state == state)


def _base_of(unit_id: int, day: date) -> Mandate:
    """The version that an amendment of that day changes. Raises NoBase."""
    base = version_on(unit_id, day)
    if base is None:
        raise NoBase(f"{day:%Y-%m-%d} 该单位没有已确认的“三定”规定可以变更，请先导入并确认“三定”规定，再导入变更批复")
    return base


def _state_fields(mandate: Mandate, parts: Parts) -> None:
    """What the version says of itself, as rank and plates of the version."""
    values = [(row["field_kind"], row["extracted_value"]["value"]) for row in parts.fields]
    mandate.rank = next((value for kind, value in values if kind is FieldKind.RANK and value), None)
    mandate.plates = [value for kind, value in values if kind is FieldKind.PLATE]


def _first_day(mandate: Mandate) -> date:
    assert mandate.valid.lower is not None  # import_mandate always gives one
    return mandate.valid.lower
