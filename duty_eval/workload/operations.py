from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.duties.models import PostDuty
from duty_eval.workload.models import FormerStandard
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.partitions import first_of_month

MOST_MINUTES = 60_000


def confirm_standard(duty: PostDuty, minutes: int, *, today: date, reason: str, actor: Actor) -> None:
    """A person confirms how long one piece of a duty's work usually takes (标准工时). Raises Refused.

    ``duty`` is locked by the caller. What the records say is a proposal only. It holds from the month of ``today``;
    months before keep the standard that they had, the first one holds for all of them.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise Refused(f"标准工时应为 1 至 {MOST_MINUTES} 分钟")
    before = duty.standard_minutes
    if before is not None and before != minutes:
        _keep_former(duty, first_of_month(today), actor)
    duty.standard_minutes = minutes
    db.session.flush()
    record_change(
        duty,
        action="post_duty.standard_confirmed",
        actor=actor,
        before={"standard_minutes": before},
        after={"standard_minutes": minutes},
        reason=reason.strip() or None,
    )


def _keep_former(duty: PostDuty, month: date, actor: Actor) -> None:
    """The standard in force held until ``month``; one that was confirmed in the same month leaves nothing behind."""
    since = db.session.scalar(
        select(func.max(func.upper(FormerStandard.valid))).where(FormerStandard.post_duty_id == duty.id)
    )
    if since is None or since < month:
        held = Range(since, month)
        db.session.add(
            FormerStandard(post_duty_id=duty.id, minutes=duty.standard_minutes, valid=held, ended_by=actor.account_id)
        )
