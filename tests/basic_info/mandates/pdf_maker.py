"""Writes a small PDF as office programs do: wrapped and indented lines, tables, page numbers, a running head."""

from collections.abc import Sequence
from functools import cache

import pytest

from basic_info.mandates.parsing import pdf_text

_WIDTH, _HEIGHT = 595, 842
_LEFT, _SIZE, _LEADING = 80, 16, 28
_TOP, _BOTTOM = 740, 110
_PER_LINE = 27

Row = Sequence[str | None]
Page = list[str]


def pdf_file(pieces: Sequence[str | Sequence[Row]], *, head: str = "", with_text: bool = True) -> bytes:
    """The pieces, paragraphs or tables, as a PDF with a text layer; without one when `with_text` is false."""
    pages: list[Page] = [[]]
    down: float = _TOP
    for piece in pieces:
        if isinstance(piece, str):
            for place, line in enumerate(_wrapped(piece)):
                if down < _BOTTOM:
                    pages.append([])
                    down = _TOP
                indent = 2 * _SIZE if place == 0 and len(piece) > 12 else 0
                pages[-1].append(_shown(line, _LEFT + indent, down))
                down -= _LEADING
        else:
            down = _table(piece, pages, down)
    if not with_text:
        pages = [["100 100 300 400 re f"] for _ in pages]
    return _file([[*page, *_edges(number, head, with_text)] for number, page in enumerate(pages, start=1)])


def _wrapped(text: str) -> list[str]:
    """The lines of a paragraph; the first, indented, takes two signs less."""
    text = text.strip()
    first = _PER_LINE - 2 if len(text) > 12 else _PER_LINE
    return [text[:first], *(text[at : at + _PER_LINE] for at in range(first, len(text), _PER_LINE))]


def _shown(text: str, left: float, down: float, size: int = _SIZE) -> str:
    code = text.encode("utf-16-be").hex()
    return f"BT /F1 {size} Tf 1 0 0 1 {left} {down} Tm <{code}> Tj ET"


def _edges(number: int, head: str, with_text: bool) -> Page:
    if not with_text:
        return []
    edges = [_shown(f"— {number} —", 280, 60, 14)]
    return [*edges, _shown(head, _LEFT, 800, 12)] if head else edges


def _table(rows: Sequence[Row], pages: list[Page], down: float) -> float:
    """A ruled table; None is merged with the cell above, "<" with the one before."""
    columns = max(len(row) for row in rows)
    width = 432 / columns
    signs = int(width // 12) - 1
    for row in rows:
        texts = [(cell or "").replace("\n", "") if cell != "<" else "" for cell in row]
        spans = [_span(row, column) for column in range(columns)]
        lines = max(1, *(-(-len(text) // max(signs * span, 1)) for text, span in zip(texts, spans, strict=False)))
        height = lines * 18 + 6
        if down - height < _BOTTOM:
            pages.append([])
            down = _TOP
        top = down + 18
        for column, cell in enumerate(row):
            left = _LEFT + column * width
            if cell == "<":
                continue
            right = left + width * spans[column]
            sides = [
                (left, top - height, left, top),
                (right, top - height, right, top),
                (left, top - height, right, top - height),
            ]
            sides += [] if cell is None else [(left, top, right, top)]
            pages[-1].extend(f"{a} {b} m {c} {d} l S" for a, b, c, d in sides)
            room = signs * spans[column]
            for place in range(0, len(texts[column]), room):
                piece = texts[column][place : place + room]
                pages[-1].append(_shown(piece, left + 4, down - place // room * 18, 12))
        down -= height
    return down - _LEADING


def _span(row: Row, column: int) -> int:
    span = 1
    while column + span < len(row) and row[column + span] == "<":
        span += 1
    return span


def _file(pages: Sequence[Page]) -> bytes:
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{6 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 5 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        " /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    for number, page in enumerate(pages):
        stream = "\n".join(page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents {7 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode("ascii")
    return (
        out
        + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{out.rfind(b'xref')}\n%%EOF\n".encode(
            "ascii"
        )
    )


@cache
def _has_chinese_font() -> bool:
    """Whether like lines are told apart: these PDFs bring no font, and pdfium measures signs by one of the system's."""
    text = "负责统计调查工作，" * 12
    read = pdf_text.read(pdf_file([text] * 3))["pages"]
    found: int = sum(char[0] == "责" for page in read for char in page["chars"])
    return found == 3 * text.count("责")


needs_chinese_font = pytest.mark.skipif(
    not _has_chinese_font(), reason="no font with Chinese signs is installed (such as fonts-noto-cjk)"
)
