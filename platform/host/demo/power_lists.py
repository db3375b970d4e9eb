"""权责清单 of the demo city's departments: a workbook with a sheet for each type.

The columns are the 14 of R49 with the code and the two limits before the remarks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import xlsxwriter

from host.demo.city import CityPlan, Unit
from host.demo.content import ItemText, kind_of
from host.demo.mandates import UnitFile
from host.demo.power_texts import (
    KIND_CODES,
    accountability_cases,
    basis_lines,
    responsibility,
    responsibility_basis,
)

HEADINGS = [
    "序号",
    "事项名称",
    "子项名称",
    "权力类型",
    "实施依据",
    "行使主体",
    "承办机构",
    "实施层级及权限",
    "",
    "部门职责",
    "责任事项内容",
    "责任事项依据",
    "追责对象\n范围",
    "追责情形",
    "职权编码",
    "法定期限",
    "承诺期限",
    "备注",
]
WIDTHS = [5, 18, 16, 8, 40, 14, 14, 8, 18, 26, 46, 34, 16, 36, 20, 12, 12, 10]
MAIN_COLUMNS = (0, 1, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13)  # one value for all sub-items of an item
ACCOUNTABLE = "1.具体承办人；\n2.内设机构负责人；\n3.单位法定代表人或分管领导。"
LEVELS = {"市": "市级", "县": "县级"}


@dataclass(frozen=True, slots=True)
class PowerItem:
    """A leaf item (权责事项) of a unit: one row of its list."""

    unit_code: str
    code: str
    sort_no: int
    subitem_name: str
    text: ItemText


def write_power_lists(plan: CityPlan, folder: Path) -> tuple[UnitFile, ...]:
    """Write the list of every department that has one; each section named in it is one of the unit's."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    sections = section_names(plan)
    for unit in plan.units:
        items = power_items(unit, sections[unit.code])
        if items:
            path = folder / f"{unit.name}权责清单.xlsx"
            _write(unit, items, path)
            written.append(UnitFile(unit.code, path))
    return tuple(written)


def section_names(plan: CityPlan) -> dict[str, set[str]]:
    """The names of the sections of every unit by its code."""
    names: dict[str, set[str]] = {unit.code: set() for unit in plan.units}
    for section in plan.sections:
        names[section.unit_code].add(section.name)
    return names


def power_items(unit: Unit, sections: set[str]) -> list[PowerItem]:
    """The leaf items of a unit, by type; a county's department has only those of the sections it has."""
    texts = [text for text in kind_of(unit.kind).items if text.section in sections]
    texts.sort(key=lambda text: list(KIND_CODES).index(text.power_kind))
    leaves = []
    for _kind, group in groupby(texts, key=lambda text: text.power_kind):
        for sort_no, text in enumerate(group, 1):
            for part, subitem in enumerate(text.subitems or ("",)):
                code = item_code(unit, text, sort_no, part + 1 if subitem else 0)
                leaves.append(PowerItem(unit.code, code, sort_no, subitem, text))
    return leaves


def item_code(unit: Unit, text: ItemText, sort_no: int, part: int) -> str:
    """The 16 signs of 职权编码: region, department, type, item, sub-item (R57)."""
    return f"{unit.region_code[:6]}{unit.code[-3:]}{KIND_CODES[text.power_kind]}{sort_no:03d}{part:02d}"


def _write(unit: Unit, items: list[PowerItem], path: Path) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        cell = book.add_format({"text_wrap": True, "valign": "vcenter", "border": 1, "font_size": 9})
        head = book.add_format({"text_wrap": True, "align": "center", "bold": True, "border": 1})
        for power_kind, group in groupby(items, key=lambda item: item.text.power_kind):
            leaves = list(group)
            sheet = book.add_worksheet(f"{power_kind}（{leaves[-1].sort_no}项）")
            _write_head(sheet, f"{unit.name}权责清单（{power_kind}类）", head)
            row = 3
            for _sort_no, parts in groupby(leaves, key=lambda item: item.sort_no):
                row += _write_item(sheet, row, unit, list(parts), cell)


def _write_head(sheet: xlsxwriter.worksheet.Worksheet, title: str, head: object) -> None:
    sheet.merge_range(0, 0, 1, len(HEADINGS) - 1, title, head)
    for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write(2, column, heading, head)
    sheet.merge_range(2, 7, 2, 8, HEADINGS[7], head)


def _write_item(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, unit: Unit, parts: list[PowerItem], cell: object
) -> int:
    """Write an item with its sub-items, what they share in merged cells; returns the number of rows."""
    for offset, part in enumerate(parts):
        for column, value in enumerate(_values(unit, part)):
            if not (column in MAIN_COLUMNS and len(parts) > 1):
                sheet.write(row + offset, column, value, cell)
    if len(parts) > 1:
        values = list(_values(unit, parts[0]))
        for column in MAIN_COLUMNS:
            sheet.merge_range(row, column, row + len(parts) - 1, column, values[column], cell)
    return len(parts)


def _values(unit: Unit, item: PowerItem) -> Iterator[str | int]:
    text = item.text
    subject = f"{text.name}（{item.subitem_name}）" if item.subitem_name else text.name
    yield item.sort_no
    yield text.name
    yield item.subitem_name or "无"
    yield text.power_kind
    yield basis_lines(text.bases)
    yield unit.name
    yield text.section
    yield LEVELS[unit.tier]
    yield f"负责本级{subject}"
    yield f"负责本行政区域内{text.name}；指导下级开展相关工作。"
    yield responsibility(text.power_kind)
    yield responsibility_basis(text.power_kind)
    yield ACCOUNTABLE
    yield accountability_cases(text.power_kind)
    yield item.code
    yield _limit(text.statutory_workdays)
    yield _limit(text.promised_workdays)
    yield ""


def _limit(workdays: int | None) -> str:
    return f"{workdays}个工作日" if workdays else "/"
