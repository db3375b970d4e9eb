"""A sheet as its cells, merges and hidden parts, and what writes it as .xlsx, BIFF .xls or CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import openpyxl
import xlwt
from openpyxl.utils import get_column_letter

Cell = str | int | float | None


@dataclass
class Grid:
    """One sheet while it is written; rows and columns count from 1 as a person counts them."""

    name: str = "Sheet1"
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    hidden: bool = False
    far: tuple[int, int] | None = None
    chart: bool = False

    @property
    def next(self) -> int:
        return len(self.rows) + 1

    def row(self, *cells: Cell) -> int:
        self.rows.append(list(cells))
        return len(self.rows)

    def banner(self, text: str, width: int) -> int:
        at = self.row(text, *[None] * (width - 1))
        self.merges.append((at, 1, at, width))
        return at

    def down(self, first: int, last: int, *columns: int) -> None:
        if last > first:
            self.merges += [(first, column, last, column) for column in columns]


def as_xlsx(grids: list[Grid]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for grid in grids:
        if grid.chart:
            book.create_chartsheet(grid.name)
            continue
        sheet = book.create_sheet(grid.name)
        for r, row in enumerate(grid.rows, 1):
            for c, value in enumerate(row, 1):
                if value is not None:
                    sheet.cell(r, c, value)
        for r1, c1, r2, c2 in grid.merges:
            sheet.merge_cells(start_row=r1, start_column=c1, end_row=r2, end_column=c2)
        for r in grid.hidden_rows:
            sheet.row_dimensions[r].hidden = True
        for c in grid.hidden_columns:
            sheet.column_dimensions[get_column_letter(c)].hidden = True
        if grid.hidden:
            sheet.sheet_state = "hidden"
        if grid.far:
            sheet.cell(*grid.far, " ")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xls(grids: list[Grid]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    for grid in grids:
        sheet = book.add_sheet(grid.name, cell_overwrite_ok=True)
        heads = {(r1, c1): (r2, c2) for r1, c1, r2, c2 in grid.merges}
        for r, row in enumerate(grid.rows, 1):
            for c, value in enumerate(row, 1):
                if (r, c) in heads:
                    r2, c2 = heads[r, c]
                    sheet.write_merge(r - 1, r2 - 1, c - 1, c2 - 1, value)
                elif value is not None and not any(
                    r1 <= r <= r2 and c1 <= c <= c2 for r1, c1, r2, c2 in grid.merges
                ):
                    sheet.write(r - 1, c - 1, value)
        for r in grid.hidden_rows:
            sheet.row(r - 1).hidden = True
        for c in grid.hidden_columns:
            sheet.col(c - 1).hidden = True
        if grid.hidden:
            sheet.visibility = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(grids: list[Grid], encoding: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in grids[0].rows:
        writer.writerow(["" if value is None else value for value in row])
    return out.getvalue().encode(encoding)
