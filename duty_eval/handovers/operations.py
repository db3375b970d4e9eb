"""Writes of hand-overs. None of them commits."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Appointment
from duty_eval.handovers.errors import HandoverOpen, HandoverOver
from duty_eval.handovers.models import Handover
from duty_eval.knowledge.packs import Pack
from duty_eval.notices import HANDOVER
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.notifications.operations import tell


def open_handover(
    holder: Appointment, to_person_id: int, *, title: str, pack: Pack, note: str = "", on: date, actor: Actor
) -> Handover:
    """Keep what ``holder`` hands over, as it is on ``on``, for both to confirm. Raises HandoverOpen, Refused."""
    if to_person_id == holder.person_id:
        raise Refused("接手人不能是移交人自己")
    made = Handover(
        post_id=holder.post_id,
        section_id=holder.section_id,
        unit_id=holder.unit_id,
        from_person_id=holder.person_id,
        to_person_id=to_person_id,
        as_of=on,
        title=title,
        pack=asdict(pack),
        note=note.strip(),
        opened_by=actor.account_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as fault:
        if "uq_handover_open" in str(fault.orig):
            raise HandoverOpen from fault
        raise
    after = {"from": holder.person_id, "to": to_person_id, "post": holder.post_id}
    record_change(made, action="handover.opened", actor=actor, after=after)
    tell(
        HANDOVER,
        people=[made.from_person_id, made.to_person_id],
        title=f"{title}：请核对交接内容并确认",
        link=f"/duty-eval/handovers/{made.id}",
        key=f"handover:{made.id}:opened",
    )
    return made


def confirm_handover(handover: Handover, *, note: str = "", actor: Actor) -> None:
    """The actor's own side: handed over (移交) or taken over (接手). ``handover`` is locked by the caller.

    Raises NotPermitted for anybody else, HandoverOver.
    """
    if not handover.is_open:
        raise HandoverOver
    now = datetime.now(UTC)
    if actor.person_id == handover.from_person_id and handover.given_at is None:
        handover.given_by, handover.given_at = actor.account_id, now
        action = "handover.given"
    elif actor.person_id == handover.to_person_id and handover.taken_at is None:
        handover.taken_by, handover.taken_at, handover.taken_note = actor.account_id, now, note.strip()
        action = "handover.taken"
    elif actor.person_id in {handover.from_person_id, handover.to_person_id}:
        raise HandoverOver
    else:
        raise NotPermitted("交接只能由移交人和接手人本人确认")
    db.session.flush()  # the constraints speak here
    record_change(handover, action=action, actor=actor, reason=note.strip() or None)


def withdraw_handover(handover: Handover, *, reason: str, actor: Actor) -> None:
    """Take an unfinished one back, with a reason. Raises HandoverOver, Refused."""
    if not handover.is_open:
        raise HandoverOver
    if not reason.strip():
        raise Refused("请说明撤回原因")
    handover.withdrawn_at, handover.withdrawn_reason = datetime.now(UTC), reason.strip()
    db.session.flush()
    record_change(handover, action="handover.withdrawn", actor=actor, reason=reason.strip())
