"""The yearly notice on holidays (国务院办公厅节假日安排通知): read from pasted lines or a sheet, nothing written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from host.kernel.calendar.models import DayKind
from host.kernel.calendar.seed import days_of, kind_of
from host.kernel.tables.reading import Cell, cell_text, iter_rows, read_workbook

_WEEKDAY = r"(?:[（(](?:周|星期)[一二三四五六日天][)）])?"
_DAY = rf"(?:(\d{{4}})\s?[-/.年]\s?)?(\d{{1,2}})\s?[-/.月]\s?(\d{{1,2}})\s?日?{_WEEKDAY}"
# The end of a span may be the day alone: 2月15日至23日.
_END = rf"(?:(\d{{4}})\s?[-/.年]\s?)?(?:(\d{{1,2}})\s?[-/.月]\s?)?(\d{{1,2}})\s?日?{_WEEKDAY}"
_LINE = re.compile(rf"^{_DAY}(?:\s?(?:至|到|~|～|—|－)\s?{_END})?[\s,，、:：;；]*(\S+)?\s*(.*)$")
_ARTICLE = re.compile(r"^[一二三四五六七八九十]+、\s*([^：:]{2,20})[：:]\s*(\S.*)$")
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_KINDS = {
    **dict.fromkeys(("休", "放假", "休息", "节假日", "法定节假日", "假"), DayKind.HOLIDAY),
    **dict.fromkeys(("班", "上班", "补班", "调休", "调休上班", "工作日"), DayKind.MAKE_UP),
}
_FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (10, 1): "国庆节"}
MOST_LINES = 400
LONGEST_LINE = 200
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that the notice names: off or worked, and why."""

    day: date
    kind: DayKind
    note: str

    def as_line(self) -> str:
        """The day as ``read_notice`` reads it."""
        return f"{self.day.isoformat()} {'休' if self.kind is DayKind.HOLIDAY else '班'} {self.note}".rstrip()


@dataclass(frozen=True, slots=True)
class Notice:
    """What the notice of ``year`` says, as understood; with ``problems`` it cannot be applied."""

    year: int
    named: tuple[NamedDay, ...]
    problems: tuple[str, ...]

    def days(self) -> Iterator[NamedDay]:
        """Every day of the year: those named, the others by the day of the week."""
        named = {day.day: day for day in self.named}
        for day in days_of(self.year):
            yield named.get(day) or NamedDay(day, kind_of(day, is_off=False, is_worked=False), "")

    @property
    def workday_count(self) -> int:
        return sum(day.kind.is_workday for day in self.days())

    def as_text(self) -> str:
        """The notice as lines, one day each: what the confirmation sends back."""
        return "\n".join(day.as_line() for day in self.named)


def read_notice(lines: Iterable[str], year: int) -> Notice:
    """Read lines such as ``2027-02-05 至 2027-02-11 休 春节`` or ``2月20日 班``, or the articles as published.

    Blank lines are passed over.
    """
    named: dict[date, NamedDay] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, start=1):
        if number > MOST_LINES:
            problems.append(f"超过 {MOST_LINES} 行，请只保留放假和调休上班的日期")
            break
        if not line.strip():
            continue
        try:
            for plain in _plain_lines(line.strip()[:LONGEST_LINE]):
                for day in _read_line(plain, year):
                    _take(named, day)
        except ValueError as wrong:
            problems.append(f"第 {number} 行“{line.strip()[:40]}”：{wrong}")
    problems += _missing(named, year) if not problems else ()
    return Notice(year, tuple(named[day] for day in sorted(named)), tuple(problems))


def lines_of_table(path: Path) -> list[str]:
    """The rows of a sheet (date, kind, name) as lines; a heading row is dropped. Raises NotATable."""
    sheet = read_workbook(path).sheets[0]
    lines = [" ".join(filter(None, map(_word, row[:3]))) for row in _first(iter_rows(sheet))]
    return [line for line in lines if not line.startswith(("日期", "时间"))]


def _first(rows: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
    for number, row in enumerate(rows):
        if number > MOST_LINES:
            return
        yield row


def _word(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell_text(cell).strip()


def _plain_lines(line: str) -> Iterator[str]:
    """An article of the notice itself as plain lines; any other line as it is.

    ``一、元旦：1月1日（周五）至3日（周日）放假，共3天。1月10日（周日）上班。`` names days off and days worked.
    """
    article = _ARTICLE.match(line)
    if article is None:
        yield line
        return
    holiday, text = article.groups()
    for sentence in filter(None, _BRACKETS.sub("", text).split("。")):
        if sentence.endswith("上班"):
            yield from (f"{day} 班" for day in sentence.removesuffix("上班").split("、"))
        elif "放假" in sentence:
            yield f"{sentence.partition('放假')[0]} 休 {holiday}"


def _read_line(line: str, year: int) -> Iterator[NamedDay]:
    found = _LINE.match(line)
    if found is None:
        raise ValueError("看不出日期，请写成“2027-02-05 休 春节”")
    y1, m1, d1, y2, m2, d2, word, note = found.groups()
    first = _date(y1 or year, m1, d1)
    last = _date(y2 or first.year, m2 or m1, d2) if d2 else first
    kind = _kind((word or "").strip("（）()"))
    if kind is None:
        raise ValueError("日期后面应写“休”或“班”")
    if not first <= last or (last - first).days > MOST_DAYS:
        raise ValueError("结束日期早于开始日期")
    if first.year != year or last.year != year:
        raise ValueError(f"不是 {year} 年的日期")
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if kind is DayKind.MAKE_UP and day.weekday() < 5:
            raise ValueError(f"{day.isoformat()} 不是周末，不需要调休上班")
        yield NamedDay(day, kind, note.strip()[:40])


def _kind(word: str) -> DayKind | None:
    """``放假调休，共9天`` is 放假: the longest word that it begins with counts."""
    fitting = [known for known in _KINDS if word.startswith(known)]
    return _KINDS[max(fitting, key=len)] if fitting else None


def _date(year: int | str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError("没有这一天") from None


def _take(named: dict[date, NamedDay], day: NamedDay) -> None:
    before = named.get(day.day)
    if before is not None and before.kind is not day.kind:
        raise ValueError(f"{day.day.isoformat()} 既写了休又写了班")
    named[day.day] = day


def _missing(named: dict[date, NamedDay], year: int) -> list[str]:
    """The days that are off in every year must be among them, else half the notice was pasted."""
    gone = [
        name
        for (month, day), name in _FIXED.items()
        if (found := named.get(date(year, month, day))) is None or found.kind is not DayKind.HOLIDAY
    ]
    return [f"没有写到{'、'.join(gone)}的放假日期，请贴入全年的安排"] if gone else []
