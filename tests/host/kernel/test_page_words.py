from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from host.kernel.clock.cron import cron_words
from host.kernel.pages import CHINA_TIME, Number, device, instant, month, narrowed, number, span

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile MicroMessenger/8.0.49"


@pytest.mark.parametrize(
    ("sent", "words"),
    [(EDGE, "Windows 电脑 · Edge 浏览器 130"), (WECHAT, "安卓手机 · 微信 8"), ("", "未知设备"), ("一号机", "一号机")],
)
def test_a_browser_is_named_in_words(sent: str, words: str) -> None:
    assert device(sent) == words


@pytest.mark.parametrize(("last", "words"), [(2, "3月2日"), (5, "3月2日至3月5日")])
def test_a_span_names_one_day_once(last: int, words: str) -> None:
    assert span(date(2026, 3, 2), date(2026, 3, last)) == words


def test_a_month_is_named_by_any_of_its_days() -> None:
    assert (month(date(2026, 3, 31)), month(None, "")) == ("2026年3月", "")


@pytest.mark.parametrize("value", [111 / 60, Decimal(111) / 60])
def test_a_half_is_rounded_up_whatever_kind_of_number_it_is(value: Number) -> None:
    assert number(value, 1) == "1.9"


@pytest.mark.parametrize(("address", "whole"), [("/a", "/a?x=1"), ("/a?b=2", "/a?b=2&x=1")])
def test_an_address_is_narrowed_beside_what_it_asks_already(address: str, whole: str) -> None:
    assert (narrowed(address, {"x": "1"}), narrowed(address, {})) == (whole, address)


def test_an_instant_of_another_year_names_its_year() -> None:
    assert instant(datetime(2019, 3, 2, 6, 5, tzinfo=UTC)) == "2019年3月2日 14:05"


def test_an_instant_of_this_year_leaves_the_year_out() -> None:
    now = datetime.now(CHINA_TIME)

    assert instant(now) == f"{now.month}月{now.day}日 {now:%H:%M}"


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("*/5 * * * *", "每 5 分钟"),
        ("30 6 * * *", "每天 06:30"),
        ("0 8 * * 1-5", "周一至周五 08:00"),
        ("0 8 * * 1", "每周一 08:00"),
        ("10 2 1 * *", "每月 1 日 02:10"),
        ("0 0 1 1 *", "每年 1 月 1 日 00:00"),
        ("7 * * * *", "每小时第 7 分"),
        ("0 8-18/2 * * *", "0 8-18/2 * * *"),
    ],
)
def test_usual_time_rules_are_said_in_words(cron: str, words: str) -> None:
    assert cron_words(cron) == words
