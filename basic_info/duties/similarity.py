"""How alike two texts are: the cosine of their character pairs, weighted by how rare a pair is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

#: Marks, blanks and the verbs that nearly every duty begins with say nothing about its subject.
_IDLE = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]+|负责|承担|组织|指导|协调|开展|工作|有关|相关|全市|全县")


def pairs_of(text: str) -> list[str]:
    """The character pairs of a text, its idle words left out; a single character stands for itself."""
    pairs = []
    for piece in _IDLE.split(text):
        pairs += [piece[at : at + 2] for at in range(len(piece) - 1)] if len(piece) > 1 else [piece] * bool(piece)
    return pairs


def likeness(askers: Sequence[str], candidates: Sequence[str]) -> Matrix:
    """Cosine 0–1 of each asker (row) with each candidate (column)."""
    bags = [pairs_of(text) for text in (*askers, *candidates)]
    places = {pair: place for place, pair in enumerate(dict.fromkeys(pair for bag in bags for pair in bag))}
    counts = np.zeros((len(bags), len(places)), dtype=np.float32)
    for row, bag in enumerate(bags):
        np.add.at(counts[row], [places[pair] for pair in bag], 1)
    rarity = np.log((1 + len(bags)) / (1 + (counts > 0).sum(axis=0))) + 1
    weighted = counts * rarity.astype(np.float32)
    lengths = np.linalg.norm(weighted, axis=1, keepdims=True)
    unit = np.divide(weighted, lengths, out=np.zeros_like(weighted), where=lengths > 0)
    found: Matrix = np.clip(unit[: len(askers)] @ unit[len(askers) :].T, 0, 1)
    return found


def best(row: Matrix, count: int, least: float) -> list[tuple[int, float]]:
    """The ``count`` likest candidates of an asker at or above ``least``, the likest first: (place, cosine)."""
    order = np.argsort(-row, kind="stable")[:count]
    return [(int(place), round(float(row[place]), 4)) for place in order if row[place] >= least]
