"""A whole 三定规定 dated before replies that are confirmed already: they are applied again, on top of it (R44).

What a version said stays as it was confirmed. Each later reply becomes a further version, with the new document (or
the reply before it) as its base; the one that it takes the place of never held any more. What persons had corrected in
a reply goes along where it fits; where it doesn't, that is named before anybody confirms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range

from basic_info.documents.models import Document
from basic_info.mandates.addressee import for_unit
from basic_info.mandates.amending import amended, orders_of
from basic_info.mandates.effects import Effect, effects_of
from basic_info.mandates.errors import DutiesWithoutPlace, NeedsRebase
from basic_info.mandates.handed_models import HandedOrder
from basic_info.mandates.hearing import in_full, unheard
from basic_info.mandates.mending import PARTS, as_base, counting, mended_rows
from basic_info.mandates.models import FieldKind, Mandate, MandateState, MandateStyle
from basic_info.mandates.parts import Parts, copied_parts, keep_parts
from basic_info.mandates.placing import require_place
from basic_info.mandates.previewing import parsed_again, preview_of
from basic_info.mandates.replies import reply_of
from basic_info.mandates.timeline import versions_held
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db


@dataclass
class Reapplied:
    """A later reply on top of the new document. ``fits``: its changes; ``looks``: what a person has to look at.

    ``rows``: those of its next version, with those taken out.
    """

    was: Mandate
    paper: str
    rows: Parts
    fits: tuple[Effect, ...] = ()
    looks: tuple[str, ...] = ()

    @property
    def to_look_at(self) -> int:
        return len(self.looks)


def replies_behind(mandate: Mandate) -> list[Mandate]:
    """The confirmed replies that a whole document, waiting for review, would come before, in their order."""
    since = mandate.valid.lower
    if (
        since is None
        or mandate.style is MandateStyle.AMENDMENT
        or mandate.mandate_state is not MandateState.PENDING_REVIEW
    ):
        return []
    later = (one for one in versions_held(mandate.unit_id) if one.valid.lower is not None and one.valid.lower > since)
    return list(takewhile(lambda one: one.style is MandateStyle.AMENDMENT, later))


def reapplied_on(mandate: Mandate) -> list[Reapplied]:
    """The replies behind a document as they would be on it, one after the other; nothing is written.

    Raises NeedsRebase where the words of one cannot be read any more.
    """
    later, found = replies_behind(mandate), list[Reapplied]()
    before = copied_parts(mandate) if later else Parts()
    for one in later:
        found.append(_reapplied(one, before, mandate))
        before = as_base(found[-1].rows, one.document_id)
    return found


def seen_of(replies: Iterable[Reapplied]) -> str:
    """What names the replies on the page of who confirms."""
    return "-".join(str(one.was.id) for one in replies)


def put_on_top(mandate: Mandate, replies: Sequence[Reapplied], *, actor: Actor) -> list[Mandate]:
    """Write the next versions of the replies, in force for their days; those that they replace end unheld.

    The document itself has its days already. Raises DutiesWithoutPlace, naming the reply.
    """
    made, base = list[Mandate](), mandate
    for one in replies:
        base = _next_version(mandate, one, base, actor)
        made.append(base)
    return made


def _reapplied(was: Mandate, before: Parts, mandate: Mandate) -> Reapplied:
    parsed = parsed_again(was)
    paper = db.session.get_one(Document, was.document_id)
    name = paper.doc_no or paper.title
    if parsed is None:
        raise NeedsRebase(
            f"生效日期早于已确认的第 {was.version_no} 版（{name}），"
            "而那份批复的原文现在读不出来，不能在本版上重新套用；请核对本文件的施行日期，确需早于它的，先把那份批复作为新文件重新导入并确认"
        )
    reply = reply_of(for_unit(parsed, was.unit_id), unit_id=was.unit_id, words=was.source_text)
    fresh = amended(before, reply)
    looks = list[str]()
    rows = Parts()
    for table, part in PARTS.items():
        mending = mended_rows(was, table, getattr(fresh, part))
        setattr(rows, part, mending.rows)
        looks += mending.looks
    after = counting(rows)
    effects = effects_of(before, after, reply, orders_of(before, after, reply))
    known = preview_of(was)
    accepted = {(one.kind, one.subject, one.look) for one in known.effects} if known else set()
    title = parsed.title.value
    new = [one for one in effects if one.look and (one.kind, one.subject, one.look) not in accepted]
    silent = [one for one in unheard(reply, effects) if one not in title and (not known or one not in known.unheard)]
    looks += [f"{one.kind.label}“{one.subject}”：{one.look}" for one in new]
    looks += [f"没有体现为变化：{one}" for one in silent]
    return Reapplied(was, name, rows, tuple(in_full(effects, reply.words)), tuple(looks))


def _next_version(mandate: Mandate, one: Reapplied, base: Mandate, actor: Actor) -> Mandate:
    was, days, state = one.was, one.was.valid, one.was.mandate_state
    was.valid, was.mandate_state = Range(empty=True), MandateState.SUPERSEDED
    db.session.flush()  # two versions may not meet, not even for a statement
    last = db.session.scalar(select(func.max(Mandate.version_no)).where(Mandate.unit_id == was.unit_id)) or 0
    fields = counting(one.rows).fields
    made = Mandate(
        unit_id=was.unit_id,
        version_no=last + 1,
        style=was.style,
        document_id=was.document_id,
        source_text=was.source_text,
        decided_orders=was.decided_orders,
        mandate_state=state,
        valid=days,
        rank=next((row["extracted_value"]["value"] for row in fields if row["field_kind"] is FieldKind.RANK), None)
        or None,
        plates=[row["extracted_value"]["value"] for row in fields if row["field_kind"] is FieldKind.PLATE],
        imported_by=mandate.imported_by,
        corrected_by=mandate.corrected_by,
        confirmed_by=actor.account_id,
        confirmed_at=datetime.now(UTC),
        base_id=base.id,
        rebased_from_id=was.id,
    )
    db.session.add(made)
    db.session.flush()  # the parts need its id
    keep_parts(made.id, one.rows)
    for column in (HandedOrder.mandate_id, HandedOrder.draft_id):
        db.session.execute(update(HandedOrder).where(column == was.id).values({column.key: made.id}))
    try:
        require_place(made)
    except DutiesWithoutPlace as refused:
        raise DutiesWithoutPlace(f"第 {was.version_no} 版（{one.paper}）在本版上重新套用后：{refused}") from None
    record_change(
        made,
        action="mandate.reapplied",
        actor=actor,
        before={"mandate_id": was.id, "version_no": was.version_no, "base_id": was.base_id},
        after={"version_no": made.version_no, "base_id": base.id, "to_look_at": list(one.looks)},
    )
    return made
