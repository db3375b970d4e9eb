"""What an amendment does to the version that it changes, one change after the other, with the words behind it (B34)."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from basic_info.mandates.models import ClauseKind, Confidence, FieldKind
from basic_info.mandates.numbers import (
    LEADERS,
    QUOTAS,
    Numbering,
    is_outright,
    leaders_after,
    open_increments,
    place_of,
    quotas_after,
    row_pairs,
)
from basic_info.mandates.parsing.bodies import BodyOrders, Hand, sentences_of
from basic_info.mandates.parsing.model import Increment
from basic_info.mandates.parsing.normalise import fold, tidy
from basic_info.mandates.parts import Parts, Row
from basic_info.mandates.regrouping import is_section, is_unclear, says, section_key
from basic_info.mandates.replies import Reply
from basic_info.mandates.wording import leader_words, quota_words, same_words

_NOTHING = "—"
_NO_TASKS: Row = {"extracted_value": {}}
_NO_SUCH_NAME = (
    "原名称在基础版本中没有，没有当作新设机构：是某个科室更名的，请“修改”那个科室的名称；确是新设的，请“恢复”这个机构"
)
_LOOK = "文件没有逐字写明，请核对"


class EffectKind(enum.Enum):
    UNIT = "unit"
    FUNCTION = "function"
    ADDED = "added"
    ABOLISHED = "abolished"
    RENAMED = "renamed"
    MOVED = "moved"
    DUTIES = "duties"
    PLATE = "plate"
    QUOTA = "quota"
    LEADER = "leader"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    EffectKind.UNIT: "单位事项",
    EffectKind.FUNCTION: "主要职责",
    EffectKind.ADDED: "新设机构",
    EffectKind.ABOLISHED: "撤销机构",
    EffectKind.RENAMED: "机构更名",
    EffectKind.MOVED: "职责划转",
    EffectKind.DUTIES: "职责调整",
    EffectKind.PLATE: "牌子",
    EffectKind.QUOTA: "编制",
    EffectKind.LEADER: "领导职数",
}


@dataclass(frozen=True)
class Effect:
    """One change; ``words`` are the sentences of the document that say so, ``look`` what a person has to decide.

    ``giver``: the body whose duties wait for a person to say where they go. ``is_outside``: they leave the unit.
    """

    kind: EffectKind
    subject: str
    before: str
    after: str
    words: str
    look: str = ""
    giver: str = ""
    is_outside: bool = False


def effects_of(base: Parts, after: Parts, reply: Reply, orders: BodyOrders) -> list[Effect]:
    """All that is otherwise in ``after`` than in ``base``; rows of ``after`` from the amendment itself have no origin.

    ``orders`` are what the reply says about bodies. Numbers that it changes and nobody could add are listed too.
    """
    said = _Said(reply.words)
    return [
        *_of_fields(base, after, said),
        *_of_functions(base, after, said),
        *_Bodies(base, after, said, orders).effects(),
        *_of_numbers(base.quotas, after.quotas, said, reply, QUOTAS),
        *_of_numbers(base.leaders, after.leaders, said, reply, LEADERS),
        *_not_added(base, after, reply),
    ]


class _Said:
    """Finds the sentences of the document that speak of something."""

    def __init__(self, words: str) -> None:
        self._sentences = [sentence for _, sentence in sentences_of(words)]

    def of(self, *names: str, or_else: str = "") -> str:
        """The sentences with all of the names, else ``or_else``."""
        wanted = [fold(tidy(name)) for name in names if name]
        found = [one for one in self._sentences if wanted and all(name in fold(one) for name in wanted)]
        return "".join(found) or or_else


def _of_fields(base: Parts, after: Parts, said: _Said) -> Iterator[Effect]:
    for kind in (FieldKind.TITLE, FieldKind.UNIT_NAME, FieldKind.RANK):
        before, now = _value(base, kind), _value(after, kind)
        row = next((row for row in after.fields if row["field_kind"] is kind), None)
        if row is not None and same_words(before) != same_words(now):
            words = row["source_snippet"] or said.of(now)
            yield Effect(EffectKind.UNIT, kind.label, before or _NOTHING, now or _NOTHING, words)
    before_plates, now_plates = _plates(base), _plates(after)
    for name in (one for one in now_plates if one not in before_plates):
        yield Effect(EffectKind.PLATE, "单位", _NOTHING, name, said.of(name, or_else=now_plates[name]))
    for name in (one for one in before_plates if one not in now_plates):
        yield Effect(EffectKind.PLATE, "单位", name, "不再加挂", said.of(name))


def _value(parts: Parts, kind: FieldKind) -> str:
    return next(
        (str(row["extracted_value"].get("value") or "") for row in parts.fields if row["field_kind"] is kind), ""
    )


def _plates(parts: Parts) -> dict[str, str]:
    rows = (row for row in parts.fields if row["field_kind"] is FieldKind.PLATE)
    return {str(row["extracted_value"]["value"]): row["source_snippet"] for row in rows}


def _of_functions(base: Parts, after: Parts, said: _Said) -> Iterator[Effect]:
    before, now = (
        {same_words(row["text"]): row for row in parts.clauses if row["clause_kind"] is ClauseKind.DUTY}
        for parts in (base, after)
    )
    for key, row in now.items():
        look = _LOOK if row["confidence"] is Confidence.LOW else ""
        if key not in before:
            yield Effect(EffectKind.FUNCTION, "增加", _NOTHING, row["text"], row["source_snippet"], look)
        elif look:
            yield Effect(
                EffectKind.FUNCTION,
                "划出",
                row["text"],
                "暂保留",
                said.of("职责"),
                "批复说到划出这项职责，请核对是否删除",
                is_outside=True,
            )
    for key in before.keys() - now.keys():
        yield Effect(EffectKind.FUNCTION, "删除", before[key]["text"], _NOTHING, "")


def _of_numbers(
    base: Sequence[Row], after: Sequence[Row], said: _Said, reply: Reply, numbering: Numbering
) -> Iterator[Effect]:
    kind = EffectKind.LEADER if numbering.is_post else EffectKind.QUOTA
    in_words: Callable[[dict[str, Any]], str] = leader_words if numbering.is_post else quota_words
    name = numbering.name
    for before, now in row_pairs(list(base), list(after), numbering):
        left = in_words(before) if before else _NOTHING
        right = in_words(now) if now else "取消"
        if left != right:
            row: Row = now or before or {}
            words = said.of(row[name], str(row["count"]) if now else "", or_else=row["source_snippet"] if now else "")
            if now is not None and now.get("delta") is not None:
                words = now["source_snippet"]
            yield Effect(kind, row[name], left, right, words, _doubt(before, now, reply, numbering))


def _doubt(before: Row | None, now: Row | None, reply: Reply, numbering: Numbering) -> str:
    """What of the reply's numbers does not fit the base's, until a person looked at the row."""
    if before is None or now is None or now.get("is_seen") or now["origin_document_id"] is not None:
        return ""
    had = before["count"]
    formers = [one for one in reply.formers if one.is_post is numbering.is_post and place_of([before], one, numbering)]
    if formers and all(one.count != had for one in formers):
        return f"批复说原有 {formers[-1].count} 名，基础版本是 {had} 名，请核对"
    by = sum(
        one.by
        for one in reply.increments
        if one.name and one.is_post is numbering.is_post and place_of([before], one, numbering)
    )
    if is_outright(now) and by and had + by != now["count"]:
        return f"批复写增减 {by:+d} 名、之后 {now['count']} 名，与基础版本的 {had} 名对不上，请核对"
    return ""


def _not_added(base: Parts, after: Parts, reply: Reply) -> Iterator[Effect]:
    """Numbers that the reply makes more or fewer where the base has none to add to."""
    places = quotas_after(base.quotas, reply.stated.quotas, reply.increments)[1]
    posts = leaders_after(base.leaders, reply.stated.leaders, reply.words, reply.increments, reply.formers)[1]
    for one in open_increments(base.quotas, after.quotas, places, QUOTAS):
        yield _left(EffectKind.QUOTA, one.increment, one.reason)
    for one in open_increments(base.leaders, after.leaders, posts, LEADERS):
        yield _left(EffectKind.LEADER, one.increment, one.reason)


def _left(kind: EffectKind, one: Increment, reason: str) -> Effect:
    verb = "增加" if one.by > 0 else "减少"
    return Effect(kind, one.name or "编制", f"{verb} {abs(one.by)} 名", "没有计入", one.snippet, reason)


class _Bodies:
    """The bodies before and after, and which is which."""

    def __init__(self, base: Parts, after: Parts, said: _Said, orders: BodyOrders) -> None:
        self._before = {section_key(row): row for row in base.clauses if is_section(row)}
        self._after = {section_key(row): row for row in after.clauses if is_section(row)}
        self._said, self._orders = said, orders
        self._now = {key: now for key, row in self._before.items() if (now := self._successor(key, row))}

    def effects(self) -> Iterator[Effect]:
        was = {now: key for key, now in reversed(self._now.items())}
        for key, row in self._after.items():
            yield from self._of_body(key, row, was.get(key))
        for key in self._before:
            if key not in self._now:
                yield self._abolished(key)
            elif key in self._orders.abolished and self._now[key] == key:
                words = self._orders.abolished[key]
                look = "没有写明各项职责归哪个机构；请把职责补到承接机构，再删除本机构"
                yield Effect(EffectKind.ABOLISHED, key, key, "暂保留", words, look, key)
        yield from self._unplaced()
        for key, (old, words) in self._orders.unknown.items():
            if key not in self._after:
                yield Effect(EffectKind.RENAMED, key, old, "没有计入", words, _NO_SUCH_NAME)

    def _successor(self, key: str, row: Row) -> str | None:
        if key in self._after:
            return key
        became = [one.new for one in self._orders.became if key in one.olds and one.new in self._after]
        same = [
            now for now, other in self._after.items() if row["section_id"] and other["section_id"] == row["section_id"]
        ]
        found = next((now for now in [*same, *became] if now not in self._before), None)
        if found is None:
            return None
        # Of several bodies made one the first goes on, the others end.
        olds = [old for one in self._orders.became if one.new == found for old in self._before if old in one.olds]
        return found if not olds or olds[0] == key or same else None

    def _of_body(self, key: str, row: Row, old: str | None) -> Iterator[Effect]:
        look = _LOOK if row["confidence"] is Confidence.LOW and row["origin_document_id"] is None else ""
        if old is None:
            said = self._said.of(key, or_else=row["source_snippet"])
            unknown = "" if row["section_id"] else "还没有对应到登记的科室"
            yield Effect(EffectKind.ADDED, key, _NOTHING, "；".join(_tasks(row)) or "没有写明职责", said, unknown)
        elif old != key:
            known_as = self._orders.near.get(key)
            doubt = f"批复写的原名称是“{known_as}”，按曾用名、牌子或相近名称对应到“{old}”，请核对" if known_as else ""
            words = self._said.of(known_as or old, key, or_else=row["source_snippet"])
            yield Effect(EffectKind.RENAMED, key, old, key, words, doubt)
        own = self._before[old] if old else None
        moved = yield from self._moved_to(key, row, own, look)
        if own is not None:
            yield from self._otherwise(key, row, own, moved, look)

    def _moved_to(self, key: str, row: Row, own: Row | None, look: str) -> Generator[Effect, None, set[str]]:
        """What came from other bodies; returns the keys of those tasks."""
        known = set(map(same_words, _tasks(own))) if own else set[str]()
        came: dict[str, list[str]] = {}
        for task in _tasks(row):
            giver = self._giver(same_words(task), key) if same_words(task) not in known else None
            if giver:
                came.setdefault(giver, []).append(task)
        for giver, tasks in came.items():
            words = self._words_of(giver, key) or self._said.of(giver, key, or_else=row["source_snippet"])
            yield Effect(EffectKind.MOVED, key, giver, f"{key}：{'；'.join(tasks)}", words, look)
        return {same_words(task) for tasks in came.values() for task in tasks}

    def _giver(self, task: str, taker: str) -> str | None:
        """The body that had the task and has it no more; of a task that others have too nobody can tell."""
        holders = [key for key, row in self._before.items() if task in map(same_words, _tasks(row))]
        gave = [key for key in holders if self._now.get(key) != taker and not self._keeps(key, task)]
        return gave[0] if gave and len(gave) == len(holders) else None

    def _keeps(self, key: str, task: str) -> bool:
        now = self._now.get(key)
        return now is not None and task in map(same_words, _tasks(self._after[now]))

    def _otherwise(self, key: str, row: Row, own: Row, moved: set[str], look: str) -> Iterator[Effect]:
        before, now = ({same_words(task): task for task in _tasks(one)} for one in (own, row))
        gained = [task for words, task in now.items() if words not in before and words not in moved]
        lost = [task for words, task in before.items() if words not in now and not self._is_elsewhere(words, key)]
        if gained or lost:
            words = self._said.of(key, or_else=row["source_snippet"])
            look = f"原有 {len(lost)} 项职责没有写在任何机构" if lost else look
            yield Effect(
                EffectKind.DUTIES, key, "；".join(lost) or _NOTHING, "；".join(gained) or _NOTHING, words, look
            )
        plates = [("、".join(one["extracted_value"].get("plates", ())) or _NOTHING) for one in (own, row)]
        if plates[0] != plates[1]:
            yield Effect(EffectKind.PLATE, key, plates[0], plates[1], self._said.of(key, or_else=row["source_snippet"]))

    def _is_elsewhere(self, task: str, but: str) -> bool:
        return any(task in map(same_words, _tasks(row)) for key, row in self._after.items() if key != but)

    def _abolished(self, key: str) -> Effect:
        tasks = _tasks(self._before[key])
        homeless = [task for task in tasks if not self._is_elsewhere(same_words(task), "")]
        takers = [
            name
            for name, row in self._after.items()
            if any(self._giver(same_words(one), name) == key for one in _tasks(row))
        ]
        outside = [hand.outside for hand in self._orders.hands if key in hand.givers and hand.outside]
        goes = "、".join([*takers, *dict.fromkeys(outside)])
        words = self._orders.abolished.get(key) or self._said.of(key)
        look = f"{len(homeless)} 项职责没有写在任何机构：{'；'.join(homeless)}" if homeless else ""
        return Effect(
            EffectKind.ABOLISHED,
            key,
            f"{key}（{len(tasks)} 项职责）",
            f"职责划入{goes}" if goes else "撤销",
            words,
            look,
            key if homeless else "",
            bool(outside),
        )

    def _words_of(self, giver: str, taker: str) -> str:
        hands = (hand.words for hand in self._orders.hands if giver in hand.givers and self._is(hand, taker))
        merged = (one.words for one in self._orders.became if giver in one.olds and one.new == taker)
        return next(chain(hands, merged), "")

    def _is(self, hand: Hand, taker: str) -> bool:
        return any(self._now.get(one, one) == taker for one in hand.takers)

    def _still_has(self, giver: str, hand: Hand) -> bool:
        """Whether the giver has duties that the order is about."""
        now = self._now.get(giver)
        here = set(map(same_words, _tasks(self._after[now]))) if now else set[str]()
        return any(
            same_words(task) in here and (not hand.what or says(task, hand.what))
            for task in _tasks(self._before.get(giver, _NO_TASKS))
        )

    def _unplaced(self) -> Iterator[Effect]:
        """Duties that the reply hands to several bodies at once, or to nobody of the unit."""
        for hand in self._orders.hands:
            waiting = [giver for giver in hand.givers if self._still_has(giver, hand)]
            if hand.givers and not waiting:
                continue
            givers = "、".join(hand.givers)
            if is_unclear(hand):
                takers = "、".join(hand.takers) or hand.outside
                look = "批复没有写明哪些职责归哪个机构，请逐项补到承接机构"
                yield Effect(EffectKind.MOVED, givers, givers, takers, hand.words, look, next(iter(waiting), ""))
            elif hand.outside and any(giver in self._now for giver in hand.givers):
                look = "承接的不是本单位的内设机构，请核对哪些职责划出"
                yield Effect(EffectKind.MOVED, givers, givers, hand.outside, hand.words, look, is_outside=True)


def _tasks(row: Row) -> list[str]:
    return [str(task) for task in row["extracted_value"].get("tasks", ()) if task]
