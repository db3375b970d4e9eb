"""月度履职纪实表 as a Word document (D27)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from docx import Document
from docx.oxml.ns import qn
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range

from duty_eval.records.models import RecordState
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from tests.factories import a_leave, a_person, a_section, a_unit, an_actor, an_appointment
from tests.performance.rows import Office, workdays_of_march

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def office(connection: Connection) -> Office:
    """王芳 has three records that count and one sent back in March, one in April; 李强 one in March."""
    office = Office("王芳", "李强")
    for day in (2, 2, 3):
        office.log(office.people[0], date(2026, 3, day), minutes=90)
    office.log(office.people[0], date(2026, 3, 4), state=RecordState.RETURNED, minutes=60)
    office.log(office.people[0], date(2026, 4, 1), minutes=60)
    office.log(office.people[1], date(2026, 3, 5))
    db.session.commit()
    return office


def opened(content: bytes) -> object:
    return Document(io.BytesIO(content))


def rows_of(content: bytes) -> list[list[str]]:
    """The records' rows of the first sheet, the headings left out."""
    table = opened(content).tables[1]  # type: ignore[attr-defined]
    return [[cell.text for cell in row.cells] for row in table.rows[1:]]


def sums_of(content: bytes) -> str:
    return opened(content).tables[0].rows[1].cells[1].text  # type: ignore[attr-defined, no-any-return]


def own(client: FlaskClient, month: str = "2026-03-01") -> bytes:
    answer = client.get(f"/duty-eval/month/sheet?month={month}")
    assert answer.status_code == 200
    return bytes(answer.data)


def test_the_sheet_has_the_months_records_each_day_said_once(office: Office, sign_in_as: SignIn) -> None:
    rows = rows_of(own(sign_in_as(an_actor(person=office.people[0]))))
    assert [row[0] for row in rows] == ["3月2日", "", "3月3日", "3月4日"]


def test_what_was_sent_back_is_listed_and_not_counted(office: Office, sign_in_as: SignIn) -> None:
    content = own(sign_in_as(an_actor(person=office.people[0])))
    assert rows_of(content)[-1][5] == "已退回"
    assert "2 天有纪实；共 4 项，计时 4.5 小时" in sums_of(content)


def test_days_of_leave_are_not_expected(office: Office, sign_in_as: SignIn) -> None:
    person = an_actor(person=office.people[0])
    a_leave(person, date(2026, 3, 9), date(2026, 3, 11))
    db.session.commit()
    days = len(workdays_of_march()) - 3
    assert f"应填 {days} 个工作日" in sums_of(own(sign_in_as(person)))


def test_nothing_is_expected_in_a_month_without_a_post(office: Office, sign_in_as: SignIn) -> None:
    newcomer = a_person(name="赵敏")
    an_appointment(newcomer, office.post, valid=Range(date(2026, 3, 1), None))
    db.session.commit()
    assert "应填 0 个工作日" in sums_of(own(sign_in_as(an_actor(person=newcomer)), "2026-02-01"))


def test_a_month_without_records_is_an_empty_sheet_that_says_so(office: Office, sign_in_as: SignIn) -> None:
    document = opened(own(sign_in_as(an_actor(person=office.people[0])), "2026-02-01"))
    assert "本月没有履职纪实。" in [paragraph.text for paragraph in document.paragraphs]  # type: ignore[attr-defined]


def test_the_headings_stand_again_on_every_page(office: Office, sign_in_as: SignIn) -> None:
    table = opened(own(sign_in_as(an_actor(person=office.people[0])))).tables[1]  # type: ignore[attr-defined]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_a_head_takes_out_the_whole_section_and_that_is_written_down(office: Office, sign_in_as: SignIn) -> None:
    head = sign_in_as(an_actor(Role.SECTION_HEAD, section=office.section))
    answer = head.post(f"/duty-eval/sections/{office.section.id}/month-sheets", data={"month": "2026-03-01"})
    names = [table.rows[0].cells[1].text for table in opened(answer.data).tables[::2]]  # type: ignore[attr-defined]
    assert names == ["李强", "王芳"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "month_sheet.exported")).one()
    assert entry.after == {"month": "2026年3月", "people": 2}


def test_another_sections_head_finds_nothing(office: Office, sign_in_as: SignIn) -> None:
    other = sign_in_as(an_actor(Role.SECTION_HEAD, section=a_section(unit=a_unit())))
    section = other.post(f"/duty-eval/sections/{office.section.id}/month-sheets", data={"month": "2026-03-01"})
    person = other.post(f"/duty-eval/people/{office.people[0].id}/month-sheet", data={"month": "2026-03-01"})
    assert (section.status_code, person.status_code) == (404, 404)


def test_a_month_that_is_no_day_is_refused(office: Office, sign_in_as: SignIn) -> None:
    answer = sign_in_as(an_actor(person=office.people[0])).get("/duty-eval/month/sheet?month=2026-13")
    assert "日期格式应为" in answer.text
