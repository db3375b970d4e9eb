"""What is compared when two texts are: the pairs of characters in what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

#: Marks, blanks and the verbs that nearly every duty begins with say nothing about its subject.
_IDLE = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]+|负责|承担|组织|指导|协调|开展|工作|有关|相关|全市|全县")


def pairs_of(text: str) -> list[str]:
    """The character pairs of a text, its idle words left out; a single character stands for itself."""
    pairs = []
    for piece in _IDLE.split(text):
        pairs += [piece[at : at + 2] for at in range(len(piece) - 1)] if len(piece) > 1 else [piece] * bool(piece)
    return pairs


def shared_pairs(text: str, other: str) -> tuple[str, ...]:
    """The pairs that make two texts alike, for people to see."""
    return tuple(sorted(set(pairs_of(text)) & set(pairs_of(other))))


@dataclass
class Candidates:
    """What askers are compared with. ``learned``: (place of a candidate, text that people joined with it).

    ``groups``: a number for each candidate that an asker's group must equal, 0 = goes with every asker.
    """

    texts: Sequence[str]
    groups: Sequence[int] = ()
    learned: Sequence[tuple[int, str]] = field(default_factory=tuple)
