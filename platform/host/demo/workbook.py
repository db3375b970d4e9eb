"""组织机构.xlsx: units, sections, posts and people of the demo city in the importer's columns."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

import xlsxwriter

from host.demo.city import CityPlan
from host.demo.people import Person, iter_people
from host.kernel.tables.reading import Cell, Workbook, workbook_of

Row = tuple[str | int, ...]
UNIT_COLUMNS = [
    "单位编码",
    "单位名称",
    "单位简称",
    "上级单位编码",
    "区划代码",
    "层级",
    "机构类型",
    "规格",
    "经费形式",
    "统一社会信用代码",
    "事业单位分类",
]
SECTION_COLUMNS = ["科室编码", "科室名称", "单位编码", "科室类别", "规格", "排序", "是否综合性"]
POST_COLUMNS = ["岗位编码", "岗位名称", "科室编码", "岗位类别", "岗位等级", "数量", "是否领导岗位"]
PERSON_COLUMNS = [
    "人员编码",
    "姓名",
    "性别",
    "出生日期",
    "身份证号",
    "民族",
    "籍贯",
    "政治面貌",
    "入党时间",
    "学历",
    "学位",
    "毕业院校",
    "所学专业",
    "毕业时间",
    "专业技术职务",
    "参加工作时间",
    "进入本单位时间",
    "人员身份",
    "人员类别",
    "工作状态",
    "编制类型",
    "是否占编",
    "退休类别",
    "手机号",
    "单位编码",
    "科室编码",
    "岗位编码",
    "任职名称",
    "任职起始日期",
    "领导类型",
]
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write_workbook(plan: CityPlan, path: Path) -> None:
    """Write the workbook; it is streamed, so its size doesn't matter to the memory."""
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        bold = book.add_format({"bold": True})
        for name, columns, rows in _sheets(plan):
            _write_sheet(book.add_worksheet(name), columns, rows(), bold)


def unwritten_workbook(plan: CityPlan) -> Workbook:
    """The same sheets for the importer without a file between: a full-size city's cells take a minute to write."""
    return workbook_of({name: partial(_cells, columns, rows) for name, columns, rows in _sheets(plan)})


def _sheets(plan: CityPlan) -> tuple[tuple[str, list[str], Callable[[], Iterable[Row]]], ...]:
    return (
        ("单位", UNIT_COLUMNS, partial(unit_rows, plan)),
        ("科室", SECTION_COLUMNS, partial(section_rows, plan)),
        ("岗位", POST_COLUMNS, partial(post_rows, plan)),
        ("人员", PERSON_COLUMNS, lambda: map(person_row, iter_people(plan))),
    )


def _cells(columns: list[str], rows: Callable[[], Iterable[Row]]) -> Iterator[list[Cell]]:
    """The rows as the reader of a workbook would give them: nothing for an empty text, exact numbers."""
    yield [*columns]
    for row in rows():
        yield [Decimal(cell) if isinstance(cell, int) else cell or None for cell in row]


def unit_rows(plan: CityPlan) -> Iterator[Row]:
    """The rows of 单位, parents first."""
    for unit in plan.units:
        yield (
            unit.code,
            unit.name,
            unit.short_name,
            unit.parent_code,
            unit.region_code,
            unit.tier,
            unit.unit_kind,
            unit.rank,
            unit.funding,
            unit.credit_code,
            unit.institution_class,
        )


def section_rows(plan: CityPlan) -> Iterator[Row]:
    """The rows of 科室."""
    for section in plan.sections:
        yield (
            section.code,
            section.name,
            section.unit_code,
            section.section_kind,
            section.rank,
            section.sort_no,
            _yes(section.is_general),
        )


def post_rows(plan: CityPlan) -> Iterator[Row]:
    """The rows of 岗位."""
    for post in plan.posts:
        yield (
            post.code,
            post.title,
            post.section_code,
            post.post_class,
            post.post_grade,
            post.seat_count,
            _yes(post.is_leader_post),
        )


def person_row(person: Person) -> Row:
    """The row of 人员 in the order of ``PERSON_COLUMNS``, which is that of the fields."""
    return tuple(getattr(person, name) for name in Person.__slots__)


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _write_sheet(sheet: xlsxwriter.worksheet.Worksheet, columns: list[str], rows: Iterable[Row], bold: object) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, 16)
    sheet.write_row(0, 0, columns, bold)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, row)
