from pathlib import Path

from python_calamine import CalamineWorkbook

from host.demo.city import CityPlan, plan_city
from host.demo.workbook import PERSON_COLUMNS, POST_COLUMNS, SECTION_COLUMNS, UNIT_COLUMNS, write_workbook


def _sheets(plan: CityPlan, folder: Path) -> dict[str, list[list[object]]]:
    path = folder / "名册.xlsx"
    write_workbook(plan, path)
    book = CalamineWorkbook.from_path(str(path))
    return {name: [list(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names}


def test_the_workbook_holds_the_four_sheets_with_their_columns(tmp_path: Path) -> None:
    sheets = _sheets(plan_city(240), tmp_path)

    assert {name: rows[0] for name, rows in sheets.items()} == {
        "单位": UNIT_COLUMNS,
        "科室": SECTION_COLUMNS,
        "岗位": POST_COLUMNS,
        "人员": PERSON_COLUMNS,
    }


def test_the_workbook_holds_a_row_for_each(tmp_path: Path) -> None:
    plan = plan_city(240)

    sheets = _sheets(plan, tmp_path)

    assert [len(rows) - 1 for rows in sheets.values()] == [
        len(plan.units),
        len(plan.sections),
        len(plan.posts),
        240,
    ]


def test_a_person_row_has_thirty_columns() -> None:
    assert len(PERSON_COLUMNS) == 30
