from __future__ import annotations

from basic_info.duties.models import PostDuty
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused

MOST_MINUTES = 60_000


def confirm_standard(duty: PostDuty, minutes: int, *, reason: str, actor: Actor) -> None:
    """A person confirms how long one piece of a duty's work usually takes (标准工时). Raises Refused.

    ``duty`` is locked by the caller. What the records say is a proposal only.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise Refused(f"标准工时应为 1 至 {MOST_MINUTES} 分钟")
    before = duty.standard_minutes
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
