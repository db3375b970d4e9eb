"""What is checked of an .xlsx before it is opened: it is a zip from outside, and may be a bomb.

The directory alone is not believed: a part may unpack to more than it says there. Each part is
therefore unpacked once in small pieces, which costs about a second for 370 MiB and keeps nothing.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import unpack
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from host.kernel.tables import limits
from host.kernel.tables.errors import NotATable

_PIECE = 1024 * 1024
_LOCAL_HEADER = 30
_WINDOW = 64 * 1024
_LONGEST_RUN = 4 * 1024 * 1024
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
# Cells as programs write them; the reader takes any order and spacing, which the slow pair looks for.
_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})[0-9]')
_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,12})')
_ANY_COLUMN = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,9})[0-9]")
_ANY_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*([0-9]{1,12})")
# An element that surely carries no value: a format laid over empty cells, as offices do by whole columns.
_EMPTY = re.compile(rb'<[\w:]+(?:\s+[\w:.-]+="[^"<>]*")*\s*/>')

BROKEN = "工作簿已损坏或不完整，请用表格软件打开并另存为 .xlsx 后重新上传"


def check_xlsx(path: Path) -> None:
    """Refuse an .xlsx that is broken, locked, too big unpacked or has XML entities; NotATable says which."""
    try:
        with ZipFile(path) as archive, path.open("rb") as raw:
            parts = archive.infolist()
            _check_directory(parts)
            for part in parts:
                _check_part(raw, part)
    except (BadZipFile, OSError, ValueError, NotImplementedError, zlib.error) as broken:
        raise NotATable(BROKEN) from broken


def _check_directory(parts: list[ZipInfo]) -> None:
    names = {part.filename for part in parts}
    if len(parts) > limits.ARCHIVE_PARTS or len(names) < len(parts):
        raise NotATable(BROKEN)
    if "xl/workbook.xml" not in names:
        raise NotATable
    if any(part.flag_bits & 1 for part in parts):
        raise NotATable("工作簿设有密码，请取消密码后重新上传")
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if unpacked > limits.UNPACKED_BYTES:
        raise NotATable("工作簿解开后超过 768 MiB，请拆分成几个文件后上传")
    if unpacked > limits.RATIO_FREE_BYTES and unpacked / packed > limits.UNPACKED_RATIO:
        raise NotATable("工作簿的压缩比异常，不予读取，请另存后重新上传")


def _check_part(raw: IO[bytes], part: ZipInfo) -> None:
    """Unpack one part piece by piece and look at it; a part that outgrows its own figure is refused."""
    extent = _Extent()
    unpacked = 0
    tail = b""
    for piece in _pieces(raw, part):
        unpacked += len(piece)
        if unpacked > part.file_size:
            raise NotATable("工作簿的压缩比异常，不予读取，请另存后重新上传")
        # Whatever its name: a relation may point to any part as a sheet.
        tail = extent.add(tail + piece)
    extent.check()
    if not extent.fits:
        _check_values_only(raw, part)


def _check_values_only(raw: IO[bytes], part: ZipInfo) -> None:
    """Look again without the empty, merely formatted cells; only cells with values cost memory."""
    extent = _Extent()
    tail = b""
    for piece in _pieces(raw, part):
        tail = extent.add(tail + piece, skip_empty=True)
    if not extent.fits:
        raise NotATable("工作表的内容延伸到过远的行或列，请删除多余的空行、空列后另存上传")


def _pieces(raw: IO[bytes], part: ZipInfo) -> Iterator[bytes]:
    raw.seek(part.header_offset)
    header = raw.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise NotATable(BROKEN)
    name_length, extra_length = unpack("<HH", header[26:30])
    raw.seek(name_length + extra_length, 1)
    if part.compress_type == ZIP_STORED:
        yield from _stored(raw, part.compress_size)
    elif part.compress_type == ZIP_DEFLATED:
        yield from _inflated(raw, part.compress_size)
    else:
        raise NotATable(BROKEN)


def _stored(raw: IO[bytes], left: int) -> Iterator[bytes]:
    while left > 0 and (piece := raw.read(min(left, _PIECE))):
        left -= len(piece)
        yield piece


def _inflated(raw: IO[bytes], left: int) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for packed in _stored(raw, left):
        while packed:
            yield inflate.decompress(packed, _PIECE)
            packed = inflate.unconsumed_tail
    yield inflate.flush()


class _Extent:
    """How far the cells of one XML part reach, and how many things it holds."""

    def __init__(self) -> None:
        self.rows = self.columns = self.cells = self.strings = self.merged = self.depth = 0

    def add(self, xml: bytes, *, skip_empty: bool = False) -> bytes:
        """Count one piece; gives back the unfinished element at its end, to stand before the next."""
        if any(mark in xml for mark in _ENTITIES):
            raise NotATable("工作簿中含有 XML 实体声明，出于安全不予读取")
        cut = max(xml.rfind(b"<"), 0)
        whole, rest = xml[:cut], xml[cut:]
        if len(rest) > _LONGEST_RUN:
            raise NotATable(BROKEN)
        self._count(_EMPTY.sub(b"", whole) if skip_empty else whole)
        return rest

    def _count(self, xml: bytes) -> None:
        columns, rows = _COLUMN.findall(xml), _ROW
        if xml.count(b"<c") + xml.count(b":c") > len(columns):
            columns, rows = _ANY_COLUMN.findall(xml), _ANY_ROW
        self.cells += len(columns)
        self.columns = max([self.columns, *map(column_number, set(columns))])
        self.rows = max([self.rows, *map(int, set(rows.findall(xml)))])
        self.merged += xml.count(b"mergeCell ")
        if not columns:  # cells don't nest and hold no shared strings
            self._count_elements(xml)

    def _count_elements(self, xml: bytes) -> None:
        self.strings += xml.count(b"<si") + xml.count(b":si")
        for start in range(0, len(xml), _WINDOW):
            part = xml[start : start + _WINDOW]
            closing = part.count(b"</")
            self.depth += part.count(b"<") - 2 * closing - part.count(b"/>") - part.count(b"<?") - part.count(b"<!")
            if self.depth > limits.DEPTH:
                raise NotATable("工作簿的 XML 嵌套过深，不予读取")

    def check(self) -> None:
        """Refuse what no honest sheet has; whether its cells fit is asked apart."""
        if self.strings > limits.SHARED_STRINGS or self.merged > limits.MERGED_AREAS:
            raise NotATable("工作簿的内容过多，请拆分成几个文件后上传")

    @property
    def fits(self) -> bool:
        """Whether rows, columns and their product stay inside the limits."""
        if self.rows > limits.ROWS or self.columns > limits.COLUMNS:
            return False
        return max(self.rows * self.columns, self.cells) <= limits.CELLS


def column_number(letters: bytes) -> int:
    """``b"A"`` → 1, ``b"AA"`` → 27, either case."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
