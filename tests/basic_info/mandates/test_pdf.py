"""PDF: what is read of a text layer, and what is refused."""

import zlib

import pytest

from basic_info.mandates.errors import UnreadableDocument
from basic_info.mandates.parsing import read_document
from basic_info.mandates.parsing.pdf_signs import Sign, printed_lines, spaced
from tests.basic_info.mandates.pdf_maker import needs_chinese_font, pdf_file

LONG = "第一条　为规范县统计局的职能配置、内设机构和人员编制，根据《县机构改革方案》和有关规定，结合实际，制定本规定。"
TEXTS = [f"第{number}条　{'负责统计调查工作，' * 12}完成任务。" for number in "一二三四五六七八九"]


def texts(data: bytes) -> list[str]:
    return [block.text for block in read_document(data, "三定.pdf")]


def test_wrapped_lines_are_one_paragraph_again() -> None:
    assert texts(pdf_file([LONG, "第二条　完。"])) == [LONG, "第二条　完。"]


@needs_chinese_font
def test_a_paragraph_that_runs_over_the_page_is_one() -> None:
    assert texts(pdf_file(TEXTS)) == TEXTS


@needs_chinese_font
def test_page_numbers_and_running_heads_are_dropped() -> None:
    assert texts(pdf_file(TEXTS, head="三定规定汇编")) == TEXTS


@needs_chinese_font
def test_a_document_number_that_is_only_a_running_head_stays_once() -> None:
    assert texts(pdf_file(TEXTS, head="县编〔2021〕12号")).count("县编〔2021〕12号") == 1


def test_a_flat_sign_stands_in_the_line_of_its_neighbours() -> None:
    signs = [("一", 507.5, 508.5), ("股", 500, 512), ("—", 503, 503.6), ("负", 500, 512)]
    line = [Sign(text, 100 + 12 * at, 112 + 12 * at, low, high) for at, (text, low, high) in enumerate(signs)]
    assert [spaced(printed) for printed in printed_lines(line)] == ["一股—负"]


def test_a_ruled_table_keeps_its_cells() -> None:
    rows = [
        ["科室", "职责"],
        ["办公室", "负责文电、会务、机要、档案、保密、信访、政务公开工作；负责后勤。"],
        ["合计", "<"],
    ]
    table = read_document(pdf_file([LONG, rows]), "三定.pdf")[1]
    assert table.rows == (tuple(rows[0]), tuple(rows[1]), ("合计", ""))


def test_a_cell_merged_downwards_stands_once() -> None:
    rows: list[list[str | None]] = [["行政机构", "办公室", "负责文电。"], [None, "财政所", "负责财务。"]]
    table = read_document(pdf_file([LONG, rows]), "三定.pdf")[1]
    assert [row[0] for row in table.rows] == ["行政机构", ""]


def test_a_scan_without_text_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="没有文字层"):
        texts(pdf_file([LONG], with_text=False))


def test_a_broken_pdf_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="已损坏"):
        texts(b"%PDF-1.7\n" + b"\x00\xff" * 500)


def test_a_pdf_that_unpacks_to_a_gigabyte_is_refused_or_read_within_the_limits() -> None:
    packed = zlib.compress(b" " * (200 * 1024 * 1024), 9)
    page = pdf_file([LONG]).replace(b"/Contents 7 0 R", b"/Contents 99 0 R")
    stream = (
        b"99 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream\nendobj\n"
    )
    with pytest.raises(UnreadableDocument):
        texts(page.replace(b"xref\n", stream + b"xref\n", 1))
