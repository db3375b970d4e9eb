"""Time rules (时间规则): the five fields of crontab, read in China time.

Weekdays count as in crontab (0 and 7 are Sunday), which APScheduler does not: it begins with Monday = 0.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from host.kernel.clock.errors import BadCron

CHINA = ZoneInfo("Asia/Shanghai")
FIELDS = {"minute": "分", "hour": "时", "day": "日", "month": "月", "day_of_week": "星期"}
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ALLOWED = re.compile(r"[0-9*/,\-]{1,40}|[a-z]{3}([,-][a-z]{3}){0,6}")


def trigger_of(cron: str) -> CronTrigger:
    """The trigger of ``分 时 日 月 星期``; six fields begin with seconds. Raises BadCron."""
    parts = cron.lower().split()
    if len(parts) not in {5, 6}:
        raise BadCron
    seconds, (minute, hour, day, month, weekday) = parts[:-5] or ["0"], parts[-5:]
    values = dict(zip(FIELDS, (minute, hour, day, month, weekday), strict=True))
    for name, text in values.items():
        _check_alone(name, text)
    if day != "*" and weekday != "*":
        raise BadCron("「日」和「星期」只能限定其中一段，另一段写 *")
    values["day_of_week"] = _weekdays(weekday)
    return CronTrigger(second=seconds[0], timezone=CHINA, **values)


def cron_words(cron: str) -> str:
    """The usual rules as people say them: 每 5 分钟, 每天 06:30, 每周一 08:00, 每月 1 日 02:10; others as they are."""
    parts = cron.split()
    if len(parts) != 5:
        return cron
    minute, hour, day, month, weekday = parts
    if found := re.fullmatch(r"\*/(\d+)", minute):
        return f"每 {found[1]} 分钟" if parts[1:] == ["*"] * 4 else cron
    if not minute.isdigit():
        return cron
    if parts[1:] == ["*"] * 4:
        return f"每小时第 {int(minute)} 分"
    if not hour.isdigit():
        return cron
    said = _days_words(day, month, weekday)
    return f"{said} {int(hour):02}:{int(minute):02}" if said else cron


def _days_words(day: str, month: str, weekday: str) -> str | None:
    if (day, month) == ("*", "*"):
        usual = {"*": "每天", "1-5": "周一至周五"}
        return usual.get(weekday) or (f"每周{'日一二三四五六日'[int(weekday)]}" if weekday in set("01234567") else None)
    if weekday != "*" or not day.isdigit():
        return None
    return f"每月 {day} 日" if month == "*" else f"每年 {month} 月 {day} 日" if month.isdigit() else None


def _check_alone(name: str, text: str) -> None:
    """Try one field by itself, so that the message can name it."""
    try:
        if not _ALLOWED.fullmatch(text):
            raise ValueError
        CronTrigger(**{name: _weekdays(text) if name == "day_of_week" else text}, timezone=CHINA)
    except ValueError:
        raise BadCron(f"时间规则第 {list(FIELDS).index(name) + 1} 段「{FIELDS[name]}」有误：{text}") from None


def _weekdays(text: str) -> str:
    """Crontab's weekday numbers as names; ranges may pass over the week's end. Raises ValueError."""
    if text == "*" or text[:1].isalpha():
        return text
    days: list[int] = []
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            first, last = "0", "6"
        elif not dash:
            last = "6" if step else first
        if not (0 <= int(first) <= 7 and 0 <= int(last) <= 7):
            raise ValueError
        to = int(last) + (7 if int(last) < int(first) else 0)
        days += range(int(first), to + 1, int(step or 1))
    return ",".join(_WEEKDAYS[day] for day in sorted({day % 7 for day in days}))


def next_tick(cron: str, after: datetime) -> datetime | None:
    """The first tick later than ``after``; None where the rule never comes true (30 February)."""
    found: datetime | None = trigger_of(cron).get_next_fire_time(None, after + timedelta(microseconds=1))
    return found


def latest_tick(cron: str, *, after: datetime, until: datetime) -> datetime | None:
    """The last tick in (after, until], or None: of several that were missed only this one counts."""
    trigger, latest = trigger_of(cron), None
    found = trigger.get_next_fire_time(None, after + timedelta(microseconds=1))
    while found is not None and found <= until:
        latest = found
        found = trigger.get_next_fire_time(None, found + timedelta(microseconds=1))
    return latest
