"""Lists taken out as tables: filtered as shown, cut to the actor, written down, long ones by a job."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from basic_info.organization.models import Unit
from host.kernel.access import Actor, NotConfirmed, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.files.models import StoredFile
from host.kernel.files.storage import current_store
from host.kernel.jobs.models import JobRun
from host.kernel.jobs.progress import Progress
from host.kernel.tables import exports
from host.kernel.tables.exports import Table, day_of, registered_exports, table_of, whole_of
from host.kernel.tables.leaving import let_out
from host.kernel.tables.tasks import export_table
from tests.factories import a_unit, an_account, an_actor

SignIn = Callable[[Actor], FlaskClient]
UNITS = "/exports/basic_info.units"


@pytest.fixture
def unit(connection: Connection) -> Unit:
    return a_unit(name="市教育局")


def head(unit: Unit) -> Actor:
    return an_actor(Role.UNIT_HEAD, unit=unit)


def rows_of(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def export(client: FlaskClient, kind: str = "csv", **query: str) -> Any:
    return client.post(UNITS, query_string=query, data={"kind": kind})


def test_a_list_comes_as_csv_with_its_words(sign_in_as: SignIn, unit: Unit) -> None:
    rows = rows_of(export(sign_in_as(head(unit))).data)
    assert [(row["单位名称"], row["机构类型"]) for row in rows] == [("市教育局", "政府部门")]


def test_a_list_comes_as_a_workbook(sign_in_as: SignIn, unit: Unit) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export(sign_in_as(head(unit)), "xlsx").data))
    assert [cell.value for cell in book.worksheets[0]["B"]] == ["单位名称", "市教育局"]


def test_its_file_has_a_chinese_name_with_the_day(sign_in_as: SignIn, unit: Unit) -> None:
    answer = export(sign_in_as(head(unit)))
    assert quote("单位名单20") in answer.headers["Content-Disposition"]


def test_the_filters_of_the_page_narrow_it(sign_in_as: SignIn, unit: Unit) -> None:
    a_unit(name="市教育招生考试院", parent=unit)
    rows = rows_of(export(sign_in_as(head(unit)), name="招生").data)
    assert [row["单位名称"] for row in rows] == ["市教育招生考试院"]


def test_security_row_16_it_holds_nothing_out_of_reach(sign_in_as: SignIn, unit: Unit) -> None:
    rows = rows_of(export(sign_in_as(head(a_unit(name="市水利局")))).data)
    assert [row["单位名称"] for row in rows] == ["市水利局"]


def test_security_row_26_a_name_that_is_a_formula_stays_text(sign_in_as: SignIn, connection: Connection) -> None:
    rows = rows_of(export(sign_in_as(head(a_unit(name="=1+1")))).data)
    assert rows[0]["单位名称"] == "'=1+1"


def test_security_row_70_who_took_what_out_is_written_down(sign_in_as: SignIn, unit: Unit) -> None:
    actor = head(unit)
    export(sign_in_as(actor), name="教育")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "table.exported")).one()
    assert (entry.actor_id, entry.after) == (
        actor.account_id,
        {"list": "单位名单", "kind": "csv", "filters": {"name": "教育"}, "rows": 1},
    )


@pytest.mark.parametrize("kind", ["", "exe", "xls"])
def test_another_format_is_not_found(sign_in_as: SignIn, unit: Unit, kind: str) -> None:
    assert export(sign_in_as(head(unit)), kind).status_code == 404


def test_a_list_that_there_is_none_of_is_not_found(sign_in_as: SignIn, unit: Unit) -> None:
    assert sign_in_as(head(unit)).post("/exports/nothing", data={"kind": "csv"}).status_code == 404


def test_security_row_19_nobody_exports_a_list_that_is_not_theirs_to_read(sign_in_as: SignIn, unit: Unit) -> None:
    client = sign_in_as(head(unit))
    assert client.post("/exports/audit.entries", data={"kind": "csv"}).status_code == 403


def test_a_wrong_day_is_told(sign_in_as: SignIn, unit: Unit) -> None:
    assert export(sign_in_as(head(unit)), as_of="昨天").status_code == 422


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are a long list here."""
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 1)


def test_a_long_list_becomes_a_job(sign_in_as: SignIn, unit: Unit, few: None) -> None:
    a_unit(name="市实验中学", parent=unit)
    answer = export(sign_in_as(head(unit)), "xlsx", name="市")
    run = db.session.scalars(select(JobRun)).one()
    assert (answer.status_code, run.title, run.arguments["values"]) == (303, "导出单位名单", {"name": "市"})


def done(actor: Actor, kind: str = "csv", values: Mapping[str, str] | None = None) -> StoredFile:
    result = export_table(Progress(actor=actor, run_id=7), name="basic_info.units", kind=kind, values=values or {})
    assert result is not None
    return db.session.get_one(StoredFile, result["file_id"])


def test_the_job_writes_the_same_rows(unit: Unit) -> None:
    file = done(head(unit))
    with current_store().open(file.sha256) as content:
        rows = rows_of(content.read())
    assert ([row["单位名称"] for row in rows], file.subject) == (["市教育局"], "job_run:7")


def test_the_job_writes_a_workbook(unit: Unit) -> None:
    file = done(head(unit), "xlsx")
    with current_store().open(file.sha256) as content:
        sheet = openpyxl.load_workbook(io.BytesIO(content.read())).worksheets[0]
    assert (sheet["B2"].value, file.name.endswith(".xlsx")) == ("市教育局", True)


def test_the_job_says_how_far_it_is(unit: Unit) -> None:
    run = Progress(actor=head(unit), run_id=7)
    export_table(run, name="basic_info.units", kind="csv", values={})
    assert (run.done, run.total) == (1, 1)


def test_a_list_is_read_in_batches(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "BATCH", 2)
    for number in range(4):
        a_unit(name=f"市第{number}中学", parent=unit)
    table = table_of(registered_exports()["basic_info.units"], head(unit), {})
    assert (table.count, len(list(table.rows()))) == (5, 5)


@pytest.mark.parametrize("text", ["", "x", "-1", "²", "99999999999999999999"])
def test_a_number_that_is_none_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        whole_of({"unit_id": text}, "unit_id")


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(Refused):
        day_of({"as_of": "2026-02-30"}, "as_of", None)  # type: ignore[arg-type]


def test_people_of_all_tables_that_leave_together_are_counted(connection: Connection) -> None:
    people = next(one for one in registered_exports().values() if one.names_people)
    actor = Actor(account_id=an_account().id, display_name="甲", permission_map={})
    let_out("两份名单", [Table(people, [], 50), Table(people, [], 50)], kind="xlsx", values={}, actor=actor)
    with pytest.raises(NotConfirmed):
        let_out("两份名单", [Table(people, [], 50), Table(people, [], 51)], kind="xlsx", values={}, actor=actor)
