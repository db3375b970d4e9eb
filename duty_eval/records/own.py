"""Reads of what is one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select

from duty_eval.records.models import DutyRecord
from duty_eval.records.rollups import COUNTED
from host.kernel.db import AnyRow, db

#: How far back, and how many days, the today page offers to copy.
COPY_BACK = timedelta(days=60)
COPY_DAYS = 5


def recent_days(person_id: int, before: date) -> Sequence[AnyRow]:
    """(worked_on, records, minutes) of the latest days before ``before`` that have records, newest first."""
    return db.session.execute(
        select(
            DutyRecord.worked_on,
            func.count().label("records"),
            func.coalesce(func.sum(DutyRecord.minutes), 0).label("minutes"),
        )
        .where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on < before,
            DutyRecord.worked_on >= before - COPY_BACK,
            DutyRecord.record_state.in_(COUNTED),
        )
        .group_by(DutyRecord.worked_on)
        .order_by(DutyRecord.worked_on.desc())
        .limit(COPY_DAYS)
    ).all()
