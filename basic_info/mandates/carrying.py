"""Links over a change of versions: what is said in the same words keeps them, the rest is looked at again (R46)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_new
from sqlalchemy.orm import aliased

from basic_info.duties.models import (
    DutyLink,
    LinkReview,
    LinkState,
    ReviewState,
    SectionDuty,
    UnitFunction,
)
from basic_info.duties.pairs import Candidates
from basic_info.duties.similarity import likest
from basic_info.mandates.applying import Applied
from basic_info.mandates.errors import AlreadyDecided
from basic_info.mandates.models import Mandate
from basic_info.mandates.wording import same_words
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused

#: From here two texts mean the same with other words, and the new one is proposed as the successor.
SUCCESSOR_SCORE = 0.3
_ENDS = ("function_id", "section_duty_id")


@dataclass(frozen=True)
class Carried:
    """How many links went on with a duty that moved in the same words, and how many a person has to look at."""

    went_on: int = 0
    to_look_at: int = 0


@dataclass(frozen=True)
class Successor:
    """The likest thing in force for something that ended."""

    id: int
    score: float


def carry_links(mandate: Mandate, applied: Applied) -> Carried:
    """Take links over to duties that another section has in the same words now; ask about the others (R46).

    A confirmed link that lost an end is noted, and proposed anew where a text means the same.
    """
    functions, duties = (
        _still_ended(UnitFunction, applied.ended_functions),
        _still_ended(SectionDuty, applied.ended_duties),
    )
    if not functions and not duties:
        return Carried()
    after = {
        "function_id": _successors(UnitFunction, functions, mandate.unit_id),
        "section_duty_id": _successors(SectionDuty, duties, mandate.unit_id),
    }
    torn = _torn(functions, duties)
    gone_on = _take_over(mandate, torn, functions, _moved(mandate.unit_id, duties))
    torn = [link for link in torn if link.id not in gone_on]
    rows = [_review(mandate, link, after, gone={"function_id": functions, "section_duty_id": duties}) for link in torn]
    if rows:
        db.session.execute(insert_new(LinkReview).on_conflict_do_nothing(), rows)
        _propose(torn, rows)
    return Carried(len(gone_on), len(rows))


def keep_link(review: LinkReview, *, function_id: int | None, section_duty_id: int | None, actor: Actor) -> LinkReview:
    """The link goes on at the things named: where an end ended, at its successor. The old one stays as history.

    Raises AlreadyDecided, Refused (an end has no successor), NotFound (a thing of another unit), NotPermitted.
    """
    link = _open(review, actor)
    ends = _ends_of(link) | {
        name: chosen
        for name, chosen in (("function_id", function_id), ("section_duty_id", section_duty_id))
        if chosen is not None and getattr(link, name) is not None
    }
    _require_in_force(ends, review.unit_id)
    row = {**ends, "unit_id": review.unit_id, "link_state": LinkState.CONFIRMED, **_by(actor)}
    kept = insert_new(DutyLink).values(row)
    db.session.execute(
        kept.on_conflict_do_update(index_elements=_PAIR, set_={"link_state": LinkState.CONFIRMED, **_by(actor)})
    )
    return _decide(review, ReviewState.KEPT, actor, after=ends)


def drop_link(review: LinkReview, *, actor: Actor) -> LinkReview:
    """The link does not go on; what was proposed in its place is refused. Raises AlreadyDecided, NotPermitted."""
    link = _open(review, actor)
    ends = _ends_of(link) | {name: getattr(review, name) for name in _ENDS if getattr(review, name) is not None}
    if ends != _ends_of(link):
        refused = insert_new(DutyLink).values(
            {**ends, "unit_id": review.unit_id, "link_state": LinkState.REJECTED, **_by(actor)}
        )
        db.session.execute(
            refused.on_conflict_do_update(
                index_elements=_PAIR,
                set_={"link_state": LinkState.REJECTED, **_by(actor)},
                where=DutyLink.link_state == LinkState.PROPOSED,
            )
        )
    return _decide(review, ReviewState.DROPPED, actor, after={})


#: The unique pair, as the index of ``DutyLink`` has it.
_COLUMNS = ("clause_id", "item_id", "step_id", "function_id", "section_duty_id", "post_duty_id")
_PAIR = [func.coalesce(getattr(DutyLink, name), 0) for name in _COLUMNS]


def _open(review: LinkReview, actor: Actor) -> DutyLink:
    if actor.account_id is None:
        raise NotPermitted("衔接关系须由登录人员核对")
    db.session.refresh(review, with_for_update=True)
    if review.review_state is not ReviewState.OPEN:
        raise AlreadyDecided
    link = db.session.get(DutyLink, review.link_id)
    if link is None:
        raise NotFound
    return link


def _decide(review: LinkReview, state: ReviewState, actor: Actor, *, after: dict[str, Any]) -> LinkReview:
    review.review_state, review.decided_by, review.decided_at = state, actor.account_id, datetime.now(UTC)
    db.session.flush()
    record_change(
        review,
        action=f"link_review.{state.value}",
        actor=actor,
        before={"link_id": review.link_id, "review_state": ReviewState.OPEN},
        after={"review_state": state, **after},
    )
    return review


def _by(actor: Actor) -> dict[str, Any]:
    return {"decided_by": actor.account_id, "decided_at": datetime.now(UTC)}


def _ends_of(link: DutyLink) -> dict[str, int]:
    return {name: getattr(link, name) for name in _COLUMNS if getattr(link, name) is not None}


def _require_in_force(ends: dict[str, int], unit_id: int) -> None:
    for name, table in (("function_id", UnitFunction), ("section_duty_id", SectionDuty)):
        if name not in ends:
            continue
        thing: Any = db.session.get(table, ends[name])
        if thing is None or thing.unit_id != unit_id:
            raise NotFound
        if thing.valid.isempty or thing.valid.upper is not None:
            raise Refused("原来的一端已停止，请先选定改接到哪一项")


def _still_ended(table: Any, ids: Sequence[int]) -> dict[int, str]:
    """The texts of those that have an end, by id."""
    rows = db.session.execute(
        select(table.id, table.text).where(table.id.in_(ids), ~func.coalesce(func.upper_inf(table.valid), False))
    ).all()
    return {row.id: row.text for row in rows}


def _successors(table: Any, ended: dict[int, str], unit_id: int) -> dict[int, Successor]:
    """For each text that ended the likest in force, where one is like enough."""
    if not ended:
        return {}
    now = db.session.execute(
        select(table.id, table.text).where(table.unit_id == unit_id, func.upper_inf(table.valid)).order_by(table.id)
    ).all()
    found = likest(list(ended.values()), Candidates([row.text for row in now]), count=1, least=SUCCESSOR_SCORE)
    return {
        thing_id: Successor(now[best[0][0]].id, best[0][1]) for thing_id, best in zip(ended, found, strict=True) if best
    }


def _moved(unit_id: int, ended: Collection[int]) -> dict[int, int]:
    """The duty in force, by the one that ended, that another section has in the same words from that very day on."""
    old, new = aliased(SectionDuty), aliased(SectionDuty)
    pairs = db.session.execute(
        select(old.id.label("before"), old.text.label("was"), new.id.label("after"), new.text.label("is_now"))
        .join(new, (new.unit_id == old.unit_id) & (func.lower(new.valid) == func.upper(old.valid)))
        .where(old.id.in_(ended), old.unit_id == unit_id, new.section_id != old.section_id, func.upper_inf(new.valid))
    ).all()
    found: dict[int, list[int]] = {}
    for pair in pairs:
        if same_words(pair.was) == same_words(pair.is_now):
            found.setdefault(pair.before, []).append(pair.after)
    # In two sections at once: somebody has to say which of them the link means.
    return {before: after[0] for before, after in found.items() if len(after) == 1}


def _take_over(
    mandate: Mandate, torn: Sequence[DutyLink], functions: Collection[int], moved: dict[int, int]
) -> set[int]:
    """Confirm the links of duties that moved at the new place, as who confirmed the version; their ids.

    Not those to a duty of a post: the post stays in its section. What a person refused there stays refused.
    """
    going = [
        (link, moved[link.section_duty_id])
        for link in torn
        if link.section_duty_id in moved and link.function_id not in functions and link.post_duty_id is None
    ]
    if not going:
        return set()
    decision = {
        "link_state": LinkState.CONFIRMED,
        "decided_by": mandate.confirmed_by,
        "decided_at": mandate.confirmed_at,
    }
    rows = [
        {
            **{name: getattr(link, name) for name in _COLUMNS},
            "section_duty_id": place,
            "unit_id": link.unit_id,
            **decision,
        }
        for link, place in going
    ]
    db.session.execute(
        insert_new(DutyLink).on_conflict_do_update(
            index_elements=_PAIR, set_=decision, where=DutyLink.link_state == LinkState.PROPOSED
        ),
        rows,
    )
    return {link.id for link, _ in going}


def _torn(functions: dict[int, str], duties: dict[int, str]) -> Sequence[DutyLink]:
    """Confirmed links of what ended; a clause's own link to its function needs nobody's look."""
    return db.session.scalars(
        select(DutyLink)
        .where(
            DutyLink.link_state == LinkState.CONFIRMED,
            DutyLink.clause_id.is_(None),
            or_(DutyLink.function_id.in_(functions), DutyLink.section_duty_id.in_(duties)),
        )
        .order_by(DutyLink.id)
    ).all()


def _review(
    mandate: Mandate, link: DutyLink, after: dict[str, dict[int, Successor]], *, gone: dict[str, dict[int, str]]
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "unit_id": link.unit_id,
        "mandate_id": mandate.id,
        "link_id": link.id,
        "review_state": ReviewState.OPEN,
    }
    lost = [name for name in _ENDS if getattr(link, name) in gone[name]]
    scores = []
    for name in _ENDS:
        found = after[name].get(getattr(link, name)) if name in lost else None
        row[name] = found.id if found else None
        scores += [found.score] if found else []
    row["score"] = min(scores) if scores and len(scores) == len(lost) else None
    return row


def _propose(torn: Sequence[DutyLink], rows: Sequence[dict[str, Any]]) -> None:
    """Pairs in which every lost end has a successor are proposals like any other; decided ones stay."""
    pairs = [
        {
            **{name: getattr(link, name) for name in _COLUMNS},
            **{name: row[name] for name in _ENDS if row[name] is not None},
            "unit_id": link.unit_id,
            "link_state": LinkState.PROPOSED,
            "score": row["score"],
        }
        for link, row in zip(torn, rows, strict=True)
        if row["score"] is not None
    ]
    if pairs:
        db.session.execute(insert_new(DutyLink).on_conflict_do_nothing(), pairs)


def open_reviews(unit_id: int) -> int:
    """How many links of a unit wait to be looked at."""
    found = select(func.count()).where(LinkReview.unit_id == unit_id, LinkReview.review_state == ReviewState.OPEN)
    return db.session.scalar(found) or 0
