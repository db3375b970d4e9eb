"""A section whose clerk wrote nothing for five working days, and those who have to do with the alert."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import select

from duty_eval.records.models import RecordState
from function_monitor.alerts import operations
from function_monitor.alerts.evaluating import evaluate, rules_in_order, seed_rules
from function_monitor.alerts.models import Alert, AlertRule
from function_monitor.alerts.readers import may_open
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.notifications.models import Notification
from tests.factories import a_holder, a_person, a_region, a_unit
from tests.performance.rows import Office

#: A Friday.
DAY = date(2026, 3, 20)


class Watched:
    """``clerk`` is silent, ``head`` leads the section; further holders of roles are made as they are needed."""

    actors: ClassVar[list[Actor]] = []

    def __init__(self, region: str = "371300") -> None:
        Watched.actors = []
        seed_rules(counts_from=date(2025, 1, 1))
        self.office = Office("王芳", unit=a_unit(region=a_region(region)))
        self.clerk = self.holder(Role.STAFF, person=self.office.people[0])
        self.head = self.holder(Role.SECTION_HEAD, section=self.office.section, person=a_person(name="李强"))

    @property
    def rule(self) -> AlertRule:
        return next(one for one in rules_in_order() if one.code == "no_records")

    def holder(self, role: Role, **where: Any) -> Actor:
        actor = a_holder(role, **where)
        Watched.actors.append(actor)
        return actor

    def wrote(self, day: date) -> None:
        self.office.log(self.office.people[0], day, state=RecordState.SUBMITTED)

    def raised(self, day: date = DAY) -> Alert:
        """The alert about the clerk, raised on ``day``."""
        evaluate(self.rule, day)
        return db.session.scalars(select(Alert).where(Alert.person_id == self.clerk.person_id)).one()

    def rectified(self) -> Alert:
        alert = self.raised()
        operations.acknowledge(alert, actor=self.head)
        operations.rectify(alert, done="已补录", actor=self.head)
        return alert

    def told(self, actor: Actor) -> list[str]:
        """What the actor was told, the first first."""
        mine = select(Notification.title).where(Notification.account_id == actor.account_id)
        return list(db.session.scalars(mine.order_by(Notification.id)))

    def may_open(self, actor: Actor, alert: Alert) -> bool:
        return bool(db.session.scalar(select(may_open(actor.account_id)).where(Alert.id == alert.id)))
