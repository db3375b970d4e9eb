from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from host.demo.city import CityPlan, plan_city
from host.demo.mandates import UnitFile
from host.demo.power_lists import power_items, section_names, write_power_lists


@pytest.fixture(scope="module")
def plan() -> CityPlan:
    return plan_city(2000)


@pytest.fixture(scope="module")
def written(plan: CityPlan, tmp_path_factory: pytest.TempPathFactory) -> tuple[UnitFile, ...]:
    return write_power_lists(plan, tmp_path_factory.mktemp("power"))


def _book(path: Path) -> CalamineWorkbook:
    return CalamineWorkbook.from_path(str(path))


def test_several_departments_of_the_city_have_ten_to_thirty_items(plan: CityPlan) -> None:
    names = section_names(plan)
    sizes = [len(power_items(unit, names[unit.code])) for unit in plan.units if unit.tier == "市"]

    assert sum(10 <= size <= 30 for size in sizes) >= 5


def test_item_codes_are_unique_and_have_sixteen_signs(plan: CityPlan) -> None:
    names = section_names(plan)
    codes = [item.code for unit in plan.units for item in power_items(unit, names[unit.code])]

    assert len(set(codes)) == len(codes)
    assert {len(code) for code in codes} == {16}


def test_a_promised_limit_is_never_longer_than_the_statutory_one(plan: CityPlan) -> None:
    names = section_names(plan)
    texts = [item.text for unit in plan.units for item in power_items(unit, names[unit.code])]

    assert all(
        text.promised_workdays <= text.statutory_workdays
        for text in texts
        if text.promised_workdays and text.statutory_workdays
    )


def test_a_list_has_a_sheet_for_each_type_with_its_main_items(written: tuple[UnitFile, ...]) -> None:
    book = _book(written[0].path)

    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)[3:]
        assert f"（{sum(1 for row in rows if row[0])}项）" in name


def test_sub_items_share_merged_cells(written: tuple[UnitFile, ...]) -> None:
    sheets = [_book(file.path).get_sheet_by_index(0) for file in written]

    assert any(
        start[1] == end[1] == 0 and end[0] > start[0] > 2
        for sheet in sheets
        for start, end in sheet.merged_cell_ranges or ()
    )


def test_a_list_names_only_sections_of_its_unit(plan: CityPlan) -> None:
    names = section_names(plan)

    assert all(
        item.text.section in names[unit.code] for unit in plan.units for item in power_items(unit, names[unit.code])
    )


def test_a_licence_says_its_code_and_both_limits(written: tuple[UnitFile, ...]) -> None:
    heading, first = _book(written[0].path).get_sheet_by_index(0).to_python(skip_empty_area=False)[2:4]
    row = dict(zip(heading, first, strict=True))

    assert len(str(row["职权编码"])) == 16
    assert str(row["法定期限"]).endswith("个工作日")
    assert str(row["承诺期限"]).endswith("个工作日")
