"""Official forms (登记表) as Word documents: A4, a table of boxes with blanks for ink, no box broken over pages.

A document is built, not filled in: what people wrote goes in as text and can never be read as markup or as a field.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from host.kernel.files.word import writable

BODY, HEADING = "仿宋", "方正小标宋简体"
#: What stands in where a font is not installed; no free copy of either exists.
INSTEAD = {
    BODY: "FangSong,仿宋_GB2312,FangSong_GB2312,Noto Serif CJK SC",
    HEADING: "小标宋,宋体,SimSun,Noto Serif CJK SC",
}
#: Sides of the paper and its margins (side, top, bottom) in centimetres.
_SHORT_SIDE, _LONG_SIDE = 21.0, 29.7
_MARGINS = (2.2, 2.0, 1.8)
_TITLE_SIZE, _SUBTITLE_SIZE = 20, 12


def new_form(*, across: bool = False, size: float = 12) -> Any:
    """An empty ``docx.Document`` on A4, upright or ``across``, in the body's font at ``size`` points."""
    document = Document()
    section = document.sections[0]
    width, height = (_LONG_SIDE, _SHORT_SIDE) if across else (_SHORT_SIDE, _LONG_SIDE)
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(width), Cm(height)
    side, top, bottom = _MARGINS
    section.left_margin = section.right_margin = Cm(side)
    section.top_margin, section.bottom_margin = Cm(top), Cm(bottom)
    normal = document.styles["Normal"]
    normal.font.size = Pt(size)
    _use_font(normal.element.get_or_add_rPr(), BODY)
    _name_substitutes(document)
    return document


def new_page(document: Any) -> None:
    """The next form begins on a page of its own."""
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def add_title(document: Any, title: str, subtitle: str, *, subtitle_size: float = _SUBTITLE_SIZE) -> None:
    """What the form is called, and below it for when or whom."""
    for text, size, font in ((title, _TITLE_SIZE, HEADING), (subtitle, subtitle_size, BODY)):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(4)
        run = paragraph.add_run(writable(text))
        run.font.size = Pt(size)
        _use_font(run._element.get_or_add_rPr(), font)


class BoxTable:
    """A table of boxes; ``widths``: of its columns in centimetres, 16.6 in all on an upright page, 25.3 across."""

    def __init__(self, document: Any, widths: Sequence[float]) -> None:
        self._widths = widths
        self._table = document.add_table(rows=0, cols=len(widths))
        self._table.style = "Table Grid"
        self._table.alignment = WD_TABLE_ALIGNMENT.CENTER
        self._table.autofit = False
        for column, width in zip(self._table.columns, widths, strict=True):
            column.width = Cm(width)  # the grid too: some word processors read only that

    def add_pairs(self, *boxes: tuple[str, str], height: float = 1.0) -> None:
        """A row of labels and short values; the last value reaches to the edge."""
        row = self._row(height)
        for place, (label, value) in enumerate(boxes):
            _put(row.cells[2 * place], label, centred=True)
            _put(row.cells[2 * place + 1], value, centred=True)
        last = 2 * len(boxes) - 1
        if last < len(self._widths) - 1:
            row.cells[last].merge(row.cells[-1])

    def add_wide(self, label: str, value: str, *, height: float, foot: str = "", foot_space: float = 6) -> None:
        """A row of one label and one wide box; ``foot``: a line at its lower right, ``foot_space`` points below."""
        row = self._row(height)
        box = row.cells[1].merge(row.cells[-1])
        _put(row.cells[0], label, centred=True)
        _put(box, value)
        if foot:
            line = box.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            line.paragraph_format.space_before = Pt(foot_space)
            line.add_run(writable(foot))

    def add_headings(self, *titles: str) -> None:
        """A row of titles in bold that stands again on every page."""
        row = self._row(0.8)
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, title in zip(row.cells, titles, strict=True):
            _put(cell, title, centred=True, bold=True)

    def add_values(self, *values: str, centred: frozenset[int] = frozenset()) -> None:
        """A row of a value in each column; ``centred``: the places of short ones."""
        row = self._row(0.7)
        for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
            _put(cell, value, centred=place in centred)

    def _row(self, height: float) -> Any:
        """A row of at least ``height`` centimetres that is never broken over two pages."""
        row = self._table.add_row()
        row.height, row.height_rule = Cm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, self._widths, strict=True):
            cell.width = Cm(width)
            cell.vertical_alignment = 1
        return row


def _put(cell: Any, text: str, *, centred: bool = False, bold: bool = False) -> None:
    for place, line in enumerate(writable(text).split("\n")):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(line).bold = bold or None


def _use_font(properties: Any, name: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script in ("w:eastAsia", "w:ascii", "w:hAnsi"):
        fonts.set(qn(script), name)


def _name_substitutes(document: Any) -> None:
    """Say in the font table what may stand in for fonts that few machines have."""
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            entries = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{others}"/></w:font>' for name, others in INSTEAD.items()
            )
            part._blob = part.blob.replace(b"</w:fonts>", entries.encode() + b"</w:fonts>")
