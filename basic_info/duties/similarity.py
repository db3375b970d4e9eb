"""How alike two texts are: the cosine of their character pairs, weighted by how rare a pair is.

A sentence model may have a say too, where an installation has one (``host.kernel.embedding``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from host.kernel.embedding import Embed

Matrix = NDArray[np.float32]

#: Marks, blanks and the verbs that nearly every duty begins with say nothing about its subject.
_IDLE = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]+|负责|承担|组织|指导|协调|开展|工作|有关|相关|全市|全县")
#: Askers compared at a time: this many rows of scores are in memory, however many texts there are.
_AT_A_TIME = 500
#: Sentence models find some likeness between any two duties: what they say counts from here on.
_UNRELATED = np.float32(0.5)
_HALF = np.float32(0.5)
#: What a confirmed pair is worth beside the candidate's own words (R46).
_LEARNED = 0.9
#: Below every score: the pair is out of the question.
_BARRED = np.float32(-1)


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
    found: list[list[tuple[int, float]]] = []
    for start, scores in _scores(askers, candidates, embed):
        _bar(scores, start, candidates, groups, barred)
        found += [best(row, count, least) for row in scores]
    return found


def likeness(askers: Sequence[str], candidates: Sequence[str]) -> Matrix:
    """Cosine 0–1 of each asker (row) with each candidate (column)."""
    parts = [scores for _, scores in _scores(askers, Candidates(candidates))]
    return np.vstack(parts) if parts else np.zeros((0, len(candidates)), dtype=np.float32)


def best(row: Matrix, count: int, least: float) -> list[tuple[int, float]]:
    """The ``count`` likest candidates of an asker at or above ``least``, the likest first: (place, cosine)."""
    places = np.flatnonzero(row >= least)
    if len(places) > count:
        # Those that tie with the last one stay in, so that the first of them wins below, as everywhere.
        edge = np.partition(row[places], len(places) - count)[len(places) - count]
        places = places[row[places] >= edge]
    order = places[np.argsort(-row[places], kind="stable")][:count]
    return [(int(place), round(float(row[place]), 4)) for place in order]


def _scores(askers: Sequence[str], candidates: Candidates, embed: Embed | None = None) -> Iterator[tuple[int, Matrix]]:
    """Some askers' scores at a time, with the place of the first of them."""
    learned = [text for _, text in candidates.learned]
    texts = [*askers, *candidates.texts, *learned]
    if not any(map(pairs_of, texts)):
        yield 0, np.zeros((len(askers), len(candidates.texts)), dtype=np.float32)
        return
    # It takes a second to load: a process that never compares texts need not wait for it.
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    weighted = TfidfVectorizer(analyzer=pairs_of, dtype=np.float32).fit_transform(texts)
    first, last = len(askers), len(askers) + len(candidates.texts)
    own, joined = weighted[first:last].T.tocsr(), weighted[last:].T.tocsr()
    vectors = embed(texts) if embed else None
    places = np.array([place for place, _ in candidates.learned], dtype=np.intp)
    for start in range(0, len(askers), _AT_A_TIME):
        rows = slice(start, min(start + _AT_A_TIME, len(askers)))
        scores: Matrix = np.clip((weighted[rows] @ own).toarray(), 0, 1)
        said = (weighted[rows] @ joined).toarray()
        if vectors is not None:
            scores = (scores + _meant(vectors[rows], vectors[first:last])) * _HALF
            said = (said + _meant(vectors[rows], vectors[last:])) * _HALF
        if len(places):
            # Several texts may have been joined with one candidate: the likest of them speaks for it.
            np.maximum.at(scores.T, places, said.T * np.float32(_LEARNED))
        yield start, scores


def _meant(some: Matrix, others: Matrix) -> Matrix:
    """Likeness 0–1 by the model, 0 where it is no more than between any two texts."""
    likeness: Matrix = np.clip((some @ others.T - _UNRELATED) / (1 - _UNRELATED), 0, 1)
    return likeness


def _bar(
    scores: Matrix,
    start: int,
    candidates: Candidates,
    groups: Sequence[int],
    barred: Sequence[frozenset[int]],
) -> None:
    if groups and candidates.groups:
        asking = np.array(groups[start : start + len(scores)])[:, None]
        asked = np.array(candidates.groups)[None, :]
        scores[(asking != asked) & (asking != 0) & (asked != 0)] = _BARRED
    for row, places in enumerate(barred[start : start + len(scores)]):
        scores[row, list(places)] = _BARRED
