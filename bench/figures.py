"""What a bench prints and writes: named figures with their limit and their ratio to the raw limit of the run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """``limit`` is the target; ``ratio`` compares with the least that this machine needs (None: no such limit)."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None


@dataclass
class Figures:
    rows: list[Figure] = field(default_factory=list)

    def add(
        self, name: str, value: float, unit: str, *, limit: float | None = None, ratio: float | None = None
    ) -> None:
        figure = Figure(name, round(value, 3), unit, limit, None if ratio is None else round(ratio, 2))
        self.rows.append(figure)
        target = "" if limit is None else f"  target {limit:g}"
        times = "" if figure.ratio is None else f"  {figure.ratio:g} × raw"
        print(f"{name:28} {figure.value:>12g} {unit}{target}{times}", flush=True)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([asdict(row) for row in self.rows], indent=1) + "\n", encoding="utf-8")
