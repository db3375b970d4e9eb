"""When an alert goes up next, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from function_monitor.alerts.models import NoticeKind
from function_monitor.ladder.queries import notices_of_one, waiting_one
from function_monitor.ladder.rules import LADDERS
from function_monitor.ladder.steps import due_day, next_step
from host.kernel.calendar.workdays import Workdays


@dataclass(frozen=True)
class Forecast:
    """On ``on`` the alert goes to ``kind`` unless somebody acts on it before."""

    kind: NoticeKind
    on: date


def forecast(alert_id: int, *, today: date, workdays: Workdays) -> Forecast | None:
    """The next step of the ladder; None where it climbs no further. Three statements at most."""
    alert = waiting_one(alert_id)
    if alert is None:
        return None
    taken = notices_of_one(alert_id).of(alert)
    step = next_step(alert, taken)
    if step is None:
        return None
    ladder = LADDERS.of_code(alert.region_code, today)
    due = due_day(alert, step, taken, ladder, workdays)
    return Forecast(step, max(workdays.workday_from(due), workdays.workday_from(today)))
