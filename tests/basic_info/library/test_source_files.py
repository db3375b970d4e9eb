"""Source papers of the duty library open for who may read the unit's duties, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from basic_info.documents.library import PaperKind, keep_upload
from basic_info.organization.models import Unit
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests.factories import a_person, a_post, a_section, a_unit, an_actor
from tests.host.files.file_contents import a_document, a_workbook, upload

Clients = Callable[[Actor], FlaskClient]
PAPERS = {
    PaperKind.MANDATE: ("三定规定.docx", a_document()),
    PaperKind.POWER_LIST: ("权责清单.xlsx", a_workbook()),
}


@pytest.fixture
def unit(connection: Connection) -> Unit:
    return a_unit()


@pytest.mark.parametrize("kind", list(PAPERS))
def test_security_row_16_a_paper_opens_for_who_may_read_the_duties(
    unit: Unit, sign_in_as: Clients, kind: PaperKind
) -> None:
    name, content = PAPERS[kind]
    clerk = an_actor(Role.OFFICE_CLERK, region="371300")
    document = keep_upload(upload(content, name), kind=kind, unit_id=unit.id, actor=clerk)
    colleague = a_person(post=a_post(section=a_section(unit=unit)))
    asked = {
        "office": clerk,
        "head of the unit": an_actor(Role.UNIT_HEAD, unit=unit),
        "staff of the unit": an_actor(Role.STAFF, person=colleague),
        "head of another unit": an_actor(Role.UNIT_HEAD, unit=a_unit(name="市水利局")),
        "administrator": an_actor(Role.SYSTEM_ADMIN, region="371300"),
    }
    db.session.commit()
    found = {who: sign_in_as(one).get(f"/files/{document.file_id}").status_code for who, one in asked.items()}
    assert found == {
        "office": 200,
        "head of the unit": 200,
        "staff of the unit": 200,
        "head of another unit": 404,
        "administrator": 404,
    }
