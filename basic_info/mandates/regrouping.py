"""内设机构 after a reply: stated, renamed, made one, abolished, and the duties that change hands among them (R44)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from basic_info.documents.matching import plain_name
from basic_info.mandates.models import ClauseKind, Confidence
from basic_info.mandates.parsing.bodies import BodyOrders, Hand
from basic_info.mandates.parts import Row
from basic_info.mandates.wording import same_words

#: From here a task says what a reply calls it by.
_SAYS = 0.75
_ENDS = re.compile(r"[。；;，,]+$")
_INSIDE = re.compile(r"(?:[科股室]|内设机构|机关)$|^(?:你|该|本)(?:局|委|办|院|校|中心|单位)$")


def section_key(row: Row) -> str:
    """What makes two clauses speak of one body: its name without blanks and brackets."""
    return plain_name(str(row["extracted_value"].get("name", "")))


def is_section(row: Row) -> bool:
    return row["clause_kind"] is ClauseKind.SECTION and "name" in row["extracted_value"]


def body_names(*clauses: Iterable[Row]) -> dict[str, str]:
    """The keys of bodies by every name that they have; of a plate that is a body's name too, that body's."""
    bodies = [row for rows in clauses for row in rows if is_section(row)]
    plates = {plain_name(str(one)): section_key(row) for row in bodies for one in row["extracted_value"]["plates"]}
    return {**plates, **{key: key for row in bodies if (key := section_key(row))}}


def taken_out(row: Row) -> Row:
    """The row taken out as a proposal."""
    return {**row, "is_removed": True, "confidence": Confidence.LOW}


def is_unclear(hand: Hand) -> bool:
    """Whether the reply leaves open which body of the unit gets the duties."""
    return len(hand.takers) > 1 or (not hand.takers and bool(_INSIDE.search(hand.outside)))


def says(task: str, matter: str) -> bool:
    """Whether a task is about the matter: it has its words, or three of four pairs of its signs."""
    text, wanted = same_words(task), same_words(matter)
    pairs = {wanted[at : at + 2] for at in range(len(wanted) - 1)}
    return wanted in text or (len(pairs) > 1 and sum(pair in text for pair in pairs) / len(pairs) >= _SAYS)


def regrouped(base: Sequence[Row], change: Sequence[Row], orders: BodyOrders) -> list[Row]:
    """The base's clauses with the bodies as they are after the reply, and its own new bodies behind them.

    Duties go with the body that gets them; where the reply doesn't say which of two gets them, the body stays, to be
    looked at. What is taken out or moved is a proposal for a person.
    """
    return _Regrouping(base, change, orders).rows()


class _Regrouping:
    """The rows while orders are carried out; a key leads to the row that the body is now."""

    def __init__(self, base: Sequence[Row], change: Sequence[Row], orders: BodyOrders) -> None:
        self._orders = orders
        self._before = {section_key(row): row for row in base if is_section(row)}
        self._stated = {section_key(row): row for row in change if is_section(row)}
        self._restated = {key for key, row in self._stated.items() if row["extracted_value"].get("tasks")}
        self._left = {key: _tasks(row) for key, row in self._before.items()}
        self._merged: list[Hand] = []
        self._goes_on = self._successors()
        self._rows, self._at = self._placed(base)

    def rows(self) -> list[Row]:
        # What is named goes first: 「其他职责」 and 「其职责」 are what is left.
        for hand in sorted([*self._merged, *self._orders.hands], key=lambda one: (one.is_rest, not one.what)):
            self._hand_over(hand)
        return self._rows

    def _successors(self) -> dict[str, str]:
        """(old, new) of the bodies that go on under another name; the first of several, the others go into it."""
        found: dict[str, str] = {}
        for one in self._orders.became:
            olds = [key for key in self._before if key in one.olds and key not in found and key != one.new]
            if one.new not in self._before and one.new in self._stated and one.new not in found.values() and olds:
                found[olds.pop(0)] = one.new
            self._orders.abolished.update({key: one.words for key in olds if key not in self._orders.abolished})
            if olds and one.new not in self._restated:
                self._merged.append(Hand(tuple(olds), (one.new,), "", one.words))
        return found

    def _placed(self, base: Sequence[Row]) -> tuple[list[Row], dict[str, int]]:
        """Every row in the place of the base's, new bodies behind the last body; and where each body is."""
        rows: list[Row] = []
        at: dict[str, int] = {}
        waiting = dict(self._stated)
        for row in base:
            key = section_key(row) if is_section(row) else ""
            new = key if key in waiting else self._goes_on.get(key, "")
            if key:
                at[key] = len(rows)
            if successor := waiting.pop(new, None):
                at[new] = len(rows)
                after = _succeeding(row, successor)
                rows.append({**after, "confidence": Confidence.LOW} if new in self._orders.near else after)
            else:
                rows.append(taken_out(row) if key and key in self._orders.abolished else row)
        behind = max((place for place, row in enumerate(rows, start=1) if is_section(row)), default=len(rows))
        at |= {key: behind + number for number, key in enumerate(waiting)}
        new_ones = [taken_out(row) if key in self._orders.unknown else row for key, row in waiting.items()]
        return [*rows[:behind], *new_ones, *rows[behind:]], at

    def _hand_over(self, hand: Hand) -> None:
        givers = [key for key in hand.givers if key in self._before]
        taker = self._at.get(hand.takers[0]) if len(hand.takers) == 1 else None
        if taker is None or self._rows[taker]["is_removed"]:
            self._keep(givers, is_standing=is_unclear(hand) or taker is not None)
            return
        if not hand.givers:
            givers = self._who_has(hand.what, but=taker)
        moved, matters = [], [hand.what] if hand.what else []
        for key in givers:
            if self._at[key] == taker:
                matters = []
                continue
            tasks, matters = self._chosen(key, hand.what, matters)
            self._take(key, tasks, hand.words)
            moved += tasks
        if matters and any(not self._rows[self._at[key]]["is_removed"] for key in givers):
            # Which of its tasks the giver loses is for a person to say.
            self._keep(givers, is_standing=False)
        is_sure = bool(hand.givers) and not matters and all(hand.what in task for task in moved)
        self._give(taker, [*moved, *matters], hand.words, Confidence.MEDIUM if is_sure else Confidence.LOW)

    def _keep(self, keys: Iterable[str], *, is_standing: bool) -> None:
        """Somebody has to look at the bodies; standing ones stay until their duties have a place."""
        for key in keys:
            row = self._rows[self._at[key]]
            is_removed = row["is_removed"] and not is_standing
            self._rows[self._at[key]] = {**row, "confidence": Confidence.LOW, "is_removed": is_removed}

    def _who_has(self, matter: str, *, but: int) -> list[str]:
        """The one other body whose tasks name the matter."""
        found = [
            key
            for key, tasks in self._left.items()
            if self._at[key] != but and any(same_words(matter) in same_words(task) for task in tasks)
        ]
        return found if len(found) == 1 else []

    def _chosen(self, key: str, matter: str, still: list[str]) -> tuple[list[str], list[str]]:
        """The tasks of the giver that go, and what of the matter none of them says."""
        if not matter:
            return self._left[key], []
        pieces = [one for one in re.split(r"[、和与及]", matter) if len(one) > 1]
        tasks = [task for task in self._left[key] if says(task, matter) or any(says(task, piece) for piece in pieces)]
        if any(says(task, matter) for task in tasks):
            return tasks, []
        return tasks, [piece for piece in pieces if not any(says(task, piece) for task in tasks)] if tasks else still

    def _take(self, key: str, tasks: Sequence[str], words: str) -> None:
        self._left[key] = [task for task in self._left[key] if task not in tasks]
        row = self._rows[self._at[key]]
        if tasks and not row["is_removed"]:
            kept = [task for task in _tasks(row) if task not in tasks]
            self._rows[self._at[key]] = _own(row, kept, words, Confidence.MEDIUM)

    def _give(self, at: int, tasks: Sequence[str], words: str, confidence: Confidence) -> None:
        row = self._rows[at]
        known = {same_words(task) for task in _tasks(row)}
        is_restated = section_key(row) in self._restated
        new = [
            task
            for task in dict.fromkeys(tasks)
            if same_words(task) not in known and not (is_restated and any(says(one, task) for one in _tasks(row)))
        ]
        if new:
            self._rows[at] = _own(row, [*_tasks(row), *new], words, confidence)


def with_tasks(value: dict[str, Any], tasks: list[str]) -> dict[str, Any]:
    """The value of a body with these tasks; its text goes on with the new ones where none of the old ones went."""
    old = [str(task) for task in value.get("tasks", ())]
    said = _ENDS.sub("", str(value.get("text", ""))) if tasks[: len(old)] == old else ""
    pieces = [*([said] if said else []), *(_ENDS.sub("", task) for task in tasks[len(old) if said else 0 :])]
    return {**value, "text": f"{'；'.join(pieces)}。" if pieces else "", "tasks": tasks}


def _tasks(row: Row) -> list[str]:
    return [str(task) for task in row["extracted_value"].get("tasks", ())]


def _own(row: Row, tasks: list[str], words: str, confidence: Confidence) -> Row:
    """The body with other tasks; the row is the reply's own, its words are those that said so."""
    value = with_tasks(row["extracted_value"], tasks)
    is_own = row["origin_document_id"] is None
    snippet = row["source_snippet"] if is_own and words in row["source_snippet"] else words
    return {
        **row,
        "extracted_value": value,
        "text": f"{value['name']}。{value['text']}",
        "source_snippet": snippet,
        "confidence": min(confidence, row["confidence"], key=_CERTAINTY.index),
        "origin_document_id": None,
    }


_CERTAINTY = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def _succeeding(old: Row, new: Row) -> Row:
    """The body as the reply states it; what it leaves unsaid goes on: duties, plates, the section it is."""
    value, before = dict(new["extracted_value"]), old["extracted_value"]
    if not value.get("tasks"):
        value |= {"text": before.get("text", ""), "tasks": before.get("tasks", [])}
    value["plates"] = value.get("plates") or before.get("plates", [])
    return {
        **new,
        "extracted_value": value,
        "text": f"{value['name']}。{value.get('text', '')}",
        "section_id": new["section_id"] or old["section_id"],
    }
