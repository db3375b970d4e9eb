"""The form as a workbook: read row by row with what is wrong named, and laid out for offices to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from basic_info.duties.models import WorkSource
from host.kernel.tables.reading import Cell, CellError, NotATable, Row, Sheet, cell_text, filled_rows, read_workbook

#: field → headings that mean it, the first one being our own
HEADINGS = {
    "section_name": ("科室", "内设机构", "承办科室", "科室名称"),
    "work_source": ("来源", "职能来源"),
    "section_function": ("科室职能", "科室职责", "职能"),
    "matter": ("具体职责事项", "职责事项", "事项", "工作事项"),
    "measure_1": ("一级指标",),
    "measure_2": ("二级指标",),
    "measure_unit": ("单位", "计量单位", "量化指标"),
}
REQUIRED = ("section_name", "section_function", "matter")
HEADER_ROWS = 5
MOST_ROWS = 20_000
MOST_LENGTH = 2_000
#: Runs of rows that a message names.
MOST_RUNS = 20
#: Columns of volumes: 2024年, 2024年数量, 2024 年业务量.
_YEAR = re.compile(r"(20\d\d)年?(?:度)?(?:数量|业务量|完成量|办理量)?")
_BLANKS = re.compile(r"\s+")
#: 其他工作 is the form's own word for all that the mandate does not state.
_SOURCES = {
    "三定规定": WorkSource.MANDATE,
    "三定": WorkSource.MANDATE,
    "其他工作": WorkSource.OTHER,
    "其他": WorkSource.OTHER,
}
MEASURE_UNITS = ("项", "件", "次", "份", "人次")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the form as understood. ``volumes``: year → how many, at most two decimals."""

    row: int
    section_name: str
    work_source: WorkSource
    section_function: str
    matter: str
    measure_1: str
    measure_2: str
    measure_unit: str
    volumes: dict[int, Decimal]


@dataclass
class ParsedBreakdown:
    lines: list[Line] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)


@dataclass(frozen=True)
class _Header:
    row: int
    places: dict[str, int]
    years: dict[int, int]


def parse_breakdown(path: Path) -> ParsedBreakdown:
    """Read every sheet that has the form's header. Raises NotATable: no workbook, or no sheet with that header."""
    parsed = ParsedBreakdown()
    found = False
    for sheet in read_workbook(path).sheets:
        if not sheet.is_hidden:
            found |= _read_sheet(sheet, parsed)
    if not found:
        names = "、".join(HEADINGS[name][0] for name in REQUIRED)
        raise NotATable(f"没有找到分解表的表头：前 {HEADER_ROWS} 行应有“{names}”等列")
    if not parsed.lines and not parsed.errors:
        raise NotATable("分解表中没有内容，请填写后重新上传")
    return parsed


def _read_sheet(sheet: Sheet, parsed: ParsedBreakdown) -> bool:
    header: _Header | None = None
    unfilled: list[int] = []
    for number, row in enumerate(filled_rows(sheet), start=1):
        if header is None:
            header = _header(row, number)
            if header is None and number >= HEADER_ROWS:
                return False
            continue
        if len(parsed.lines) >= MOST_ROWS:
            raise NotATable(f"分解表超过 {MOST_ROWS:,} 行，请按科室拆分后上传")
        if _header(row, number) is not None or not any(cell_text(cell).strip() for cell in row):
            continue
        if _is_unfilled(row, header):
            unfilled.append(number)
        else:
            _read_line(sheet.name, number, row, header, parsed)
    if unfilled:
        left = f"第 {row_words(unfilled)} 行（共 {len(unfilled):,} 行）没有填写，请填写，或删去这些行后重新上传"
        parsed.errors.append(CellError(sheet.name, unfilled[0], HEADINGS["matter"][0], left))
    return header is not None


def _is_unfilled(row: Row, header: _Header) -> bool:
    """A row as the blank form has it: who does what by the mandate, and nothing of what it comes to."""
    asked = [header.places[name] for name in ("matter", "measure_1", "measure_2") if name in header.places]
    return not any(cell_text(_at(row, place)).strip() for place in (*asked, *header.years.values()))


def row_words(rows: Sequence[int]) -> str:
    """Ascending row numbers as people name them: 3—5、9; many runs are cut short."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    words = [str(first) if first == last else f"{first}—{last}" for first, last in runs[:MOST_RUNS]]
    return "、".join(words) + ("等" if len(runs) > MOST_RUNS else "")


def _header(row: Row, number: int) -> _Header | None:
    words = [_BLANKS.sub("", cell_text(cell)) for cell in row]
    places: dict[str, int] = {}
    years: dict[int, int] = {}
    for place, word in enumerate(words):
        name = next((name for name, headings in HEADINGS.items() if word in headings), None)
        if name is not None:
            places.setdefault(name, place)
        elif year := _YEAR.fullmatch(word):
            years.setdefault(int(year[1]), place)
    return _Header(number, places, years) if all(name in places for name in REQUIRED) else None


def _read_line(sheet: str, number: int, row: Row, header: _Header, parsed: ParsedBreakdown) -> None:
    words = {name: cell_text(_at(row, place)).strip() for name, place in header.places.items()}
    before = len(parsed.errors)

    def wrong(column: str, message: str) -> None:
        parsed.errors.append(CellError(sheet, number, column, message))

    for name in REQUIRED:
        if not words[name]:
            wrong(HEADINGS[name][0], "不能为空，请填写")
    for name, text in words.items():
        if len(text) > MOST_LENGTH:
            wrong(HEADINGS[name][0], f"超过 {MOST_LENGTH} 字，请精简")
    source = words.get("work_source") or WorkSource.MANDATE.label
    if source not in _SOURCES:
        wrong("来源", f"“{source[:20]}”应为“三定规定”或“其他工作”")
    volumes = {}
    for year, place in sorted(header.years.items()):
        text = cell_text(_at(row, place)).strip()
        amount = _amount(text)
        if amount is None:
            wrong(f"{year}年", f"“{text[:20]}”应为不小于 0 的数字")
        elif text:
            volumes[year] = amount
    if len(parsed.errors) == before:
        parsed.lines.append(
            Line(
                row=number,
                section_name=words["section_name"],
                work_source=_SOURCES[source],
                section_function=words["section_function"],
                matter=words["matter"],
                measure_1=words.get("measure_1", ""),
                measure_2=words.get("measure_2", ""),
                measure_unit=words.get("measure_unit") or MEASURE_UNITS[0],
                volumes=volumes,
            )
        )


def _amount(text: str) -> Decimal | None:
    """The volume, 0 for an empty cell; None: no number that a volume can be."""
    if not text or text in {"/", "—", "-"}:
        return Decimal(0)
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return round(value, 2) if value.is_finite() and 0 <= value < Decimal(10) ** 12 else None


def plain_amount(amount: Decimal) -> str:
    """A volume as people write it: 10 for 10.00, 10.5 for 10.50."""
    return f"{amount:f}".rstrip("0").rstrip(".") if amount % 1 else f"{amount:.0f}"


def _at(row: Row, place: int) -> Cell:
    return row[place] if place < len(row) else None


def headings(years: Sequence[int]) -> tuple[str, ...]:
    """The form's own headings, volumes of ``years`` last."""
    return (*(names[0] for names in HEADINGS.values()), *(f"{year}年" for year in years))


def blank_rows(duties: Sequence[tuple[str, str]], years: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """A form to fill in: (section, duty) pairs already in their places."""
    for section, duty in duties:
        yield (section, WorkSource.MANDATE.label, duty, "", "", "", MEASURE_UNITS[0], *("" for _ in years))
