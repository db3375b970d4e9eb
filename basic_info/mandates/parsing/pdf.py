"""PDF documents with a text layer (PDF 文字层): wrapped lines joined, page numbers and running heads dropped."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from basic_info.mandates.errors import UnreadableDocument
from basic_info.mandates.parsing.blocks import Block
from basic_info.mandates.parsing.pdf_signs import Sign, printed_lines, spaced
from basic_info.mandates.parsing.pdf_tables import Cells, cut_tables
from basic_info.mandates.parsing.wrapping import NUMBER_ALONE, PAGE_NUMBER, goes_on

TIME_LIMIT_SECONDS = 9
OUTPUT_LIMIT = 96 * 1024 * 1024
_CHILD = Path(__file__).with_name("pdf_text.py")
_BROKEN = "PDF 文件已损坏，无法读取，请重新导出 PDF 或另存为 .docx 后再导入。"
_REFUSED = {
    "password": "这份 PDF 设有密码，请取消密码或另存为 .docx 后再导入。",
    "long": "PDF 页数或字数过多，请确认是“三定”规定文件。",
    "broken": _BROKEN,
}
_SCANNED = "这份 PDF 没有文字层（可能是扫描件），请先做文字识别，或改用 .docx、.txt 文件导入。"
_MARGIN = 0.11


@dataclass(frozen=True)
class _Row:
    """One printed line: its words and where it stands; lengths in points."""

    text: str
    left: float
    right: float
    size: float
    # How far down the page, 0 at the top and 1 at the bottom.
    down: float
    page: int
    cells: Cells = ()


def read_pdf(data: bytes) -> list[Block]:
    """The paragraphs and ruled tables of a PDF; UnreadableDocument for a scan, a locked or a broken file."""
    pages = _taken_apart(data)
    rows = [row for number, page in enumerate(pages) for row in _rows(page, number)]
    if sum(len(row.text) + len(row.cells) for row in rows) < 20:
        raise UnreadableDocument(_SCANNED)
    return _paragraphs(_without_running_heads(rows, len(pages)))


def _taken_apart(data: bytes) -> list[dict[str, Any]]:
    try:
        child = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=data,
            capture_output=True,
            timeout=TIME_LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocument(_BROKEN) from error
    if child.returncode != 0 or len(child.stdout) > OUTPUT_LIMIT:
        raise UnreadableDocument(_BROKEN)
    answer: dict[str, Any] = json.loads(child.stdout)
    if "refused" in answer:
        raise UnreadableDocument(_REFUSED[answer["refused"]])
    pages: list[dict[str, Any]] = answer["pages"]
    return pages


def _rows(page: dict[str, Any], number: int) -> list[_Row]:
    """The page's printed lines and tables from top to bottom."""
    signs = [Sign(*char) for char in page["chars"]]
    height = page["height"] or 1.0
    tables, rest = cut_tables(signs, page["rules"])
    rows = [_row(line, height, number) for line in printed_lines(rest)]
    rows.extend(_Row("", 0, 0, 0, 1 - top / height, number, cells) for top, cells in tables)
    return sorted((row for row in rows if row.text.strip() or row.cells), key=lambda row: row.down)


def _row(line: Sequence[Sign], height: float, number: int) -> _Row:
    size = max(sign.top - sign.bottom for sign in line)
    ink = [sign for sign in line if not sign.text.isspace()] or line
    middle = (line[0].top + line[0].bottom) / 2
    return _Row(spaced(line), ink[0].left, ink[-1].right, size, 1 - middle / height, number)


def _without_running_heads(rows: list[_Row], pages: int) -> list[_Row]:
    """The rows without page numbers and without what stands at the edge of most pages.

    A document number as running head stays once: it may stand nowhere else.
    """
    edge = [row for row in rows if row.down < _MARGIN or row.down > 1 - _MARGIN]
    repeated = Counter(key for key, _ in {(_key(row), row.page) for row in edge})
    running = {key for key, times in repeated.items() if times >= 2 and times * 2 >= pages}
    seen: set[str] = set()
    kept: list[_Row] = []
    for row in rows:
        drops = row in edge and bool(PAGE_NUMBER.match(row.text) or _key(row) in running)
        if not drops or (NUMBER_ALONE.match(row.text) and row.text not in seen):
            kept.append(row)
        seen.add(row.text)
    return kept


def _key(row: _Row) -> str:
    return re.sub(r"\d+", "0", row.text.replace("　", "").replace(" ", ""))


def _paragraphs(rows: Sequence[_Row]) -> list[Block]:
    texts = [row for row in rows if not row.cells]
    left, right = _margins(texts)
    indented = sum(_is_indented(row, left) for row in texts) * 4 > len(texts)
    blocks: list[Block] = []
    before: _Row | None = None
    for row in rows:
        if row.cells:
            blocks.append(Block(rows=row.cells))
            before = None
            continue
        if before is not None and _continues(before, row, left, right, indented=indented):
            blocks[-1] = Block(text=blocks[-1].text + row.text)
        else:
            blocks.append(Block(text=row.text))
        before = row
    return blocks


def _margins(rows: Sequence[_Row]) -> tuple[float, float]:
    """Where the text area begins and ends: the leftmost and rightmost edges that several lines share."""
    lefts = Counter(round(row.left / 3) for row in rows)
    rights = Counter(round(row.right / 6) for row in rows)
    often = max(2, len(rows) // 25)
    left = min((place for place, times in lefts.items() if times >= often), default=min(lefts, default=0))
    right = max((place for place, times in rights.items() if times >= often), default=max(rights, default=0))
    return left * 3.0, right * 6.0


def _is_indented(row: _Row, left: float) -> bool:
    return row.size * 1.2 < row.left - left < row.size * 3.2


def _continues(before: _Row, row: _Row, left: float, right: float, *, indented: bool) -> bool:
    """Whether a line goes on with the paragraph of the line before it, which must fill the width."""
    if before.right < right - before.size * 1.8 or abs(row.left - left) > row.size * 0.7:
        return False
    if abs(row.size - before.size) > before.size * 0.15 or before.left - left > before.size * 3.2:
        return False
    return goes_on(before.text, row.text, indented=indented)
