from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
import xlsxwriter
from flask.testing import FlaskClient

from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.calendar.models import CalendarDay, DayKind
from host.kernel.calendar.seed import seed_calendar
from host.kernel.db import db
from tests.factories import an_actor

SignIn = Callable[[Actor], FlaskClient]
NOTICE = {
    "year": "2027",
    "source": "节假日安排通知",
    "text": "2027-01-01 休 元旦\n2027-05-01 至 2027-05-05 休 劳动节\n2027-10-01 至 2027-10-07 休 国庆节",
}


@pytest.fixture
def office(sign_in_as: SignIn) -> FlaskClient:
    seed_calendar(SYSTEM)
    db.session.commit()
    return sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300"))


@pytest.fixture
def staff(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(an_actor(Role.STAFF))


def test_everybody_sees_the_year(staff: FlaskClient) -> None:
    seed_calendar(SYSTEM)
    assert "248" in staff.get("/calendar/?year=2026").text


def test_a_provisional_year_says_so(staff: FlaskClient) -> None:
    seed_calendar(SYSTEM)
    assert "2027 年工作日历（暂定）" in staff.get("/calendar/?year=2027").text


def test_a_year_out_of_reach_shows_the_nearest(staff: FlaskClient) -> None:
    assert "2100 年工作日历" in staff.get("/calendar/?year=99999").text


@pytest.mark.parametrize("path", ["/calendar/days/2026-03-02", "/calendar/notice"])
def test_staff_may_not_change_the_calendar(staff: FlaskClient, path: str) -> None:
    assert staff.get(path).status_code == 403


def test_the_office_changes_a_day(office: FlaskClient) -> None:
    form = {"kind": "holiday", "note": "", "reason": "地方节日"}
    answer = office.post("/calendar/days/2026-03-02", data=form)
    kind = db.session.get_one(CalendarDay, date(2026, 3, 2)).day_kind
    assert (answer.status_code, kind) == (303, DayKind.HOLIDAY)


def test_a_change_without_a_reason_comes_back(office: FlaskClient) -> None:
    answer = office.post("/calendar/days/2026-03-02", data={"kind": "holiday", "reason": ""})
    assert (answer.status_code, "请填写修改理由" in answer.text) == (422, True)


def test_a_kind_that_does_not_fit_comes_back_with_the_reason(office: FlaskClient) -> None:
    answer = office.post("/calendar/days/2026-03-02", data={"kind": "make_up", "reason": "试"})
    assert (answer.status_code, "调休上班只能是" in answer.text) == (422, True)


@pytest.mark.parametrize("day", ["2026-02-30", "abc", "1900-01-01"])
def test_a_day_that_is_none_is_not_found(office: FlaskClient, day: str) -> None:
    assert office.get(f"/calendar/days/{day}").status_code == 404


def test_checking_a_notice_writes_nothing(office: FlaskClient) -> None:
    answer = office.post("/calendar/notice", data=NOTICE)
    row = db.session.get_one(CalendarDay, date(2027, 5, 5))
    assert (answer.status_code, row.day_kind, row.is_provisional) == (200, DayKind.WORKDAY, True)


def test_a_confirmed_notice_makes_the_year_official(office: FlaskClient) -> None:
    answer = office.post("/calendar/notice/apply", data=NOTICE)
    row = db.session.get_one(CalendarDay, date(2027, 5, 5), populate_existing=True)
    assert (answer.status_code, row.day_kind, row.is_provisional) == (303, DayKind.HOLIDAY, False)


def test_a_notice_comes_as_a_workbook_too(office: FlaskClient) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    rows = [("日期", "安排", "节日"), (date(2027, 1, 1), "休", "元旦"), ("2027-05-01", "休", ""),
            ("2027-10-01 至 2027-10-07", "休", "国庆节")]  # fmt: skip
    for number, (day, kind, note) in enumerate(rows):
        sheet.write(number, 0, day, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(number, 1, (kind, note))
    book.close()
    file.seek(0)
    answer = office.post("/calendar/notice", data={"year": "2027", "source": "通知", "file": (file, "notice.xlsx")})
    assert (answer.status_code, "2027年10月7日" in answer.text) == (200, True)


def test_a_file_that_is_no_table_is_refused(office: FlaskClient) -> None:
    file = (io.BytesIO(b"%PDF-1.7 x"), "notice.xlsx")
    answer = office.post("/calendar/notice", data={"year": "2027", "source": "通知", "file": file})
    assert answer.status_code == 422


def test_a_notice_with_a_bad_line_comes_back(office: FlaskClient) -> None:
    answer = office.post("/calendar/notice", data={**NOTICE, "text": "2027-02-30 休"})
    assert (answer.status_code, "没有这一天" in answer.text) == (422, True)
