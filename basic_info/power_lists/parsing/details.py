"""What is read out of an item's texts once its rows are together: sections, laws, limits, codes."""

import re

from basic_info.power_lists.models import LimitKind
from basic_info.power_lists.parsing.basis import legal_bases
from basic_info.power_lists.parsing.columns import Field, Header
from basic_info.power_lists.parsing.handling import handling_names
from basic_info.power_lists.parsing.items import PowerListItem
from basic_info.power_lists.parsing.sheet import SheetReader
from basic_info.power_lists.parsing.time_limits import TimeLimit, promised_beyond_statutory, time_limits
from basic_info.power_lists.parsing.words import number_text, one_line, or_none
from host.kernel.tables.reading import CellError

_LIMITS = {
    Field.LIMIT: LimitKind.STATUTORY,
    Field.STATUTORY_LIMIT: LimitKind.STATUTORY,
    Field.PROMISED_LIMIT: LimitKind.PROMISED,
}
_ONE_LINE = (
    Field.EXERCISING_BODY,
    Field.EXERCISE_TIER,
    Field.AUTHORITY,
    Field.DISCLOSURE_KIND,
    Field.IS_PUBLIC,
    Field.USES_AGENCY,
)
_LOST_DIGITS = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{1,2}|\d{15}0{2,5}")
_CODES = (Field.ITEM_CODE, Field.BASIC_CODE, Field.IMPLEMENT_CODE)


def add_details(reader: SheetReader) -> None:
    """Fill in sections, laws, limits and codes of every item of a sheet; bad limits become errors."""
    for item in reader.items:
        item.handling = handling_names(item.text(Field.HANDLING_TEXT))
        item.legal_bases = legal_bases(item.text(Field.LEGAL_BASIS))
        item.time_limits = _limits_of(item, reader)
        _clean_codes(item, reader)
        item.texts |= {field: one_line(item.texts[field]) for field in _ONE_LINE if field in item.texts}


def _limits_of(item: PowerListItem, reader: SheetReader) -> tuple[TimeLimit, ...]:
    header = _header(reader)
    limits: tuple[TimeLimit, ...] = ()
    for field, kind in _LIMITS.items():
        heading = header.heading_of(field)
        found = time_limits(item.text(field), kind, heading=heading)
        if found is None:
            message = "期限看不懂，请写成“20个工作日”“60日”“3个月”或“2小时”，没有的写“/”"
            reader.errors.append(CellError(item.sheet, item.row, heading, message))
        limits += found or ()
    if promised_beyond_statutory(limits):
        heading = header.heading_of(_stated_in(header))
        message = "承诺期限超过法定期限，请核对"
        reader.errors.append(CellError(item.sheet, item.row, heading, message))
    return limits


def _clean_codes(item: PowerListItem, reader: SheetReader) -> None:
    """``/`` is no code; a code that the workbook stored as a number loses its ``.0`` (R52, R57).

    A spreadsheet program keeps 15 digits of a number and shows long ones as 3.7E+11: what was lost is said.
    """
    for field in _CODES:
        if field in item.texts:
            code = or_none(item.texts[field])
            item.texts[field] = number_text(code) if code else ""
            if _LOST_DIGITS.fullmatch(item.texts[field]):
                reader.lost_digits.append(f"第 {item.row} 行“{_header(reader).heading_of(field)}”{item.texts[field]}")


def _header(reader: SheetReader) -> Header:
    assert reader.header is not None
    return reader.header


def _stated_in(header: Header) -> Field:
    """Where promises stand: their own column, else the one that states both."""
    return next((one for one in (Field.PROMISED_LIMIT, *_LIMITS) if one in header.fields), Field.PROMISED_LIMIT)
