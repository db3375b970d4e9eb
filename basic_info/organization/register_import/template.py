"""An empty register workbook to fill in, made from the columns that the import reads: it can never be out of date."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

from basic_info.organization.register_import import columns
from basic_info.organization.register_import.columns import SHEETS, Column, Parse, SheetSpec, WordOf

FILE_NAME = "组织机构名册模板.xlsx"
GUIDE = "填写说明"
#: So many rows below the headings offer the words of a column to choose from.
_ROWS = 5_000
#: What Excel takes as the words of a list, together with their commas.
_MOST_WORDS = 255
_FORMATS: dict[Parse, str] = {
    columns.day: "日期，如 2026-03-02",
    columns.day_or_month: "日期或年月，如 2026-03-02、1985.03",
    columns.whole: "整数",
    columns.seats: "大于 0 的整数",
    columns.share: "占全岗工作时间的百分比，如 60；不填的沿用已登记的占比，没有登记的平分其余岗位余下的部分",
    columns.code: "编码，40 个字符以内，不含空格",
    columns.credit_code: "18 位统一社会信用代码",
}
_CHOICES: dict[Parse, tuple[str, ...]] = {columns.yes_no: ("是", "否"), columns.tier: ("市", "县", "乡")}
_HEADINGS = ("工作表", "列", "必填", "也可以写成", "怎么填")


def template_workbook(specs: Sequence[SheetSpec] = SHEETS) -> bytes:
    """A sheet for each kind of row with its headings and choices, and one that says how each column is filled in."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EEF6", "border": 1})
        needed = book.add_format({"bold": True, "bg_color": "#FBE9D7", "border": 1})
        text = book.add_format({"num_format": "@"})
        for spec in specs:
            sheet = book.add_worksheet(spec.title)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(spec.columns):
                # As text: an ID number stored as a number loses its end.
                sheet.set_column(place, place, max(12, 2 * len(column.headers[0]) + 4), text)
                sheet.write_string(0, place, column.headers[0], needed if column.is_required else head)
                words = _choices(column)
                if words and len(",".join(words)) <= _MOST_WORDS:
                    sheet.data_validation(1, place, _ROWS, place, {"validate": "list", "source": list(words)})
        _write_guide(book.add_worksheet(GUIDE), head, specs)
    return buffer.getvalue()


def _write_guide(
    sheet: xlsxwriter.worksheet.Worksheet, head: xlsxwriter.format.Format, specs: Sequence[SheetSpec]
) -> None:
    for place, (heading, width) in enumerate(zip(_HEADINGS, (10, 22, 8, 30, 80), strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, head)
    row = 0
    for spec in specs:
        for column in spec.columns:
            row += 1
            for place, words in enumerate(guide_of(spec, column)):
                sheet.write_string(row, place, words)


def guide_of(spec: SheetSpec, column: Column) -> tuple[str, ...]:
    """(sheet, heading, whether needed, other headings, how to fill it in) of a column."""
    how = "可选：" + "、".join(words) if (words := _choices(column)) else _FORMATS.get(column.parse, "文字")
    return (spec.title, column.headers[0], "必填" if column.is_required else "", "、".join(column.headers[1:]), how)


def _choices(column: Column) -> tuple[str, ...]:
    if isinstance(column.parse, WordOf):
        return column.parse.words
    return _CHOICES.get(column.parse, ())
