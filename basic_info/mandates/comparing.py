"""Two versions side by side: what was added, removed, changed word by word, or moved (B34)."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from basic_info.mandates.models import Mandate
from basic_info.mandates.review_queries import GROUPS, Line, lines_of
from basic_info.mandates.wording import same_words

#: From here two sentences are one that was changed; below, one went and another came.
_CHANGED = 0.5
_TOKEN = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
#: Groups whose rows have a name of their own, by which they are the same in both versions.
_NAMED = frozenset({"基本信息", "内设机构", "人员编制", "领导职数"})
#: Facts of the unit stand in no order of their own: none of them is ever moved.
_WITHOUT_ORDER = "基本信息"


class Fate(enum.Enum):
    """What became of a row from one version to the other."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    SAME = "same"

    @property
    def label(self) -> str:
        return {"added": "新增", "removed": "删除", "changed": "修改", "moved": "移动", "same": "未变"}[self.value]


@dataclass(frozen=True)
class Piece:
    """Some words; ``differs``: only this side says them."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class Change:
    """A row of either version or both, with the words of each cut where they differ."""

    group: str
    fate: Fate
    before: Line | None
    after: Line | None
    before_pieces: tuple[Piece, ...] = ()
    after_pieces: tuple[Piece, ...] = ()

    @property
    def label(self) -> str:
        """What the row is called now, or was."""
        line = self.after or self.before
        assert line is not None  # a change has one side at least
        return line.label


@dataclass
class _Pairs:
    """Places of the rows that belong together, (before, after)."""

    found: dict[int, int] = field(default_factory=dict)

    def taken(self) -> set[int]:
        return set(self.found.values())


def compare(before: Mandate, after: Mandate) -> list[Change]:
    """All rows of both versions in the order of the later one, those that went where they stood.

    Both have their parts loaded. Width and blanks make no difference.
    """
    old, new = _counting(before), _counting(after)
    changes: list[Change] = []
    for group in GROUPS:
        changes += _of_group(
            group, [one for one in old if one.group == group], [one for one in new if one.group == group]
        )
    return changes


def word_differences(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces: a Chinese character, a number or a Latin word is never cut."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        differs = kind != "equal"
        if a < b:
            left.append(Piece("".join(old[a:b]), differs))
        if c < d:
            right.append(Piece("".join(new[c:d]), differs))
    return tuple(left), tuple(right)


def _counting(mandate: Mandate) -> list[Line]:
    return [line for line in lines_of(mandate) if not line.reading.is_removed]


def _of_group(group: str, old: Sequence[Line], new: Sequence[Line]) -> list[Change]:
    pairs = _pairs(group, old, new)
    still = set(pairs.found) if group == _WITHOUT_ORDER else _standing(pairs.found)
    by_after = {after: before for before, after in pairs.found.items()}
    changes = [_pair(group, old[by_after[at]], line, by_after[at] in still) if at in by_after else
               Change(group, Fate.ADDED, None, line, (), (Piece(line.words, True),))
               for at, line in enumerate(new)]  # fmt: skip
    for at, line in reversed(list(enumerate(old))):
        if at not in pairs.found:
            # It stands behind what stood before it.
            earlier = [pairs.found[one] for one in pairs.found if one < at]
            changes.insert(
                max(earlier) + 1 if earlier else 0,
                Change(group, Fate.REMOVED, line, None, (Piece(line.words, True),), ()),
            )
    return changes


def _pair(group: str, before: Line, after: Line, stands: bool) -> Change:
    if same_words(before.words) == same_words(after.words):
        fate = Fate.SAME if stands else Fate.MOVED
        return Change(group, fate, before, after, (Piece(before.words),), (Piece(after.words),))
    return Change(group, Fate.CHANGED, before, after, *word_differences(before.words, after.words))


def _pairs(group: str, old: Sequence[Line], new: Sequence[Line]) -> _Pairs:
    """The same words first, then the same name, then the likest that are left."""
    pairs = _Pairs()
    _match(pairs, old, new, lambda line: same_words(line.words))
    if group in _NAMED:
        _match(pairs, old, new, lambda line: line.name)
    candidates = sorted(_likenesses(pairs, old, new), reverse=True)
    for _, before, after in candidates:
        if -before not in pairs.found and -after not in pairs.taken():
            pairs.found[-before] = -after
    return pairs


def _match(pairs: _Pairs, old: Sequence[Line], new: Sequence[Line], key: Callable[[Line], str | None]) -> None:
    waiting: dict[str, list[int]] = {}
    taken = pairs.taken()
    for at, line in enumerate(new):
        if at not in taken and (name := key(line)):
            waiting.setdefault(name, []).append(at)
    for at, line in enumerate(old):
        if at not in pairs.found and (places := waiting.get(key(line) or "")):
            pairs.found[at] = places.pop(0)


def _likenesses(pairs: _Pairs, old: Sequence[Line], new: Sequence[Line]) -> Iterator[tuple[float, int, int]]:
    """(likeness, -place before, -place after) of the rows that are left and alike enough; earlier places win ties."""
    taken = pairs.taken()
    for after, line in enumerate(new):
        if after in taken:
            continue
        matcher = SequenceMatcher(None, b=line.words, autojunk=False)
        for before, other in enumerate(old):
            if before in pairs.found or other.label.split()[0] != line.label.split()[0]:
                continue
            matcher.set_seq1(other.words)
            if matcher.quick_ratio() >= _CHANGED and (likeness := matcher.ratio()) >= _CHANGED:
                yield likeness, -before, -after


def _standing(found: dict[int, int]) -> set[int]:
    """The rows before that kept their order: the longest run of rising places. The others were moved."""
    before = sorted(found)
    best: list[list[int]] = []  # best[n]: the run of n + 1 rows that ends lowest
    for row in before:
        place = found[row]
        at = next((n for n, run in enumerate(best) if found[run[-1]] >= place), len(best))
        run = [*(best[at - 1] if at else []), row]
        best[at : at + 1] = [run]
    return set(best[-1]) if best else set()
