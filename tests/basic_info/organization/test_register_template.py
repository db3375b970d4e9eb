"""The empty workbook that the import page offers."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import Connection

from basic_info.organization.register_import import import_register
from basic_info.organization.register_import.columns import SHEETS
from basic_info.organization.register_import.template import GUIDE, template_workbook
from host.kernel.access import SYSTEM
from tests.factories import a_region

ROWS = {
    "单位": {"单位编码": "U1", "单位名称": "市水利局", "区划代码": "371300", "层级": "市", "机构类型": "政府部门"},
    "科室": {"科室编码": "S1", "科室名称": "河湖科", "单位编码": "U1"},
    "岗位": {"岗位编码": "P1", "岗位名称": "巡查岗", "科室编码": "S1", "岗位类别": "综合管理"},
}


def test_the_template_has_every_column_with_its_guide() -> None:
    book = load_workbook(io.BytesIO(template_workbook()))
    for spec in SHEETS:
        assert [cell.value for cell in book[spec.title][1]] == [column.headers[0] for column in spec.columns]
    guide = {(row[0], row[1]): row for row in book[GUIDE].iter_rows(min_row=2, values_only=True)}
    assert len(guide) == sum(len(spec.columns) for spec in SHEETS)
    assert guide["单位", "层级"][2:] == ("必填", "", "可选：市、县、乡")
    assert "工号" in str(guide["人员", "人员编码"][3])
    assert book["人员"].data_validations.dataValidation


def test_the_filled_in_template_is_imported(connection: Connection, tmp_path: Path) -> None:
    a_region()
    book = load_workbook(io.BytesIO(template_workbook()))
    for title, values in ROWS.items():
        headings = [cell.value for cell in book[title][1]]
        for heading, value in values.items():
            book[title].cell(2, headings.index(heading) + 1, value)
    book.save(tmp_path / "名册.xlsx")

    report = import_register(tmp_path / "名册.xlsx", actor=SYSTEM, on=date(2026, 3, 2), dry_run=False)

    assert report.errors == []
    assert {title: outcome.new for title, outcome in report.outcomes.items() if outcome.new} == dict.fromkeys(ROWS, 1)
