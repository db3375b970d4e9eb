"""Where everything stands: left to right by order, a band for each lane, arrows along the axes in tracks of their own.

Symbols stand in a grid of columns and rows, each lane being one row or more. Arrows run in the gaps between columns
and the channels between rows; each gets a track there, so that no two arrows of different ends lie on each other and
none crosses a symbol. Gaps and channels grow with their tracks. All sizes in px.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from basic_info.flowcharts.drawing.plan import Arrow, Plan, Symbol

TASK, GATEWAY, EVENT = (120, 80), (50, 50), (36, 36)
COLUMN, ROW = 120, 80
GAP, CHANNEL, TRACK = 44, 26, 12
LEFT, TOP, BAND = 160, 80, 30  # the pool's corner; the strips with the names of pool and lanes
LETTER = 14
BORDER = 40  # from one event on a border to the next

Point = tuple[float, float]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass
class Layout:
    """Boxes by key, lanes and pool, the corners of each arrow and where its words stand."""

    boxes: dict[str, Box] = field(default_factory=dict)
    lanes: list[Box] = field(default_factory=list)
    pool: Box = field(default_factory=lambda: Box(0, 0, 0, 0))
    paths: list[list[Point]] = field(default_factory=list)
    labels: list[Box | None] = field(default_factory=list)


def lay_out(plan: Plan) -> Layout:
    """Places for everything in the plan."""
    hosts = {symbol.key: symbol.host for symbol in plan.symbols if symbol.host}
    standing = replace(
        plan,
        symbols=tuple(symbol for symbol in plan.symbols if not symbol.host),
        arrows=tuple(replace(arrow, source=hosts.get(arrow.source, arrow.source)) for arrow in plan.arrows),
    )
    columns = _columns(standing)
    rows, starts = _rows(standing, columns)
    cells = {key: (columns[hosts.get(key, key)], rows[hosts.get(key, key)]) for key in [*columns, *hosts]}
    routes = _Routes(plan.arrows, cells, hosts)
    return _place(plan, cells, starts, routes)


def _columns(plan: Plan) -> dict[str, int]:
    """The longest way from the start; arrows that lead back are left out."""
    after: dict[str, list[str]] = {symbol.key: [] for symbol in plan.symbols}
    for arrow in plan.arrows:
        after[arrow.source].append(arrow.target)
    order, back = _finish_order(after)
    columns = dict.fromkeys(after, 0)
    for key in order:
        for target in after[key]:
            if (key, target) not in back:
                columns[target] = max(columns[target], columns[key] + 1)
    return columns


def _finish_order(after: dict[str, list[str]]) -> tuple[list[str], set[tuple[str, str]]]:
    """A topological order without the arrows that close a loop, and those arrows; depth first, no recursion."""
    state: dict[str, int] = {}
    order: list[str] = []
    back: set[tuple[str, str]] = set()
    for root in after:
        path = [] if root in state else [(root, iter(after[root]))]
        state.setdefault(root, 1)
        while path:
            key, following = path[-1]
            target = next(following, None)
            if target is None:
                state[key] = 2
                order.append(key)
                path.pop()
            elif state.get(target) == 1:
                back.add((key, target))
            elif target not in state:
                state[target] = 1
                path.append((target, iter(after[target])))
    return order[::-1], back


def _rows(plan: Plan, columns: dict[str, int]) -> tuple[dict[str, int], list[int]]:
    """The row of each symbol over all lanes, and the first row of each lane (one more for the end)."""
    before: dict[str, list[str]] = {}
    for arrow in plan.arrows:
        before.setdefault(arrow.target, []).append(arrow.source)
    lanes = {symbol.key: symbol.lane for symbol in plan.symbols}
    inside: dict[str, int] = {}
    taken: set[tuple[int, int, int]] = set()
    for symbol in sorted(plan.symbols, key=lambda one: columns[one.key]):
        beside = [inside[key] for key in before.get(symbol.key, []) if key in inside and lanes[key] == symbol.lane]
        row = min(beside, default=0)
        while (symbol.lane, columns[symbol.key], row) in taken:
            row += 1
        taken.add((symbol.lane, columns[symbol.key], row))
        inside[symbol.key] = row
    starts = [0]
    for lane in range(len(plan.lanes)):
        starts.append(starts[-1] + 1 + max((inside[key] for key in inside if lanes[key] == lane), default=0))
    return {key: starts[lanes[key]] + row for key, row in inside.items()}, starts


@dataclass(frozen=True, slots=True)
class _Route:
    """How an arrow runs: straight, through one gap (``out``), or out of a gap, along a channel and into a gap."""

    out: tuple[int, int] | None = None
    channel: tuple[int, int] | None = None
    into: tuple[int, int] | None = None


class _Routes:
    """Routes of all arrows. A gap is numbered by the column right of it, a channel by the row under it."""

    def __init__(self, arrows: Iterable[Arrow], cells: dict[str, Cell], hosts: Collection[str]) -> None:
        self._cells = cells
        self._hosts = hosts
        self._taken = {(row, column) for column, row in cells.values()}
        self.outs: dict[int, dict[object, int]] = {}
        self.ins: dict[int, dict[object, int]] = {}
        self.channels: dict[int, dict[object, int]] = {}
        self.words: dict[int, int] = {}
        self.all = [self._route(arrow) for arrow in arrows]

    def _route(self, arrow: Arrow) -> _Route:
        (column, row), (to_column, to_row) = self._cells[arrow.source], self._cells[arrow.target]
        between = range(column + 1, to_column)
        self._note_words(arrow, column + 1 if to_column == column + 1 or row != to_row else to_column)
        is_free = to_column > column and not any((row, one) in self._taken for one in between)
        if row == to_row and is_free and arrow.source not in self._hosts:
            return _Route()
        out = self._track(self.outs, column + 1, arrow.source)
        # What stands left of the target would leave along the same line.
        if to_column == column + 1 and (to_row, column) not in self._taken:
            return _Route(out)
        above = to_row if row < to_row else to_row + 1
        channel = self._track(self.channels, above, arrow.target)
        return _Route(out, channel, self._track(self.ins, to_column, arrow.target))

    def _note_words(self, arrow: Arrow, gap: int) -> None:
        self.words[gap] = max(self.words.get(gap, 0), len(arrow.name))

    @staticmethod
    def _track(where: dict[int, dict[object, int]], place: int, user: object) -> tuple[int, int]:
        tracks = where.setdefault(place, {})
        return place, tracks.setdefault(user, len(tracks))


def _place(plan: Plan, cells: dict[str, Cell], starts: list[int], routes: _Routes) -> Layout:
    xs, gaps, right = _across(1 + max((column for column, _ in cells.values()), default=0), routes, plan.strips)
    ys, channels, edges = _down(plan, starts, routes)
    layout = Layout(pool=Box(LEFT, edges[0], right - LEFT, edges[-1] - edges[0]))
    for above, below in zip(edges, edges[1:], strict=False):
        layout.lanes.append(Box(LEFT + BAND, above, right - LEFT - BAND, below - above))
    on_border: Counter[str] = Counter()
    for symbol in plan.symbols:
        column, row = cells[symbol.key]
        width, height = size_of(symbol)
        x, y = xs[column] + (COLUMN - width) / 2, ys[row] + (ROW - height) / 2
        if symbol.host:
            host = layout.boxes[symbol.host]
            on_border[symbol.host] += 1
            x = host.x + host.width - BORDER * on_border[symbol.host]
            y = host.y + host.height - height / 2
        layout.boxes[symbol.key] = Box(x, y, width, height)
    for arrow, route in zip(plan.arrows, routes.all, strict=True):
        path = _path(layout.boxes[arrow.source], layout.boxes[arrow.target], route, gaps, channels)
        layout.paths.append(path)
        layout.labels.append(_label(arrow.name, path))
    return layout


def size_of(symbol: Symbol) -> tuple[int, int]:
    """Width and height of the symbol."""
    if symbol.tag.endswith("Gateway"):
        return GATEWAY
    return EVENT if symbol.tag.endswith("Event") else TASK


def _across(count: int, routes: _Routes, strips: int) -> tuple[list[float], dict[int, Point], float]:
    """The left side of each column, the first tracks out and in of each gap, the right side of the pool."""
    x = float(LEFT + strips * BAND)
    xs: list[float] = []
    gaps: dict[int, Point] = {}
    for column in range(count + 1):
        outs, ins = len(routes.outs.get(column, {})), len(routes.ins.get(column, {}))
        words = LETTER * routes.words.get(column, 0)
        # Ways out left, ways in right: a line out of one row never meets a line into it.
        gaps[column] = (x + TRACK, x + TRACK * (outs + 1) + words)
        x += GAP + TRACK * (outs + ins) + words
        if column < count:
            xs.append(x)
            x += COLUMN
    return xs, gaps, x


def _down(plan: Plan, starts: list[int], routes: _Routes) -> tuple[list[float], dict[int, float], list[float]]:
    """The top of each row, the first track of each channel, the borders of the lanes from top to bottom."""
    y = float(TOP)
    ys: list[float] = []
    channels: dict[int, float] = {}
    edges = [y]
    for lane, name in enumerate(plan.lanes):
        for row in range(starts[lane], starts[lane + 1]):
            channels[row] = y + TRACK
            y += CHANNEL + TRACK * len(routes.channels.get(row, {}))
            ys.append(y)
            y += ROW
        y += CHANNEL
        y = max(y, edges[-1] + LETTER * len(name) + 16)
        edges.append(y)
    last = starts[-1]
    channels[last] = y - TRACK
    y += TRACK * len(routes.channels.get(last, {}))
    edges[-1] = y
    return ys, channels, edges


def _path(source: Box, target: Box, route: _Route, gaps: dict[int, Point], channels: dict[int, float]) -> list[Point]:
    start = (source.x + source.width, source.middle[1])
    end = (target.x, target.middle[1])
    if route.out is None:
        return [start, end]
    x = gaps[route.out[0]][0] + TRACK * route.out[1]
    if route.channel is None or route.into is None:
        return [start, (x, start[1]), (x, end[1]), end] if start[1] != end[1] else [start, end]
    y = channels[route.channel[0]] + TRACK * route.channel[1]
    x_in = gaps[route.into[0]][1] + TRACK * route.into[1]
    return [start, (x, start[1]), (x, y), (x_in, y), (x_in, end[1]), end]


def _label(name: str, path: list[Point]) -> Box | None:
    """Above the last stretch of a short way, above the channel of a long one."""
    if not name:
        return None
    width = LETTER * len(name)
    if len(path) <= 4:
        (_, y), (x, _) = path[-2], path[-1]
        return Box(x - width - TRACK, y - 18, width, 14)
    (x, y), (x_in, _) = path[2], path[3]
    return Box(x + 4 if x_in > x else x - width - 4, y - 16, width, 14)
