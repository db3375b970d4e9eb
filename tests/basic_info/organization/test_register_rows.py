"""People with several posts, and cells as people really fill them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Connection, select, text
from xlsxwriter.worksheet import Worksheet

from basic_info.organization.kinds import AppointmentKind
from basic_info.organization.models import Appointment, Person, PersonVersion, Post
from basic_info.organization.register_import import HasErrors, ImportReport, import_register, import_workbook
from basic_info.regions.operations import seed_regions
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.tables.reading import workbook_of

ON = date(2026, 1, 1)
UNITS = [["单位编码", "单位名称", "区划代码", "层级", "机构类型"], ["U1", "测试局", "371300", "市", "政府部门"]]
SECTIONS = [["科室编码", "科室名称", "单位编码"], ["S1", "办公室", "U1"], ["S2", "规划科", "U1"]]
POSTS = [["岗位编码", "岗位名称", "科室编码", "岗位类别"], ["P1", "主任", "S1", "综合管理"],
         ["P2", "科长", "S2", "综合管理"], ["P3", "科员", "S2", "综合管理"]]  # fmt: skip
HEAD = ["人员编码", "姓名", "人员身份", "人员类别", "岗位编码", "任职名称", "任职起始日期", "任职类型", "出生日期",
        "入党时间", "身份证号", "工作占比"]  # fmt: skip
ANNA = ["R1", "王一", "公务员", "在编"]


@pytest.fixture(autouse=True)
def _regions(connection: Connection) -> None:
    seed_regions(actor=SYSTEM)


def _row(*cells: Any) -> list[Any]:
    return [*ANNA, *cells, *[None] * (len(HEAD) - len(ANNA) - len(cells))]


def _import(*people: list[Any], on: date = ON, dry_run: bool = False) -> ImportReport:
    sheets = {"单位": UNITS, "科室": SECTIONS, "岗位": POSTS, "人员": [HEAD, *people]}

    def maker(rows: list[list[Any]]) -> Callable[[], Iterator[list[Any]]]:
        return lambda: iter([list(row) for row in rows])

    book = workbook_of({name: maker(rows) for name, rows in sheets.items()})
    report = import_workbook(book, name="名册.xlsx", actor=SYSTEM, on=on, dry_run=dry_run)
    names = db.session.scalars(
        text("SELECT relname FROM pg_class WHERE relpersistence = 't' AND relkind = 'r' AND relname ~ '^stage_'")
    ).all()
    if names:
        db.session.execute(text(f"DROP TABLE IF EXISTS {', '.join(names)}"))  # a commit would have done it
    return report


def _held(day: date) -> set[tuple[str, bool, AppointmentKind]]:
    rows = db.session.execute(
        select(Post.code, Appointment.is_primary, Appointment.appointment_kind)
        .join(Post, Post.id == Appointment.post_id)
        .where(Appointment.superseded_at.is_(None), Appointment.valid.contains(day))
    )
    return {(code, primary, kind) for code, primary, kind in rows}


def test_a_person_holds_a_primary_post_and_others_each_from_its_day() -> None:
    _import(_row("P1", "主任", "2020-01-01"), _row("P2", "科长", "2023-05-01", "兼职"))

    assert _held(date(2022, 1, 1)) == {("P1", True, AppointmentKind.MAIN)}
    assert _held(ON) == {("P1", True, AppointmentKind.MAIN), ("P2", False, AppointmentKind.CONCURRENT)}


def test_the_same_rows_again_change_nothing() -> None:
    rows = [_row("P1", "主任", "2020-01-01"), _row("P2", "科长", "2023-05-01", "兼职")]
    _import(*rows)

    again = _import(*rows, on=date(2026, 6, 1))

    assert {(o.new, o.changed) for o in again.outcomes.values()} == {(0, 0)}


def test_a_further_post_that_changed_keeps_what_it_was_before() -> None:
    _import(_row("P1"), _row("P2", "科长", "2023-05-01", "兼职"))
    _import(_row("P1"), _row("P2", "科长", "2026-03-01", "顶岗"), on=date(2026, 3, 1))

    assert ("P2", False, AppointmentKind.CONCURRENT) in _held(date(2026, 2, 1))
    assert ("P2", False, AppointmentKind.SUBSTITUTE) in _held(date(2026, 3, 1))


def test_a_post_held_besides_may_become_the_primary_one() -> None:
    _import(_row("P1", "主任", "2020-01-01"), _row("P2", "科长", "2023-05-01", "兼职"))
    _import(_row("P2", "科长", "2026-03-01"), on=date(2026, 3, 1))

    assert _held(date(2026, 3, 1)) == {("P2", True, AppointmentKind.MAIN)}
    assert ("P2", False, AppointmentKind.CONCURRENT) in _held(date(2026, 2, 1))


def test_the_further_row_may_stand_before_the_primary_one() -> None:
    _import(_row("P2", "科长", None, "兼职"), _row("P1"))

    assert {code for code, _, _ in _held(date(2026, 2, 1))} == {"P1", "P2"}


@pytest.mark.parametrize(
    ("second", "column", "words"),
    [
        (_row("P2"), "人员编码", "任职类型"),
        (_row("P1", None, None, "兼职"), "岗位编码", "已是该人员的主职"),
        (_row(None, None, None, "兼职"), "岗位编码", "不能为空"),
        (["R1", "李二", *_row("P2", None, None, "兼职")[2:]], "人员编码", "与第 2 行同一人员的不一致"),
        (["R9", *_row("P2", None, None, "兼职")[1:]], "任职类型", "没有人员 R9 的主职行"),
        (["R2", *_row("P9")[1:]], "岗位编码", "没有编码为 P9 的岗位"),
        (_row("P2", None, None, "闲职"), "任职类型", "不在可选范围"),
    ],
)
def test_a_second_row_that_cannot_be_is_named_by_row_and_column(second: list[Any], column: str, words: str) -> None:
    errors = _import(_row("P1"), second, dry_run=True).errors

    assert [(error.row, error.column) for error in errors] == [(3, column)]
    assert words in errors[0].message


@pytest.mark.parametrize(
    "written",
    ["1990-03-02", "1990/3/2", "1990.3.2", "1990年3月2日", "19900302", "１９９０-03-02", "1990-03-02 00:00:00",
     date(1990, 3, 2), datetime(1990, 3, 2, 8, 30)],  # noqa: DTZ001  # as a sheet holds it
)  # fmt: skip
def test_a_day_is_understood_in_the_forms_that_people_write(written: object) -> None:
    _import([*ANNA, "P1", None, None, None, written])

    assert db.session.scalar(select(PersonVersion.birth_on)) == date(1990, 3, 2)


@pytest.mark.parametrize("written", ["1990-02-30", "90.3.2", "明天", "45123", "0990-01-01", "1990.03"])
def test_a_birthday_that_is_none_is_refused_in_its_cell(written: str) -> None:
    errors = _import([*ANNA, "P1", None, None, None, written], dry_run=True).errors

    assert [(error.sheet, error.row, error.column) for error in errors] == [("人员", 2, "出生日期")]


def test_a_month_as_cadre_papers_print_it_counts_from_its_first_day() -> None:
    _import([*ANNA, "P1", None, None, None, None, "1985.03"])

    assert db.session.scalar(select(PersonVersion.party_joined_on)) == date(1985, 3, 1)


def test_a_month_that_may_have_lost_its_zero_is_refused() -> None:
    errors = _import([*ANNA, "P1", None, None, None, None, "1985.1"], dry_run=True).errors

    assert errors[0].column == "入党时间"


def _written(path: Path, fill: Callable[[Worksheet, xlsxwriter.Workbook], None]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("单位", UNITS), ("科室", SECTIONS), ("岗位", POSTS)):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        people = book.add_worksheet("人员")
        people.write_row(0, 0, HEAD)
        fill(people, book)
    return path


def test_an_id_number_kept_as_a_number_has_lost_its_end_and_is_refused(tmp_path: Path) -> None:
    def fill(sheet: Worksheet, _book: xlsxwriter.Workbook) -> None:
        sheet.write_row(1, 0, [*ANNA, "P1", "", "", "", "", ""])
        sheet.write_number(1, 10, 371302188101010015)

    path = _written(tmp_path / "数字.xlsx", fill)

    with pytest.raises(HasErrors, match="“人员”第 2 行“身份证号”.*文本格式"):
        import_register(path, actor=SYSTEM, on=ON)


def test_numbers_formulas_merged_cells_and_blanks_are_taken_for_what_they_show(tmp_path: Path) -> None:
    def fill(sheet: Worksheet, _book: xlsxwriter.Workbook) -> None:
        sheet.write_row(1, 0, [1001.0, " 王一\u3000", "公务员", "在编", "P1"])
        sheet.write_row(2, 0, [1002.0, "李二", "公务员", "", "P2"])
        sheet.write_formula(2, 5, '="科"&"长"', None, "科长")
        sheet.merge_range(1, 3, 2, 3, "在编")
        sheet.write_row(3, 0, ["  ", "", "\u3000"])

    report = import_register(_written(tmp_path / "填.xlsx", fill), actor=SYSTEM, on=ON)

    assert report.error_count == 0
    assert set(db.session.scalars(select(Person.code))) == {"1001", "1002"}
    assert set(db.session.scalars(select(PersonVersion.name))) == {"王一", "李二"}
    assert "科长" in set(db.session.scalars(select(Appointment.job_title)))


def _with_share(share: Any, *cells: Any) -> list[Any]:
    return [*_row(*cells)[:-1], share]


def _shares(day: date) -> dict[str, int | None]:
    rows = db.session.execute(
        select(Post.code, Appointment.share_percent)
        .join(Post, Post.id == Appointment.post_id)
        .where(Appointment.superseded_at.is_(None), Appointment.valid.contains(day))
    )
    return {code: share for code, share in rows}


@pytest.mark.parametrize(
    ("cell", "share"), [("60", 60), ("60%", 60), (Decimal("0.6"), 60), (Decimal(1), 100), (None, None), ("０", 0)]
)
def test_a_share_is_read_as_people_write_it(cell: Any, share: int | None) -> None:
    _import(_with_share(cell, "P1"))
    assert _shares(ON) == {"P1": share}


def test_shares_hold_from_the_day_of_the_import_and_stay_where_none_is_written() -> None:
    rows = ("P1", "主任", "2020-01-01"), ("P2", "科长", "2023-05-01", "兼职")
    _import(*(_row(*row) for row in rows))
    _import(_with_share("70", *rows[0]), _with_share("30", *rows[1]), on=date(2026, 3, 1))
    again = _import(*(_row(*row) for row in rows), on=date(2026, 6, 1))

    assert _shares(date(2026, 2, 28)) == {"P1": None, "P2": None}
    assert _shares(date(2026, 3, 1)) == _shares(date(2026, 6, 1)) == {"P1": 70, "P2": 30}
    assert {(o.new, o.changed) for o in again.outcomes.values()} == {(0, 0)}


def test_shares_may_move_between_posts_in_one_workbook() -> None:
    _import(_with_share("40", "P1"), _with_share("60", "P2", None, None, "兼职"))
    _import(_with_share("60", "P1"), _with_share("40", "P2", None, None, "兼职"), on=date(2026, 3, 1))
    assert _shares(date(2026, 3, 1)) == {"P1": 60, "P2": 40}


def test_shares_beyond_a_full_post_are_named_in_the_trial_run() -> None:
    errors = _import(_with_share("70", "P1"), _with_share("40", "P2", None, None, "兼职"), dry_run=True).errors
    assert [(error.row, error.column) for error in errors] == [(3, "工作占比")]
    assert "合计 110%" in errors[0].message


def test_a_share_counts_beside_what_the_register_says_of_other_posts() -> None:
    _import(_with_share("40", "P1"), _with_share("60", "P2", None, None, "兼职"))
    errors = _import(_with_share("50", "P1"), dry_run=True, on=date(2026, 3, 1)).errors
    assert [(error.row, error.column, "合计 110%" in error.message) for error in errors] == [(2, "工作占比", True)]


@pytest.mark.parametrize("cell", ["半天", "120", "33.3", "-5"])
def test_what_is_no_share_is_named(cell: str) -> None:
    errors = _import(_with_share(cell, "P1"), dry_run=True).errors
    assert [(error.row, error.column) for error in errors] == [(2, "工作占比")]
