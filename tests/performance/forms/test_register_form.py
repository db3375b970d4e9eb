"""年度考核登记表 as a Word document."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from docx import Document
from docx.oxml.ns import qn
from sqlalchemy import Connection

from host.kernel.access import Role
from host.kernel.db import db
from host.kernel.errors import NotFound
from performance.forms.document import WIDTHS, register_document
from performance.forms.queries import RegisterForm, register_form_of
from performance.grading.models import Regime
from tests.factories import an_actor
from tests.performance.rows import Office

FORM = RegisterForm(
    year=2026,
    regime=Regime.CIVIL_SERVANT,
    name="王芳",
    sex="女",
    birth="1985年6月",
    political_status="中共党员",
    since="2020年1月",
    unit_and_post="市发展和改革局 综合科 综合岗",
    work="起草年度工作要点",
    report="本年度记录履职纪实 3 条。",
    comment="认真负责",
    proposed="称职",
)
LABELS = (
    "姓　　名",
    "性　别",
    "出生年月",
    "政治面貌",
    "任现职时间",
    "单位及职务",
    "从事或分管\n工作",
    "本人意见",
    "备　　注",
)


def opened(form: RegisterForm) -> object:
    return Document(io.BytesIO(register_document(form)))


def texts(form: RegisterForm) -> str:
    table = opened(form).tables[0]  # type: ignore[attr-defined]
    return "\n".join(cell.text for row in table.rows for cell in row.cells)


@pytest.mark.parametrize("label", LABELS)
def test_the_form_has_the_box(label: str) -> None:
    assert label in texts(FORM)


def test_what_is_known_is_filled_in() -> None:
    assert {"王芳", "中共党员", "1985年6月"} <= set(texts(FORM).splitlines())


def test_the_page_is_a4() -> None:
    section = opened(FORM).sections[0]  # type: ignore[attr-defined]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)


def test_an_ordinary_form_takes_one_page_with_its_columns_as_planned() -> None:
    table = opened(FORM).tables[0]  # type: ignore[attr-defined]
    height = sum(row.height.cm for row in table.rows)

    assert ([round(column.width.cm, 1) for column in table.columns], height < 23.5) == (list(WIDTHS), True)


def test_no_row_is_broken_over_pages() -> None:
    rows = opened(FORM).tables[0].rows  # type: ignore[attr-defined]
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows)


def test_the_body_is_set_in_fangsong() -> None:
    normal = opened(FORM).styles["Normal"].element  # type: ignore[attr-defined]
    assert normal.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"


def test_institution_staff_get_their_own_form() -> None:
    document = opened(replace(FORM, regime=Regime.INSTITUTION))
    assert document.paragraphs[0].text == "事业单位工作人员年度考核登记表"  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["<w:p>&amp;</w:p>", "{{ 7 * 7 }}", "{% raw %}", "王\x00\x0b芳\ud800", "𠮷㑇"])
def test_what_people_write_stays_text(text: str) -> None:
    kept = "".join(char for char in text if char not in "\x00\x0b\ud800")
    assert kept in texts(replace(FORM, report=text))


def test_the_report_is_drafted_from_the_years_records(connection: Connection) -> None:
    office = Office("王芳")
    for day in (2, 3):
        office.log(office.people[0], date(2026, 3, day))
    actor = an_actor(Role.STAFF, person=office.people[0])
    form = register_form_of(actor, office.people[0].id, 2026, today=date(2026, 4, 1))
    assert "履职纪实 2 条，涉及 2 天" in form.report
    assert form.unit_and_post == "市发展和改革局 综合科 综合岗"


def test_somebody_elses_form_is_not_found(connection: Connection) -> None:
    office = Office("王芳", "李强")
    actor = an_actor(Role.STAFF, person=office.people[0])
    with pytest.raises(NotFound):
        register_form_of(actor, office.people[1].id, 2026, today=date(2026, 4, 1))


def test_the_form_is_handed_out_as_a_file(connection: Connection, sign_in_as) -> None:  # type: ignore[no-untyped-def]
    office = Office("王芳")
    db.session.commit()
    client = sign_in_as(an_actor(Role.STAFF, person=office.people[0]))
    answer = client.get(f"/performance/forms/register/{office.people[0].id}/2025")
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")
