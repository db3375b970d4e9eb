"""A case whose step 审查 is due on 2026-03-09, and the people who may stop its clocks."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from basic_info.flowcharts.models import SuspensionKind
from function_monitor.alerts.evaluating import evaluate, rules_in_order, seed_rules
from function_monitor.alerts.models import Alert
from function_monitor.cases.models import FlowCase
from function_monitor.collection.ingesting import RawRow, Taken, ingest
from function_monitor.deadlines.models import ClockSuspension, StepClock
from function_monitor.deadlines.suspending import SuspensionDraft
from host.kernel.access import Role
from host.kernel.db import db
from tests.factories import an_actor
from tests.function_monitor.rows import Office, a_system

TODAY = date(2026, 3, 20)


class Scene:
    def __init__(self, **chart: Any) -> None:
        """``chart``: as ``Office`` takes it, for a chart with other limits and settings."""
        seed_rules(counts_from=date(2025, 1, 1))
        self.office = Office(**chart)
        self.system = a_system()
        self.head = an_actor(Role.UNIT_HEAD, unit=self.office.unit)
        self.report()
        self.case = db.session.scalars(select(FlowCase)).one()

    def report(self, **over: Any) -> Taken:
        """An event of the case as its business system reports it."""
        return ingest([RawRow(self.office.event(**over))], self.system)[0]

    def report_start(self, at: str = "2026-03-04 10:00", **over: Any) -> Taken:
        """The beginning of a special procedure, with all that it has to say."""
        words = {
            "step_name": "审查",
            "action": "特别程序开始",
            "special_kind": "检测",
            "paper_no": "告〔2026〕1号",
            "told_on": "2026-03-04",
            "expected_to_on": "2026-03-12",
        }
        return self.report(happened_at=at, **{**words, **over})

    def report_end(self, at: str = "2026-03-11 10:00") -> Taken:
        return self.report(happened_at=at, step_name="审查", action="特别程序结束")

    def clock(self) -> StepClock:
        return db.session.scalars(select(StepClock).execution_options(populate_existing=True)).one()

    def suspensions(self) -> list[ClockSuspension]:
        """Those that hold."""
        rows = select(ClockSuspension).where(ClockSuspension.superseded_at.is_(None)).order_by(ClockSuspension.from_on)
        return list(db.session.scalars(rows.execution_options(populate_existing=True)))

    def alerts(self) -> list[Alert]:
        return list(db.session.scalars(select(Alert).order_by(Alert.id).execution_options(populate_existing=True)))

    def evaluate(self, code: str, day: date) -> None:
        evaluate(next(one for one in rules_in_order() if one.code == code), day)


def draft(begun: str = "2026-03-04", ended: str | None = "2026-03-11", **over: Any) -> SuspensionDraft:
    values: dict[str, Any] = {
        "suspension_kind": SuspensionKind.TESTING,
        "from_on": date.fromisoformat(begun),
        "to_on": date.fromisoformat(ended) if ended else None,
        "expected_to_on": date(2026, 3, 12),
        "paper_no": "告〔2026〕1号",
        "told_on": date(2026, 3, 4),
        "reason": "送检",
    }
    return SuspensionDraft(**{**values, **over})
