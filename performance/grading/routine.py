"""平时考核 as a condition of the annual grade (R94): what the year's rounds allow, with the rounds that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from duty_eval.api import RoutineGrade, RoutineResult, routine_results
from performance.grading.errors import RoutineForbids, RoutineWantsReason
from performance.grading.models import AnnualGrade, RoutineGate

_LOW = (RoutineGrade.ORDINARY, RoutineGrade.WEAK)


@dataclass(frozen=True, kw_only=True)
class RoutineStanding:
    """What the closed rounds of a year mean for the annual grade.

    ``allows_excellent``: 优秀 may be proposed. ``is_mostly_low``: more than half are 一般 or 较差: the rule proposes
    基本称职 or lower, and a person who proposes more says why.
    """

    results: Sequence[RoutineResult]
    allows_excellent: bool
    is_mostly_low: bool
    why: str


def standing_of(person_id: int, year: int, gate: RoutineGate) -> RoutineStanding:
    """One statement."""
    return standing(routine_results(person_id, year), gate)


def standing(results: Sequence[RoutineResult], gate: RoutineGate) -> RoutineStanding:
    """Without a graded round nothing is required: grades are not compulsory everywhere (R95)."""
    graded = [one for one in results if one.grade is not None]
    good = sum(one.grade is RoutineGrade.GOOD for one in graded)
    low = sum(one.grade in _LOW for one in graded)
    is_mostly_low = gate is not RoutineGate.OFF and 2 * low > len(graded)
    allows = not graded or gate is RoutineGate.OFF or _passes(gate, good, low, len(graded))
    return RoutineStanding(
        results=results,
        allows_excellent=allows and not is_mostly_low,
        is_mostly_low=is_mostly_low,
        why=_words(results, good, low, len(graded)),
    )


def check_routine(found: RoutineStanding, grade: AnnualGrade, comment: str) -> None:
    """Raises RoutineForbids for 优秀 against the gate, RoutineWantsReason for more than 基本称职 without a comment."""
    if grade is AnnualGrade.EXCELLENT and not found.allows_excellent:
        raise RoutineForbids(f"不能建议优秀：{found.why}")
    if found.is_mostly_low and grade in (AnnualGrade.EXCELLENT, AnnualGrade.COMPETENT) and not comment.strip():
        raise RoutineWantsReason(f"{found.why}，一般应为基本称职或以下；建议更高等次请在评语中说明理由")


def _passes(gate: RoutineGate, good: int, low: int, graded: int) -> bool:
    if gate is RoutineGate.ANY_GOOD:
        return good >= 1
    return 2 * good > graded and not low


def _words(results: Sequence[RoutineResult], good: int, low: int, graded: int) -> str:
    if not results:
        return "本年度没有已结束的平时考核"
    named = "、".join(f"{one.name}{_result_word(one)}" for one in results)
    return f"本年度平时考核 {named}；确定等次 {graded} 次，其中“好”{good} 次，“一般”和“较差”{low} 次"


def _result_word(one: RoutineResult) -> str:
    if one.grade is not None:
        return f"“{one.grade.label}”"
    return f"不确定等次（{one.not_assessed.label}）" if one.not_assessed else "没有等次"
