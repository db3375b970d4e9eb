"""A sheet as a stream of checked rows; what cannot be taken is told by sheet, row and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from basic_info.organization.register_import.columns import Column, SheetSpec, value_of
from host.kernel.errors import DomainError, Refused
from host.kernel.tables.reading import CellError, Row, Sheet, cell_text, filled_rows

#: So many errors are listed one by one; the rest is counted.
MOST_ERRORS = 1000
#: The header stands within so many rows.
HEADER_ROWS = 5


@dataclass
class Findings:
    """What is wrong with a workbook: the first errors in full, and how many there are in all."""

    errors: list[CellError] = field(default_factory=list)
    count: int = 0
    bad_rows: set[tuple[str, int]] = field(default_factory=set)

    def add(self, sheet: str, row: int, column: str, message: str) -> None:
        self.count += 1
        self.bad_rows.add((sheet, row))
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(CellError(sheet, row, column, message))


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as people see it, and its values by column name."""

    number: int
    values: dict[str, Any]


def rows_of(sheet: Sheet, spec: SheetSpec, findings: Findings) -> Iterator[SheetRow]:
    """The good rows of a sheet; bad cells go to ``findings``. Raises Refused when the header is not found."""
    rows = enumerate(filled_rows(sheet), start=1)
    places = _header(rows, spec)
    seen: dict[str, int] = {}
    for number, row in rows:
        if not any(cell is not None and (type(cell) is not str or not cell.isspace()) for cell in row):
            continue
        values = _values(row, number, places, spec, findings)
        if values is None:
            continue
        if spec.may_repeat is None or not spec.may_repeat(values):
            first = seen.setdefault(values[spec.key], number)
            if first != number:
                findings.add(spec.title, number, spec.columns[0].headers[0], _repeated(spec, values[spec.key], first))
                continue
        yield SheetRow(number, values)


def _repeated(spec: SheetSpec, key: str, first: int) -> str:
    words = f"编码 {key} 与第 {first} 行重复，请删除一行"
    return words if spec.may_repeat is None else f"{words}；兼任其他岗位的行请在“任职类型”填“兼职”等"


def _header(rows: Iterator[tuple[int, Row]], spec: SheetSpec) -> list[tuple[int, Column]]:
    """(place in the row, column) of the header row; a repeated header keeps the first."""
    for number, row in rows:
        names = [cell_text(cell).replace("\n", "").strip() if cell is not None else "" for cell in row]
        found: dict[str, tuple[int, Column]] = {}
        for place, name in enumerate(names):
            if (column := spec.by_header.get(name)) is not None:
                found.setdefault(column.name, (place, column))
        if spec.key in found:
            missing = [c.headers[0] for c in spec.columns if c.is_required and c.name not in found]
            if missing:
                raise Refused(
                    f"工作表“{spec.title}”第 {number} 行表头缺少列“{'”“'.join(missing)}”，请按{spec.template}补上"
                )
            return sorted(found.values(), key=lambda pair: pair[0])
        if number >= HEADER_ROWS:
            break
    raise Refused(
        f"工作表“{spec.title}”前 {HEADER_ROWS} 行没有找到表头“{spec.columns[0].headers[0]}”，请使用{spec.template}"
    )


def _values(
    row: Row, number: int, places: list[tuple[int, Column]], spec: SheetSpec, findings: Findings
) -> dict[str, Any] | None:
    values: dict[str, Any] = {column.name: column.default for column in spec.columns}
    is_good = True
    for place, column in places:
        try:
            values[column.name] = value_of(column, row[place] if place < len(row) else None)
        except DomainError as error:
            findings.add(spec.title, number, column.headers[0], str(error))
            is_good = False
    return values if is_good else None
