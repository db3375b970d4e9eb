"""平时考核登记表 as a Word document: A4, one table a person, each on a page of its own.

The document is built, not filled in: what people wrote goes in as text and can never be read as markup or as a field.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from duty_eval.routine.papers import Opinion, Paper
from host.kernel.files.word import saved, writable
from host.kernel.pages import day as day_words

BODY, HEADING = "仿宋", "方正小标宋简体"
#: Widths of the six columns in centimetres: 16.6 in all, A4 less its margins.
WIDTHS = (2.6, 2.9, 2.2, 2.4, 2.6, 3.9)
#: So many duties stand on the form; the rest are summed up.
MOST_DUTIES = 12


def routine_document(papers: Sequence[Paper]) -> bytes:
    """The forms as one .docx, a page or more each."""
    document = Document()
    _page(document)
    for place, paper in enumerate(papers):
        if place:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        _form(document, paper)
    return saved(document)


def _form(document: Any, paper: Paper) -> None:
    _title(document, paper)
    table = document.add_table(rows=0, cols=len(WIDTHS))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = Cm(width)  # the grid too: some word processors read only that
    _short(table, ("姓　　名", paper.name), ("性　别", paper.sex), ("出生年月", paper.birth))
    _short(
        table, ("政治面貌", paper.political_status), ("任现职\n时　间", paper.since), ("科　　室", paper.section_name)
    )
    _long(table, "单位及职务", paper.unit_and_post, height=1.0)
    _long(table, "个\n人\n小\n结", paper.summary, height=5.0)
    _long(table, "履职情况", "\n".join([paper.attendance, *_duties(paper.duties)]), height=2.0)
    _signed(table, "审核评鉴\n意见", paper.reviewed, height=2.2)
    _signed(table, "确定等次\n意见", paper.decided, height=1.8, note=paper.publicity)
    _signed(table, "本人意见", paper.own, height=1.6)
    if paper.answer.words:
        _signed(table, "异议答复", paper.answer, height=1.6)
    _long(table, "不确定等次\n情况说明", paper.not_assessed, height=1.0)


def _duties(duties: Sequence[tuple[str, int, int]]) -> list[str]:
    lines = [
        f"{place}. {text}：{count} 项{f'，{minutes / 60:.1f} 小时' if minutes else ''}"
        for place, (text, count, minutes) in enumerate(duties[:MOST_DUTIES], start=1)
    ]
    rest = duties[MOST_DUTIES:]
    if rest:
        lines.append(f"其他 {len(rest)} 项职责：{sum(count for _, count, _ in rest)} 项")
    return lines


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.0), Cm(1.8)
    normal = document.styles["Normal"]
    normal.font.size = Pt(12)
    _use_font(normal.element.get_or_add_rPr(), BODY)


def _title(document: Any, paper: Paper) -> None:
    span = f"（{paper.round_name}　{paper.first_day:%Y-%m-%d} 至 {paper.last_day:%Y-%m-%d}）"
    for text, size in ((paper.title, 20), (span, 12)):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(4)
        run = paragraph.add_run(writable(text))
        run.font.size = Pt(size)
        _use_font(run._element.get_or_add_rPr(), HEADING if size == 20 else BODY)


def _short(table: Any, *boxes: tuple[str, str]) -> None:
    """A row of three labels and short values."""
    row = _row(table, 1.0)
    for place, (label, value) in enumerate(boxes):
        _put(row.cells[2 * place], label, centred=True)
        _put(row.cells[2 * place + 1], value, centred=True)


def _long(table: Any, label: str, value: str, *, height: float) -> Any:
    """A row of one label and one wide box, which is returned."""
    row = _row(table, height)
    box = row.cells[1].merge(row.cells[-1])
    _put(row.cells[0], label, centred=True)
    _put(box, value)
    return box


def _signed(table: Any, label: str, opinion: Opinion, *, height: float, note: str = "") -> None:
    """A box with who said it and when at its foot; blanks for ink where nobody did."""
    box = _long(table, label, "\n".join(text for text in (opinion.words, note) if text), height=height)
    line = box.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    line.paragraph_format.space_before = Pt(6)
    line.add_run(writable(f"签名：{opinion.name or '　　　　　　'}　　{_chinese(opinion.day)}"))


def _row(table: Any, height: float) -> Any:
    """A row of at least ``height`` centimetres that is never broken over two pages."""
    row = table.add_row()
    row.height, row.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, width in zip(row.cells, WIDTHS, strict=True):
        cell.width = Cm(width)
        cell.vertical_alignment = 1
    return row


def _put(cell: Any, text: str, *, centred: bool = False) -> None:
    for place, line in enumerate(writable(text).split("\n")):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(line)


def _chinese(day: date | None) -> str:
    return day_words(day) if day else "　　年　　月　　日"


def _use_font(properties: Any, name: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(script), name)
