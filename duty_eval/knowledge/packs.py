"""What the next holder of a post is handed, in plain words: as it stands today, or as it was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HandedArticle:
    """An article as it is handed over. ``files``: (name, id of the stored file), to be downloaded."""

    title: str
    body: str
    kind: str = ""
    files: tuple[tuple[str, int], ...] = ()

    @classmethod
    def kept(cls, said: Any) -> HandedArticle:
        """From what JSON held; at first it was a title and a text alone."""
        if isinstance(said, Mapping):
            files = tuple((name, file_id) for name, file_id in said["files"])
            return cls(said["title"], said["body"], said["kind"], files)
        title, body = said
        return cls(title, body)


@dataclass(frozen=True)
class Pack:
    """交接包. ``calendar``: (month, duty, records, quantity with its unit)."""

    duties: tuple[str, ...]
    steps: tuple[str, ...]
    tasks: tuple[str, ...]
    articles: tuple[HandedArticle, ...]
    calendar: tuple[tuple[str, str, str, str], ...]

    @property
    def months(self) -> list[str]:
        """The months of the calendar, the first to the last."""
        return sorted({month for month, *_ in self.calendar})

    @property
    def by_duty(self) -> dict[str, dict[str, tuple[str, str]]]:
        """duty → month → (records, quantity): the calendar as a table of duties by months."""
        found: dict[str, dict[str, tuple[str, str]]] = {}
        for month, duty, records, quantity in self.calendar:
            found.setdefault(duty, {})[month] = (records, quantity)
        return found

    @classmethod
    def kept(cls, said: Mapping[str, Any]) -> Pack:
        """From what JSON held."""
        return cls(
            duties=tuple(said["duties"]),
            steps=tuple(said["steps"]),
            tasks=tuple(said["tasks"]),
            articles=tuple(HandedArticle.kept(one) for one in said["articles"]),
            calendar=tuple((month, duty, records, quantity) for month, duty, records, quantity in said["calendar"]),
        )


def pack_of(found: Mapping[str, Any]) -> Pack:
    """The words of ``queries.handed_over``."""
    return Pack(
        duties=tuple(f"{duty.text}（{duty.rhythm.label}，按{duty.measure_unit}）" for duty in found["duties"]),
        steps=tuple(f"{step.chart}：{step.name}" for step in found["steps"]),
        tasks=tuple(f"{task.title}（{task.due_on or '不限期'}）" for task in found["tasks"]),
        articles=tuple(
            HandedArticle(
                row.ArticleVersion.title,
                row.ArticleVersion.body,
                row.Article.article_kind.label,
                tuple((file.name, file.id) for file in found["files"].get(row.ArticleVersion.id, [])),
            )
            for row in found["articles"]
        ),
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


def post_name(section: str, title: str) -> str:
    """A post as papers call it: 市场准入审批科受理岗, 规划科科长; a title that names its section stands alone."""
    return title if title.startswith(section) else f"{section}{title}"


def paper_title(section: str, title: str, what: str) -> str:
    """The heading of a paper of a post: …受理岗交接包, …科长岗位交接包 (``what``: 交接, 交接包)."""
    name = post_name(section, title)
    return f"{name}{what}" if name.endswith("岗") else f"{name}岗位{what}"
