from __future__ import annotations

from datetime import UTC, datetime

from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.clock.cron import next_tick
from host.kernel.clock.errors import BadCron
from host.kernel.clock.models import ClockSchedule
from host.kernel.db import db


def change_schedule(schedule: ClockSchedule, *, cron: str, is_on: bool, actor: Actor) -> None:
    """Give a schedule another time rule (five fields, China time), or switch it. The leader follows within 15 s.

    Raises BadCron, also for a rule that never comes true.
    """
    db.session.refresh(schedule, with_for_update=True)
    now = datetime.now(UTC)
    cron = " ".join(cron.split())
    if len(cron.split()) != 5:
        raise BadCron
    if next_tick(cron, now) is None:
        raise BadCron("按这条时间规则永远不会执行，请检查「日」和「月」")
    before = {"cron": schedule.cron, "is_on": schedule.is_on}
    after = {"cron": cron, "is_on": is_on}
    if before == after:
        return
    schedule.cron, schedule.is_on, schedule.changed_at = cron, is_on, now
    db.session.flush()  # the change and its audit row go together
    record_change(
        f"clock_schedule:{schedule.name}",
        action="clock_schedule.changed",
        actor=actor,
        before=before,
        after=after,
    )
