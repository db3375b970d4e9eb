"""Reading workbooks (.xlsx, .xls, .csv): typed by content and never by name (R52), rows streamed.

Positions inside a sheet count from 0; what a person is shown (CellError.row) counts from 1.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from host.kernel.tables import limits
from host.kernel.tables.archive import BROKEN, check_xlsx
from host.kernel.tables.errors import CellError, NotATable
from host.kernel.tables.probe import check_xls
from host.kernel.tables.text import csv_rows, encoding_of

__all__ = [
    "Cell",
    "CellError",
    "MergedArea",
    "NotATable",
    "Row",
    "Sheet",
    "Workbook",
    "cell_text",
    "filled_rows",
    "iter_rows",
    "merged_areas",
    "read_workbook",
    "workbook_of",
]

T = TypeVar("T")
FileKind = Literal["xlsx", "xls", "csv", "rows"]
Cell = str | Decimal | date | None
Row = list[Cell]

_ZIP = b"PK\x03\x04"
_EXACT = 2**53
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class MergedArea:
    """A merged area (合并单元格), corners included, rows and columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class _Grid:
    """A sheet as opened: its rows once, and its merged areas."""

    rows: Iterator[Row]
    merged: Sequence[MergedArea]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet (工作表); its rows are read anew by each ``iter_rows`` or ``filled_rows``."""

    name: str
    is_hidden: bool
    open: Callable[[], _Grid]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook (工作簿), a CSV file, which counts as one sheet named after the file, or rows made on the way."""

    kind: FileKind
    sheets: tuple[Sheet, ...]


def read_workbook(path: Path) -> Workbook:
    """Open a workbook or CSV; nothing of its cells is read yet.

    Raises NotATable (422) for any other file, a broken or locked one, and one over the limits.
    """
    size = path.stat().st_size
    if size > limits.UPLOAD_BYTES:
        raise NotATable("文件超过 64 MiB，请拆分后上传")
    with path.open("rb") as file:
        head = file.read(8)
    # By the first bytes only: an .xls may carry a zip behind it, which a zip check would take for an .xlsx.
    if head == _OLE:
        check_xls(path)
        return Workbook("xls", _calamine_sheets(path))
    if head.startswith(_ZIP):
        check_xlsx(path)
        return Workbook("xlsx", _calamine_sheets(path))
    if not size:
        raise NotATable("文件是空的")
    return Workbook("csv", (_csv_sheet(path),))


def workbook_of(sheets: Mapping[str, Callable[[], Iterable[Row]]]) -> Workbook:
    """A workbook that never was a file: its sheets by name, each with what makes its rows, the header first."""
    return Workbook("rows", tuple(Sheet(name, False, _maker(make)) for name, make in sheets.items()))


def iter_rows(sheet: Sheet) -> Iterator[Row]:
    """The rows from the first line on, as they are; a merged area holds its value at top left only."""
    yield from sheet.open().rows


def merged_areas(sheet: Sheet) -> tuple[MergedArea, ...]:
    """The merged areas, from top to bottom."""
    return tuple(sheet.open().merged)


def filled_rows(sheet: Sheet) -> Iterator[Row]:
    """The rows with every merged area filled down and right from its top left cell (R52)."""
    grid = sheet.open()
    coming = list(reversed(grid.merged))
    active: list[tuple[MergedArea, Cell]] = []
    work = 0
    for index, row in enumerate(grid.rows):
        while coming and coming[-1].top <= index:
            area = coming.pop()
            active.append((area, row[area.left] if area.left < len(row) else None))
        active = [(area, value) for area, value in active if area.bottom >= index]
        work += len(active)
        if work > limits.CELLS:
            raise NotATable("工作表的合并单元格互相重叠，请另存后重新上传")
        for area, value in active:
            _fill(row, area, value)
        yield row


def _fill(row: Row, area: MergedArea, value: Cell) -> None:
    right = min(area.right + 1, len(row))
    if area.left < right:
        row[area.left : right] = [value] * (right - area.left)


def cell_text(cell: Cell) -> str:
    """A cell as text: ``Decimal("1")`` → ``"1"`` (so a 1.0 of the file is 1), dates ISO, nothing → ``""``."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return cell.isoformat()


def _maker(make: Callable[[], Iterable[Row]]) -> Callable[[], _Grid]:
    return lambda: _Grid(iter(make()), ())


def _calamine_sheets(path: Path) -> tuple[Sheet, ...]:
    book = _guarded(lambda: _open(path))
    names = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    if not names or len(names) > limits.SHEETS:
        raise NotATable("工作簿中没有工作表")
    return tuple(Sheet(meta.name, meta.visible != SheetVisibleEnum.Visible, _opener(book, meta.name)) for meta in names)


def _open(path: Path) -> CalamineWorkbook:
    with path.open("rb") as file:  # from an open file, so that the name's ending has no say
        return CalamineWorkbook.from_filelike(file)


def _opener(book: CalamineWorkbook, name: str) -> Callable[[], _Grid]:
    def open_sheet() -> _Grid:
        sheet = _guarded(lambda: book.get_sheet_by_name(name))
        if sheet.total_height > limits.ROWS or sheet.total_width > limits.COLUMNS:
            raise NotATable("工作表的行或列过多，请拆分后上传")
        merged = sorted(sheet.merged_cell_ranges or (), key=lambda corners: corners[0])
        areas = [MergedArea(top, left, bottom, right) for (top, left), (bottom, right) in merged]
        return _Grid(_converted(sheet, (sheet.start or (0, 0))[1]), areas)

    return open_sheet


def _guarded(read: Callable[[], T]) -> T:
    """Run the reader; whatever it does with a broken file becomes NotATable."""
    try:
        return read()
    except (CalamineError, OSError, ValueError) as broken:
        raise NotATable(BROKEN) from broken
    except BaseException as panic:
        # A panic of the reader's Rust code is no Exception; any other of that kind is not ours to stop.
        if type(panic).__name__ != "PanicException":
            raise
        raise NotATable(BROKEN) from panic


def _converted(sheet: CalamineSheet, left: int) -> Iterator[Row]:
    """Rows start at line 1 but at the first used column: the columns before it are put back."""
    margin: Row = [None] * left
    for row in sheet.iter_rows():
        yield margin + [value or None if type(value) is str else _cell(value) for value in row]


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime | date):
        return value
    return value.isoformat() if isinstance(value, time) else _duration(value)


def _number(value: float) -> Cell:
    """Workbooks keep 15 significant digits; a whole number loses its ``.0``.

    A whole number that a double holds exactly stays as it is: programs write codes of 16 digits as numbers.
    """
    if abs(value) < _EXACT and value == int(value):
        return Decimal(int(value))
    number = Decimal(format(value, ".15g"))
    if not number.is_finite():
        return str(value)
    return Decimal(int(number)) if number == number.to_integral_value() else number


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _or_none(row: list[str]) -> Row:
    return [cell or None for cell in row]


def _csv_sheet(path: Path) -> Sheet:
    encoding = encoding_of(path)
    next(csv_rows(path, encoding), None)  # a page or a program in text form is refused now, not later

    def open_sheet() -> _Grid:
        return _Grid(map(_or_none, csv_rows(path, encoding)), ())

    return Sheet(path.stem, False, open_sheet)
