"""Reading a power list workbook (权责清单) into its items; touches no database."""

from basic_info.power_lists.parsing.items import ParsedPowerList, PowerListItem
from basic_info.power_lists.parsing.workbook import parse_power_list

__all__ = ["ParsedPowerList", "PowerListItem", "parse_power_list"]
