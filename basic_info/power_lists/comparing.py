"""Two versions of a list item by item: what was added, what ended, which words of which column changed (R53)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import exists, select
from sqlalchemy.orm import selectinload

from basic_info.duties.models import DutyLink, LinkState
from basic_info.organization.kinds import Worded
from basic_info.power_lists.details import words_of
from basic_info.power_lists.lines import pairs_of
from basic_info.power_lists.models import LimitKind, PowerItem, PowerItemSection
from host.kernel.db import db

_TOKEN = re.compile(r"[0-9A-Za-z.]+|\s+|.", re.S)
_SENTENCE = re.compile(r"[^。；;\n]*[。；;\n]?")
#: Longer texts are compared sentence by sentence: character by character would take seconds.
_LONGEST_BY_CHARACTER = 2_000


class Verdict(Worded):
    """What became of an item between two versions."""

    ADDED = "added", "新增"
    CANCELLED = "cancelled", "取消"
    CHANGED = "changed", "变更"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a compared text; ``mark`` is ``""`` (both have it), ``gone`` or ``new``."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class ChangedField:
    """A column (栏目) that says something else now."""

    title: str
    before: str
    after: str

    @property
    def pieces(self) -> list[Piece]:
        return word_difference(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that differs: ``before`` None: it was added; ``after`` None: it ended."""

    verdict: Verdict
    before: PowerItem | None
    after: PowerItem | None
    fields: tuple[ChangedField, ...] = ()
    #: Decided links of the old row that a person should look at: it ended, or its name, type or section is another.
    needs_look: bool = False

    @property
    def item(self) -> PowerItem:
        found = self.after or self.before
        assert found is not None
        return found


def differences(older_id: int, newer_id: int) -> list[Difference]:
    """All that differs between two lists, in the order of the newer one, ended items last."""
    old, new = _items(older_id), _items(newer_id)
    linked = _linked(older_id)
    sections = _sections(older_id) | _sections(newer_id)
    pairs = {after: before for before, after in pairs_of(old, new)}
    found: list[Difference] = []
    for place, item in enumerate(new):
        before = old[pairs[place]] if place in pairs else None
        difference = _of_pair(before, item, sections, linked)
        if difference:
            found.append(difference)
    stayed = set(pairs.values())
    ended = [item for place, item in enumerate(old) if place not in stayed]
    return [*found, *(Difference(Verdict.CANCELLED, item, None, needs_look=item.id in linked) for item in ended)]


def counts_of(found: Sequence[Difference]) -> dict[Verdict, int]:
    """How many of each kind, in their usual order, none left out."""
    counts = Counter(one.verdict for one in found)
    return {verdict: counts[verdict] for verdict in Verdict}


def word_difference(before: str, after: str) -> list[Piece]:
    """The text with what went and what came; word by word, long texts sentence by sentence."""
    by_sentence = max(len(before), len(after)) > _LONGEST_BY_CHARACTER
    cut = (_SENTENCE if by_sentence else _TOKEN).findall
    old, new = cut(before), cut(after)
    pieces: list[Piece] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("", "".join(old[start:end])))
            continue
        pieces.extend(
            Piece(mark, text)
            for mark, text in (("gone", "".join(old[start:end])), ("new", "".join(new[new_start:new_end])))
            if text
        )
    return pieces


def _of_pair(
    before: PowerItem | None, after: PowerItem, sections: dict[int, tuple[str, ...]], linked: set[int]
) -> Difference | None:
    if before is None:
        return Difference(Verdict.ADDED, None, after)
    fields = [
        ChangedField(title, old, new)
        for title, read in FIELDS.items()
        if squeezed(old := read(before)) != squeezed(new := read(after))
    ]
    old_sections, new_sections = ("、".join(sections.get(item.id, ())) for item in (before, after))
    if set(sections.get(before.id, ())) != set(sections.get(after.id, ())):
        fields.append(ChangedField("承办科室", old_sections, new_sections))
    if not fields:
        return None
    looked_at = {"事项名称", "子项", "权力类型", "承办科室"}
    needs_look = before.id in linked and any(field.title in looked_at for field in fields)
    return Difference(Verdict.CHANGED, before, after, tuple(fields), needs_look)


def squeezed(text: str) -> str:
    return "".join(text.split())


def _limits(item: PowerItem, kind: LimitKind) -> str:
    return "；".join(words_of(one) for one in item.limits if one.limit_kind is kind)


def _plain(name: str) -> Callable[[PowerItem], str]:
    return lambda item: str(getattr(item, name) or "")


FIELDS: dict[str, Callable[[PowerItem], str]] = {
    "事项名称": _plain("name"),
    "子项": _plain("subitem_name"),
    "权力类型": lambda item: item.power_kind.label,
    "类型细分": _plain("power_subkind"),
    "编码": _plain("item_code"),
    "行使主体": _plain("exercising_body"),
    "实施层级": _plain("exercise_tier"),
    "权限": _plain("authority"),
    "部门职责": _plain("department_duty"),
    "实施依据": lambda item: "\n".join(one.text for one in item.bases),
    "法定期限": lambda item: _limits(item, LimitKind.STATUTORY),
    "承诺期限": lambda item: _limits(item, LimitKind.PROMISED),
    "责任事项": _plain("responsibility"),
    "责任事项依据": _plain("responsibility_basis"),
    "追责对象范围": _plain("accountable_scope"),
    "追责情形": _plain("accountable_cases"),
    "备注": _plain("remark"),
}


def _items(list_id: int) -> Sequence[PowerItem]:
    return db.session.scalars(
        select(PowerItem)
        .where(PowerItem.power_list_id == list_id)
        .options(selectinload(PowerItem.bases), selectinload(PowerItem.limits))
        .order_by(PowerItem.sort_no)
    ).all()


def _sections(list_id: int) -> dict[int, tuple[str, ...]]:
    rows = db.session.execute(
        select(PowerItemSection.power_item_id, PowerItemSection.name)
        .join(PowerItem, PowerItem.id == PowerItemSection.power_item_id)
        .where(PowerItem.power_list_id == list_id)
        .order_by(PowerItemSection.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for item_id, name in rows:
        found[item_id] = (*found.get(item_id, ()), name)
    return found


def _linked(list_id: int) -> set[int]:
    decided = exists().where(DutyLink.item_id == PowerItem.id, DutyLink.link_state == LinkState.CONFIRMED)
    return set(db.session.scalars(select(PowerItem.id).where(PowerItem.power_list_id == list_id, decided)))
