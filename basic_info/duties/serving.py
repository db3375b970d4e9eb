"""Which post duties serve which functions of a unit, over the duties of its sections."""

from __future__ import annotations

from sqlalchemy import select

from basic_info.duties.models import DutyLink, LinkState
from host.kernel.db import AnySelect


def serving_duties(unit_id: int) -> AnySelect:
    """(post_duty_id, function_id), each pair once, by the links that a person confirmed."""
    lower, upper = DutyLink.__table__.alias("lower"), DutyLink.__table__.alias("upper")
    return (
        select(lower.c.post_duty_id, upper.c.function_id)
        .join(upper, upper.c.section_duty_id == lower.c.section_duty_id)
        .where(
            lower.c.unit_id == unit_id,
            lower.c.post_duty_id.is_not(None),
            upper.c.function_id.is_not(None),
            lower.c.link_state == LinkState.CONFIRMED,
            upper.c.link_state == LinkState.CONFIRMED,
        )
        .distinct()
    )
