"""What is read out of an item's texts once its rows are together: sections, laws, limits, codes."""

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
_CODES = (Field.ITEM_CODE, Field.BASIC_CODE, Field.IMPLEMENT_CODE)


def add_details(reader: SheetReader) -> None:
    """Fill in sections, laws, limits and codes of every item of a sheet; bad limits become errors."""
    for item in reader.items:
        item.handling = handling_names(item.text(Field.HANDLING_TEXT))
        item.legal_bases = legal_bases(item.text(Field.LEGAL_BASIS))
        item.time_limits = _limits_of(item, reader)
        _clean_codes(item)
        item.texts |= {field: one_line(item.texts[field]) for field in _ONE_LINE if field in item.texts}


def _limits_of(item: PowerListItem, reader: SheetReader) -> tuple[TimeLimit, ...]:
    assert reader.header is not None
    limits: tuple[TimeLimit, ...] = ()
    for field, kind in _LIMITS.items():
        heading = reader.header.heading_of(field)
        found = time_limits(item.text(field), kind, heading=heading)
        if found is None:
            message = "期限看不懂，请写成“20个工作日”“60日”或“3个月”，没有的写“/”"
            reader.errors.append(CellError(item.sheet, item.row, heading, message))
        limits += found or ()
    if promised_beyond_statutory(limits):
        heading = reader.header.heading_of(_stated_in(reader.header))
        message = "承诺期限超过法定期限，请核对"
        reader.errors.append(CellError(item.sheet, item.row, heading, message))
    return limits


def _clean_codes(item: PowerListItem) -> None:
    """``/`` is no code; a code that the workbook stored as a number loses its ``.0`` (R52, R57)."""
    for field in _CODES:
        if field in item.texts:
            code = or_none(item.texts[field])
            item.texts[field] = number_text(code) if code else ""


def _stated_in(header: Header) -> Field:
    """Where promises stand: their own column, else the one that states both."""
    return next((one for one in (Field.PROMISED_LIMIT, *_LIMITS) if one in header.fields), Field.PROMISED_LIMIT)
