"""Rules that turn gaps of the duty library into alerts (R126); off until an office that tried them switches them on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, cast, func, literal, null, select

from basic_info.api import Gap, gap_rows
from function_monitor.alerts.models import AlertLevel
from host.kernel.calendar.workdays import Workdays
from host.kernel.db import AnySelect

#: Which gaps can become alerts, and how bright they are.
LEVELS = {
    Gap.FUNCTION_WITHOUT_SECTION: AlertLevel.YELLOW,
    Gap.DUTY_NOT_IN_MANDATE: AlertLevel.YELLOW,
    Gap.ITEM_HANDLED_ELSEWHERE: AlertLevel.YELLOW,
    Gap.FUNCTION_CLAIMED_TWICE: AlertLevel.BLUE,
    Gap.FUNCTION_MAYBE_CLAIMED: AlertLevel.BLUE,
    Gap.DUTY_WITHOUT_POST: AlertLevel.BLUE,
    Gap.POST_DUTY_WITHOUT_SOURCE: AlertLevel.BLUE,
    Gap.POST_WITHOUT_DUTY: AlertLevel.BLUE,
    Gap.POST_WITHOUT_PERSON: AlertLevel.BLUE,
    Gap.ITEM_NOT_EXERCISED: AlertLevel.BLUE,
}


def condition_of(gap: Gap) -> Callable[[Mapping[str, Any], date, Workdays], AnySelect]:
    """The rule's condition: every gap of that kind on the day."""

    def condition(_params: Mapping[str, Any], day: date, _workdays: Workdays) -> AnySelect:
        return alerts_of_gap(gap, day)

    return condition


def alerts_of_gap(gap: Gap, day: date) -> AnySelect:
    """Every gap of that kind on the day, in the columns of a rule's test."""
    rows = gap_rows(gap, day).subquery()
    return select(
        rows.c.layer.label("subject_kind"),
        rows.c.thing_id.label("subject_id"),
        rows.c.unit_id,
        rows.c.section_id,
        cast(null(), BigInteger).label("person_id"),
        literal(LEVELS[gap].value).label("level"),
        func.concat(gap.label, "：", func.left(rows.c.text, 60)).label("title"),
        func.jsonb_build_object(
            "gap", gap.value, "layer", rows.c.layer, "thing_id", rows.c.thing_id, "text", rows.c.text,
            "place", rows.c.place,
        ).label("evidence"),
    )  # fmt: skip
