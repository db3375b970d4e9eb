from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from docx import Document
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from duty_eval.routine.models import RoutineAssessment, RoutineGrade
from duty_eval.routine.operations import decide_routine_grade, note_result, propose_routine_grade, submit_summary
from host.kernel.access import Actor
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from tests.duty_eval.routine.test_routine import Office
from tests.factories import a_section, a_unit

SignIn = Callable[[Actor], FlaskClient]


class Filled(Office):
    """The first of the staff is graded and has taken note; what was typed is not kind to word processors."""

    def __init__(self) -> None:
        super().__init__()
        self.round = self.open()
        form = self.form(0)
        form.facts = {**form.facts, "duties": [[f"职责{n}", 20 - n, 90] for n in range(14)]}
        submit_summary(form, "=cmd|' /C calc'!A0\n<w:p>完成\x07任务</w:p>", actor=self.staff[0])
        propose_routine_grade(form, RoutineGrade.GOOD, comment="扎实", actor=self.head)
        decide_routine_grade(form, RoutineGrade.GOOD, actor=self.chief)
        note_result(form, actor=self.staff[0])
        db.session.commit()


@pytest.fixture
def office(connection: Connection) -> Filled:
    return Filled()


def _text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_form_says_what_was_written_counted_and_decided_by_whom(office: Filled, sign_in_as: SignIn) -> None:
    answer = sign_in_as(office.staff[0]).get(f"/duty-eval/routine/{office.form(0).id}/paper")
    text = _text(answer.data)
    for words in (
        "公务员平时考核登记表",
        "一季度　2026-01-01 至 2026-03-31",
        "职工0",
        "市发展和改革局 综合科",
        "1. 职责0：20 项，1.5 小时",
        "其他 2 项职责：15 项",
        "建议等次：好",
        "确定等次：好",
        "已知悉，没有异议",
    ):
        assert words in text
    assert text.count("签名：　　") == 0


def test_what_was_typed_stays_text(office: Filled, sign_in_as: SignIn) -> None:
    content = sign_in_as(office.staff[0]).get(f"/duty-eval/routine/{office.form(0).id}/paper").data
    assert "=cmd|' /C calc'!A0\n<w:p>完成任务</w:p>" in _text(content)
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert "fldChar" not in xml
    assert "instrText" not in xml


def test_a_form_is_had_by_the_person_and_by_those_who_read_the_round(office: Filled, sign_in_as: SignIn) -> None:
    form = office.form(0).id
    assert sign_in_as(office.staff[1]).get(f"/duty-eval/routine/{form}/paper").status_code == 404
    assert sign_in_as(office.staff[1]).get(f"/duty-eval/routine/rounds/forms/{form}/paper").status_code == 403
    assert sign_in_as(office.chief).get(f"/duty-eval/routine/rounds/forms/{form}/paper").status_code == 200


def test_a_round_goes_out_as_one_document_a_section(office: Filled, sign_in_as: SignIn) -> None:
    other = a_section(unit=office.unit, name="业务/科")
    office.form(1).section_id = other.id
    db.session.commit()

    chief = sign_in_as(office.chief)
    answer = chief.post(f"/duty-eval/routine/rounds/{office.round.id}/papers", data={"section": ""})

    folder = zipfile.ZipFile(io.BytesIO(answer.data))
    assert {name.split("-", 1)[1] for name in folder.namelist()} == {"综合科.docx", "业务_科.docx"}
    audited = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "routine_round.exported")).one()
    assert audited.after == {"people": len(db.session.scalars(select(RoutineAssessment.id)).all())}


def test_a_section_goes_out_as_one_document_of_all_its_people(office: Filled, sign_in_as: SignIn) -> None:
    chief = sign_in_as(office.chief)
    data = {"section": str(office.section.id)}
    text = _text(chief.post(f"/duty-eval/routine/rounds/{office.round.id}/papers", data=data).data)
    assert text.count("公务员平时考核登记表") == 6
    other = {"section": str(a_section(unit=a_unit()).id)}
    assert chief.post(f"/duty-eval/routine/rounds/{office.round.id}/papers", data=other).status_code == 404
