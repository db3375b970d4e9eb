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
