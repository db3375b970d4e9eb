"""Ruled tables of a PDF page (框线表格): the grid of its lines gives the cells, a missing line merges two."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from basic_info.mandates.parsing.pdf_signs import Sign, printed_lines
from basic_info.mandates.parsing.wrapping import ENDS_A_SENTENCE, STARTS_A_LINE

Cells = tuple[tuple[str, ...], ...]
Rule = Sequence[float]
_NEAR = 3.0


class _Grid(NamedTuple):
    """The lines of one table: where its columns and rows part (rows from the top), and its rules."""

    xs: list[float]
    ys: list[float]
    across: list[Rule]
    down: list[Rule]


def cut_tables(signs: Sequence[Sign], rules: Sequence[Rule]) -> tuple[list[tuple[float, Cells]], list[Sign]]:
    """The page's tables, each with the height of its upper edge, and the signs that stand in none."""
    tables: list[tuple[float, Cells]] = []
    rest = list(signs)
    for grid in _grids(rules):
        inside = [sign for sign in rest if _is_inside(sign, grid)]
        if inside:
            taken = set(map(id, inside))
            rest = [sign for sign in rest if id(sign) not in taken]
            tables.append((grid.ys[0], _cells(grid, inside)))
    return tables, rest


def _grids(rules: Sequence[Rule]) -> list[_Grid]:
    """The groups of touching rules that make at least two cells."""
    grids: list[_Grid] = []
    for group in _touching(rules):
        down = [rule for rule in group if rule[2] - rule[0] <= _NEAR < rule[3] - rule[1]]
        across = [rule for rule in group if rule[3] - rule[1] <= _NEAR < rule[2] - rule[0]]
        xs = _places(rule[0] for rule in down)
        ys = _places(rule[1] for rule in across)[::-1]
        if len(xs) >= 2 and len(ys) >= 2 and len(xs) + len(ys) > 4:
            grids.append(_Grid(xs, ys, across, down))
    return grids


def _touching(rules: Sequence[Rule]) -> list[list[Rule]]:
    groups: list[tuple[list[float], list[Rule]]] = []
    for rule in rules:
        box, members = list(rule), [rule]
        apart = []
        for other_box, other in groups:
            if _meet(box, other_box):
                box = [
                    min(box[0], other_box[0]),
                    min(box[1], other_box[1]),
                    max(box[2], other_box[2]),
                    max(box[3], other_box[3]),
                ]
                members = other + members
            else:
                apart.append((other_box, other))
        groups = [*apart, (box, members)]
    return [members for _, members in groups]


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return (
        one[0] <= other[2] + _NEAR
        and other[0] <= one[2] + _NEAR
        and one[1] <= other[3] + _NEAR
        and other[1] <= one[3] + _NEAR
    )


def _places(values: Iterable[float]) -> list[float]:
    """The values from small to large, those close together as one."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _NEAR:
            places.append(value)
    return places


def _is_inside(sign: Sign, grid: _Grid) -> bool:
    x, y = (sign.left + sign.right) / 2, (sign.bottom + sign.top) / 2
    return grid.xs[0] <= x <= grid.xs[-1] and grid.ys[-1] <= y <= grid.ys[0]


def _cells(grid: _Grid, signs: Sequence[Sign]) -> Cells:
    rows, columns = len(grid.ys) - 1, len(grid.xs) - 1
    owner = _owners(grid, rows, columns)
    held: dict[tuple[int, int], list[Sign]] = {}
    heights = [-y for y in grid.ys]
    for sign in signs:
        x, y = (sign.left + sign.right) / 2, (sign.bottom + sign.top) / 2
        column = min(max(bisect_right(grid.xs, x) - 1, 0), columns - 1)
        row = min(max(bisect_right(heights, -y) - 1, 0), rows - 1)
        held.setdefault(owner[row, column], []).append(sign)
    return tuple(
        tuple(
            _cell_text(held.get((row, column), [])) if owner[row, column] == (row, column) else ""
            for column in range(columns)
        )
        for row in range(rows)
    )


def _owners(grid: _Grid, rows: int, columns: int) -> dict[tuple[int, int], tuple[int, int]]:
    """For each place of the grid the first place of the cell that it is merged into."""
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(rows):
        for column in range(columns):
            middle_x = (grid.xs[column] + grid.xs[column + 1]) / 2
            middle_y = (grid.ys[row] + grid.ys[row + 1]) / 2
            if column and not any(abs(r[0] - grid.xs[column]) <= _NEAR and r[1] <= middle_y <= r[3] for r in grid.down):
                owner[row, column] = owner[row, column - 1]
            elif row and not any(abs(r[1] - grid.ys[row]) <= _NEAR and r[0] <= middle_x <= r[2] for r in grid.across):
                owner[row, column] = owner[row - 1, column]
            else:
                owner[row, column] = (row, column)
    return owner


def _cell_text(signs: Sequence[Sign]) -> str:
    """The cell's words; a line that opens with a number after a full stop is a paragraph of its own."""
    out = ""
    for line in printed_lines(signs):
        words = "".join(sign.text for sign in line).strip()
        opens = out.endswith(ENDS_A_SENTENCE) and STARTS_A_LINE.match(words)
        out += f"\n{words}" if opens else words
    return out
