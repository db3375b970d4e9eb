"""Writes of duties: post duties one by one or in bulk, and the links between layers that people draw and decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as insert_new

from basic_info.duties.errors import AlreadyDecided, NotNeighbours
from basic_info.duties.models import DutyLink, LinkState, PostDuty, Rhythm, SectionDuty
from basic_info.duties.thread import LINK_COLUMNS, PAIRS, Layer, unit_of
from basic_info.organization.models import Post, Section
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.copying import copy_rows
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused

#: Columns of a post duty that its draft has.
_COLUMNS = ("post_id", "section_id", "unit_id", "sort_no", "text", "rhythm", "measure_unit", "standard_minutes",
            "is_lead")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PostDutyDraft:
    """A post duty to be; ``section_duty_id`` is the section duty that it carries, linked as confirmed."""

    post_id: int
    section_id: int
    unit_id: int
    sort_no: int
    text: str
    rhythm: Rhythm = Rhythm.ON_DEMAND
    measure_unit: str = "项"
    standard_minutes: int | None = None
    is_lead: bool = False
    section_duty_id: int | None = None


def add_post_duty(
    post_id: int,
    *,
    text: str,
    rhythm: Rhythm,
    measure_unit: str,
    standard_minutes: int | None,
    section_duty_id: int | None,
    on: date,
    actor: Actor,
) -> PostDuty:
    """Give a post one more duty from ``on``. Raises NotFound, Refused."""
    place = db.session.execute(
        select(Post.section_id, Section.unit_id).join(Section, Section.id == Post.section_id).where(Post.id == post_id)
    ).one_or_none()
    if place is None:
        raise NotFound
    if section_duty_id is not None:
        _check_section_duty(section_duty_id, place.section_id)
    if not text.strip() or (standard_minutes is not None and standard_minutes <= 0):
        raise Refused("请填写职责内容；标准用时应为正数")
    last = db.session.scalars(select(PostDuty.sort_no).where(PostDuty.post_id == post_id)).all()
    draft = PostDutyDraft(
        post_id=post_id,
        section_id=place.section_id,
        unit_id=place.unit_id,
        sort_no=max(last, default=0) + 1,
        text=text.strip(),
        rhythm=rhythm,
        measure_unit=measure_unit,
        standard_minutes=standard_minutes,
        section_duty_id=section_duty_id,
    )
    (duty_id,) = add_post_duties([draft], on=on, actor=actor)
    return db.session.get_one(PostDuty, duty_id)


def add_post_duties(rows: Sequence[PostDutyDraft], *, on: date, actor: Actor) -> list[int]:
    """Give posts their duties from ``on``, with the links that the drafts name; ids in the order of ``rows``.

    Three statements however many rows, the rows themselves by COPY; one audit row for each unit. A link needs an
    actor with an account.
    """
    if not rows:
        return []
    db.session.flush()  # what the rows refer to
    ids = _next_ids(len(rows))
    valid = f"[{on.isoformat()},)"
    copy_rows(
        PostDuty.__tablename__,
        ("id", *_COLUMNS, "valid"),
        ((number, *_cells(row), valid) for number, row in zip(ids, rows, strict=True)),
    )
    links = [(row.unit_id, row.section_duty_id, number) for number, row in zip(ids, rows, strict=True)
             if row.section_duty_id is not None]  # fmt: skip
    if links:
        decision = _decision(actor)
        decision["link_state"] = LinkState.CONFIRMED.value
        columns = ("unit_id", "section_duty_id", "post_duty_id", *decision)
        copy_rows(DutyLink.__tablename__, columns, ((*link_ids, *decision.values()) for link_ids in links))
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.unit_id] = counts.get(row.unit_id, 0) + 1
    for unit_id, count in counts.items():
        record_change(f"unit:{unit_id}", action="post_duty.added", actor=actor, after={"count": count, "from": on})
    return ids


def end_post_duty(duty: PostDuty, *, on: date, reason: str, actor: Actor) -> PostDuty:
    """The post no longer has the duty from ``on``; its records and links stay. Raises Refused."""
    db.session.refresh(duty, with_for_update=True)
    first, last = duty.valid.lower, duty.valid.upper
    if last is not None and last <= on:
        raise Refused("该岗位职责已经终止")
    if first is not None and on <= first:
        raise Refused(f"终止日期应晚于起始日期 {first}")
    duty.valid = Range(first, on)
    db.session.flush()
    record_change(
        duty,
        action="post_duty.ended",
        actor=actor,
        before={"to": last},
        after={"to": on},
        reason=reason.strip() or None,
    )
    return duty


def link(upper: tuple[Layer, int], lower: tuple[Layer, int], *, actor: Actor) -> DutyLink:
    """A person joins two things of neighbouring layers; a pair proposed or rejected before becomes confirmed.

    Raises NotNeighbours, NotFound, AlreadyDecided (it is confirmed), NotPermitted (no account).
    """
    unit_id = unit_of(*upper)
    if (upper[0], lower[0]) not in PAIRS or unit_id != unit_of(*lower):
        raise NotNeighbours
    ends = {LINK_COLUMNS[layer].key: thing_id for layer, thing_id in (upper, lower)}
    added = db.session.scalar(
        insert_new(DutyLink)
        .values(**ends, **_decision(actor), unit_id=unit_id)
        .on_conflict_do_nothing()
        .returning(DutyLink.id)
    )
    if added is not None:
        found = db.session.get_one(DutyLink, added)
        record_change(found, action="duty_link.drawn", actor=actor, after=ends)
        return found
    nothing_else = {column.key: None for column in LINK_COLUMNS.values()}
    found = db.session.scalars(select(DutyLink).filter_by(**{**nothing_else, **ends}).with_for_update()).one()
    if found.link_state is LinkState.CONFIRMED:
        raise AlreadyDecided("这两项已经衔接")
    return _decide(found, LinkState.CONFIRMED, actor)


def link_functions(unit_id: int, pairs: Sequence[tuple[int, int]], *, actor: Actor) -> int:
    """A person joins many (function id, section duty id) of one unit at once, as ``link`` joins two things.

    Two statements and one audit row however many; returns how many were not joined before. Raises NotPermitted.
    """
    decision = _decision(actor)
    if not pairs:
        return 0
    ends = tuple_(DutyLink.function_id, DutyLink.section_duty_id)
    turned = db.session.scalars(
        update(DutyLink)
        .where(ends.in_(pairs), DutyLink.link_state != LinkState.CONFIRMED)
        .values(**decision)
        .returning(DutyLink.id)
        .execution_options(synchronize_session=False)
    ).all()
    rows = [
        {"unit_id": unit_id, "function_id": function, "section_duty_id": duty, **decision} for function, duty in pairs
    ]
    made = db.session.scalars(insert_new(DutyLink).on_conflict_do_nothing().returning(DutyLink.id), rows).all()
    count = len(turned) + len(made)
    record_change(f"unit:{unit_id}", action="duty_link.drawn", actor=actor, after={"count": count})
    return count


def confirm_link(found: DutyLink, *, actor: Actor) -> DutyLink:
    """A person accepts a proposal. Raises AlreadyDecided, NotPermitted."""
    db.session.refresh(found, with_for_update=True)
    if found.link_state is not LinkState.PROPOSED:
        raise AlreadyDecided
    return _decide(found, LinkState.CONFIRMED, actor)


def reject_link(found: DutyLink, *, actor: Actor) -> DutyLink:
    """A person turns a proposal down, or takes a confirmed link apart. Raises AlreadyDecided, NotPermitted."""
    db.session.refresh(found, with_for_update=True)
    if found.link_state is LinkState.REJECTED:
        raise AlreadyDecided
    return _decide(found, LinkState.REJECTED, actor)


def _decide(found: DutyLink, state: LinkState, actor: Actor) -> DutyLink:
    before = found.link_state
    for name, value in {**_decision(actor), "link_state": state}.items():
        setattr(found, name, value)
    db.session.flush()
    record_change(
        found,
        action=f"duty_link.{state.value}",
        actor=actor,
        before={"link_state": before},
        after={"link_state": state},
    )
    return found


def _decision(actor: Actor) -> dict[str, Any]:
    """The columns of a link that a person decided now."""
    if actor.account_id is None:
        raise NotPermitted("衔接关系须由登录人员确认")
    return {"link_state": LinkState.CONFIRMED, "decided_by": actor.account_id, "decided_at": datetime.now(UTC)}


def _check_section_duty(section_duty_id: int, section_id: int) -> None:
    duty = db.session.get(SectionDuty, section_duty_id)
    if duty is None or duty.section_id != section_id:
        raise NotFound


def _cells(row: PostDutyDraft) -> tuple[Any, ...]:
    """The values of ``_COLUMNS``, an enumeration as it is stored."""
    return tuple(value.value if isinstance(value := getattr(row, name), Rhythm) else value for name in _COLUMNS)


def _next_ids(count: int) -> list[int]:
    """Numbers of post duties to be, so that their links can be made without asking."""
    numbers = func.nextval(func.pg_get_serial_sequence(PostDuty.__tablename__, "id"))
    return list(db.session.scalars(select(numbers).select_from(func.generate_series(1, count))))
