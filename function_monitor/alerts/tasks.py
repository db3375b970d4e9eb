"""The jobs that evaluate the rules and keep clocks right when the calendar changes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from function_monitor.alerts.evaluating import evaluate, recheck, rules_in_order, seed_rules
from function_monitor.alerts.recounting import take_back
from function_monitor.deadlines.operations import open_cases, recompute_clocks
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.pages import CHINA_TIME

WORDS = {
    "raised": "新预警",
    "repeated": "持续",
    "recovered": "已恢复",
    "withdrawn": "自动解除",
    "clocks": "重算的时限",
    "taken_back": "重算后解除",
}


@job("function_monitor.evaluate", title="评估预警规则", words=WORDS, alone=True)
def evaluate_rules(run: Progress, *, day: str = "") -> dict[str, Any]:
    """Evaluate the rules as of ``day`` (default: the tick's day, else today), one transaction a rule."""
    on = date.fromisoformat(day) if day else (run.tick or datetime.now(CHINA_TIME)).astimezone(CHINA_TIME).date()
    totals = dict.fromkeys(WORDS, 0)
    for ids in open_cases():
        totals["clocks"] += recompute_clocks(ids)
        db.session.commit()  # the cases are locked meanwhile
    totals["taken_back"] = take_back(on, why="工作日历或办件记录有变化。", actor=run.actor)
    seed_rules(counts_from=on)
    db.session.commit()
    for place, rule in enumerate(rules_in_order(), start=1):
        run.checkpoint()
        found = evaluate(rule, on, actor=run.actor) if rule.is_on else recheck(rule, on, actor=run.actor)
        for name, number in found.items():
            totals[name] += number
        if rule.is_on:
            run.log(f"{rule.name}：评估完成")
        db.session.commit()
        run.step(place)
    return totals
