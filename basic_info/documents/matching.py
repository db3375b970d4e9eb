"""Names in documents and the sections and posts of the register that they mean (R54)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from basic_info.organization.models import Post, PostVersion, Section, SectionVersion
from host.kernel.db import db
from host.kernel.versions import in_force

_BRACKETS = re.compile(r"[（(〔\[【][^）)〕\]】]*[）)〕\]】]")
_BLANKS = re.compile(r"[\s\u3000]+")


def plain_name(name: str) -> str:
    """A name without blanks and brackets: 办公室（信访科） → 办公室."""
    return _BRACKETS.sub("", _BLANKS.sub("", name))


@dataclass(frozen=True)
class SectionNames:
    """The sections of a unit by name and plate; a name that two of them bear means neither."""

    ids: dict[str, int]

    def find(self, *names: str) -> int | None:
        """The section that the first known of ``names`` means, None when nobody can tell."""
        return next((found for name in names if (found := self.ids.get(plain_name(name)))), None)


def names_together(parts: Sequence[str], text: str, known: SectionNames) -> list[str]:
    """The names that a text uses, given the ``parts`` that a reader without the register cut it into.

    Parts that only together are the name of a section become that name: 粮食和物资储备科 is one, not two.
    """
    words = _BLANKS.sub("", text)
    names: list[str] = []
    at = place = 0
    while at < len(parts):
        name, at = _longest_known(words, parts, at, place, known)
        place = max(words.find(name, place), 0) + 1
        names.append(name)
    return names


def _longest_known(words: str, parts: Sequence[str], at: int, place: int, known: SectionNames) -> tuple[str, int]:
    """The name that begins with the part ``at``, and the first part after it."""
    start = words.find(parts[at], place)
    for last in range(len(parts) - 1, at, -1):
        end = words.find(parts[last], start)
        name = words[start : end + len(parts[last])]
        if 0 <= start < end and known.find(name):
            return name, last + 1
    return parts[at], at + 1


def section_names(unit_id: int, day: date) -> SectionNames:
    """The unit's sections on ``day`` by their names, then by their plates; one statement."""
    rows = db.session.execute(
        select(Section.id, SectionVersion.name, SectionVersion.plates)
        .join(SectionVersion, SectionVersion.section_id == Section.id)
        .where(Section.unit_id == unit_id, in_force(SectionVersion, day))
    ).all()
    by_plate = _once((plain_name(str(plate)), row.id) for row in rows for plate in row.plates)
    by_name = _once((plain_name(row.name), row.id) for row in rows)
    return SectionNames({**by_plate, **by_name})


def every_section_name(unit_id: int) -> dict[str, int]:
    """The unit's sections by every name and plate that they have or had; one statement."""
    rows = db.session.execute(
        select(Section.id, SectionVersion.name, SectionVersion.plates)
        .join(SectionVersion, SectionVersion.section_id == Section.id)
        .where(Section.unit_id == unit_id)
    ).all()
    return _once((plain_name(str(name)), row.id) for row in rows for name in (row.name, *row.plates))


def _once(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The pairs whose name occurs for one section only."""
    found: dict[str, set[int]] = {}
    for name, section_id in pairs:
        found.setdefault(name, set()).add(section_id)
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}


@dataclass(frozen=True)
class PostTitles:
    """The posts of a unit as (title, section id, post id), in the order of their ids."""

    rows: tuple[tuple[str, int, int], ...]

    def find(self, title: str, section_ids: Iterable[int]) -> int | None:
        """The post with the title in the handling sections, else the only one in the unit, else None."""
        wanted, sections = plain_name(title), set(section_ids)
        alike = [row for row in self.rows if row[0] == wanted]
        inside = [post_id for _, section_id, post_id in alike if section_id in sections]
        if inside:
            return inside[0]
        return alike[0][2] if len(alike) == 1 else None


def post_titles(unit_id: int, day: date) -> PostTitles:
    """The unit's posts on ``day``; one statement."""
    rows = db.session.execute(
        select(PostVersion.title, Post.section_id, Post.id)
        .join(Post, Post.id == PostVersion.post_id)
        .join(Section, Section.id == Post.section_id)
        .where(Section.unit_id == unit_id, in_force(PostVersion, day))
        .order_by(Post.id)
    ).all()
    return PostTitles(tuple((plain_name(row.title), row.section_id, row.id) for row in rows))
