"""How alike two texts are: the cosine of their character pairs, weighted by how rare a pair is.

A sentence model may have a say too, where an installation has one (``host.kernel.embedding``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from host.kernel.embedding import Embed, Matrix

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


def likest(
    askers: Sequence[str],
    candidates: Candidates,
    *,
    count: int,
    least: float,
    groups: Sequence[int] = (),
    barred: Sequence[frozenset[int]] = (),
    embed: Embed | None = None,
) -> list[list[tuple[int, float]]]:
    """For each asker its ``count`` likest candidates at or above ``least``: (place, cosine 0–1), the likest first.

    A candidate counts as what it says or as what people joined with it before, whichever is more alike.
    ``groups`` and ``barred`` (places out of the question) are those of the askers, in their order. With ``embed`` the
    score is the mean of what words and model say.
    """
    # It brings numpy, scipy and scikit-learn along, a second and 100 MiB that only who compares texts shall pay.
    from basic_info.duties import cosines  # noqa: PLC0415

    return cosines.likest(askers, candidates, count=count, least=least, groups=groups, barred=barred, embed=embed)


def likeness(askers: Sequence[str], candidates: Sequence[str]) -> Matrix:
    """Cosine 0–1 of each asker (row) with each candidate (column)."""
    from basic_info.duties import cosines  # noqa: PLC0415  # as above

    return cosines.likeness(askers, candidates)
