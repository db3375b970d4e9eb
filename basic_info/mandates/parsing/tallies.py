"""Tables of posts or quotas (职数表、编制表): each row as the statement that it makes (「局长1名。」)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from basic_info.mandates.parsing.counts import read_counts
from basic_info.mandates.parsing.lines import Line, read_mark
from basic_info.mandates.parsing.model import LeaderPost, Quota
from basic_info.mandates.parsing.normalise import fold, to_number
from basic_info.mandates.parsing.posts import RANK, is_post, is_quota_kind

Row = Sequence[str]

_TOTAL = re.compile(r"^(?:合计|总计|小计|共计|总数|合)$")
_COUNT_HEAD = re.compile(
    r"^(?:职数|数量|名额|核定数|核定职数|核定编制|编制数|编制数额|人数|个数|数额|编制|核定)(?:\((?:名|人|个)\))?$"
)
# Of several columns of numbers the one that holds afterwards (调整前、增减、调整后).
_AFTER_HEAD = re.compile(
    r"^(?:调整|变更|增减|核增|核减|划转|调剂)后的?(?:编制|职数|核定数|编制数|数量|数额|名额)?(?:\((?:名|人|个)\))?$|"
    r"^现(?:核定)?(?:编制|职数|名额|编制数)$"
)
_NOTHING = ("", "/", "-", "—", "无")
# Words that say where places and posts are, not what they are.
_WHERE = re.compile(r"^(?:内设机构|局?机关|中层)(?=.{2})")
_RANK_HEAD = re.compile(r"^(?:职级|级别|规格|职务层次|层级|机构规格)$")


def tally_lines(rows: Sequence[Row]) -> list[Line]:
    """The statements of a table of posts or quotas, [] for any other table.

    Upright: a column of names, a column of numbers. Lying: a row of names over one row of numbers.
    """
    return _lying(rows) or _side_by_side(rows) or _upright(rows)


def _side_by_side(rows: Sequence[Row]) -> list[Line]:
    """Two tables in one: names and numbers, beside them other names and their numbers; the shorter ends in blanks."""
    ends = [place for place, cell in enumerate(rows[0] if rows else ()) if _COUNT_HEAD.match(_flat(cell))]
    if len(ends) < 2:
        return []
    lines: list[Line] = []
    for start, end in zip([0, *(place + 1 for place in ends)], ends, strict=False):
        part = [row[start : end + 1] for row in rows if any(row[start : end + 1])]
        found = _upright(part)
        if not found:
            return []
        lines += found
    return lines


def _lying(rows: Sequence[Row]) -> list[Line]:
    filled = [row for row in rows if any(row)]
    if len(filled) < 2 or len(filled) > 3:
        return []
    names, counts = filled[-2], filled[-1]
    pairs = [
        (name, number)
        for name, cell in zip(names, counts, strict=False)
        if name and (number := _count(cell)) is not None and not _TOTAL.match(_flat(name))
    ]
    if len(pairs) < 2 or not all(_is_name(name) for name, _ in pairs):
        return []
    return [_statement(name, number) for name, number in pairs]


def _upright(rows: Sequence[Row]) -> list[Line]:
    head = rows[0] if rows else ()
    after = next((n for n, cell in enumerate(head) if _AFTER_HEAD.match(_flat(cell))), None)
    column = (
        next((n for n, cell in enumerate(head) if _COUNT_HEAD.match(_flat(cell))), None) if after is None else after
    )
    body = rows[1:] if column is not None else rows
    if column is None:
        column = _only_number_column(rows)
    if column is None:
        return []
    rank = next((n for n, cell in enumerate(head) if _RANK_HEAD.match(_flat(cell))), None)
    lines: list[Line] = []
    for row in body:
        name = next((cell for cell in reversed(row[:column]) if _is_name(cell)), "")
        number = _count(row[column]) if column < len(row) else None
        if any(_TOTAL.match(_flat(cell)) for cell in row[:column]):
            continue
        if after is not None and name and _flat(row[after] if after < len(row) else "") in _NOTHING:
            # The post or kind of places is no more.
            continue
        if not name or number is None:
            return []
        level = row[rank] if rank is not None and rank < len(row) and rank != column else _rank_in_remarks(row, column)
        lines.append(_statement(name, number, level))
    return lines


def _rank_in_remarks(row: Row, column: int) -> str:
    """The rank where a cell behind the number is nothing else (备注: 副处级)."""
    return next((cell for cell in row[column + 1 :] if re.fullmatch(RANK, _flat(cell))), "")


def _only_number_column(rows: Sequence[Row]) -> int | None:
    """The last column when it holds nothing but numbers and the table has two or three columns."""
    if len(rows) < 2 or not all(2 <= len(row) <= 3 and _count(row[-1]) is not None for row in rows):
        return None
    return len(rows[0]) - 1


def _statement(name: str, number: int, level: str = "") -> Line:
    rank = f"（{level}）" if level and level not in _NOTHING else ""
    return Line(f"{_without_mark(name)}{number}名{rank}。", in_table=True, is_tally=True)


def _is_name(cell: str) -> bool:
    words = re.sub(r"\(.*\)$", "", _without_mark(_flat(cell)))
    return is_post(words) or is_quota_kind(words)


def _without_mark(cell: str) -> str:
    flat = cell.replace("\n", "")
    mark = read_mark(flat)
    return flat[len(mark.text) :] if mark else flat


def _count(cell: str) -> int | None:
    match = re.fullmatch(r"(.{1,6}?)(?:名|人|个)?", _flat(cell))
    return to_number(match.group(1)) if match else None


def _flat(cell: str) -> str:
    return fold(cell.replace("\n", "")).strip()


def with_tallies(
    quotas: Sequence[Quota], leaders: Sequence[LeaderPost], lines: Sequence[Line], unit_name: str
) -> tuple[tuple[Quota, ...], tuple[LeaderPost, ...]]:
    """The numbers of the sentences, of what none of them names those of the tables; words in the document's width."""
    for line in (line for line in lines if line.is_tally):
        found, posts = read_counts(line.folded, unit_name)
        said = [(quota.kind, quota.count) for quota in quotas]
        quotas = [*quotas, *(quota for quota in found if not _is_said(quota.kind, quota.count, said))]
        said = [(post.title, post.count) for post in leaders]
        leaders = [*leaders, *(post for post in posts if not _is_said(post.title, post.count, said))]
    written = "".join(line.text for line in lines)
    return (
        tuple(replace(quota, kind=_as_written(quota.kind, written)) for quota in quotas),
        tuple(replace(post, title=_as_written(post.title, written)) for post in leaders),
    )


def _is_said(name: str, count: int, said: Sequence[tuple[str, int]]) -> bool:
    """Whether a sentence names the same, or the same number with where it is in front (副职, 内设机构副职)."""
    bare = _WHERE.sub("", name)
    return any(name == other or (count == number and bare == _WHERE.sub("", other)) for other, number in said)


def _as_written(words: str, written: str) -> str:
    """The words in the width that the document gives them (股长(主任))."""
    if words in written:
        return words
    place = fold(written).find(fold(words))
    return written[place : place + len(words)] if place >= 0 else words
