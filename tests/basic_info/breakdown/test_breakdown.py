"""The form of duties, matters, measures and volumes: read with every wrong cell named, kept as versions, given back."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from basic_info.breakdown.errors import BreakdownHasErrors, NotADraft, OwnForm, UnknownSections
from basic_info.breakdown.models import Breakdown, BreakdownState, DutyMatter
from basic_info.breakdown.operations import import_breakdown, put_breakdown_in_force
from basic_info.breakdown.queries import volume_of
from basic_info.breakdown.sheet import ParsedBreakdown, headings, parse_breakdown
from basic_info.duties.models import SectionDuty, WorkSource
from basic_info.organization.models import Section, Unit
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotPermitted
from host.kernel.tables.reading import NotATable, iter_rows, read_workbook
from tests import factories

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 2)
HEAD = headings([2023, 2024, 2025])
GOOD = ("市场科", "三定规定", "承担成品油零售经营资格审批。", "受理申请", "审批服务", "受理量", "件", 120, "1,300", "")


def a_workbook(path: Path, rows: Sequence[Sequence[Any]], *, merged: Sequence[tuple[Any, ...]] = ()) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("分解表")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    for area in merged:
        sheet.merge_range(*area)
    book.close()
    return path


def parsed(path: Path, *rows: Sequence[Any]) -> ParsedBreakdown:
    return parse_breakdown(a_workbook(path / "form.xlsx", [HEAD, *rows]))


@dataclass(frozen=True)
class Office:
    unit: Unit
    section: Section
    duty: SectionDuty
    clerk: Actor
    reviewer: Actor

    @property
    def url(self) -> str:
        return f"/basic-info/units/{self.unit.id}/breakdown"


@pytest.fixture
def office(connection: Connection) -> Office:
    unit = factories.a_unit(name="市商务局")
    section = factories.a_section(unit=unit, name="市场科")
    duty = factories.a_section_duty(section=section, text="承担成品油零售经营资格审批")
    clerk, reviewer = (factories.an_actor(role, region="371300") for role in (Role.OFFICE_CLERK, Role.OFFICE_REVIEWER))
    return Office(unit, section, duty, clerk, reviewer)


def test_a_line_is_read_with_its_volumes(tmp_path: Path) -> None:
    (line,) = parsed(tmp_path, GOOD).lines
    assert (line.section_name, line.work_source, line.matter) == ("市场科", WorkSource.MANDATE, "受理申请")
    assert line.volumes == {2023: Decimal(120), 2024: Decimal(1300)}


def test_a_title_above_the_header_and_merged_cells_are_understood(tmp_path: Path) -> None:
    rows = [["市商务局职能分解表"], HEAD, GOOD, ("", "", "", "审查材料", "", "", "件", 1, 2, 3)]
    merged = [(2, 0, 3, 0, "市场科"), (2, 1, 3, 1, "三定规定"), (2, 2, 3, 2, "承担成品油零售经营资格审批")]
    found = parse_breakdown(a_workbook(tmp_path / "form.xlsx", rows, merged=merged))
    assert [(line.section_name, line.matter) for line in found.lines] == [
        ("市场科", "受理申请"),
        ("市场科", "审查材料"),
    ]


def test_a_header_that_comes_again_is_no_line(tmp_path: Path) -> None:
    assert len(parsed(tmp_path, GOOD, HEAD, GOOD).lines) == 2


@pytest.mark.parametrize(
    ("place", "value", "column", "told"),
    [
        (0, "", "科室", "不能为空"),
        (3, "  ", "具体职责事项", "不能为空"),
        (1, "领导安排", "来源", "三定规定"),
        (7, "很多", "2023年", "数字"),
        (8, -1, "2024年", "不小于 0"),
        (9, "NaN", "2025年", "数字"),
        (3, "长" * 2001, "具体职责事项", "2000 字"),
    ],
)
def test_a_wrong_cell_is_named(place: int, value: Any, column: str, told: str, tmp_path: Path) -> None:
    row = [*GOOD[:place], value, *GOOD[place + 1 :]]
    (error,) = parsed(tmp_path, GOOD, row).errors
    assert (error.row, error.column) == (3, column)
    assert told in error.message


@pytest.mark.parametrize("rows", [[("姓名", "电话")], [HEAD]])
def test_a_workbook_that_is_no_such_form_is_refused(rows: Sequence[Sequence[str]], tmp_path: Path) -> None:
    with pytest.raises(NotATable):
        parse_breakdown(a_workbook(tmp_path / "form.xlsx", rows))


def test_lines_find_their_section_and_duty(office: Office, tmp_path: Path) -> None:
    form = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    matter = db.session.scalars(select(DutyMatter).where(DutyMatter.breakdown_id == form.id)).one()
    assert (matter.section_id, matter.section_duty_id) == (office.section.id, office.duty.id)


def test_nothing_is_kept_of_a_form_with_an_error(office: Office, tmp_path: Path) -> None:
    with pytest.raises(BreakdownHasErrors, match="第 3 行"):
        import_breakdown(parsed(tmp_path, GOOD, ("", *GOOD[1:])), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    assert db.session.scalar(select(func.count()).select_from(Breakdown)) == 0


def test_a_later_form_takes_over_from_its_day(office: Office, tmp_path: Path) -> None:
    first = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=date(2026, 1, 1), actor=office.clerk)
    put_breakdown_in_force(first, actor=office.reviewer)
    second = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    put_breakdown_in_force(second, actor=office.reviewer)
    assert (first.breakdown_state, first.valid.upper) == (BreakdownState.SUPERSEDED, DAY)
    assert second.breakdown_state is BreakdownState.IN_FORCE


def test_a_form_does_not_take_effect_before_the_one_in_force(office: Office, tmp_path: Path) -> None:
    first = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    put_breakdown_in_force(first, actor=office.reviewer)
    second = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    with pytest.raises(NotADraft, match="晚于"):
        put_breakdown_in_force(second, actor=office.reviewer)


def test_a_form_takes_effect_once(office: Office, tmp_path: Path) -> None:
    form = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    put_breakdown_in_force(form, actor=office.reviewer)
    with pytest.raises(NotADraft):
        put_breakdown_in_force(form, actor=office.reviewer)


def test_a_form_of_unknown_sections_does_not_take_effect(office: Office, tmp_path: Path) -> None:
    row = ("没有的科", *GOOD[1:])
    form = import_breakdown(parsed(tmp_path, row), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    with pytest.raises(UnknownSections, match="没有的科"):
        put_breakdown_in_force(form, actor=office.reviewer)


def test_the_platform_itself_puts_no_form_in_force(office: Office, tmp_path: Path) -> None:
    form = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    with pytest.raises(NotPermitted):
        put_breakdown_in_force(form, actor=SYSTEM)


def upload(client: FlaskClient, office: Office, path: Path) -> Any:
    data = {"file": (io.BytesIO(path.read_bytes()), path.name), "on": DAY.isoformat()}
    return client.post(office.url, data=data, content_type="multipart/form-data")


def test_one_uploads_and_another_puts_in_force_from_the_page(
    office: Office, sign_in_as: SignIn, tmp_path: Path
) -> None:
    client = sign_in_as(office.clerk)
    answer = upload(client, office, a_workbook(tmp_path / "form.xlsx", [HEAD, GOOD]))
    assert answer.status_code == 303
    assert "核对生效" not in client.get(office.url).text
    client = sign_in_as(office.reviewer)
    assert "核对生效" in client.get(office.url).text
    client.post(f"{office.url}/1/in-force")
    page = client.get(office.url).text
    assert "现行" in page
    assert f"/basic-info/trace/section_duty/{office.duty.id}" in page


def test_the_page_lists_every_wrong_cell_and_keeps_nothing(office: Office, sign_in_as: SignIn, tmp_path: Path) -> None:
    bad = a_workbook(tmp_path / "form.xlsx", [HEAD, ("", *GOOD[1:]), (*GOOD[:7], "很多", 1, 1)])
    answer = upload(sign_in_as(office.clerk), office, bad)
    assert answer.status_code == 422
    assert "有 2 处需要改正" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Breakdown)) == 0


def rows_of(answer: Any, path: Path) -> list[list[Any]]:
    path.write_bytes(answer.data)
    return [list(row) for row in iter_rows(read_workbook(path).sheets[0])]


def test_the_blank_form_has_the_duties_in_their_places(office: Office, sign_in_as: SignIn, tmp_path: Path) -> None:
    answer = sign_in_as(office.clerk).post(f"{office.url}/file", data={"blank": "1"})
    rows = rows_of(answer, tmp_path / "blank.xlsx")
    assert rows[1][:3] == ["市场科", "三定规定", "承担成品油零售经营资格审批"]


def test_what_goes_out_comes_in_again_as_it_was(office: Office, sign_in_as: SignIn, tmp_path: Path) -> None:
    before = parsed(tmp_path, GOOD)
    import_breakdown(before, unit_id=office.unit.id, on=DAY, actor=office.clerk)
    answer = sign_in_as(office.clerk).post(f"{office.url}/file", data={"version": "1"})
    (tmp_path / "again.xlsx").write_bytes(answer.data)
    after = parse_breakdown(tmp_path / "again.xlsx")
    assert after.lines == before.lines


@pytest.mark.parametrize(("role", "answer"), [(Role.STAFF, 403), (Role.UNIT_HEAD, 403), (Role.UNIT_CLERK, 404)])
def test_only_who_edits_duties_in_reach_uploads(
    role: Role, answer: int, office: Office, sign_in_as: SignIn, tmp_path: Path
) -> None:
    elsewhere = factories.an_actor(role, unit=factories.a_unit(name="市教育局"))
    path = a_workbook(tmp_path / "form.xlsx", [HEAD, GOOD])
    assert upload(sign_in_as(elsewhere), office, path).status_code == answer


def test_the_form_of_another_unit_is_not_to_be_read(office: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(factories.an_actor(Role.UNIT_HEAD, unit=factories.a_unit(name="市教育局")))
    assert client.get(office.url).status_code == 404
    assert client.post(f"{office.url}/file", data={"blank": "1"}).status_code == 404


def test_who_took_the_form_in_does_not_put_it_in_force(office: Office, tmp_path: Path) -> None:
    form = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.reviewer)
    with pytest.raises(OwnForm):
        put_breakdown_in_force(form, actor=office.reviewer)


def test_the_database_too_wants_a_second_person(office: Office, tmp_path: Path) -> None:
    form = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    form.breakdown_state, form.put_by = BreakdownState.IN_FORCE, office.clerk.account_id
    with pytest.raises(IntegrityError, match="put_by_a_second_person"):
        db.session.flush()


def test_who_may_only_upload_does_not_put_in_force(office: Office, sign_in_as: SignIn, tmp_path: Path) -> None:
    import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.reviewer)
    assert sign_in_as(office.clerk).post(f"{office.url}/1/in-force").status_code == 403


def test_rows_of_the_blank_form_that_nobody_filled_in_are_named(tmp_path: Path) -> None:
    blank = (*GOOD[:3], "", "", "", "项", "", "", "")
    (error,) = parsed(tmp_path, GOOD, blank, blank, GOOD, blank).errors
    assert (error.row, error.column) == (3, "具体职责事项")
    assert "第 3—4、6 行（共 3 行）没有填写" in error.message


def test_a_volume_is_shown_as_it_was_written(office: Office, sign_in_as: SignIn, tmp_path: Path) -> None:
    import_breakdown(
        parsed(tmp_path, (*GOOD[:7], 10, "10.50", 1000)), unit_id=office.unit.id, on=DAY, actor=office.clerk
    )
    page = sign_in_as(office.clerk).get(office.url).text
    assert [number for number in (">10<", ">10.5<", ">1000<") if number not in page] == []


def test_a_volume_that_was_kept_with_two_decimals_is_shown_without(office: Office, tmp_path: Path) -> None:
    form = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    matter = db.session.scalars(select(DutyMatter).where(DutyMatter.breakdown_id == form.id)).one()
    matter.volumes = {"2024": "10.00"}
    assert volume_of(matter, 2024) == "10"


def test_a_form_stands_among_the_tasks_of_who_may_put_it_in_force(
    office: Office, sign_in_as: SignIn, tmp_path: Path
) -> None:
    head = factories.an_actor(Role.UNIT_HEAD, unit=office.unit)
    import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    assert f"{office.url}?version=1" in sign_in_as(head).get("/").text
    assert "待核对生效的职能分解表" not in sign_in_as(office.clerk).get("/").text


def test_a_draft_that_a_later_form_overtook_waits_for_nobody(
    office: Office, sign_in_as: SignIn, tmp_path: Path
) -> None:
    for _ in range(2):
        form = import_breakdown(parsed(tmp_path, GOOD), unit_id=office.unit.id, on=DAY, actor=office.clerk)
    put_breakdown_in_force(form, actor=office.reviewer)
    assert "待核对生效的职能分解表" not in sign_in_as(office.reviewer).get("/").text
