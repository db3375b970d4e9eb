"""What the next holder of a post is handed, in plain words: as it stands today, or as it was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Pack:
    """交接包. ``articles``: (title, text); ``calendar``: (month, duty, records, quantity with its unit)."""

    duties: tuple[str, ...]
    steps: tuple[str, ...]
    tasks: tuple[str, ...]
    articles: tuple[tuple[str, str], ...]
    calendar: tuple[tuple[str, str, str, str], ...]

    @classmethod
    def kept(cls, said: Mapping[str, Any]) -> Pack:
        """From what JSON held."""
        return cls(
            duties=tuple(said["duties"]),
            steps=tuple(said["steps"]),
            tasks=tuple(said["tasks"]),
            articles=tuple((title, body) for title, body in said["articles"]),
            calendar=tuple((month, duty, records, quantity) for month, duty, records, quantity in said["calendar"]),
        )


def pack_of(found: Mapping[str, Any]) -> Pack:
    """The words of ``queries.handed_over``."""
    return Pack(
        duties=tuple(f"{duty.text}（{duty.rhythm.label}，按{duty.measure_unit}）" for duty in found["duties"]),
        steps=tuple(f"{step.chart}：{step.name}" for step in found["steps"]),
        tasks=tuple(f"{task.title}（{task.due_on or '不限期'}）" for task in found["tasks"]),
        articles=tuple((row.ArticleVersion.title, row.ArticleVersion.body) for row in found["articles"]),
        calendar=tuple(
            (
                f"{row.month:%Y-%m}",
                row.text,
                str(row.records),
                f"{row.quantity.normalize():f} {row.measure_unit}" if row.quantity else "",
            )
            for row in found["calendar"]
        ),
    )
