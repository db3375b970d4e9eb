"""分层抽取: a seeded draw that anybody can repeat, with no more than the frame, the seed and SHA-256.

Within a stratum the ids stand in the order of SHA-256 of ``<seed>:<id>``; the first ones are drawn. So the same seed
and frame give the same sample on every machine, and nobody can know the sample before the seed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from basic_info.organization.kinds import UnitKind
from duty_eval.inspections.models import DrawRule


@dataclass(frozen=True)
class Stratum:
    """The sections or posts of one kind of units that are, or are not, of heightened risk; ``ids`` ascending."""

    unit_kind: UnitKind
    is_risky: bool
    ids: tuple[int, ...]

    @property
    def label(self) -> str:
        return f"{self.unit_kind.label}·{'重点' if self.is_risky else '一般'}"

    def places(self, rule: DrawRule, amount: int) -> int:
        """How many are drawn: a share is rounded up, so that no stratum is left out."""
        wanted = -(-len(self.ids) * amount // 100) if rule is DrawRule.SHARE else amount
        return min(wanted, len(self.ids))


def strata_of(rows: Iterable[tuple[int, UnitKind, bool]]) -> list[Stratum]:
    """From (id, unit_kind, is_risky), in the order of the kinds, the risky ones first."""
    found: dict[tuple[UnitKind, bool], list[int]] = {}
    for number, unit_kind, is_risky in rows:
        found.setdefault((unit_kind, is_risky), []).append(number)
    kinds = list(UnitKind)
    keys = sorted(found, key=lambda key: (kinds.index(key[0]), not key[1]))
    return [Stratum(*key, tuple(sorted(found[key]))) for key in keys]


def draw(strata: Sequence[Stratum], rule: DrawRule, amount: int, *, seed: int) -> list[tuple[Stratum, int]]:
    """(stratum, id) of what is drawn, stratum by stratum."""
    return [
        (stratum, number)
        for stratum in strata
        for number in sorted(stratum.ids, key=lambda one: _place(seed, one))[: stratum.places(rule, amount)]
    ]


def as_json(strata: Sequence[Stratum]) -> list[dict[str, Any]]:
    """The frame as it is kept with the draw."""
    return [{"kind": one.unit_kind.value, "risky": one.is_risky, "ids": list(one.ids)} for one in strata]


def from_json(frame: Sequence[dict[str, Any]]) -> list[Stratum]:
    kinds = {kind.value: kind for kind in UnitKind}
    return [Stratum(kinds[one["kind"]], one["risky"], tuple(one["ids"])) for one in frame]


def frame_hash(strata: Sequence[Stratum]) -> str:
    """SHA-256 of the frame in a canonical form."""
    return hashlib.sha256(json.dumps(as_json(strata), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _place(seed: int, number: int) -> bytes:
    return hashlib.sha256(f"{seed}:{number}".encode()).digest()
