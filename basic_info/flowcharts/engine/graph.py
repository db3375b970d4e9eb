"""The state graph of a chart: what a case may do from each state, without silent steps."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass

_FORMAT = 1


@dataclass(frozen=True)
class StateGraph:
    """``edges[label]`` are (state, next state) pairs; a case begins in one of ``initial`` and may end in ``final``.

    ``labels`` are the element ids of the tasks, ``key:element id`` for those of a called chart.
    """

    labels: tuple[str, ...]
    size: int
    initial: tuple[int, ...]
    final: frozenset[int]
    edges: tuple[tuple[tuple[int, int], ...], ...]

    def to_bytes(self) -> bytes:
        """Packed for the database; ``from_bytes`` gives the same graph back."""
        plain = {
            "format": _FORMAT,
            "labels": self.labels,
            "size": self.size,
            "initial": self.initial,
            "final": sorted(self.final),
            "edges": [[number for pair in pairs for number in pair] for pairs in self.edges],
        }
        return zlib.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(), 9)

    @classmethod
    def from_bytes(cls, data: bytes) -> StateGraph:
        plain = json.loads(zlib.decompress(data))
        return cls(
            labels=tuple(plain["labels"]),
            size=plain["size"],
            initial=tuple(plain["initial"]),
            final=frozenset(plain["final"]),
            edges=tuple(tuple(zip(flat[::2], flat[1::2], strict=True)) for flat in plain["edges"]),
        )
