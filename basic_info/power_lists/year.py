"""The year of a list (清单年度) where the workbook says it only in words: its titles, its sheets or its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from basic_info.power_lists.parsing import ParsedPowerList

_DIGITS = str.maketrans("〇○零一二三四五六七八九０１２３４５６７８９", "0001234567890123456789")
#: In a title a year is called one; 《…法》（2017年修正） is another thing's.
_CALLED = re.compile(r"(?<!\d)(20\d\d)(?=年|版|—|-|－|至)")
#: A name has it bare, or before month and day: 清单2024.xlsx, 清单20240315.xlsx.
_BARE = re.compile(r"(?<!\d)(20\d\d)(?=(?:[01]\d(?:[0-3]\d)?)?(?!\d))")
_OF_A_LAW = re.compile(r"《[^》]*》(?:[（(][^（）()]*[)）])?")


@dataclass(frozen=True)
class FoundYear:
    """``where``: 标题, 工作表名 or 文件名; ``words``: what it says there."""

    year: int
    where: str
    words: str


def year_of(parsed: ParsedPowerList, file_name: str, *, this_year: int) -> FoundYear | None:
    """The year that the titles say, else the sheets, else the file's name; of several the latest. None: none does."""
    for where, words, said in _places(parsed, file_name):
        years = [int(year) for year in said.findall(_OF_A_LAW.sub("", words).translate(_DIGITS))]
        # Next year's list is made this year; what lies further ahead is no year of a list.
        if likely := [year for year in years if year <= this_year + 1]:
            return FoundYear(max(likely), where, words)
    return None


def _places(parsed: ParsedPowerList, file_name: str) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    yield from (("标题", line, _CALLED) for line in parsed.title_lines)
    yield from (("工作表名", sheet.name, _BARE) for sheet in parsed.sheets)
    yield "文件名", Path(file_name).stem, _BARE
