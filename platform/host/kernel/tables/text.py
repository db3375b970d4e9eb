"""CSV files: which encoding they are in, and their rows."""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from pathlib import Path

from host.kernel.tables import limits
from host.kernel.tables.errors import NotATable

_PIECE = 1024 * 1024
_OTHER_KINDS = ("<", "%PDF", "{\\rtf", "{", "#!")
_HEAD = 16 * 1024
_FIRST_LINES = 10
_MARKUP = re.compile(
    r"<(?:!doctype html|html|table|head|meta|body|style|div|\?xml[^>]*\?>\s*(?:<\?[^>]*\?>\s*)*<(?:ss:)?workbook)", re.I
)
_WEB_PAGE = (
    "这个文件其实是网页（HTML 或 XML 表格），只是名字像表格；请用 WPS 或 Excel 打开，选“另存为” .xlsx 后重新上传"
)
_CONTROL = {chr(code) for code in range(32)} - set("\t\n\r\f\v\x1a")


def encoding_of(path: Path) -> str:
    """The encoding that reads the whole file: by its mark, else UTF-8, else GB 18030. Raises NotATable."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        if _reads_as(path, encoding):
            return encoding
    raise NotATable


def _reads_as(path: Path, encoding: str) -> bool:
    decoder = getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                if not _CONTROL.isdisjoint(decoder.decode(piece)):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def csv_rows(path: Path, encoding: str) -> Iterator[list[str]]:
    """The rows as the file has them; the separator is the one its first lines use most. Raises NotATable."""
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(_HEAD)
        file.seek(0)
        if head.lstrip().startswith(_OTHER_KINDS):
            raise NotATable(_WEB_PAGE) if _MARKUP.search(head) else NotATable
        # A title in one cell may stand above: the first line alone would tell nothing.
        first = "".join(head.splitlines(keepends=True)[:_FIRST_LINES])
        yield from _bounded(file, max(",\t;", key=first.count))


def _bounded(file: io.TextIOBase, separator: str) -> Iterator[list[str]]:
    cells = 0
    try:
        for number, row in enumerate(csv.reader(file, delimiter=separator), start=1):
            cells += len(row)
            if number > limits.ROWS or len(row) > limits.COLUMNS or cells > limits.CELLS:
                raise NotATable("CSV 文件的行或列过多，请拆分成几个文件后上传")
            yield row
    except (csv.Error, UnicodeError) as broken:
        raise NotATable("CSV 文件的引号或分隔符有误，请用表格软件另存后重新上传") from broken
