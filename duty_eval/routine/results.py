"""What the rounds of a year came to for a person: facts for the annual grade (R94)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from duty_eval.routine.models import NotAssessed, RoutineAssessment, RoutineGrade, RoutineRound
from host.kernel.db import db


@dataclass(frozen=True, kw_only=True)
class RoutineResult:
    """One closed round: a grade, or why there is none."""

    round_id: int
    name: str
    first_day: date
    last_day: date
    grade: RoutineGrade | None
    not_assessed: NotAssessed | None


def routine_results(person_id: int, year: int) -> list[RoutineResult]:
    """The person's results of closed rounds that ended in ``year``, the earliest first. One statement."""
    rows = db.session.execute(
        select(RoutineRound, RoutineAssessment.final_grade, RoutineAssessment.not_assessed)
        .join(RoutineAssessment, RoutineAssessment.round_id == RoutineRound.id)
        .where(
            RoutineAssessment.person_id == person_id,
            RoutineRound.closed_at.is_not(None),
            RoutineRound.last_day.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(RoutineRound.last_day, RoutineRound.id)
    )
    return [
        RoutineResult(
            round_id=row.RoutineRound.id,
            name=row.RoutineRound.name,
            first_day=row.RoutineRound.first_day,
            last_day=row.RoutineRound.last_day,
            grade=row.final_grade,
            not_assessed=row.not_assessed,
        )
        for row in rows
    ]
