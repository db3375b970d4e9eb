"""A whole 三定规定 dated before replies that are confirmed already: they are applied again, on top of it (R44).

What a version said stays as it was confirmed. Each later reply becomes a further version, with the new document (or
the reply before it) as its base; the one that it takes the place of never held any more. What persons had corrected in
a reply goes along where it fits; where it doesn't, that is named before anybody confirms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range

from basic_info.documents.models import Document
from basic_info.mandates.addressee import for_unit
from basic_info.mandates.amending import amended, orders_of
from basic_info.mandates.clause_rows import tasks_of
from basic_info.mandates.effects import Effect, effects_of, in_full, unheard
from basic_info.mandates.errors import DutiesWithoutPlace, NeedsRebase
from basic_info.mandates.handed_models import HandedOrder
from basic_info.mandates.models import FieldKind, Mandate, MandateClause, MandateState, MandateStyle
from basic_info.mandates.parts import TABLES, Parts, Row, copied_parts, keep_parts
from basic_info.mandates.placing import require_place
from basic_info.mandates.previewing import parsed_again, preview_of
from basic_info.mandates.reapplying import identities, identity
from basic_info.mandates.regrouping import is_section, section_key, with_tasks
from basic_info.mandates.replies import reply_of
from basic_info.mandates.timeline import versions_held
from basic_info.mandates.wording import same_words
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db

_PARTS = {"field": "fields", "clause": "clauses", "quota": "quotas", "leader": "leaders"}


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


@dataclass
class _Mending:
    """Rows of a reply read anew while a person's corrections go along."""

    rows: list[Row]
    looks: list[str] = field(default_factory=list)


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
    before, found = copied_parts(mandate), list[Reapplied]()
    for one in replies_behind(mandate):
        found.append(_reapplied(one, before, mandate))
        before = _as_base(found[-1].rows, one.document_id)
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
    for table, part in _PARTS.items():
        mending = _mended(was, table, getattr(fresh, part))
        setattr(rows, part, mending.rows)
        looks += mending.looks
    after = _counting(rows)
    effects = effects_of(before, after, reply, orders_of(before, after, reply))
    known = preview_of(was)
    accepted = {(one.kind, one.subject, one.look) for one in known.effects} if known else set()
    title = parsed.title.value
    new = [one for one in effects if one.look and (one.kind, one.subject, one.look) not in accepted]
    silent = [one for one in unheard(reply, effects) if one not in title and (not known or one not in known.unheard)]
    looks += [f"{one.kind.label}“{one.subject}”：{one.look}" for one in new]
    looks += [f"没有体现为变化：{one}" for one in silent]
    return Reapplied(was, name, rows, tuple(in_full(effects, reply.words)), tuple(looks))


def _mended(was: Mandate, table: str, fresh: list[Row]) -> _Mending:
    """The rows read anew with what persons corrected in the version before."""
    found: Any = TABLES[table]
    rows = db.session.scalars(select(found).where(found.mandate_id == was.id).order_by(found.id)).all()
    mending = _Mending([_plain(row) for row in fresh])
    if table == "clause":
        _match_sections(mending.rows, rows)
    for one in rows:
        if one.corrected_by is not None:
            _carry(mending, one, was)
    return mending


def _plain(row: Row) -> Row:
    return {**row, "corrected_value": None, "corrected_by": None}


def _match_sections(rows: Iterable[Row], before: Iterable[MandateClause]) -> None:
    """The sections that a person matched to bodies stay theirs."""
    known = {
        section_key({"extracted_value": one.value}): one.section_id
        for one in before
        if one.is_section and one.section_id and not one.is_removed
    }
    for row in rows:
        if is_section(row) and row["section_id"] is None:
            row["section_id"] = known.get(section_key(row))


def _carry(mending: _Mending, one: Any, was: Mandate) -> None:
    known = identities(one) if one.extracted_value else ()
    at = next((place for place, row in enumerate(mending.rows) if identity(row) in known), None)
    is_own = one.origin_document_id in (None, was.document_id)
    if at is not None:
        row, look = _corrected(mending.rows[at], one)
        mending.rows[at] = row
    elif one.is_removed or (not is_own and one.corrected_value is None):
        return
    else:
        look = "" if not one.extracted_value else "本版里没有对应的内容，" + ("按原样保留" if is_own else "没有带入")
        if is_own:
            mending.rows.append(_as_it_was(one))
    if look:
        mending.looks.append(f"“{_name(one)}”由人修改过：{look}，请核对")


def _corrected(row: Row, one: Any) -> tuple[Row, str]:
    """The row with the person's correction, and what of it doesn't fit what was read anew."""
    seen = {**row, "corrected_by": one.corrected_by, "is_removed": one.is_removed}
    read, was_read, value = row["extracted_value"], one.extracted_value, one.corrected_value
    if value is None:
        return seen, ""
    if "tasks" in value and "tasks" in read:
        tasks = _tasks_carried(tasks_of(read), tasks_of(was_read), tasks_of(value))
        changed = with_tasks({**value, "name": value["name"]}, tasks) if tasks != tasks_of(value) else value
        look = (
            ""
            if set(map(same_words, tasks_of(read))) == set(map(same_words, tasks_of(was_read)))
            else ("本版里它的职责不同，增删的几项已照样套用")
        )
        return _showing({**seen, "corrected_value": changed}, changed), look
    look = ""
    if "count" in value and read.get("count") != was_read.get("count"):
        was_count, now = was_read.get("count"), read.get("count")
        look = f"原来读为 {was_count} 名、改为 {value['count']} 名，本版上读为 {now} 名，沿用改后的"
    return _showing({**seen, "corrected_value": value}, value), look


def _tasks_carried(read: list[str], was_read: list[str], value: list[str]) -> list[str]:
    """The tasks read anew without those that the person took out, with those that the person put in."""
    had, has = set(map(same_words, was_read)), set(map(same_words, value))
    kept = [task for task in read if same_words(task) not in had - has]
    there = set(map(same_words, kept))
    return [*kept, *(task for task in value if same_words(task) not in had | there)]


def _showing(row: Row, value: Row) -> Row:
    """The columns that other parts read say what counts."""
    if "clause_kind" in row:
        row["text"] = f"{value['name']}。{value['text']}" if "name" in value else value["text"]
    row.update(
        {
            name: value[name]
            for name in ("kind", "count", "title", "rank", "holds_quota")
            if name in row and name in value
        }
    )
    return row


def _as_it_was(one: Any) -> Row:
    """A row that no reading states, as the person left it."""
    names = ("field_kind", "clause_kind", "mark", "text", "section_id", "kind", "count", "title", "rank", "holds_quota")
    facts = {name: getattr(one, name) for name in names if hasattr(type(one), name)}
    return {
        **facts,
        "extracted_value": one.extracted_value,
        "corrected_value": one.corrected_value,
        "corrected_by": one.corrected_by,
        "source_snippet": one.source_snippet,
        "confidence": one.confidence,
        "is_removed": one.is_removed,
        "origin_document_id": None,
    }


def _name(one: Any) -> str:
    value = one.value
    return str(value.get("name") or value.get("title") or value.get("kind") or value.get("text") or value.get("value"))[
        :40
    ]


def _counting(parts: Parts) -> Parts:
    """What counts of the rows: a person's value where there is one."""
    return Parts(*([_value(row) for row in rows if not row["is_removed"]] for rows in vars(parts).values()))


def _value(row: Row) -> Row:
    value = row["corrected_value"] or row["extracted_value"]
    return {**row, "extracted_value": value, "is_seen": row["corrected_by"] is not None}


def _as_base(parts: Parts, document_id: int) -> Parts:
    """The rows that count, as those of the base of the next reply."""
    names = ("corrected_value", "corrected_by", "is_seen", "delta", "sort_no")
    return Parts(
        *(
            [
                {
                    **{name: fact for name, fact in row.items() if name not in names},
                    "confidence": row["confidence"].HIGH,
                    "origin_document_id": row["origin_document_id"] or document_id,
                }
                for row in rows
            ]
            for rows in vars(_counting(parts)).values()
        )
    )


def _next_version(mandate: Mandate, one: Reapplied, base: Mandate, actor: Actor) -> Mandate:
    was, days, state = one.was, one.was.valid, one.was.mandate_state
    was.valid, was.mandate_state = Range(empty=True), MandateState.SUPERSEDED
    db.session.flush()  # two versions may not meet, not even for a statement
    last = db.session.scalar(select(func.max(Mandate.version_no)).where(Mandate.unit_id == was.unit_id)) or 0
    counting = _counting(one.rows).fields
    made = Mandate(
        unit_id=was.unit_id,
        version_no=last + 1,
        style=was.style,
        document_id=was.document_id,
        source_text=was.source_text,
        decided_orders=was.decided_orders,
        mandate_state=state,
        valid=days,
        rank=next((row["extracted_value"]["value"] for row in counting if row["field_kind"] is FieldKind.RANK), None)
        or None,
        plates=[row["extracted_value"]["value"] for row in counting if row["field_kind"] is FieldKind.PLATE],
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
