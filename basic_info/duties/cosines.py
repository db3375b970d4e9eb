"""The arithmetic of ``similarity``: whole matrices of scores at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from basic_info.duties.pairs import Candidates, pairs_of
from host.kernel.embedding import Embed, Matrix

#: Askers compared at a time: this many rows of scores are in memory, however many texts there are.
_AT_A_TIME = 500
#: Sentence models find some likeness between any two duties: what they say counts from here on.
_UNRELATED = np.float32(0.5)
_HALF = np.float32(0.5)
#: What a confirmed pair is worth beside the candidate's own words (R46).
_LEARNED = 0.9
#: Below every score: the pair is out of the question.
_BARRED = np.float32(-1)


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
    """See ``similarity.likest``."""
    found: list[list[tuple[int, float]]] = []
    for start, scores in _scores(askers, candidates, embed):
        _bar(scores, start, candidates, groups, barred)
        found += [best(row, count, least) for row in scores]
    return found


def likeness(askers: Sequence[str], candidates: Sequence[str]) -> Matrix:
    """See ``similarity.likeness``."""
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
