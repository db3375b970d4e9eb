from __future__ import annotations

from typing import Any

from function_monitor.ladder.climbing import climb
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.pages import CHINA_TIME, today_in_china

WORDS = {"up": "逐级告知", "followed_up": "催办", "told": "告知的账号"}


@job("function_monitor.climb", title="预警逐级告知和催办", words=WORDS, alone=True)
def send_alerts_up(run: Progress) -> dict[str, Any]:
    """One digest to everybody whom an alert reached, on working days only; run again it tells nobody twice."""
    day = run.tick.astimezone(CHINA_TIME).date() if run.tick else today_in_china()
    workdays = load_workdays()
    if not workdays.is_workday(day):
        run.log("今天不是工作日，不告知")
    counts = climb(day, workdays, actor=run.actor)
    db.session.commit()
    return counts
