"""A reply (变更批复) as it speaks to one unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from basic_info.documents.matching import every_section_name, section_names
from basic_info.mandates.parsing import ParsedMandate
from basic_info.mandates.parsing.model import Former, Increment
from basic_info.mandates.parts import Parts, parts_of
from host.kernel.pages import today_in_china


@dataclass(frozen=True)
class Reply:
    """What a reply says for one unit: the rows that it states, its words, and how it changes numbers."""

    stated: Parts = field(default_factory=Parts)
    words: str = ""
    increments: tuple[Increment, ...] = ()
    formers: tuple[Former, ...] = ()
    #: Sections by every name that the register has or had for them.
    known_sections: Mapping[str, int] = field(default_factory=dict)


def reply_of(parsed: ParsedMandate, *, unit_id: int, words: str) -> Reply:
    """The reply as it was read for the unit; ``words`` are the document's."""
    # Sections as the register has them today: it may begin later than the document.
    return Reply(
        stated=parts_of(parsed, section_names(unit_id, today_in_china())),
        words=words if parsed.own_words is None else parsed.own_words,
        increments=parsed.increments,
        formers=parsed.formers,
        known_sections=every_section_name(unit_id),
    )
