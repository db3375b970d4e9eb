"""Two versions of a mandate side by side as a Word document (B34), for the meeting that decides on the later one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from basic_info.mandates.comparing import Change, Fate, Piece
from basic_info.mandates.models import Mandate
from host.kernel.files.word import saved, writable

#: Widths of the columns in centimetres, 25.7 in all: A4 across, less its margins.
_WIDTHS = {"部分": 3.4, "变化": 1.6, "变更前": 8.6, "变更后": 8.6, "来源": 3.5}
_GONE, _NEW = RGBColor(0xA8, 0x26, 0x1C), RGBColor(0x1B, 0x6B, 0x3D)


def comparison_document(unit: str, before: Mandate, after: Mandate, changes: Sequence[Change]) -> bytes:
    """The changes as a table; words that went are struck out, words that came are underlined, in colour too."""
    document = Document()
    _page(document)
    document.add_heading(writable(f"{unit}“三定”规定版本对照"), level=0)
    for word, one in (("变更前", before), ("变更后", after)):
        name = one.document.doc_no or one.document.title
        document.add_paragraph(writable(f"{word}：第 {one.version_no} 版　{name}（{one.mandate_state.label}）"))
    counts = Counter(one.fate for one in changes)
    shown = "，".join(f"{fate.label} {counts[fate]} 处" for fate in Fate if counts[fate])
    document.add_paragraph(shown or "两个版本没有差别（全角半角和空格的不同不算差别）。")
    if changes:
        _table(document, changes)
    return saved(document)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin = section.bottom_margin = Cm(2.0)
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")


def _table(document: Any, changes: Sequence[Change]) -> None:
    table = document.add_table(rows=1, cols=len(_WIDTHS))
    table.style = "Table Grid"
    table.autofit = False
    for column, cell, (title, width) in zip(table.columns, table.rows[0].cells, _WIDTHS.items(), strict=True):
        column.width = cell.width = Cm(width)
        cell.paragraphs[0].add_run(title).bold = True
    # The heading stands again on every page.
    table.rows[0]._tr.get_or_add_trPr().append(table._tbl.makeelement(qn("w:tblHeader"), {}))
    for one in changes:
        _row(table, one)


def _row(table: Any, one: Change) -> None:
    cells = table.add_row().cells
    for cell, width in zip(cells, _WIDTHS.values(), strict=True):
        cell.width = Cm(width)
    origin = (one.after or one.before).origin  # type: ignore[union-attr]  # a change has one side at least
    cells[0].text = writable(one.group if one.group == one.label else f"{one.group} · {one.label}")
    cells[1].text = one.fate.label
    _pieces(cells[2], one.before_pieces, gone=True)
    _pieces(cells[3], one.after_pieces, gone=False)
    cells[4].text = writable(f"{origin.word} {origin.name}") if origin else ""


def _pieces(cell: Any, pieces: Sequence[Piece], *, gone: bool) -> None:
    paragraph = cell.paragraphs[0]
    for piece in pieces:
        run = paragraph.add_run(writable(piece.text))
        if piece.differs:
            run.font.strike, run.font.underline = gone, not gone
            run.font.color.rgb = _GONE if gone else _NEW
