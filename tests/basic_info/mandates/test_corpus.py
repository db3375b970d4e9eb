"""The written-out documents give exactly the contract, whatever kind of file they come in."""

import textwrap
from functools import cache

import pytest

from basic_info.mandates.parsing import parse_file, parse_mandate
from tests.basic_info.mandates.corpus import FIELDS, SINGLE, Contract, Document, agree, blocks_of, documents, f1, items
from tests.basic_info.mandates.documents import Numbered, Piece, Table, word_file
from tests.basic_info.mandates.pdf_maker import needs_chinese_font, pdf_file

CORPUS = documents()
# A PDF is read in a child process: some of each batch are enough.
AS_PDF = [document for place, document in enumerate(CORPUS) if place % 5 == 3]
PLAIN = [document for document in CORPUS if not document.has_tables]


def named(document: Document) -> str:
    return document.name


def word(document: Document) -> bytes:
    return word_file([piece if isinstance(piece, str) else Table(piece) for piece in document.pieces])


@pytest.mark.parametrize("document", CORPUS, ids=named)
def test_a_written_document_gives_the_contract(document: Document) -> None:
    assert agree(parse_mandate(blocks_of(document)).as_contract(), document.expected)


@pytest.mark.parametrize("document", CORPUS[::2], ids=named)
def test_a_word_document_gives_the_contract(document: Document) -> None:
    assert agree(parse_file(word(document), "三定.docx").as_contract(), document.expected)


@needs_chinese_font
@pytest.mark.parametrize("document", AS_PDF, ids=named)
def test_a_pdf_with_running_heads_and_page_numbers_gives_the_contract(document: Document) -> None:
    data = pdf_file(document.pieces, head="县直机关「三定」规定汇编")
    assert agree(parse_file(data, "三定.pdf").as_contract(), document.expected)


@pytest.mark.parametrize("document", PLAIN[::2], ids=named)
def test_a_text_file_broken_at_a_fixed_width_gives_the_contract(document: Document) -> None:
    lines = [piece for piece in document.pieces if isinstance(piece, str)]
    broken = [part for line in lines for part in textwrap.wrap(f"　　{line.strip()}", 40, drop_whitespace=False)]
    data = "\r\n".join(broken).encode("gb18030")
    assert agree(parse_file(data, "三定.txt").as_contract(), document.expected)


#: What is asked of every part on documents not seen before; on these the reading stands well above.
FLOOR = 0.97

NUMBERED = [document for document in PLAIN if document.expected["style"] == "article"][:8]


@pytest.mark.parametrize("document", NUMBERED, ids=named)
def test_numbers_that_exist_only_as_word_numbering_give_the_contract(document: Document) -> None:
    data = word_file([_as_list_item(piece) for piece in document.pieces if isinstance(piece, str)])
    assert agree(parse_file(data, "三定.docx").as_contract(), document.expected)


def _as_list_item(line: str) -> Piece:
    """An article as a paragraph of Word's own list; deeper marks stay typed, as offices mix them."""
    head, _, rest = line.partition("　")
    is_article = head.startswith("第") and head.endswith("条") and bool(rest)
    return Numbered(0, rest) if is_article else line


def test_the_corpus_covers_every_layout_and_is_read_whole() -> None:
    styles = {document.expected["style"] for document in CORPUS}
    pairs = [(parse_mandate(blocks_of(document)).as_contract(), document.expected) for document in CORPUS]
    assert styles == {"article", "section", "township", "institution", "amendment"}
    assert all(f1(pairs, [of]) == 1.0 for of in FIELDS)
    assert all(got[key] == expected[key] for got, expected in pairs for key in SINGLE)


STYLES = ("article", "section", "township", "institution", "amendment")
# An amendment states bodies and numbers; duties it has none.
LAYOUT_PARTS = [(style, part) for style in STYLES for part in FIELDS if (style, part) != ("amendment", "duties")]


@cache
def read_from_word(style: str) -> list[tuple[Contract, Contract]]:
    of_style = [document for document in CORPUS if document.expected["style"] == style]
    return [(parse_file(word(document), "三定.docx").as_contract(), document.expected) for document in of_style]


@pytest.mark.parametrize(("style", "part"), LAYOUT_PARTS)
def test_each_part_of_each_layout_holds_its_floor_in_word_files(style: str, part: str) -> None:
    pairs = read_from_word(style)
    assert sum(items(expected, part).total() for _, expected in pairs) >= 20
    assert f1(pairs, [part]) >= FLOOR
