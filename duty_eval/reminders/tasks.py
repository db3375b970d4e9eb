from __future__ import annotations

from typing import Any

from duty_eval.reminders.digest import remind
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.pages import CHINA_TIME, today_in_china


@job("duty_eval.remind", title="工作日提醒", words={"told": "提醒的账号"}, alone=True)
def remind_people(run: Progress) -> dict[str, Any]:
    """One message to everybody who has something open, on working days only; run again it tells nobody twice."""
    day = run.tick.astimezone(CHINA_TIME).date() if run.tick else today_in_china()
    workdays = load_workdays()
    if not workdays.is_workday(day):
        run.log("今天不是工作日，不提醒")
        return {"told": 0}
    told = remind(day, workdays)
    db.session.commit()
    return {"told": told}
