"""Writes of appointments by hand: how the posts of a person share the working time (工作占比)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.errors import OverFull, PostsChanged
from basic_info.organization.models import Appointment, Person
from basic_info.organization.scope import within
from basic_info.organization.shares import FULL
from basic_info.permissions import Permission
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.versions import fact_names, in_force


def held_in_reach(actor: Actor, person_id: int, day: date) -> Sequence[Appointment]:
    """The posts that a person holds on ``day``, the primary first; all of them in units that the actor may change.

    Raises NotFound where there are none, or one is elsewhere: a share there is for those to say who reach both.
    """
    reach = within(actor, Permission.APPOINTMENT_EDIT, unit=Appointment.unit_id)
    rows = db.session.execute(
        select(Appointment, reach.label("is_reached"))
        .where(Appointment.person_id == person_id, in_force(Appointment, day))
        .order_by(Appointment.is_primary.desc(), Appointment.id)
    ).all()
    if not rows or not all(row.is_reached for row in rows):
        raise NotFound
    return [row.Appointment for row in rows]


def may_state_shares(actor: Actor, person_id: int, day: date) -> bool:
    """Whether the actor may say how the posts held on ``day`` share the time."""
    try:
        return actor.may(Permission.APPOINTMENT_EDIT) and bool(held_in_reach(actor, person_id, day))
    except NotFound:
        return False


def state_shares(
    person_id: int, shares: Mapping[int, int | None], *, on: date, actor: Actor, reason: str
) -> list[Appointment]:
    """From ``on`` the posts held that day take these shares (appointment id → percent, None: evenly what is left).

    What holds before ``on`` stays; a post whose end is dated keeps it. Returns the new versions. Raises NotFound,
    PostsChanged when others are held by now, Refused, OverFull.
    """
    # Two clerks stating shares of one person wait for each other here, as the guard of the database does.
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    held = held_in_reach(actor, person_id, on)
    if {one.id for one in held} != shares.keys():
        raise PostsChanged
    if not reason.strip():
        raise Refused("请填写依据或理由")
    if any(share is not None and not 0 <= share <= FULL for share in shares.values()):
        raise Refused(f"占比应为 0 至 {FULL} 的整数")
    total = sum(share or 0 for share in shares.values())
    if total > FULL:
        raise OverFull(f"各岗位占比合计 {total}%，不能超过 {FULL}%，请减少后再保存")
    changed = [one for one in held if one.share_percent != shares[one.id]]
    made = [_from_day(one, shares[one.id], on, actor) for one in changed]
    check_shares()
    if changed:
        record_change(
            f"person:{person_id}",
            action="person.shares_stated",
            actor=actor,
            before={"shares": {str(one.post_id): one.share_percent for one in changed}},
            after={"from": on, "shares": {str(one.post_id): shares[one.id] for one in changed}},
            reason=reason.strip(),
        )
    return made


def check_shares() -> None:
    """Let the database count now what it would count at the end of the transaction. Raises OverFull."""
    db.session.flush()
    db.session.execute(text("SET CONSTRAINTS guard_post_shares IMMEDIATE"))
    db.session.execute(text("SET CONSTRAINTS guard_post_shares DEFERRED"))


def _from_day(held: Appointment, share: int | None, on: date, actor: Actor) -> Appointment:
    """The appointment with another share from ``on`` to its end; what it was before is written anew."""
    held.superseded_at = datetime.now(UTC)
    db.session.flush()  # the old one must be out of force before the new ones go in
    facts = {name: getattr(held, name) for name in fact_names(Appointment, "person_id")}
    lower, upper = held.valid.lower, held.valid.upper
    if lower is None or lower < on:
        db.session.add(
            Appointment(
                person_id=held.person_id, **facts, valid=Range(lower, on), recorded_by=held.recorded_by,
                source_document_id=held.source_document_id, remark=held.remark,
            )
        )  # fmt: skip
    new = Appointment(
        person_id=held.person_id, **(facts | {"share_percent": share}), valid=Range(on, upper),
        recorded_by=actor.account_id, source_document_id=held.source_document_id, remark=held.remark,
    )  # fmt: skip
    db.session.add(new)
    db.session.flush()
    return new
