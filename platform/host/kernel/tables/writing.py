"""Tables out: any list as CSV or .xlsx, row by row, with every text kept a text (security row 26)."""

from __future__ import annotations

import csv
import enum
import io
import math
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from os import PathLike
from typing import IO, Any
from urllib.parse import quote

import xlsxwriter
from flask import Response, g, has_request_context, send_file, stream_with_context

from host.kernel.errors import NotFound
from host.kernel.files.kinds import FileKind
from host.kernel.files.names import clean_name
from host.kernel.pages import CHINA_TIME

#: What a spreadsheet takes for the start of a formula; the full-width ones too, as input methods write them.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
SHEET_ROWS = 1_048_576
LONGEST_CELL = 32_767
_FLUSH_BYTES = 64 * 1024
#: Of a column of sentences, in characters: a line of about 50 Chinese ones.
_PROSE_WIDTH = 100

Plain = str | int | float | Decimal | date | None


def stream_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The table as UTF-8 with its mark (Excel needs it), in pieces of about 64 KiB.

    A text that a spreadsheet would run gets an apostrophe in front (V1.2.10); numbers stay numbers.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_csv_cell(title) for title in columns])
    yield b"\xef\xbb\xbf" + _taken(buffer)
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        if buffer.tell() > _FLUSH_BYTES:
            yield _taken(buffer)
    yield _taken(buffer)


@dataclass(frozen=True)
class Sheet:
    """A table of a workbook. ``is_prose``: its last column holds sentences, wide and wrapped."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    is_prose: bool = False


def write_xlsx(
    target: str | PathLike[str] | IO[bytes],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    sheet: str = "数据",
    *,
    author: str = "",
) -> int:
    """Write the table to ``target`` as a workbook of its own, as ``write_book`` does; returns the number of rows."""
    return write_book(target, [Sheet(sheet, columns, rows)], author=author)


def write_book(target: str | PathLike[str] | IO[bytes], sheets: Iterable[Sheet], *, author: str = "") -> int:
    """Write the sheets to ``target`` with one row in memory at a time; returns the number of rows of all.

    Rows beyond what a sheet holds go on in a further one. Texts are never formulas, links or numbers.
    """
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"author": author})
    count = 0
    for sheet in sheets:
        pages = _Pages(book, sheet, footer=f"导出人：{author}" if author else "")
        for row in sheet.rows:
            pages.add(row)
            count += 1
        pages.begin_if_none()
    book.close()
    return count


def table_response(kind: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """The list as a download: ``kind`` csv (streamed) or xlsx, ``name`` without an ending. Raises NotFound.

    The workbook carries who exported it (R162).
    """
    if kind == "csv":
        response = Response(stream_with_context(stream_csv(columns, rows)), mimetype="text/csv")
        title = clean_name(f"{name}.csv", FileKind.TEXT)
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}"
        return response
    if kind == "xlsx":
        return book_response(name, [Sheet(name, columns, rows)])
    raise NotFound("导出格式只有 csv 和 xlsx")


def book_response(name: str, sheets: Iterable[Sheet]) -> Response:
    """The sheets as one workbook to download, ``name`` without an ending; it carries who exported it (R162)."""
    actor = g.get("actor") if has_request_context() else None
    # Small ones stay in memory; send_file closes it, and with that it is gone.
    file = tempfile.SpooledTemporaryFile(max_size=4 * 1024 * 1024)  # noqa: SIM115
    write_book(file, sheets, author=actor.display_name if actor else "")
    size = file.tell()
    file.seek(0)
    response = send_file(
        file,
        mimetype=FileKind.XLSX.media_type,
        as_attachment=True,
        download_name=clean_name(f"{name}.xlsx", FileKind.XLSX),
    )
    response.content_length = size
    response.headers["Cache-Control"] = "no-store"
    return response


def plain_value(value: Any) -> Plain:
    """A value as a cell holds it: instants in China time, enumerations by their word, 是/否, nothing as None."""
    if isinstance(value, enum.Enum):
        value = getattr(value, "label", value.value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S") if value.tzinfo else str(value)
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    return str(value)


def _csv_cell(value: Any) -> str:
    plain = plain_value(value)
    if plain is None:
        return ""
    if not isinstance(plain, str):
        return format(plain, "f") if isinstance(plain, Decimal) else str(plain)
    return f"'{plain}" if plain.startswith(FORMULA_STARTS) else plain


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode("utf-8", "replace")  # a lone surrogate is no reason to lose the rest
    buffer.seek(0)
    buffer.truncate()
    return piece


class _Pages:
    """The pages of one table in a workbook, begun as they are needed."""

    def __init__(self, book: Any, table: Sheet, *, footer: str) -> None:
        self._book, self._table, self._footer = book, table, footer
        self._name = re.sub(r"[\[\]:*?/\\\x00-\x1f']", " ", table.title).strip()[:24] or "数据"
        self._bold = book.add_format({"bold": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        # Excel would read such a text as a formula when somebody edits the cell: the mark forbids that.
        self._text_only = book.add_format({"quote_prefix": True, "text_wrap": table.is_prose})
        self._text = book.add_format({"text_wrap": True, "valign": "top"}) if table.is_prose else None
        self._number = 0
        self._sheet: Any = None
        self._row = SHEET_ROWS

    def add(self, values: Sequence[Any]) -> None:
        if self._row >= SHEET_ROWS:
            self._begin()
        for column, value in enumerate(values):
            self._write(column, plain_value(value))
        self._row += 1

    def begin_if_none(self) -> None:
        """An empty list still has its headings."""
        if self._sheet is None:
            self._begin()

    def _begin(self) -> None:
        self._number += 1
        name = self._name if self._number == 1 else f"{self._name}（{self._number}）"
        self._sheet = self._book.add_worksheet(name)
        for column, title in enumerate(self._table.columns):
            is_wide = self._table.is_prose and column == len(self._table.columns) - 1
            self._sheet.set_column(column, column, _PROSE_WIDTH if is_wide else max(10, 2 * len(title) + 2))
            self._sheet.write_string(0, column, _cut(title), self._bold)
        self._sheet.freeze_panes(1, 0)
        if self._footer:
            self._sheet.set_footer(f"&L{self._footer.replace('&', '&&')[:200]}&R&P/&N")
        self._row = 1

    def _write(self, column: int, value: Plain) -> None:
        if value is None:
            return
        if isinstance(value, str):
            mark = self._text_only if value.startswith(FORMULA_STARTS) else self._text
            self._sheet.write_string(self._row, column, _cut(value), mark)
        elif isinstance(value, date):
            if value.year < 1900:  # before the first day that a workbook knows
                self._sheet.write_string(self._row, column, value.isoformat())
            else:
                self._sheet.write_datetime(self._row, column, value, self._day)
        elif abs(float(value)) >= 1e15:  # a workbook keeps 15 digits
            self._sheet.write_string(self._row, column, str(value))
        else:
            self._sheet.write_number(self._row, column, value)


def _cut(text: str) -> str:
    """At most what a cell holds, without lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")[:LONGEST_CELL]
