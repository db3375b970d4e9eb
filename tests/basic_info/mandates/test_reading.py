"""Reading of .docx and .txt into blocks."""

import io
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from basic_info.mandates.parsing import Block, read_document


def blocks_of(document: Any) -> list[Block]:
    out = io.BytesIO()
    document.save(out)
    return read_document(out.getvalue(), "文件.docx")


def numbered(document: Any, text: str, number: str, depth: int = 0, list_id: str = "77") -> None:
    """A paragraph of a list whose level writes `number` (format|pattern)."""
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>')
    )
    _define(document, number, list_id)


def _define(document: Any, number: str, list_id: str) -> None:
    numbering = document.part.numbering_part.element
    if numbering.xpath(f'w:num[@w:numId="{list_id}"]'):
        return
    form, _, pattern = number.partition("|")
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{list_id}"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/></w:lvl></w:abstractNum>'
        ),
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{list_id}"><w:abstractNumId w:val="{list_id}"/></w:num>')
    )


@pytest.mark.parametrize(
    ("number", "texts"),
    [
        ("chineseCounting|（%1）", ["（一）甲", "（二）乙"]),
        ("chineseCountingThousand|第%1条", ["第一条甲", "第二条乙"]),
        ("japaneseCounting|%1、", ["一、甲", "二、乙"]),
        ("decimal|%1.", ["1.甲", "2.乙"]),
        ("decimalEnclosedCircle|%1", ["①甲", "②乙"]),
        ("upperRoman|%1.", ["I.甲", "II.乙"]),
        ("bullet|●", ["甲", "乙"]),
    ],
)
def test_automatic_numbers_become_words(number: str, texts: list[str]) -> None:
    document = Document()
    for text in ("甲", "乙"):
        numbered(document, text, number)
    assert [block.text for block in blocks_of(document)] == texts


def test_a_merged_cell_s_text_stands_once() -> None:
    document = Document()
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "内设机构"
    table.cell(0, 1).text = "办公室"
    table.cell(1, 1).text = "人事科"
    assert blocks_of(document)[0].rows == (("内设机构", "办公室"), ("", "人事科"))


def test_paragraphs_and_tables_keep_their_order() -> None:
    document = Document()
    document.add_paragraph("前")
    document.add_table(rows=1, cols=2).cell(0, 0).text = "中"
    document.add_paragraph("后")
    assert [block.text or block.rows[0][0] for block in blocks_of(document)] == ["前", "中", "后"]


def test_deleted_words_of_a_tracked_change_are_gone_and_inserted_ones_stay() -> None:
    document = Document()
    paragraph = document.add_paragraph("编制")
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>10</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>12名</w:t></w:r></w:ins>"))
    assert blocks_of(document)[0].text == "编制12名"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_may_have_any_usual_encoding(encoding: str) -> None:
    data = "第一条　根据规定\r\n第二条　职责".encode(encoding)
    assert [block.text for block in read_document(data, "三定.txt")] == ["第一条　根据规定", "第二条　职责"]


def read_lines(*lines: str) -> list[str]:
    return [block.text for block in read_document("\n".join(lines).encode(), "三定.txt")]


@pytest.mark.parametrize("number", ["— 2 —", "- 2 -", "第 2 页", "－２－"])
def test_a_page_number_in_a_text_file_parts_no_paragraph(number: str) -> None:
    lines = ["　　（一）负责机关文电、会务、机要、档案、督查等日常", number, "运转工作。", "　　（二）负责信访工作。"]
    assert read_lines(*lines) == [lines[0] + lines[2], lines[3]]


def test_a_bare_number_in_a_text_file_stays() -> None:
    assert read_lines("行政编制", "12") == ["行政编制", "12"]


def test_broken_lines_are_measured_as_printed_where_some_have_half_width_signs() -> None:
    broken = ["    （一）综合办公室（党委办公室）。承担党务、宣传、后勤保障等工", "作。"]
    longer = "    第五条  事业编制142名。主任1名、党委书记1名、副主任4名；科长16名。"
    assert read_lines(*broken, longer) == [broken[0] + broken[1], longer]


def test_a_title_that_fills_its_line_ends_there() -> None:
    title, text = (
        "阳泉县人口和计划生育局主要职责、内设机构和人员编制规定",
        "根据有关规定,设立县人口和计划生育局(正科级).",
    )
    assert read_lines(title, text) == [title, text]
