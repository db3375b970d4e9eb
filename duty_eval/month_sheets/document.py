"""月度履职纪实表 as a Word document: A4 across, a page or more a person, the headings again on every page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from duty_eval.month_sheets.sheets import MonthSheet
from host.kernel.db import AnyRow
from host.kernel.files.form import BoxTable, add_title, new_form, new_page
from host.kernel.files.word import saved
from host.kernel.pages import day as day_words
from host.kernel.pages import minutes as minutes_words
from host.kernel.pages import month as month_words
from host.kernel.pages import number

TITLE = "月度履职纪实表"
#: Columns with their widths in centimetres.
COLUMNS = {
    "日　期": 2.6,
    "岗位职责": 5.4,
    "工作内容和结果": 8.7,
    "数　量": 1.9,
    "时　长": 2.1,
    "状　态": 1.9,
    "审核人": 2.7,
}
#: The places of those that are short.
_SHORT = frozenset({0, 3, 4, 5, 6})
_HEAD = (2.2, 10.4, 2.2, 10.5)
_SIGNATURES = "本人签名：　　　　　　　　　审核人签名：　　　　　　　　　　　　年　　月　　日"


def month_document(sheets: Sequence[MonthSheet]) -> bytes:
    """The sheets as one .docx."""
    document = new_form(across=True, size=10.5)
    for place, sheet in enumerate(sheets):
        if place:
            new_page(document)
        _sheet(document, sheet)
    return saved(document)


def _sheet(document: Any, sheet: MonthSheet) -> None:
    add_title(document, TITLE, f"（{month_words(sheet.first)}）")
    head = BoxTable(document, _HEAD)
    head.add_pairs(("姓　名", sheet.name), ("岗　位", "\n".join(sheet.places)))
    head.add_wide("合　计", _sums(sheet), height=0.9)
    document.add_paragraph().paragraph_format.space_after = 0
    table = BoxTable(document, tuple(COLUMNS.values()))
    table.add_headings(*COLUMNS)
    before = None
    for row in sheet.rows:
        # The day once: what follows under it is of the same one.
        table.add_values(*_values(row, says_day=row.DutyRecord.worked_on != before), centred=_SHORT)
        before = row.DutyRecord.worked_on
    if not sheet.rows:
        document.add_paragraph("本月没有履职纪实。")
    document.add_paragraph()
    document.add_paragraph(_SIGNATURES)


def _sums(sheet: MonthSheet) -> str:
    time = f"，计时 {minutes_words(sheet.minutes)}" if sheet.minutes else ""
    days = f"应填 {sheet.expected_days} 个工作日，{sheet.logged_days} 天有纪实"
    return f"{days}；共 {len(sheet.rows)} 项{time}（已退回的不计天数和时长）"


def _values(row: AnyRow, *, says_day: bool) -> tuple[str, ...]:
    record = row.DutyRecord
    parts = (
        record.content,
        f"结果：{record.result}" if record.result else "",
        f"问题：{record.problem}" if record.problem else "",
        f"下步：{record.next_step}" if record.next_step else "",
        f"办件号：{record.case_no}" if record.case_no else "",
    )
    return (
        day_words(record.worked_on, short=True) if says_day else "",
        row.duty_text or "岗位职责以外",
        "\n".join(part for part in parts if part),
        f"{number(record.quantity)} {record.measure_unit}" if record.quantity is not None else "",
        minutes_words(record.minutes) if record.minutes else "",
        record.record_state.label,
        row.reviewer_name or "",
    )
