"""Which texts of a heap are alike, by pairs of neighbouring characters (R91).

How alike: twice the pairs that both have, over the pairs of each (Dice); one character changed in thirty leaves 93 %.
Exact, and fast without comparing all with all: sets alike by ``d`` share ``t = d / (2 - d)`` of the larger one,
so at least one of its first ``n - ceil(t n) + 1`` members when both are ordered by rarity; only those few are looked up
(prefix filter, see Bayardo, Ma and Srikant, Scaling up all pairs similarity search, WWW 2007).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

#: Shorter texts are alike by nature: 参加例会, 接听电话.
LEAST_LENGTH = 20
_SILENT = re.compile(r"[\W_]+")

Pairs = frozenset[str]


@dataclass(frozen=True)
class Alike:
    """Two texts by their places in the heap, and how alike they are in whole percent."""

    one: int
    other: int
    percent: int


def pairs_of(text: str) -> Pairs:
    """Pairs of neighbouring characters; blanks and punctuation do not count. Empty for a text that is too short."""
    said = _SILENT.sub("", text)
    if len(said) < LEAST_LENGTH:
        return frozenset()
    return frozenset(said[at : at + 2] for at in range(len(said) - 1))


def alike_by(texts: Sequence[str], asked: Iterable[int], percent: int) -> list[Alike]:
    """For each place of ``asked`` all others whose text is alike by ``percent`` or more."""
    groups: dict[Pairs, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        groups[pairs_of(text)].append(place)
    groups.pop(frozenset(), None)
    wanted = set(asked)
    rarity = Counter(pair for pairs in groups for pair in pairs)
    known, by_pair = _index(groups, rarity, percent)
    found = []
    for number, pairs in enumerate(known):
        ones = [place for place in groups[pairs] if place in wanted]
        if not ones:
            continue
        for other in {other for pair in _first(pairs, rarity, percent) for other in by_pair[pair]}:
            share = 100 if other == number else _percent(pairs, known[other])
            if share >= percent:
                found += [Alike(one, place, share) for one in ones for place in groups[known[other]] if place != one]
    return found


def _index(
    groups: dict[Pairs, list[int]], rarity: Counter[str], percent: int
) -> tuple[list[Pairs], dict[str, list[int]]]:
    known = list(groups)
    by_pair: dict[str, list[int]] = defaultdict(list)
    for number, pairs in enumerate(known):
        for pair in _first(pairs, rarity, percent):
            by_pair[pair].append(number)
    return known, by_pair


def _first(pairs: Pairs, rarity: Counter[str], percent: int) -> list[str]:
    """The rarest members, one of which two sets that are alike must share."""
    count = len(pairs) - ceil(len(pairs) * percent / (200 - percent)) + 1
    return sorted(pairs, key=lambda pair: (rarity[pair], pair))[:count]


def _percent(one: Pairs, other: Pairs) -> int:
    """In whole percent, rounded down: 89.9 is not 90."""
    return 200 * len(one & other) // (len(one) + len(other))
