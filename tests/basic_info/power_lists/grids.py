"""A sheet as a person fills it, what a careful reader finds in it, and both as a case of the corpus."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from tests.basic_info.power_lists.corpus import Case, Merge, Page, xls, xlsx

Cell = str | int | float | None
#: What the law allows and what is promised: "20 工作日".
Limits = tuple[list[str], list[str]]


@dataclass
class Grid:
    """One sheet while it is filled; rows and columns count from 1 as a person counts them."""

    name: str = "Sheet1"
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    hidden: bool = False

    @property
    def next(self) -> int:
        return len(self.rows) + 1

    def row(self, *cells: Cell) -> int:
        self.rows.append(list(cells))
        return len(self.rows)

    def banner(self, words: str, width: int) -> int:
        at = self.row(words, *[None] * (width - 1))
        self.merges.append((at, 1, at, width))
        return at

    def down(self, first: int, last: int, *columns: int) -> None:
        if last > first:
            self.merges += [(first, column, last, column) for column in columns]

    @property
    def page(self) -> Page:
        return Page(
            [["" if cell is None else cell for cell in row] for row in self.rows],
            [(top - 1, left - 1, bottom - 1, right - 1) for top, left, bottom, right in self.merges],
            self.hidden,
            [row - 1 for row in self.hidden_rows],
            [column - 1 for column in self.hidden_columns],
        )


def as_xlsx(grids: list[Grid]) -> bytes:
    return xlsx({grid.name: grid.page for grid in grids})


def as_xls(grids: list[Grid]) -> bytes:
    return xls({grid.name: grid.page for grid in grids})


def as_csv(grids: list[Grid], encoding: str, delimiter: str = ",") -> bytes:
    kept = io.StringIO()
    csv.writer(kept, delimiter=delimiter).writerows(grids[0].page.rows)
    return kept.getvalue().encode(encoding)


def law(name: str, article: str = "第十二条") -> str:
    return f"【法律】《中华人民共和国{name}》（2019年修正）{article}：县级以上人民政府主管部门负责本行政区域内的工作。"


@dataclass
class Want:
    """What a careful person finds: leaves (sheet, name, sub-item, kind, code), the header's row in each sheet,
    sections in the order of the list, cells with an error (sheet, row, column), and of some items, by their names,
    the limits, the laws ("title article") and the levels ("县级" is "县")."""

    heads: dict[str, int] = field(default_factory=dict)
    leaves: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    duplicates: int = 0
    errors: list[tuple[str, int, str]] = field(default_factory=list)
    limits: dict[str, Limits] = field(default_factory=dict)
    bases: dict[str, list[str]] = field(default_factory=dict)
    levels: dict[str, list[str]] = field(default_factory=dict)

    def leaf(self, sheet: str, name: str, kind: str, sub: str = "", sections: str = "", code: str = "") -> None:
        self.leaves.append((sheet, name, sub, kind, code))
        self.sections += [one for one in sections.split() if one not in self.sections]

    @property
    def by_type(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for _, _, _, kind, _ in self.leaves:
            found[kind] = found.get(kind, 0) + 1
        return found


Made = tuple[str, bytes, Want]


def case_of(made: Made) -> Case:
    file_name, content, want = made
    return Case(
        file_name,
        content,
        want.by_type,
        tuple(want.heads.values()),
        duplicates=want.duplicates,
        sections=want.sections,
        places=want.errors,
        file_name=file_name,
        leaves=want.leaves,
        limits=want.limits,
        bases=want.bases,
        levels=want.levels,
    )
