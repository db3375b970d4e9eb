"""From the rows of a workbook to its items (R49–R56)."""

from collections.abc import Iterator
from datetime import datetime, time
from itertools import chain, islice
from pathlib import Path

from basic_info.power_lists.errors import NotAPowerList
from basic_info.power_lists.parsing.cards import read_cards
from basic_info.power_lists.parsing.columns import Field, Header, tables_beside
from basic_info.power_lists.parsing.details import add_details
from basic_info.power_lists.parsing.items import ParsedPowerList, ParsedSheet
from basic_info.power_lists.parsing.sheet import ROWS_BEFORE_HEADER, SheetReader
from host.kernel.tables.reading import Cell, Sheet, Workbook, cell_text, filled_rows, read_workbook

# A sheet that only lists names (目录, 汇总) beside full ones would count every item twice.
_OVERVIEWS = ("目录", "汇总", "封面", "说明", "统计")
# A filled-in form that only shows how (填写示例) is no list.
_EXAMPLES = ("示例", "样例", "样表", "样张", "模板", "范例")
_FULL = {Field.LEGAL_BASIS, Field.EXERCISING_BODY, Field.HANDLING_TEXT, Field.RESPONSIBILITY}


def parse_power_list(path: Path) -> ParsedPowerList:
    """Read every sheet of a power list (权责清单) from an .xlsx, .xls or .csv.

    Bad cells are listed in ``errors``; raises NotATable for another kind of file and NotAPowerList for a
    table without the columns of a list (both 422).
    """
    parsed = ParsedPowerList()
    book = read_workbook(path)
    readers = list(_read_sheets(book, parsed)) or list(_read_card_sheets(book))
    if not readers:
        raise NotAPowerList
    for reader in _without_overviews(readers, parsed):
        parsed.items.extend(reader.items)
        parsed.errors.extend(reader.errors)
        parsed.duplicates += reader.repeats
        parsed.sheets.append(ParsedSheet(reader.name, reader.header_row, len(reader.items)))
        parsed.notices.extend(reader.notices())
    parsed.title = next((reader.title for reader in readers if reader.title), "")
    parsed.title_lines = [line for reader in readers for line in reader.title_lines]
    parsed.duplicates += _named_twice(parsed)
    parsed.errors.sort(key=lambda error: ([sheet.name for sheet in parsed.sheets].index(error.sheet), error.row))
    return parsed


def _read_sheets(book: Workbook, parsed: ParsedPowerList) -> Iterator[SheetReader]:
    last: SheetReader | None = None
    for sheet in book.sheets:
        if sheet.is_hidden:
            parsed.notices.append(f"工作表“{sheet.name}”是隐藏的，没有读取")
            continue
        reader, *beside = _read_sheet(sheet)
        if reader.header:
            for one in (reader, *beside):
                add_details(one)
            for one in beside:
                reader.absorb(one)
            yield reader
            last = reader
        elif last and (page := _next_page(sheet, last)):
            add_details(page)
            yield page
            last = page
        elif reader.saw_anything:
            parsed.notices.append(f"工作表“{sheet.name}”没有权责清单的表头，没有读取")


def _next_page(sheet: Sheet, last: SheetReader) -> SheetReader | None:
    """The sheet read under the header of the one before it, if its first row is the next item."""
    rows = _rows(sheet)
    number, texts = next(((number, texts) for number, texts in rows if any(texts)), (0, []))
    if not last.goes_on_with(texts):
        return None
    page = last.next_page(sheet.name)
    for at, row in chain([(number, texts)], rows):
        page.read(at, row)
    return page


def _read_card_sheets(book: Workbook) -> Iterator[SheetReader]:
    """Where no sheet has a header, a card for each item; a sheet that explains the columns reads like one."""
    for sheet in book.sheets:
        reader = None if sheet.is_hidden else read_cards(sheet.name, _rows(sheet))
        if reader:
            add_details(reader)
            yield reader


def _read_sheet(sheet: Sheet) -> list[SheetReader]:
    """A reader for the sheet, or one for each table that stands beside another."""
    rows = _rows(sheet)
    above = list(islice(rows, ROWS_BEFORE_HEADER))
    spans = next((spans for _, texts in above if (spans := tables_beside(texts))), [slice(None)])
    readers = [SheetReader(sheet.name) for _ in spans]
    for number, texts in chain(above, rows):
        for reader, span in zip(readers, spans, strict=True):
            reader.read(number, texts[span])
        if readers[0].gave_up:
            break
    return readers


def _rows(sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(filled_rows(sheet), start=1):
        yield number, [_text(cell) for cell in row]


def _text(cell: Cell) -> str:
    """A day that the workbook keeps as a moment of midnight is written as a day (R52)."""
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    return cell_text(cell).strip()


def _without_overviews(readers: list[SheetReader], parsed: ParsedPowerList) -> Iterator[SheetReader]:
    some_are_full = any(_is_full(reader.header) for reader in readers)
    some_are_real = any(reader.items and not _is_called(reader, _EXAMPLES) for reader in readers)
    for reader in readers:
        if some_are_full and _is_called(reader, _OVERVIEWS) and not _is_full(reader.header):
            parsed.notices.append(f"工作表“{reader.name}”是目录或汇总，没有计入")
        elif some_are_real and _is_called(reader, _EXAMPLES):
            parsed.notices.append(f"工作表“{reader.name}”是填写示例，没有计入")
        else:
            yield reader


def _is_called(reader: SheetReader, words: tuple[str, ...]) -> bool:
    return any(word in reader.name for word in words)


def _is_full(header: Header | None) -> bool:
    return header is not None and bool(header.fields & _FULL)


def _named_twice(parsed: ParsedPowerList) -> int:
    """Items that the workbook names again under another number or on another sheet; they stay, counted."""
    names = {(item.kind_label, item.name, item.subitem_name) for item in parsed.items}
    return len(parsed.items) - len(names)
