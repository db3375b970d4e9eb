"""年度考核登记表 as a Word document: A4, one table, blanks for ink, no box broken over pages.

The document is built, not filled in: what people wrote goes in as text and can never be read as markup.
"""

from __future__ import annotations

from typing import Any

from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from host.kernel.files.word import saved, writable
from performance.forms.queries import RegisterForm
from performance.grading.models import Regime

BODY, HEADING = "仿宋", "方正小标宋简体"
#: What stands in where the first font is not installed; no free copy of either exists.
INSTEAD = {
    BODY: "FangSong,仿宋_GB2312,FangSong_GB2312,Noto Serif CJK SC",
    HEADING: "小标宋,宋体,SimSun,Noto Serif CJK SC",
}
#: Widths of the six columns in centimetres: 16.6 in all, A4 less its margins.
WIDTHS = (3.2, 2.7, 2.6, 2.4, 2.5, 3.2)
SIGNATURE = "签名：　　　　　　　　　　年　　月　　日"
SEAL = "盖章：　　　　　　　　　　年　　月　　日"


def register_document(form: RegisterForm) -> bytes:
    """The form as .docx."""
    document = Document()
    _page(document)
    _title(document, form)
    table = document.add_table(rows=0, cols=len(WIDTHS))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = Cm(width)  # the grid too: some word processors read only that
    _short(table, ("姓　　名", form.name), ("性　别", form.sex), ("出生年月", form.birth))
    _short(table, ("政治面貌", form.political_status), ("任现职时间", form.since))
    _long(table, "单位及职务", form.unit_and_post, height=1.0)
    _long(table, "从事或分管\n工作", form.work, height=1.2)
    _long(table, "本\n人\n述\n职", form.report, height=6.8)
    _long(table, "主管领导评语\n和考核等次\n建议", _proposed(form), height=3.2, signature=SIGNATURE)
    _long(
        table,
        "机关负责人或\n考核委员会\n意见",
        _final(form),
        height=2.8,
        signature=SEAL,
    )
    _long(table, "本人意见", "", height=2.2, signature=SIGNATURE)
    _long(table, "未确定等次或\n不参加考核\n情况说明", form.no_grade, height=1.6)
    _long(table, "备　　注", f"本年度平时考核：{form.routine}" if form.routine else "", height=1.2)
    _name_substitutes(document)
    return saved(document)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.0), Cm(1.8)
    normal = document.styles["Normal"]
    normal.font.size = Pt(12)
    _use_font(normal.element.get_or_add_rPr(), BODY)


def _title(document: Any, form: RegisterForm) -> None:
    words = "公务员年度考核登记表" if form.regime is Regime.CIVIL_SERVANT else "事业单位工作人员年度考核登记表"
    for text, size in ((words, 20), (f"（{form.year} 年度）", 14)):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(4)
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        _use_font(run._element.get_or_add_rPr(), HEADING if size == 20 else BODY)


def _short(table: Any, *boxes: tuple[str, str]) -> None:
    """A row of labels and short values; the last value reaches to the edge."""
    row = _row(table, 1.0)
    for place, (label, value) in enumerate(boxes):
        _put(row.cells[2 * place], label, centred=True)
        _put(row.cells[2 * place + 1], value, centred=True)
    last = 2 * len(boxes) - 1
    if last < len(WIDTHS) - 1:
        row.cells[last].merge(row.cells[-1])


def _long(table: Any, label: str, value: str, *, height: float, signature: str = "") -> None:
    """A row of one label and one wide box, with a line to sign where there is one."""
    row = _row(table, height)
    box = row.cells[1].merge(row.cells[-1])
    _put(row.cells[0], label, centred=True)
    _put(box, value)
    if signature:
        line = box.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.space_before = Pt(18)
        line.add_run(signature)


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
    lines = writable(text).split("\n")
    for place, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(line)


def _proposed(form: RegisterForm) -> str:
    grade = f"建议等次：{form.proposed}" if form.proposed else "建议等次："
    return f"{form.comment}\n{grade}" if form.comment else grade


def _final(form: RegisterForm) -> str:
    return f"确定等次：{form.final}"


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
