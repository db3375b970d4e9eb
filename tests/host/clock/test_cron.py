"""Time rules as crontab counts, in China time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from host.kernel.clock.cron import CHINA, latest_tick, next_tick, trigger_of
from host.kernel.clock.errors import BadCron

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("cron", "tick"),
    [
        ("10 2 * * *", datetime(2026, 3, 3, 2, 10, tzinfo=CHINA)),
        ("0 8 * * 0", datetime(2026, 3, 8, 8, 0, tzinfo=CHINA)),
        ("0 8 * * 7", datetime(2026, 3, 8, 8, 0, tzinfo=CHINA)),
        ("0 8 * * 1", datetime(2026, 3, 9, 8, 0, tzinfo=CHINA)),
        ("0 8 * * 5-7", datetime(2026, 3, 6, 8, 0, tzinfo=CHINA)),
        ("0 8 * * sat", datetime(2026, 3, 7, 8, 0, tzinfo=CHINA)),
        ("0 0 1 */3 *", datetime(2026, 4, 1, 0, 0, tzinfo=CHINA)),
    ],
)
def test_the_next_tick_is_the_one_crontab_means(cron: str, tick: datetime) -> None:
    assert next_tick(cron, MONDAY) == tick


def test_a_tick_is_not_its_own_next() -> None:
    assert next_tick("0 12 * * *", MONDAY) == MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("cron", "word"),
    [
        ("", "五段"),
        ("* * * *", "五段"),
        ("61 * * * *", "第 1 段「分」"),
        ("0 24 * * *", "第 2 段「时」"),
        ("0 0 32 * *", "第 3 段「日」"),
        ("0 0 * 13 *", "第 4 段「月」"),
        ("0 0 * * 8", "第 5 段「星期」"),
        ("0 0 * * mon-", "第 5 段「星期」"),
        ("*/0 * * * *", "第 1 段「分」"),
        ("0 0 1 * 1", "只能限定其中一段"),
        ("abc * * * *", "第 1 段「分」"),
    ],
)
def test_a_wrong_rule_is_refused_naming_its_part(cron: str, word: str) -> None:
    with pytest.raises(BadCron, match=word):
        trigger_of(cron)


def test_of_several_missed_ticks_only_the_latest_counts() -> None:
    found = latest_tick("*/10 * * * *", after=MONDAY, until=MONDAY + timedelta(minutes=35))
    assert found == MONDAY + timedelta(minutes=30)


def test_nothing_is_due_between_two_ticks() -> None:
    assert latest_tick("0 * * * *", after=MONDAY, until=MONDAY + timedelta(minutes=59)) is None


def test_a_tick_of_this_very_moment_is_due() -> None:
    assert latest_tick("0 * * * *", after=MONDAY - timedelta(minutes=1), until=MONDAY) == MONDAY
