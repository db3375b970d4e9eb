"""The calendar in the database: seeding, editing, the yearly notice, and what a process keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask import g
from sqlalchemy import Connection, delete, func, select

from host.kernel.access import SYSTEM
from host.kernel.audit import AuditEntry
from host.kernel.calendar.models import CalendarDay, DayKind
from host.kernel.calendar.notices import Notice, read_notice
from host.kernel.calendar.operations import apply_notice, calendar_changed, edit_day
from host.kernel.calendar.seed import ensure_calendar, seed_calendar
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import Refused

ALL_DAYS = 8766
Counter = Callable[[], AbstractContextManager[list[str]]]

NOTICE_2027 = """
2027-01-01 至 2027-01-03 休 元旦
2月5日至11日放假调休，共7天
2027年2月20日（周六） 班 春节
4月3日至5日 休 清明
2027-05-01 ~ 2027-05-05 休 劳动节
2027-10-01 至 2027-10-07 休 国庆节
"""


@pytest.fixture
def seeded(connection: Connection) -> Connection:
    db.session.execute(delete(CalendarDay))
    seed_calendar(SYSTEM)
    return connection


def notice(text: str = NOTICE_2027, year: int = 2027) -> Notice:
    return read_notice(text.splitlines(), year)


def test_the_seed_holds_2004_to_2027(seeded: Connection) -> None:
    found = db.session.execute(select(func.count(), func.min(CalendarDay.day), func.max(CalendarDay.day))).one()
    assert tuple(found) == (ALL_DAYS, date(2004, 1, 1), date(2027, 12, 31))


def test_seeding_again_writes_nothing(seeded: Connection) -> None:
    assert seed_calendar(SYSTEM) == 0


def test_seeding_again_keeps_an_edited_day(seeded: Connection) -> None:
    edit_day(date(2026, 3, 2), DayKind.HOLIDAY, note="", reason="地方节日", actor=SYSTEM)
    seed_calendar(SYSTEM)
    assert db.session.get_one(CalendarDay, date(2026, 3, 2)).day_kind is DayKind.HOLIDAY


def test_an_empty_calendar_is_filled_by_the_migration_command(connection: Connection) -> None:
    db.session.execute(delete(CalendarDay))
    db.session.commit()
    assert ensure_calendar(connection) == ALL_DAYS


def test_a_filled_calendar_is_left_alone_by_the_migration_command(seeded: Connection) -> None:
    db.session.commit()
    assert ensure_calendar(seeded) == 0


def test_make_up_days_carry_the_festival_they_make_up_for(seeded: Connection) -> None:
    row = db.session.get_one(CalendarDay, date(2026, 10, 10))
    assert (row.day_kind, row.is_workday, row.note) == (DayKind.MAKE_UP, True, "国庆节")


def test_only_2027_is_provisional(seeded: Connection) -> None:
    years = db.session.scalars(
        select(func.extract("year", CalendarDay.day)).where(CalendarDay.is_provisional).distinct()
    ).all()
    assert [int(year) for year in years] == [2027]


def test_one_statement_a_request_tells_whether_the_calendar_changed(seeded: Connection, count_queries: Counter) -> None:
    load_workdays()
    g.pop("workdays")  # the next request
    with count_queries() as statements:
        load_workdays()
        load_workdays()
    assert len(statements) == 1


def test_an_edited_day_counts_at_once(seeded: Connection) -> None:
    before = load_workdays().is_workday(date(2026, 3, 2))
    edit_day(date(2026, 3, 2), DayKind.HOLIDAY, note="", reason="地方节日", actor=SYSTEM)
    assert (before, load_workdays().is_workday(date(2026, 3, 2))) == (True, False)


def test_a_rolled_back_edit_is_not_kept_by_the_process(seeded: Connection) -> None:
    db.session.commit()
    edit_day(date(2026, 3, 2), DayKind.HOLIDAY, note="", reason="地方节日", actor=SYSTEM)
    load_workdays()
    db.session.rollback()
    g.pop("workdays")
    assert load_workdays().is_workday(date(2026, 3, 2))


def test_an_edit_leaves_an_audit_row(seeded: Connection) -> None:
    edit_day(date(2026, 3, 2), DayKind.HOLIDAY, note="", reason="地方节日", actor=SYSTEM)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "calendar_day:2026-03-02")).one()
    assert (entry.reason, entry.before, entry.after) == (
        "地方节日",
        {"kind": "workday", "note": ""},
        {"kind": "holiday", "note": ""},
    )


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 3, 2), DayKind.MAKE_UP),
        (date(2026, 3, 2), DayKind.WEEKEND),
        (date(2026, 3, 7), DayKind.WORKDAY),
    ],
)
def test_a_kind_that_the_weekday_rules_out_is_refused(seeded: Connection, day: date, kind: DayKind) -> None:
    with pytest.raises(Refused):
        edit_day(day, kind, note="", reason="试", actor=SYSTEM)


def test_a_notice_makes_its_year_official(seeded: Connection) -> None:
    apply_notice(notice(), source="国办发明电〔2026〕1号", actor=SYSTEM)
    assert not load_workdays().is_provisional(date(2027, 6, 1))


def test_a_notice_names_the_days_that_changed(seeded: Connection) -> None:
    changed = apply_notice(notice(), source="通知", actor=SYSTEM)
    # 端午 (9 June) and 中秋 (15 September) are not in this notice: provisional days off turn into workdays.
    assert {date(2027, 2, 9), date(2027, 2, 20), date(2027, 6, 9)} <= changed


def test_a_notice_tells_those_who_keep_clocks(seeded: Connection) -> None:
    told: list[frozenset[date]] = []
    with calendar_changed.connected_to(told.append):
        changed = apply_notice(notice(), source="通知", actor=SYSTEM)
    assert told == [changed]


def test_a_span_and_a_day_of_a_notice_are_read_in_the_words_of_the_office() -> None:
    days = {day.day: day.kind for day in notice().named}
    assert (days[date(2027, 2, 11)], days[date(2027, 2, 20)]) == (DayKind.HOLIDAY, DayKind.MAKE_UP)


def test_a_notice_survives_its_own_text() -> None:
    assert notice(notice().as_text()).named == notice().named


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("2027-02-30 休", "没有这一天"),
        ("2027-02-20", "休"),
        ("随便", "看不出日期"),
        ("2026-12-31 休", "不是 2027 年"),
        ("2027-02-22 班", "不是周末"),
        ("2027-02-11 至 2027-02-05 休", "早于"),
        ("2027-01-01 班\n", "不是周末"),
    ],
)
def test_a_bad_line_is_named_with_what_to_do(line: str, part: str) -> None:
    assert part in notice(NOTICE_2027 + line).problems[0]


def test_half_a_notice_is_refused() -> None:
    assert "国庆节" in notice("2027-01-01 休 元旦\n2027-05-01 休").problems[0]


def test_a_notice_with_problems_is_not_applied(seeded: Connection) -> None:
    with pytest.raises(Refused):
        apply_notice(notice("乱"), source="通知", actor=SYSTEM)


ARTICLES = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
四、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""


def test_the_articles_of_a_notice_are_read_as_published() -> None:
    read = notice(ARTICLES, 2026)
    days = {day.day.isoformat(): day for day in read.named}
    assert read.problems == ()
    assert [day.day.isoformat() for day in read.named if day.kind is DayKind.MAKE_UP] == [
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ]  # fmt: skip
    assert (days["2026-02-23"].kind, days["2026-02-23"].note) == (DayKind.HOLIDAY, "春节")
    assert len(read.named) == 24 + 6
