"""批复改了什么 as a table: every change with its words, and below it what is left to a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from basic_info.documents.queries import readable
from basic_info.mandates.models import Mandate
from basic_info.mandates.previewing import Preview, preview_of
from basic_info.permissions import Permission
from host.kernel.access import Actor
from host.kernel.tables.exports import Values, register_export, whole_of


@dataclass(frozen=True)
class EffectLine:
    """A line of the table; ``look``: what a person has to decide."""

    change: str
    subject: str
    before: str
    after: str
    words: str
    look: str


def lines_of(preview: Preview) -> Iterator[EffectLine]:
    """The changes in the order of the page, then the orders of no known unit and the sentences that came to nothing."""
    for one in preview.effects:
        yield EffectLine(one.kind.label, one.subject, one.before, one.after, one.words, one.look)
    for words in preview.undecided:
        yield EffectLine("分不清单位", "", "", "没有计入", words, "批复没有写明是给哪个单位的")
    for words in preview.unheard:
        yield EffectLine("没有体现", "", "", "没有计入", words, "说到变化而没有体现，请对照原文")
    for words in preview.for_others:
        yield EffectLine("给其他单位", "", "", "没有计入", words, "")


def _rows(actor: Actor, values: Values) -> list[EffectLine]:
    mandate = readable(select(Mandate), Mandate, whole_of(values, "mandate_id"), actor)
    preview = preview_of(mandate)
    return list(lines_of(preview)) if preview else []


register_export(
    "basic_info.mandate_effects",
    "批复改了什么",
    permission=Permission.DUTY_READ,
    columns={
        "变化": "change",
        "对象": "subject",
        "变更前": "before",
        "变更后": "after",
        "批复原文": "words",
        "需要核对": "look",
    },
    rows=_rows,
)
