"""Lines (行): blocks cut into numbered lines, the units that the parser classifies.

Marks have a depth: 章 0, 第X条 1, 一、 2, （一） 3, 1. 4, （1） 5, ① 6. A mark that stands inside a paragraph
(「主要职责是：（一）…；（二）…」) starts a line of its own when it counts on from the one before.
"""

import re
from dataclasses import dataclass, replace
from enum import IntEnum

from basic_info.mandates.parsing.normalise import NUMBER, fold, tidy, to_number


class Depth(IntEnum):
    """How deep a mark stands (层次); HEADING is a part's name without a number."""

    CHAPTER = 0
    ARTICLE = 1
    PART = 2
    ITEM = 3
    NUMBERED = 4
    SUB = 5
    CIRCLED = 6


_CHINESE = "[零〇○一二三四五六七八九十百]{1,5}"
_MARKS: tuple[tuple[Depth, re.Pattern[str]], ...] = (
    (Depth.CHAPTER, re.compile(rf"第({NUMBER})[章节编](?!第)[:、]?")),
    (Depth.ARTICLE, re.compile(rf"第({NUMBER})条(?:之[一二三四五六七八九十])?(?![例款规第])[:、.]?")),
    (Depth.PART, re.compile(rf"({_CHINESE})[、.]")),
    (Depth.ITEM, re.compile(rf"\(({_CHINESE})\)[、.:]?")),
    (Depth.NUMBERED, re.compile(r"(\d{1,2})(?:[、]|\.(?!\d))")),
    (Depth.SUB, re.compile(r"\(?(\d{1,2})\)[、.]?")),
)
_ENCLOSED = (
    ("㈠", 10, Depth.ITEM),
    ("⑴", 20, Depth.SUB),
    ("①", 20, Depth.CIRCLED),
    ("⒈", 20, Depth.NUMBERED),
)
_POINT_AS_STOP = re.compile(r"(?<=[\u4e00-\u9fff)])\.(?=[\u4e00-\u9fff]|$)")
_RUN_IN = re.compile(
    rf"(?<=[:。;,])(?:(?P<item>\({_CHINESE}\))|(?P<part>{_CHINESE}、)|(?P<numbered>\d{{1,2}}[.、](?!\d)))"
)


@dataclass(frozen=True)
class Mark:
    """A number in front of a line: its depth, value and the words."""

    depth: Depth
    number: int
    text: str


@dataclass(frozen=True)
class Line:
    """One line, white space normalised; `body` is what follows the mark.

    `cells` is set for a table row that describes a body: its name and its duty text.
    `is_label` marks a table's label cell or a heading without number.
    """

    text: str
    mark: Mark | None = None
    cells: tuple[str, ...] = ()
    is_label: bool = False
    in_table: bool = False
    # A row of a table of posts or quotas, as a statement: it counts only where no sentence says the same.
    is_tally: bool = False
    # Where blanks stood in the source, as places in the text: they may part a name from its duties.
    gaps: tuple[int, ...] = ()

    @property
    def body(self) -> str:
        """The words behind the mark."""
        return self.text[len(self.mark.text) :] if self.mark else self.text

    @property
    def folded(self) -> str:
        """The body in half width, of the same length; a full stop typed as a point (「办公室.负责」) is a full stop."""
        return _POINT_AS_STOP.sub("。", fold(self.body))

    @property
    def depth(self) -> Depth | None:
        """The depth of the mark, null without one."""
        return self.mark.depth if self.mark else None


def read_mark(text: str) -> Mark | None:
    """The mark that the tidied text starts with, null when there is none."""
    for first, count, depth in _ENCLOSED:
        place = ord(text[0]) - ord(first) + 1 if text else 0
        if 1 <= place <= count:
            return Mark(depth, place, text[0])
    folded = fold(text)
    for depth, pattern in _MARKS:
        if match := pattern.match(folded):
            number = to_number(match.group(1))
            if number:
                return Mark(depth, number, text[: match.end()])
    return None


def lines_of(text: str, *, in_table: bool = False) -> list[Line]:
    """The lines of one paragraph or cell."""
    lines: list[Line] = []
    for raw in text.split("\n"):
        tidied = tidy(raw)
        if tidied:
            pieces = _split_run_in(tidied)
            lines.extend(Line(piece, read_mark(piece), in_table=in_table) for piece in pieces)
            if len(pieces) == 1:
                lines[-1] = replace(lines[-1], gaps=_gaps(raw))
    return lines


def _gaps(raw: str) -> tuple[int, ...]:
    blanks = [match.start() for match in re.finditer(r"\s+", raw.strip())][:4]
    return tuple(dict.fromkeys(len(tidy(raw.strip()[:place])) for place in blanks))


def _split_run_in(text: str) -> list[str]:
    """A paragraph cut before each run-in mark that counts on from the mark of the same kind before it."""
    own = read_mark(text)
    expected = {"item": 1, "part": 1, "numbered": 1}
    kinds = {Depth.ITEM: "item", Depth.PART: "part", Depth.NUMBERED: "numbered"}
    if own and own.depth in kinds:
        expected[kinds[own.depth]] = own.number + 1
    folded, cuts = fold(text), [0]
    for match in _RUN_IN.finditer(folded):
        kind = match.lastgroup or ""
        number = to_number(match.group().strip("()、."))
        if number == expected[kind] and (number > 1 or folded[match.start() - 1] in ":。"):
            expected[kind] += 1
            cuts.append(match.start())
            if kind != "numbered":
                expected["numbered"] = 1
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]
